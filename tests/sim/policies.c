/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What filters say is computed from the objects themselves, as doc/filters.md has it:
 * the list of the BGPPeer, or else that of the BGPConfiguration; of its filters, one
 * after the other, the first rule that is met decides. What none decides about is told,
 * and not taken.
 *
 * Rules are drawn from a few conditions that cut across each other: kinds, single
 * prefixes, lengths. The AS that is prepended is nobody's, or routers of the nodes' own
 * AS would take the route for one that comes back.
 */
#include "tests/sim/policies.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/buf.h"
#include "common/err.h"
#include "common/prefix.h"
#include "tests/sim/announced.h"
#include "tests/sim/etcd.h"

/* --- By chance. --- */

const char *
naming_print(const struct naming *n, char *text)
{
	size_t at;

	text[0] = '\0';
	if (!n->own)
		return text;
	at = (size_t)snprintf(text, POLICY_RULES_TEXT, ", filters: [");
	for (unsigned i = 0; i < n->n; i++)
		at += (size_t)snprintf(text + at, POLICY_RULES_TEXT - at,
		    "%sf%u", i > 0 ? ", " : "", n->filters[i]);
	snprintf(text + at, POLICY_RULES_TEXT - at, "]");
	return text;
}

void
naming_draw(struct naming *n, struct rng *rng)
{
	unsigned first = rng_below(rng, FILTERS);

	*n = (struct naming){ .own = rng_below(rng, 4) != 0 };
	n->n = n->own ? rng_below(rng, NAMED + 1) : 0;
	for (unsigned i = 0; i < n->n; i++)
		n->filters[i] = (uint8_t)((first + i) % FILTERS);
}

static const char *
one_of(const char *const *texts, unsigned n, struct rng *rng)
{
	return texts[rng_below(rng, n)];
}

static void
draw_rule(char *text, size_t room, unsigned nth, struct rng *rng)
{
	static const char *const conditions[] = {
		"",
		", sources: [Pod]",
		", sources: [LoadBalancer]",
		", sources: [Local]",
		", prefixes: [{cidr: 10.60.0.0/26, maxLength: 32}]",
		", prefixes: [{cidr: 10.60.0.0/28, minLength: 32}]",
		", prefixes: [{cidr: 10.60.0.16/28}]",
		", prefixes: [{cidr: 10.60.0.0/29, maxLength: 32}, "
		"{cidr: 10.33.0.0/24}]",
		", prefixes: [{cidr: 10.33.0.0/16, minLength: 24, "
		"maxLength: 24}]",
		", sources: [Pod, LoadBalancer], prefixes: [{cidr: "
		"10.0.0.0/8, maxLength: 28}]",
	};
	const char *condition =
	    one_of(conditions, sizeof(conditions) / sizeof(conditions[0]), rng);
	size_t at;

	at = (size_t)snprintf(
	    text, room, "{name: r%u%s, action: ", nth, condition);
	if (rng_below(rng, 3) == 0) {
		snprintf(text + at, room - at, "Reject}");
		return;
	}
	unsigned med = rng_below(rng, 3), prepends = rng_below(rng, 3);

	at += (size_t)snprintf(text + at, room - at,
	    "Accept, set: {addCommunities: [\"%u:%u\"]", POLICY_AS,
	    rng_below(rng, POLICY_COMMUNITIES));
	if (med > 0)
		at += (size_t)snprintf(
		    text + at, room - at, ", med: %u", 10 * med);
	if (prepends > 0)
		at += (size_t)snprintf(text + at, room - at,
		    ", prepend: {asNumber: %u, times: %u}", POLICY_PREPENDED,
		    prepends);
	snprintf(text + at, room - at, "}}");
}

static void
draw_import(char *text, size_t room, unsigned nth, struct rng *rng)
{
	static const char *const conditions[] = {
		"",
		", prefixes: [{cidr: 172.16.0.0/16, maxLength: 24}]",
		", prefixes: [{cidr: 172.16.0.0/22, minLength: 24}]",
		", prefixes: [{cidr: 172.16.3.0/24}, {cidr: 0.0.0.0/0}]",
		", prefixes: [{cidr: 10.0.0.0/8, maxLength: 32}]",
		", asPath: {maxLength: 1}",
	};
	static const char *const actions[] = {
		"Accept",
		"Accept",
		"Accept, set: {localPreference: 200}",
		"Accept, set: {localPreference: 50}",
		"Reject",
	};

	snprintf(text, room, "{name: i%u%s, action: %s}", nth,
	    one_of(conditions, sizeof(conditions) / sizeof(conditions[0]), rng),
	    one_of(actions, sizeof(actions) / sizeof(actions[0]), rng));
}

typedef void
draw_rule_fn(char *text, size_t room, unsigned nth, struct rng *rng);

static size_t
draw_rules(char *text, size_t room, draw_rule_fn *draw, struct rng *rng)
{
	unsigned n = rng_below(rng, 4);
	size_t at = (size_t)snprintf(text, room, "[");

	for (unsigned i = 0; i < n; i++) {
		at += (size_t)snprintf(
		    text + at, room - at, "%s", i > 0 ? ", " : "");
		draw(text + at, room - at, i, rng);
		at += strlen(text + at);
	}
	return at + (size_t)snprintf(text + at, room - at, "]");
}

void
policies_draw_rules(char *text, struct rng *rng)
{
	size_t room = POLICY_RULES_TEXT;
	size_t at = (size_t)snprintf(text, room, "export: ");

	at += draw_rules(text + at, room - at, draw_rule, rng);
	at += (size_t)snprintf(text + at, room - at, ", import: ");
	draw_rules(text + at, room - at, draw_import, rng);
}

/* --- What they say. --- */

/* Most significant bits first. */
static uint32_t
v4(const struct prefix *p)
{
	const uint8_t *b = p->addr.bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
}

static bool
is_inside(const struct prefix *p, const struct prefix *of)
{
	return p->len >= of->len &&
	    (of->len == 0 || ((v4(p) ^ v4(of)) >> (32 - of->len)) == 0);
}

static bool
length_is_met(const json_t *one, const struct prefix *cidr, unsigned len)
{
	const json_t *least = json_object_get(one, "minLength");
	const json_t *most = json_object_get(one, "maxLength");

	if (least == NULL && most == NULL)
		return len == cidr->len;
	return (least == NULL || len >= json_integer_value(least)) &&
	    (most == NULL || len <= json_integer_value(most));
}

static bool
prefixes_are_met(const json_t *list, const struct prefix *p)
{
	const json_t *one;
	struct err err;
	size_t i;

	json_array_foreach (list, i, one) {
		struct prefix cidr;

		if (prefix_parse(etcd_text(one, "cidr"), &cidr, &err) &&
		    is_inside(p, &cidr) && length_is_met(one, &cidr, p->len))
			return true;
	}
	return list == NULL;
}

static bool
sources_are_met(const json_t *list, const struct prefix *p)
{
	const char *kind = p->addr.bytes[1] == 33 ? "Pod" : "LoadBalancer";
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		const char *text = json_string_value(one);

		if (strcmp(text, kind) == 0 || strcmp(text, "Local") == 0)
			return true;
	}
	return list == NULL;
}

static void
set_words(struct words *w, const json_t *set)
{
	const json_t *med = json_object_get(set, "med"), *one;
	size_t i;

	json_array_foreach (json_object_get(set, "addCommunities"), i, one) {
		unsigned as = 0, nth = 0;

		if (sscanf(json_string_value(one), "%u:%u", &as, &nth) == 2)
			w->communities |= (uint8_t)(1u << nth);
	}
	w->has_med = med != NULL;
	w->med = (uint32_t)json_integer_value(med);
	w->prepends = (uint8_t)json_integer_value(
	    json_object_get(json_object_get(set, "prepend"), "times"));
}

static bool
is_met(const json_t *rule, const struct prefix *p, unsigned length)
{
	const json_t *most =
	    json_object_get(json_object_get(rule, "asPath"), "maxLength");

	return prefixes_are_met(json_object_get(rule, "prefixes"), p) &&
	    sources_are_met(json_object_get(rule, "sources"), p) &&
	    (most == NULL || length <= json_integer_value(most));
}

/* Of the filter, the rule that decides; NULL: none does. */
static const json_t *
decides(const json_t *filter, const char *way, const struct prefix *p,
    unsigned length)
{
	const json_t *rule;
	size_t i;

	json_array_foreach (
	    json_object_get(json_object_get(filter, "spec"), way), i, rule)
		if (is_met(rule, p, length))
			return rule;
	return NULL;
}

static bool
accepts(const json_t *rule)
{
	return strcmp(etcd_text(rule, "action"), "Accept") == 0;
}

static const json_t *
filter_of(const json_t *objects, const json_t *name)
{
	char key[64];

	snprintf(key, sizeof(key), "BGPFilter//%s", json_string_value(name));
	return json_object_get(objects, key);
}

/* Of that address, the oldest, which is that of the first name. */
static const json_t *
peer_at(const json_t *objects, const char *ip)
{
	const json_t *found = NULL;
	const char *key, *name = "";
	json_t *object;

	json_object_foreach ((json_t *)objects, key, object) {
		const char *text =
		    etcd_text(json_object_get(object, "metadata"), "name");

		if (strcmp(etcd_text(object, "kind"), "BGPPeer") != 0 ||
		    strcmp(etcd_text(json_object_get(object, "spec"), "peerIP"),
			ip) != 0)
			continue;
		if (found == NULL || strcmp(text, name) < 0) {
			found = object;
			name = text;
		}
	}
	return found;
}

static const json_t *
list_of(const json_t *objects, const char *ip)
{
	const json_t *peer = peer_at(objects, ip);
	const json_t *own =
	    json_object_get(json_object_get(peer, "spec"), "filters");
	const json_t *all =
	    json_object_get(objects, "BGPConfiguration//default");

	return own != NULL
	    ? own
	    : json_object_get(json_object_get(all, "spec"), "filters");
}

struct filters {
	const json_t *at[NAMED];
	size_t n;
};

/* False: one is missing. */
static bool
filters_of(const json_t *objects, const char *peer_ip, struct filters *f)
{
	const json_t *name;
	size_t i;

	f->n = 0;
	json_array_foreach (list_of(objects, peer_ip), i, name)
		if ((f->at[f->n++] = filter_of(objects, name)) == NULL)
			return false;
	return true;
}

/* Of all of them, the first rule that does; NULL: none. */
static const json_t *
decides_of(const struct filters *f, const char *way, const struct prefix *p,
    unsigned length)
{
	const json_t *rule = NULL;

	for (size_t i = 0; i < f->n && rule == NULL; i++)
		rule = decides(f->at[i], way, p, length);
	return rule;
}

bool
policies_told(const json_t *objects, const char *peer_ip, uint64_t *takes,
    struct words words[64])
{
	struct filters f;

	*takes = 0;
	memset(words, 0, 64 * sizeof(words[0]));
	if (!filters_of(objects, peer_ip, &f))
		return false;
	for (unsigned bit = 0; bit < 64; bit++) {
		struct prefix p = announced_prefix(bit);
		const json_t *rule = decides_of(&f, "export", &p, 0);

		if (rule == NULL || accepts(rule))
			*takes |= 1ull << bit;
		set_words(&words[bit], json_object_get(rule, "set"));
	}
	return true;
}

bool
policies_taken(const json_t *objects, const char *peer_ip,
    const struct prefix *p, unsigned length, uint32_t *pref)
{
	struct filters f;

	if (!filters_of(objects, peer_ip, &f))
		return false;
	const json_t *rule = decides_of(&f, "import", p, length);
	const json_t *set =
	    json_object_get(json_object_get(rule, "set"), "localPreference");

	if (set != NULL)
		*pref = (uint32_t)json_integer_value(set);
	return accepts(rule);
}

/* --- As they came. --- */

void
words_read(struct words *w, const struct attrs *a, unsigned own_as)
{
	struct rbuf list = a->communities;

	*w = (struct words){ .has_med = attrs_has(a, ATTR_MED) };
	w->med = w->has_med ? a->med : 0;
	w->prepends = (uint8_t)(as_path_length(a->as_path) - own_as);
	while (list.left > 0) {
		uint32_t community = rbuf_u32(&list);

		if (community >> 16 == POLICY_AS &&
		    (community & 0xffff) < POLICY_COMMUNITIES)
			w->communities |= (uint8_t)(1u << (community & 0xffff));
	}
}

bool
words_eq(const struct words *a, const struct words *b)
{
	return a->has_med == b->has_med && a->med == b->med &&
	    a->communities == b->communities && a->prepends == b->prepends;
}
