/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/purelb.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define DIGITS "0123456789"
#define GROUP "purelb.io"
#define API_V1 GROUP "/v1"

/* What of a group addresses are in: who announces them, and how. */
enum part {
	PART_LOCAL,  /* version 2: on the local network */
	PART_EITHER, /* version 1: that, or by routing when it is no network
			of the node */
	PART_REMOTE, /* by routing */
};

/*
 * What is announced there without a length, or with "default", is the subnet;
 * but only addresses that are routed: nothing else may draw traffic of a
 * subnet here. Any other text is refused with the group.
 */
static json_t *
aggregation(const json_t *pool, enum part part)
{
	const char *length = path_text(pool, "aggregation");
	const char *subnet = path_text(pool, "subnet");

	if (length != NULL && strspn(length, DIGITS) > 0)
		return json_sprintf("/%s", length);
	if (length != NULL && length[0] != '\0' &&
	    strcmp(length, "default") != 0)
		return json_string(length);
	if (part != PART_LOCAL && subnet != NULL && strchr(subnet, '/') != NULL)
		return json_string(strchr(subnet, '/'));
	return NULL;
}

struct reading {
	struct job *job;
	const struct foreign *from;
	json_t *group;
	enum part part;
};

/* from, which is at the path, is {subnet, pool, aggregation}: they are taken. */
static void
add_pool(const struct reading *r, const char *path, json_t *from)
{
	json_t *length = aggregation(from, r->part), *pool = json_object();
	json_t *said = json_object_get(from, "aggregation");

	if (said != NULL && !json_is_string(said))
		job_refuse(r->job, r->from->label, path, said,
		    "aggregation: not a text");
	else if (said != NULL && length == NULL)
		job_remark(r->job, r->from->label, path,
		    "aggregation: each address is announced by itself");
	else if (r->part == PART_EITHER && length != NULL && said != NULL &&
	    strcmp(json_string_value(said), "default") == 0)
		job_remark(r->job, r->from->label, path,
		    "aggregation: default, so all of the subnet is announced; "
		    "where it is a network of the nodes, take aggregation out");
	json_object_set(pool, "subnet", json_object_get(from, "subnet"));
	json_object_set(pool, "pool", json_object_get(from, "pool"));
	if (length != NULL)
		json_object_set_new(pool, "aggregation", length);
	json_array_append_new(path_list_make(r->group, "spec.pools"), pool);
	json_object_del(from, "subnet");
	json_object_del(from, "pool");
	json_object_del(from, "aggregation");
}

/* What is left of them is told with the rest of the object. */
static void
add_pools(const struct reading *r, const char *path, json_t *v)
{
	json_t *item;
	size_t i;

	if (json_is_object(v))
		add_pool(r, path, v);
	json_array_foreach (v, i, item)
		add_pool(r, path, item);
}

static void
add_part(struct reading *r, const char *name, enum part part)
{
	static const char *const fields[] = { "v4pool", "v6pool", "v4pools",
		"v6pools", "v4Pool", "v6Pool", "v4Pools", "v6Pools" };
	json_t *in =
	    json_object_get(json_object_get(r->from->left, "spec"), name);

	r->part = part;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char *path = xasprintf("spec.%s.%s", name, fields[i]);

		add_pools(r, path, json_object_get(in, fields[i]));
		free(path);
	}
	if (json_object_get(in, "pool") != NULL) {
		char *path = xasprintf("spec.%s", name);

		add_pool(r, path, in); /* of one family, as it was */
		free(path);
	}
}

/* clang-format off */
static const struct rule enforced_rules[] = {
	{ "spec.namespaces", .to = "spec.namespaces", .turn = turn_namespaces },
	{ 0 },
};

static const struct rule rules[] = {
	{ "spec.namespaces", .why = "it is a default there, no limit: Services "
	  "of these namespaces have to name the group" },
	{ "spec.netbox", .why = "addresses come from pools only" },
	{ "spec.external", .why = "addresses come from pools only" },
	{ 0 },
};
/* clang-format on */

/*
 * Services that name no group get an address from the one named default there,
 * and from no other. Without it in the input nobody knows whether there is one.
 */
static void
automatic(struct job *j, const struct foreign *f, json_t *group)
{
	if (strcmp(f->name, "default") == 0 || !group_has_pools(group))
		return;
	if (job_named(j, GROUP, "ServiceGroup", "default") != NULL)
		group_only_by_name(group);
	else
		job_remark(j, f->label, NULL,
		    "Services that name no group get addresses of it; in "
		    "PureLB only of the group default, which is not in the "
		    "input: for that, set autoAssign: false");
}

static bool
is_of_v1(const struct foreign *f)
{
	return strcmp(path_text(f->left, "apiVersion"), API_V1) == 0;
}

void
purelb_group(struct job *j, struct foreign *f)
{
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	json_t *enforced = path_take(f->left, "spec.enforceNamespaces");
	struct reading r = { j, f, group, PART_LOCAL };

	f->ours = json_incref(group);
	add_part(&r, "local", is_of_v1(f) ? PART_EITHER : PART_LOCAL);
	f->selected = group_has_pools(group); /* so far, of what is local */
	add_part(&r, "remote", PART_REMOTE);
	automatic(j, f, group);
	if (json_is_true(enforced))
		rule_apply(j, f, enforced_rules, group);
	rule_apply(j, f, rules, group);
	json_decref(enforced);
}

/* ---- LBNodeAgent: on which interfaces local addresses are answered for ---- */

/* clang-format off */
static const struct rule agent_rules[] = {
	{ "spec.local.sendgarp", .idle = "true", .why = "that an address has "
	  "come to a node is always told" },
	{ "spec.local.extlbint", .why = "addresses are on no interface: for "
	  "that, spec.announce.interface of a ServiceGroup" },
	{ "spec.local.dummyInterface", .why = "addresses are on no interface: "
	  "for that, spec.announce.interface of a ServiceGroup" },
	{ "spec.local.garpConfig", .why = "that an address has come to a node "
	  "is told at once, twice more within 0.4 s, and each minute" },
	{ "spec.local.addressConfig", .why = "addresses are on no interface" },
	{ 0 },
};
/* clang-format on */

/* The pattern of its own interface; owned. NULL: those with a subnet, or told. */
static json_t *
local_interface(struct job *j, struct foreign *f)
{
	static const char *const paths[] = { "spec.local.localInterface",
		"spec.local.localint" };
	json_t *pattern = NULL;
	struct err err;

	for (size_t i = 0; i < 2; i++) {
		json_t *v = path_take(f->left, paths[i]);
		const char *text = json_string_value(v);

		if (text != NULL && strcmp(text, "default") != 0 &&
		    pattern == NULL &&
		    (pattern = link_pattern(text, &err)) == NULL)
			job_remark(j, f->label, paths[i],
			    "%s: it is each interface with a subnet that has "
			    "the address",
			    err.text);
		else if (v != NULL && text == NULL)
			job_refuse(j, f->label, paths[i], v, "not a text");
		json_decref(v);
	}
	return pattern;
}

/* Beside those that are always looked at; owned. */
static json_t *
agent_interfaces(struct job *j, struct foreign *f)
{
	json_t *pattern = local_interface(j, f), *list = json_array();
	json_t *more = job_take_list(j, f, "spec.local.interfaces"), *one;
	size_t i;

	if (pattern != NULL)
		json_array_append_new(list, pattern);
	/* Without a pattern they are among those with a subnet. */
	json_array_foreach (pattern != NULL ? more : NULL, i, one)
		if (json_is_string(one))
			json_array_append_new(
			    list, link_name(json_string_value(one)));
	json_decref(more);
	return list;
}

static json_t *
agent_nodes(struct job *j, struct foreign *f)
{
	json_t *v = path_take(f->left, "spec.nodeSelector");
	struct err err;
	json_t *nodes =
	    v != NULL ? label_selector_clean(v, &err) : json_object();

	if (nodes == NULL)
		job_remark(j, f->label, "spec.nodeSelector",
		    "%s: all nodes answer", err.text);
	json_decref(v);
	return nodes;
}

/*
 * A local address is answered for where a subnet of a node has it, and of version 1
 * routed else. What a BGPConfiguration of the input lists is routed anyway.
 */
static void
group_answer(struct job *j, const struct foreign *f, const struct answering *l,
    const char *label)
{
	if (!f->selected ||
	    group_is_covered(
		f->ours, job_find(j, "BGPConfiguration", "default")))
		return;
	if (is_of_v1(f) || path_get(f->left, "spec.remote") != NULL)
		link_beside_bgp(f->ours);
	link_add(j, label, l, f->ours);
}

static void
groups_answer(struct job *j, const struct answering *l, const char *label)
{
	struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, GROUP, "ServiceGroup", &i)) != NULL)
		if (f->ours != NULL)
			group_answer(j, f, l, label != NULL ? label : f->label);
}

void
purelb_agent(struct job *j, struct foreign *f)
{
	json_t *interfaces = agent_interfaces(j, f);
	json_t *nodes = agent_nodes(j, f);
	const struct answering l = { .nodes = nodes, .interfaces = interfaces };

	rule_apply(j, f, agent_rules, NULL);
	groups_answer(j, &l, f->label);
	json_decref(interfaces);
	json_decref(nodes);
}

/* Without one in the input it is as PureLB installs it. */
void
purelb_finish(struct job *j)
{
	static const struct answering plain = { 0 };
	size_t i = 0;

	if (job_next(j, GROUP, "LBNodeAgent", &i) == NULL)
		groups_answer(j, &plain, NULL);
}
