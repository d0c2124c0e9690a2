/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/filtered.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/policy/announced.h"
#include "bgpd/policy/filter.h"
#include "bgpd/policy/peer_filters.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/policy.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "cli/explain/kinds.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/source/store.h"

struct filtering {
	const struct store *store;
	struct path_table *paths; /* owned, as all below */
	struct rib *rib;
	struct filters *filters;
};

struct filtering *
filtering_new(const struct store *store)
{
	struct filtering *f = xcalloc(1, sizeof(*f));

	f->store = store;
	f->paths = path_table_new(1);
	f->rib = rib_new(f->paths);
	f->filters = filters_new(f->rib);
	return f;
}

void
filtering_free(struct filtering *f)
{
	filters_free(f->filters);
	rib_free(f->rib);
	path_table_free(f->paths);
	free(f);
}

/* ---- what is another one ---- */

struct unlike {
	FILE *to;
	const char *between;
	const struct path *was, *now;
};

static void
comma(struct unlike *c)
{
	fputs(c->between, c->to);
	c->between = ", ";
}

static bool
has_entry(struct rbuf list, struct rbuf entry)
{
	while (list.left >= entry.left) {
		struct rbuf one = rbuf_cut(&list, entry.left);

		if (memcmp(one.p, entry.p, entry.left) == 0)
			return true;
	}
	return false;
}

enum { /* type and subtype of a route target: RFC 4360 4, RFC 5668 2 */
	TARGET_AS2 = 0x0002,
	TARGET_ADDRESS = 0x0102,
	TARGET_AS4 = 0x0202
};

static void
extended_print(uint32_t first, uint32_t second, FILE *to)
{
	uint32_t who = first << 16 | second >> 16;
	struct addr addr = addr_v4(who);
	char text[ADDR_TEXT];

	switch (first >> 16) {
	case TARGET_AS2:
		fprintf(to, "rt:%" PRIu32 ":%" PRIu32, first & 0xffff, second);
		break;
	case TARGET_ADDRESS:
		fprintf(to, "rt:%s:%" PRIu32, addr_print(&addr, text),
		    second & 0xffff);
		break;
	case TARGET_AS4:
		fprintf(to, "rt:%" PRIu32 ":%" PRIu32, who, second & 0xffff);
		break;
	default:
		fprintf(to, "0x%08" PRIx32 "%08" PRIx32, first, second);
	}
}

/* As filters have them (bgp_filter.h). */
static void
community_print(struct rbuf entry, FILE *to)
{
	size_t octets = entry.left;
	uint32_t first = rbuf_u32(&entry);

	if (octets == 4) {
		fprintf(
		    to, "%" PRIu32 ":%" PRIu32, first >> 16, first & 0xffff);
		return;
	}
	uint32_t second = rbuf_u32(&entry);

	if (octets == 8)
		extended_print(first, second, to);
	else
		fprintf(to, "%" PRIu32 ":%" PRIu32 ":%" PRIu32, first, second,
		    rbuf_u32(&entry));
}

/* Those of one list that the other one lacks. */
static void
communities_missing(struct unlike *c, struct rbuf list, struct rbuf other,
    size_t octets, const char *what)
{
	while (list.left >= octets) {
		struct rbuf entry = rbuf_cut(&list, octets);

		if (has_entry(other, entry))
			continue;
		comma(c);
		fputs("community ", c->to);
		community_print(entry, c->to);
		fputs(what, c->to);
	}
}

static void
communities_compare(struct unlike *c)
{
	static const struct {
		enum path_list list;
		size_t octets;
	} kinds[] = { { LIST_COMMUNITIES, 4 }, { LIST_EXT_COMMUNITIES, 8 },
		{ LIST_LARGE_COMMUNITIES, 12 } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct rbuf was = path_list(c->was, kinds[i].list);
		struct rbuf now = path_list(c->now, kinds[i].list);

		communities_missing(c, was, now, kinds[i].octets, " removed");
		communities_missing(c, now, was, kinds[i].octets, " added");
	}
}

/* What is announced has no AS path before a filter gives it one. */
static void
as_path_compare(struct unlike *c)
{
	struct as_path_iter it = { .path = path_list(c->now, LIST_AS_PATH) };
	uint32_t asn = as_path_next(&it);

	if (asn == 0)
		return;
	comma(c);
	fputs("AS path", c->to);
	for (; asn != 0; asn = as_path_next(&it))
		fprintf(c->to, " %" PRIu32, asn);
}

static void
value_compare(struct unlike *c, const char *name, enum attr_code code,
    uint32_t was, uint32_t now)
{
	bool had = (c->was->has & ATTR_BIT(code)) != 0;
	bool has = (c->now->has & ATTR_BIT(code)) != 0;

	if (!has || (had && was == now))
		return;
	comma(c);
	fprintf(c->to, "%s %" PRIu32, name, now);
}

static void
rest_compare(struct unlike *c)
{
	static const char *const origins[] = { "IGP", "EGP", "incomplete" };
	const struct path *was = c->was, *now = c->now;
	char text[ADDR_TEXT];

	value_compare(c, "MED", ATTR_MED, was->med, now->med);
	value_compare(c, "local preference", ATTR_LOCAL_PREF, was->local_pref,
	    now->local_pref);
	if (was->origin != now->origin && now->origin <= ORIGIN_INCOMPLETE) {
		comma(c);
		fprintf(c->to, "origin %s", origins[now->origin]);
	}
	if (!addr_eq(&was->next_hop, &now->next_hop)) {
		comma(c);
		fprintf(c->to, "next hop %s", addr_print(&now->next_hop, text));
	}
}

/* ---- which rule ---- */

/* Asked by import rules alone, which nobody is judged by here. */
static const char *
reached_by(void *arg)
{
	(void)arg;
	return NULL;
}

static enum filtered
rule_print(const struct filtering *f, const struct policy *policy,
    const struct policy_rule *rule, struct path *was, FILE *to)
{
	struct path *now =
	    verdict_apply(rib_verdicts(f->rib), rule->verdict, was);
	struct filter_counter names = { .filter = "", .rule = "" };
	struct unlike c = { to, " (", was, now };

	if (now == was) {
		path_unref(now);
		return FILTERED_AS_IS;
	}
	filters_counter(policy, rule->counter, &names);
	fprintf(to, "rule %s of BGPFilter %s", names.rule, names.filter);
	if (now == NULL)
		return FILTERED_REFUSED;
	communities_compare(&c);
	as_path_compare(&c);
	rest_compare(&c);
	fputs(")", to);
	path_unref(now);
	return FILTERED_CHANGED;
}

/* What becomes of the route by the policy, which may be NULL. */
static enum filtered
policy_print(const struct filtering *f, const struct policy *policy,
    const struct filtering_of *of, FILE *to)
{
	static const struct rib_source ours = { .kind = PEER_LOCAL };
	struct policy_case c;

	if (policy == NULL)
		return FILTERED_AS_IS;
	struct path *path = announced_path(f->paths, of->told);

	policy_case_init(&c, policy, path, &ours);
	const struct policy_rule *rule = policy_decider(&c, of->prefix);
	enum filtered filtered = rule == NULL
	    ? FILTERED_AS_IS
	    : rule_print(f, policy, rule, path, to);

	path_unref(path);
	return filtered;
}

enum filtered
filtering_judge(struct filtering *f, const struct filtering_of *of, char **text)
{
	struct filter_objects objects = peer_filters_objects(
	    f->store, EXPLAIN_FILTER, of->peer, of->config);
	const struct filter_peer as = { of->config, of->local_as, reached_by,
		NULL };
	struct peer_filters found;
	struct err err;
	size_t n;

	if (!peer_filters_find(&objects, f->filters, &as, &found, &err)) {
		*text = xstrdup(err.text);
		return FILTERED_UNKNOWN;
	}
	FILE *to = xmemstream(text, &n);

	enum filtered filtered = policy_print(f, found.export, of, to);

	fclose(to);
	peer_filters_fini(&found);
	return filtered;
}
