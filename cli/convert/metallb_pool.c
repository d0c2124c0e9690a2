/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/metallb.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/err.h"

#define ALLOCATION "spec.serviceAllocation"
/*
 * MetalLB tries pools for some before those for everybody, and of them those
 * without a priority last. A group that has none has 100 here.
 */
#define PRIORITY_LAST_FOR_SOME 99

/* clang-format off */
static const struct rule pool_rules[] = {
	{ "spec.autoAssign", .to = "spec.autoAssign", .idle = "true" },
	{ ALLOCATION ".priority", .to = "spec.priority",
	  .turn = turn_priority, .idle = "0" },
	{ ALLOCATION ".namespaces", .to = "spec.namespaces",
	  .turn = turn_namespaces, .idle = "[]" },
	{ "spec.avoidBuggyIPs", .to = "spec.avoidBuggyIPs", .idle = "false" },
	{ 0 },
};
/* clang-format on */

static void
pool_addresses(struct job *j, struct foreign *f, json_t *group)
{
	json_t *list = job_take_list(j, f, "spec.addresses"), *item;
	struct err err;
	size_t i;

	json_array_foreach (list, i, item)
		if (!group_add_range(group, item, &err))
			job_remark(
			    j, f->label, "spec.addresses", "%s", err.text);
	json_decref(list);
}

/*
 * One that matches what any of those at the path does; owned. NULL: there are
 * none, or *unsaid and a remark: no label selector says that.
 */
static json_t *
any_take(struct job *j, struct foreign *f, const char *path, bool *unsaid)
{
	json_t *list = path_take(f->left, path), *any = NULL;
	struct err err, why;

	if (list != NULL && !path_says_nothing(list)) {
		any = label_selector_any(list, &err);
		*unsaid = any == NULL;
		if (any != NULL && json_object_size(any) == 0 &&
		    json_array_size(list) > 1)
			job_refuse(
			    j, f->label, path, list, "one of them selects all");
	}
	if (*unsaid) {
		err_set(&why,
		    "%s: Services have to name the group, and any may",
		    err.text);
		job_refuse(j, f->label, path, list, why.text);
	}
	json_decref(list);
	return any;
}

/* The selector lets all of them in, or as many as can be said. */
static void
namespaces_drop(struct job *j, const struct foreign *f, json_t *group)
{
	const json_t *list = path_get(group, "spec.namespaces");

	if (list != NULL)
		job_refuse(j, f->label, ALLOCATION ".namespaces", list,
		    "namespaceSelectors let others in as well, so it goes");
	json_object_del(job_spec(group), "namespaces");
}

/*
 * Namespaces that are listed or selected may use the pool, and of their
 * Services those that are selected. What can't be said must not shut anybody
 * out who names the group.
 */
static void
pool_users(struct job *j, struct foreign *f, json_t *group)
{
	bool unsaid = false, odd = false;
	json_t *namespaces =
	    any_take(j, f, ALLOCATION ".namespaceSelectors", &unsaid);
	json_t *services = any_take(j, f, ALLOCATION ".serviceSelectors", &odd);

	if (unsaid || (namespaces != NULL && json_object_size(namespaces) == 0))
		namespaces_drop(j, f, group);
	if (json_object_size(namespaces) > 0)
		path_set(
		    group, "spec.namespaceSelector", json_incref(namespaces));
	if (json_object_size(services) > 0)
		path_set(group, "spec.serviceSelector", json_incref(services));
	if (unsaid || odd)
		group_only_by_name(group);
	json_decref(namespaces);
	json_decref(services);
}

static void
pool_priority(
    struct job *j, const struct foreign *f, bool for_some, json_t *group)
{
	const json_t *said = path_get(group, "spec.priority");

	if (for_some && said == NULL)
		path_set(group, "spec.priority",
		    json_integer(PRIORITY_LAST_FOR_SOME));
	else if (json_integer_value(said) > PRIORITY_LAST_FOR_SOME)
		job_remark(j, f->label, ALLOCATION ".priority",
		    "pools for everybody have %d here and are tried before it",
		    PRIORITY_LAST_FOR_SOME + 1);
}

static bool
is_said(const struct foreign *f, const char *path)
{
	const json_t *v = path_get(f->left, path);

	return v != NULL && !path_says_nothing(v);
}

void
metallb_pool(struct job *j, struct foreign *f)
{
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	bool listed = is_said(f, ALLOCATION ".namespaces");
	bool for_some = listed ||
	    is_said(f, ALLOCATION ".namespaceSelectors") ||
	    is_said(f, ALLOCATION ".serviceSelectors");

	f->ours = json_incref(group);
	pool_addresses(j, f, group);
	rule_apply(j, f, pool_rules, group);
	if (listed && path_get(group, "spec.namespaces") == NULL)
		group_only_by_name(group); /* they can't be read */
	pool_users(j, f, group);
	pool_priority(j, f, for_some, group);
}
