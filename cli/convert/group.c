/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/group.h"

#include <jansson.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "common/api/addr_range.h"
#include "common/err.h"
#include "common/prefix.h"

/* The longest prefix that both are in. */
static struct prefix
smallest_around(const struct addr_range *r)
{
	unsigned len = family_bits(r->first.family);
	struct prefix p = prefix_of(&r->first, len);

	while (!prefix_contains(&p, &r->last))
		p = prefix_of(&r->first, --len);
	return p;
}

json_t *
group_range_text(const struct addr_range *r)
{
	char prefix[PREFIX_TEXT], first[ADDR_TEXT], last[ADDR_TEXT];
	struct prefix around = smallest_around(r);
	struct addr end = prefix_last(&around);

	if (addr_eq(&r->first, &around.addr) && addr_eq(&r->last, &end))
		return json_string(prefix_print(&around, prefix));
	return json_sprintf(
	    "%s-%s", addr_print(&r->first, first), addr_print(&r->last, last));
}

bool
group_add_range(json_t *group, const json_t *range, struct err *err)
{
	const char *text = json_string_value(range);
	char subnet[PREFIX_TEXT];
	struct addr_range r;

	if (text == NULL)
		return err_set(err, "not a range of addresses");
	if (!addr_range_parse(text, &r, err))
		return false;
	struct prefix around = smallest_around(&r);

	json_array_append_new(path_list_make(group, "spec.pools"),
	    json_pack("{s:s, s:o}", "subnet", prefix_print(&around, subnet),
		"pool", group_range_text(&r)));
	return true;
}

/* A subnet that is longer than the prefixes announced has to grow to them. */
static void
aggregate(json_t *pool, const struct prefix *subnet, int len)
{
	char text[PREFIX_TEXT];
	struct prefix wide;

	json_object_set_new(pool, "aggregation", json_sprintf("/%d", len));
	if (len >= subnet->len)
		return;
	wide = prefix_of(&subnet->addr, (unsigned)len);
	json_object_set_new(
	    pool, "subnet", json_string(prefix_print(&wide, text)));
}

void
group_aggregate(json_t *group, int v4, int v6)
{
	struct prefix subnet;
	struct err err;
	json_t *pool;
	size_t i;

	json_array_foreach (
	    json_object_get(job_spec(group), "pools"), i, pool) {
		if (!prefix_parse(path_text(pool, "subnet"), &subnet, &err))
			continue;
		bool six = subnet.addr.family == FAMILY_V6;
		int len = six ? v6 : v4;

		if (len >= 0 && len < (int)family_bits(subnet.addr.family))
			aggregate(pool, &subnet, len);
	}
}

void
group_exclude_ends(json_t *group, const char *prefix)
{
	char first[ADDR_TEXT], last[ADDR_TEXT];
	struct prefix p;
	struct err err;

	if (!prefix_parse(prefix, &p, &err) ||
	    p.len + 2u > family_bits(p.addr.family))
		return;
	struct addr start = prefix_canonical(&p).addr, end = prefix_last(&p);
	json_t *list = path_list_make(group, "spec.exclude");

	json_array_append_new(list, json_string(addr_print(&start, first)));
	json_array_append_new(list, json_string(addr_print(&end, last)));
}

void
group_only_by_name(json_t *group)
{
	json_object_set_new(job_spec(group), "autoAssign", json_false());
}

void
group_disable(struct job *j, const struct foreign *pool)
{
	job_remark(j, pool->label, "spec.disabled",
	    "Services that name the group still get addresses");
	group_only_by_name(pool->ours);
}

bool
group_has_pools(const json_t *group)
{
	return json_array_size(path_get(group, "spec.pools")) > 0;
}

static bool
range_is_in(const struct addr_range *r, const json_t *cidrs)
{
	struct prefix p;
	struct err err;
	json_t *item;
	size_t i;

	json_array_foreach (cidrs, i, item)
		if (prefix_parse(path_text(item, "cidr"), &p, &err) &&
		    prefix_contains(&p, &r->first) &&
		    prefix_contains(&p, &r->last))
			return true;
	return false;
}

static bool
pool_has(const json_t *pool, const struct addr *a)
{
	const char *text = path_text(pool, "pool");
	struct addr_range r;
	struct err err;

	return text != NULL && addr_range_parse(text, &r, &err) &&
	    r.first.family == a->family && addr_cmp(&r.first, a) <= 0 &&
	    addr_cmp(a, &r.last) <= 0;
}

const json_t *
group_with(const struct job *j, const struct addr *a)
{
	json_t *pool;
	size_t k;

	for (size_t i = 0; i < j->n_made; i++)
		json_array_foreach (
		    path_get(j->made[i].obj, "spec.pools"), k, pool)
			if (!j->made[i].gone && pool_has(pool, a))
				return j->made[i].obj;
	return NULL;
}

bool
group_is_covered(const json_t *group, const json_t *configuration)
{
	struct addr_range r;
	struct err err;
	json_t *pool;
	size_t i;

	json_array_foreach (path_get(group, "spec.pools"), i, pool)
		if (path_text(pool, "pool") != NULL &&
		    addr_range_parse(path_text(pool, "pool"), &r, &err) &&
		    !range_is_in(&r,
			path_get(
			    configuration, "spec.serviceLoadBalancerIPs")) &&
		    !range_is_in(
			&r, path_get(configuration, "spec.serviceExternalIPs")))
			return false;
	return true;
}

/* A label that no node has. */
void
group_announce_nowhere(json_t *group)
{
	path_set(group, "spec.announce.bgp.nodeSelector",
	    json_pack("{s:{s:s}}", "matchLabels", GROUP_ANNOUNCE_LABEL,
		GROUP_ANNOUNCE_VALUE));
}

void
group_silence(struct job *j, const struct foreign *pool, const char *why)
{
	group_announce_nowhere(pool->ours);
	job_remark(j, pool->label, NULL,
	    "%s: no node announces its addresses: for that, take the "
	    "nodeSelector out of spec.announce.bgp of the ServiceGroup %s",
	    why, job_name(pool->ours));
}
