/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CiliumL2AnnouncementPolicy. It selects Services by labels, and so do pools. Where
 * both ask for the same it goes into the group of the pool alone, and where one asks
 * for what the other rules out not at all. Else it would be for some of the group's
 * Services; it is for all of them, which is told, if no other one is for the group as
 * a whole.
 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/cilium.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/path.h"
#include "common/err.h"

#define GROUP "cilium.io"
#define POLICY "CiliumL2AnnouncementPolicy"
#define POOL "CiliumLoadBalancerIPPool"
#define SERVICES "spec.serviceSelector"
#define NODES "spec.nodeSelector"
#define INTERFACES "spec.interfaces"

/* ---- whom it is for ---- */

static bool
is_same(const json_t *a, const json_t *b, const char *path)
{
	const json_t *x = path_get(a, path), *y = path_get(b, path);

	return x == y || json_equal(x, y);
}

/* Has one a label with another value than the other asks for? */
static bool
labels_clash(const json_t *a, const json_t *b)
{
	static const char path[] = "spec.serviceSelector.matchLabels";
	const json_t *theirs = path_get(b, path), *other;
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)path_get(a, path), key, v) {
		other = json_object_get(theirs, key);
		if (other != NULL && !json_equal(v, other))
			return true;
	}
	return false;
}

/* Is each of them for other namespaces only? */
static bool
namespaces_clash(const json_t *a, const json_t *b)
{
	const json_t *x = path_get(a, "spec.namespaces");
	const json_t *y = path_get(b, "spec.namespaces"), *one;
	size_t i;

	if (x == NULL || y == NULL)
		return false;
	json_array_foreach (x, i, one)
		if (path_lists(b, "spec.namespaces", json_string_value(one)))
			return false;
	return true;
}

enum reach { REACH_NONE, REACH_SOME, REACH_ALL }; /* of a pool's Services */

/* whom: what is in the policy's place of a group, as the users of one. */
static enum reach
reach_of(const json_t *whom, const json_t *group)
{
	static const char *const paths[] = { "spec.namespaces",
		"spec.namespaceSelector", SERVICES };
	enum reach reach = REACH_ALL;

	if (labels_clash(whom, group) || namespaces_clash(whom, group))
		return REACH_NONE;
	for (size_t i = 0; i < 3; i++)
		if (path_get(whom, paths[i]) != NULL &&
		    !is_same(whom, group, paths[i]))
			reach = REACH_SOME;
	return reach;
}

/* ---- where ---- */

/* Owned; NULL, told: none of them can be said. */
static json_t *
interfaces(struct job *j, const struct foreign *f)
{
	const json_t *list = path_get(f->left, INTERFACES), *one;
	json_t *out = json_array();
	struct err err;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *text = json_string_value(one);
		json_t *pattern =
		    text != NULL ? link_pattern(text, &err) : NULL;

		if (pattern != NULL)
			path_list_add(out, pattern);
		else if (text != NULL)
			job_remark(j, f->label, INTERFACES, "%s", err.text);
		else
			job_refuse(j, f->label, INTERFACES, one, "not a text");
		json_decref(pattern);
	}
	bool odd = list != NULL && !json_is_array(list);

	if (odd)
		job_refuse(j, f->label, INTERFACES, list, "not a list");
	if (!odd && (json_array_size(list) == 0 || json_array_size(out) > 0))
		return out;
	json_decref(out);
	return NULL;
}

/* Owned; NULL, told. */
static json_t *
nodes(struct job *j, const struct foreign *f)
{
	const json_t *v = path_get(f->left, NODES);
	struct err err;
	json_t *out = v != NULL ? label_selector_clean(v, &err) : json_object();

	if (out == NULL)
		job_remark(j, f->label, NODES, "%s", err.text);
	return out;
}

/* ---- into the groups ---- */

struct l2_policy {
	struct job *job;
	struct foreign *from;
	json_t *whom;            /* owned; as the users of a group */
	json_t *names, *nodes;   /* owned */
	struct answering answer; /* made of these */
};

/* One that can't be read is for nobody in particular. */
static json_t *
whom_of(const struct foreign *f)
{
	json_t *whom = json_pack("{s:{}}", "spec");
	struct err err;

	if (cilium_services_select(path_get(f->left, SERVICES), whom, &err))
		return whom;
	json_decref(whom);
	return json_pack(
	    "{s:{s:{s:s}}}", "spec", "serviceSelector", "unsaid", err.text);
}

/* Who holds an address there keeps it while it lives: it is a Lease. */
static struct l2_policy
policy_make(struct job *j, struct foreign *f)
{
	struct l2_policy p = { .job = j,
		.from = f,
		.whom = whom_of(f),
		.names = interfaces(j, f),
		.nodes = nodes(j, f) };

	p.answer = (struct answering){ .nodes = p.nodes,
		.interfaces = p.names,
		.always = json_array_size(p.names) > 0,
		.stays = true };
	return p;
}

static void
policy_fini(struct l2_policy *p)
{
	json_decref(p->whom);
	json_decref(p->names);
	json_decref(p->nodes);
}

/* False: it is left out for that pool, told. */
static bool
some_tell(const struct l2_policy *p, const struct foreign *pool)
{
	bool alone = !link_has(pool->ours);
	struct err why;

	if (alone)
		err_set(&why,
		    "all Services with addresses of %s are answered for",
		    job_name(pool->ours));
	else
		err_set(&why, "left out for %s, for which there is another one",
		    job_name(pool->ours));
	job_refuse(p->job, p->from->label, SERVICES,
	    path_get(p->from->left, SERVICES), why.text);
	return alone;
}

static void
policy_answer(const struct l2_policy *p, enum reach wanted)
{
	struct foreign *pool;
	size_t i = 0;

	while ((pool = job_next(p->job, GROUP, POOL, &i)) != NULL) {
		enum reach reach = reach_of(p->whom, pool->ours);

		if (!group_has_pools(pool->ours) || reach != wanted)
			continue;
		p->from->selected = true;
		if (reach == REACH_ALL || some_tell(p, pool))
			link_add(
			    p->job, p->from->label, &p->answer, pool->ours);
	}
}

/* NULL: it may answer, if there is a pool for it. */
static const char *
fault(const struct l2_policy *p)
{
	if (!json_is_true(path_get(p->from->left, "spec.loadBalancerIPs")))
		return "left out: without loadBalancerIPs it answers for no "
		       "address of a pool";
	return p->names != NULL && p->nodes != NULL
	    ? NULL
	    : "left out: where it is to answer can't be told";
}

static void
policies_answer(struct job *j, enum reach reach)
{
	struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, GROUP, POLICY, &i)) != NULL) {
		struct l2_policy p = policy_make(j, f);
		const char *why = fault(&p);

		if (why == NULL)
			policy_answer(&p, reach);
		else if (!f->told)
			job_dismiss(j, f, why);
		policy_fini(&p);
	}
}

static void
understood_drop(struct job *j, struct foreign *f)
{
	static const char *const paths[] = { SERVICES, NODES, INTERFACES,
		"spec.externalIPs", "spec.loadBalancerIPs" };

	if (json_is_true(path_get(f->left, "spec.externalIPs")))
		job_remark(j, f->label, "spec.externalIPs",
		    "only addresses of ServiceGroups are answered for: give "
		    "these Services the type LoadBalancer and the annotation "
		    "lbbgp.io/addresses");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		json_decref(path_take(f->left, paths[i]));
}

void
cilium_l2_answer(struct job *j)
{
	struct foreign *f;
	size_t i = 0;

	policies_answer(j, REACH_ALL);
	policies_answer(j, REACH_SOME);
	while ((f = job_next(j, GROUP, POLICY, &i)) != NULL) {
		f->seen = true;
		if (!f->told && !f->selected)
			job_dismiss(j, f,
			    "left out: no CiliumLoadBalancerIPPool of the "
			    "input is for its Services; give them together");
		understood_drop(j, f);
	}
}
