/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/calico.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/api/community.h"
#include "common/err.h"

#define AS_NUMBER_DEFAULT 64512 /* Calico's, when nothing is said */

/* clang-format off */
static const struct rule configuration_rules[] = {
	{ "spec.asNumber", .to = "spec.asNumber", .turn = turn_as_number },
	{ "spec.listenPort", .to = "spec.listenPort" },
	{ "spec.bindMode", .to = "spec.bindMode" },
	{ "spec.serviceLoadBalancerAggregation", .idle = "\"Enabled\"",
	  .why = "prefixes of serviceLoadBalancerIPs are announced as a whole; "
	  "without them Services are announced one by one" },
	{ "spec.nodeMeshPassword",
	  .why = "a mesh of ours needs filters and learnedRoutes, too" },
	{ "spec.nodeMeshMaxRestartTime",
	  .why = "a mesh of ours needs filters and learnedRoutes, too" },
	{ 0 },
};
/* clang-format on */

/* With Calico the mesh is on unless somebody says no. */
static void
mesh(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *v = path_take(f->left, "spec.nodeToNodeMeshEnabled");

	if (json_is_false(v))
		path_set(ours, "spec.nodeToNodeMeshEnabled", json_false());
	else
		job_remark(j, f->label, "spec.nodeToNodeMeshEnabled",
		    "%s: a mesh of ours needs filters and learnedRoutes, too",
		    v != NULL ? "true" : "true by default");
	json_decref(v);
}

/* Said first, so that it comes first; what is given replaces it. */
static void
as_number(struct job *j, struct foreign *f, json_t *ours)
{
	if (path_get(f->left, "spec.asNumber") == NULL)
		job_remark(j, f->label, "spec.asNumber",
		    "not given: %d, Calico's default", AS_NUMBER_DEFAULT);
	path_set(ours, "spec.asNumber", json_integer(AS_NUMBER_DEFAULT));
}

/* ---- its lists, each item by itself ---- */

static const char *const cidr_lists[] = { "spec.serviceClusterIPs",
	"spec.serviceExternalIPs", "spec.serviceLoadBalancerIPs" };

/* The item of that cidr; NULL: there is none. */
static json_t *
cidr_find(const json_t *list, const json_t *cidr)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (json_equal(json_object_get(item, "cidr"), cidr))
			return item;
	return NULL;
}

/* The item's prefix, which is taken; owned. NULL: told. */
static json_t *
cidr_take(struct job *j, struct foreign *f, const char *path, json_t *item)
{
	struct err err;
	json_t *cidr = turn_network(json_object_get(item, "cidr"), &err);

	if (cidr == NULL)
		job_remark(j, f->label, path, "%s", err.text);
	json_object_del(item, "cidr");
	return cidr;
}

/*
 * Host bits are cleared, which may make two of them one.
 */
static void
cidrs(struct job *j, struct foreign *f, const char *path, json_t *ours)
{
	json_t *list = job_take_list(j, f, path), *out = json_array(), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		json_t *cidr = cidr_take(j, f, path, item);

		if (cidr != NULL && cidr_find(out, cidr) != NULL)
			job_refuse(
			    j, f->label, path, cidr, "it stands there twice");
		else if (cidr != NULL)
			json_array_append_new(
			    out, json_pack("{s:O}", "cidr", cidr));
		job_tell(j, f->label, path, item);
		json_decref(cidr);
	}
	if (json_array_size(out) > 0)
		path_set(ours, path, json_incref(out));
	json_decref(out);
	json_decref(list);
}

/* As the pattern of our schema; well-known names mean something else. */
static bool
is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return name[0] != '\0' && strchr(letters, name[0]) != NULL &&
	    name[strspn(name + 1,
		     "abcdefghijklmnopqrstuvwxyz"
		     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") +
		1] == '\0' &&
	    strlen(name) <= 64 && !community_is_well_known(name);
}

/*
 * What names stand for, owned. Names that are none here are given up for the
 * values.
 */
static json_t *
communities(struct job *j, struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.communities";
	json_t *list = job_take_list(j, f, path), *item;
	json_t *values = json_object(), *out = json_array();
	struct err err;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = path_text(item, "name");
		json_t *value =
		    turn_community(json_object_get(item, "value"), &err);

		if (name == NULL || value == NULL) {
			job_refuse(j, f->label, path, item,
			    "not the name and the value of a community");
		} else if (json_object_get(values, name) != NULL) {
			job_remark(j, f->label, path,
			    "%s: it stands there twice", name);
		} else if (is_name(name)) {
			json_object_set_new(values, name, json_string(name));
			json_array_append_new(out,
			    json_pack(
				"{s:s, s:O}", "name", name, "value", value));
		} else {
			json_object_set(values, name, value);
			job_remark(j, f->label, path,
			    "%s: not a name here; its value stands where it "
			    "was",
			    name);
		}
		json_decref(value);
		json_object_del(item, "name");
		json_object_del(item, "value");
		job_tell(j, f->label, path, item);
	}
	if (json_array_size(out) > 0)
		path_set(ours, path, json_incref(out));
	json_decref(out);
	json_decref(list);
	return values;
}

/* Adds what the prefix is to be announced with. */
static void
advertisement_add(struct job *j, const struct foreign *f, const json_t *values,
    const json_t *names, json_t *to)
{
	json_t *out = json_object_get(to, "communities"), *name;
	size_t i;

	json_array_foreach (names, i, name) {
		const char *text = json_string_value(name);
		json_t *known =
		    json_object_get(values, text != NULL ? text : "");
		struct err err;
		json_t *value = known != NULL ? json_incref(known)
					      : turn_community(name, &err);

		if (value != NULL)
			path_list_add(out, value);
		else
			job_remark(j, f->label, "spec.prefixAdvertisements",
			    "%s, and spec.communities has no such name",
			    err.text);
		json_decref(value);
	}
}

static void
advertisements(
    struct job *j, struct foreign *f, const json_t *values, json_t *ours)
{
	static const char path[] = "spec.prefixAdvertisements";
	json_t *list = job_take_list(j, f, path), *out = json_array(), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		json_t *cidr = cidr_take(j, f, path, item);
		json_t *names = path_take(item, "communities");
		json_t *there = cidr != NULL ? cidr_find(out, cidr) : NULL;

		if (cidr != NULL && there == NULL) {
			there = json_pack(
			    "{s:O, s:[]}", "cidr", cidr, "communities");
			json_array_append_new(out, there);
		}
		if (names != NULL && !json_is_array(names))
			job_refuse(j, f->label, path, names, "not a list");
		if (there != NULL)
			advertisement_add(j, f, values, names, there);
		job_tell(j, f->label, path, item);
		json_decref(names);
		json_decref(cidr);
	}
	if (json_array_size(out) > 0)
		path_set(ours, path, json_incref(out));
	json_decref(out);
	json_decref(list);
}

void
calico_configuration(struct job *j, struct foreign *f)
{
	if (strcmp(f->name, "default") != 0) {
		job_dismiss(j, f,
		    "left out: a configuration for one node is a whole one "
		    "here, with a nodeSelector");
		return;
	}
	if (job_find(j, "BGPConfiguration", "default") != NULL) {
		job_dismiss(j, f, "left out: there is one already");
		return;
	}
	json_t *ours = job_make(j, f->label, "BGPConfiguration", "default");

	as_number(j, f, ours);
	mesh(j, f, ours);
	rule_apply(j, f, configuration_rules, ours);
	for (size_t i = 0; i < sizeof(cidr_lists) / sizeof(cidr_lists[0]); i++)
		cidrs(j, f, cidr_lists[i], ours);
	json_t *values = communities(j, f, ours);

	advertisements(j, f, values, ours);
	json_decref(values);
}
