/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/purelb.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"

#define DIGITS "0123456789"

/*
 * What is announced there without a length, or with "default", is the subnet;
 * but only addresses that are routed: nothing else may draw traffic of a
 * subnet here. Any other text is refused with the group.
 */
static json_t *
aggregation(const json_t *pool, bool routed)
{
	const char *length = rule_text(pool, "aggregation");
	const char *subnet = rule_text(pool, "subnet");

	if (length != NULL && strspn(length, DIGITS) > 0)
		return json_sprintf("/%s", length);
	if (length != NULL && length[0] != '\0' &&
	    strcmp(length, "default") != 0)
		return json_string(length);
	if (routed && subnet != NULL && strchr(subnet, '/') != NULL)
		return json_string(strchr(subnet, '/'));
	return NULL;
}

/* from is {subnet, pool, aggregation}, which are taken. */
static void
add_pool(json_t *group, json_t *from, bool routed)
{
	json_t *pools = json_object_get(job_spec(group), "pools");
	json_t *length = aggregation(from, routed), *pool = json_object();

	json_object_set(pool, "subnet", json_object_get(from, "subnet"));
	json_object_set(pool, "pool", json_object_get(from, "pool"));
	if (length != NULL)
		json_object_set_new(pool, "aggregation", length);
	if (pools == NULL)
		json_object_set_new(
		    job_spec(group), "pools", pools = json_array());
	json_array_append_new(pools, pool);
	json_object_del(from, "subnet");
	json_object_del(from, "pool");
	json_object_del(from, "aggregation");
}

/* What is left of them is told with the rest of the object. */
static void
add_pools(json_t *group, json_t *v, bool routed)
{
	json_t *item;
	size_t i;

	if (json_is_object(v))
		add_pool(group, v, routed);
	json_array_foreach (v, i, item)
		add_pool(group, item, routed);
}

static void
add_part(json_t *group, json_t *part, bool routed)
{
	static const char *const fields[] = { "v4pool", "v6pool", "v4pools",
		"v6pools" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		add_pools(group, json_object_get(part, fields[i]), routed);
	if (rule_get(part, "pool") != NULL)
		add_pool(group, part, routed); /* of one family, as it was */
}

/*
 * Services that name no group get an address from the one named default there.
 * When it comes along, they are to get none from the others here either.
 */
static bool
is_other_than_default(const struct job *j, const struct foreign *f)
{
	const struct foreign *other;
	size_t i = 0;

	if (strcmp(f->name, "default") == 0)
		return false;
	while ((other = job_next(j, "purelb.io", "ServiceGroup", &i)) != NULL)
		if (strcmp(other->name, "default") == 0)
			return true;
	return false;
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

void
purelb_group(struct job *j, struct foreign *f)
{
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	json_t *enforced = rule_take(f->left, "spec.enforceNamespaces");
	json_t *spec = json_object_get(f->left, "spec");

	add_part(group, json_object_get(spec, "local"), false);
	add_part(group, json_object_get(spec, "remote"), true);
	if (is_other_than_default(j, f))
		group_only_by_name(group);
	if (json_is_true(enforced))
		rule_apply(j, f, enforced_rules, group);
	rule_apply(j, f, rules, group);
	json_decref(enforced);
}
