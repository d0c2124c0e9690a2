/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/bgp_filter.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/community.h"
#include "common/api/fields.h"
#include "common/err.h"
#include "common/json.h"

static bool
has(const json_t *obj, const char *key)
{
	return json_object_get(obj, key) != NULL;
}

/* ---- communities ---- */

/* Of at most 10 digits, ended by `end`; *text moves behind it. */
static bool
number_next(const char **text, char end, uint64_t *n)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > 10 || (*text)[digits] != end)
		return false;
	*n = strtoull(*text, NULL, 10);
	*text += digits + 1;
	return true;
}

/* RFC 4360 4, RFC 5668 4: sub-type 2 of the types for 2 and 4 octets of AS number. */
static bool
target_parse(const char *text, struct filter_community *c)
{
	uint64_t asn, n;

	if (!number_next(&text, ':', &asn) || !number_next(&text, '\0', &n) ||
	    asn > UINT32_MAX ||
	    n > (asn > UINT16_MAX ? UINT16_MAX : UINT32_MAX))
		return false;
	if (asn > UINT16_MAX) {
		c->value[0] = 0x02020000 | (uint32_t)(asn >> 16);
		c->value[1] = (uint32_t)(asn << 16 | n);
	} else {
		c->value[0] = 0x00020000 | (uint32_t)asn;
		c->value[1] = (uint32_t)n;
	}
	return true;
}

/* RFC 4360 3.2: type 1. */
static bool
target_addr_parse(const char *text, struct filter_community *c)
{
	const char *colon = strchr(text, ':');
	char host[ADDR_TEXT] = "";
	struct addr a;
	uint64_t n;

	if (colon == NULL || colon - text >= ADDR_TEXT)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	text = colon + 1;
	if (!addr_parse(host, &a) || a.family != FAMILY_V4 ||
	    !number_next(&text, '\0', &n) || n > UINT16_MAX)
		return false;
	c->value[0] = 0x01020000 | (uint32_t)a.bytes[0] << 8 | a.bytes[1];
	c->value[1] = (uint32_t)a.bytes[2] << 24 | (uint32_t)a.bytes[3] << 16 |
	    (uint32_t)n;
	return true;
}

static bool
raw_parse(const char *text, struct filter_community *c)
{
	if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
		return false;
	uint64_t n = strtoull(text, NULL, 16);

	c->value[0] = (uint32_t)(n >> 32);
	c->value[1] = (uint32_t)n;
	return true;
}

bool
filter_community_parse(const char *text, struct filter_community *c)
{
	struct community plain;

	*c = (struct filter_community){ .kind = FILTER_COMMUNITY_EXTENDED };
	if (strncmp(text, "rt:", 3) == 0)
		return target_parse(text + 3, c) ||
		    target_addr_parse(text + 3, c);
	if (strncmp(text, "0x", 2) == 0)
		return raw_parse(text + 2, c);
	if (community_parse(text, &plain)) {
		c->kind = plain.kind == COMMUNITY_LARGE
		    ? FILTER_COMMUNITY_LARGE
		    : FILTER_COMMUNITY_STANDARD;
		memcpy(c->value, plain.value, sizeof(c->value));
		return true;
	}
	c->kind = FILTER_COMMUNITY_NAME;
	return strchr(text, ':') == NULL;
}

static void
communities_decode(struct filter_communities *cs, const json_t *list)
{
	cs->n = json_array_size(list);
	cs->at = xcalloc(cs->n + 1, sizeof(*cs->at));
	for (size_t i = 0; i < cs->n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		filter_community_parse(text, &cs->at[i]);
		if (cs->at[i].kind == FILTER_COMMUNITY_NAME)
			cs->at[i].name = xstrdup(text);
	}
}

static void
filter_communities_fini(struct filter_communities *cs)
{
	for (size_t i = 0; i < cs->n; i++)
		free(cs->at[i].name);
	free(cs->at);
}

/* ---- rules; the table has been applied ---- */

static void
numbers_decode(struct filter_numbers *ns, const json_t *list)
{
	ns->n = json_array_size(list);
	ns->at = xcalloc(ns->n + 1, sizeof(*ns->at));
	for (size_t i = 0; i < ns->n; i++)
		ns->at[i] =
		    (uint32_t)json_integer_value(json_array_get(list, i));
}

/* Of the length of cidr alone; from a least one on all that are longer. */
static void
prefix_decode(struct filter_prefix *p, const json_t *obj)
{
	struct err err;

	prefix_parse(json_text_or_null(obj, "cidr"), &p->cidr, &err);
	p->min_len = has(obj, "minLength") ? (uint8_t)json_int(obj, "minLength")
					   : p->cidr.len;
	p->max_len = has(obj, "maxLength") ? (uint8_t)json_int(obj, "maxLength")
	    : has(obj, "minLength") ? (uint8_t)family_bits(p->cidr.addr.family)
				    : p->cidr.len;
}

static uint8_t
sources_decode(const json_t *list)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} names[] = {
		{ "Pod", FILTER_POD },
		{ "Service", FILTER_SERVICE },
		{ "External", FILTER_EXTERNAL },
		{ "LoadBalancer", FILTER_LOAD_BALANCER },
		{ "Local", FILTER_LOCAL },
		{ "Peer", FILTER_PEER },
	};
	uint8_t sources = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (strcmp(json_string_value(json_array_get(list, i)),
				names[j].name) == 0)
				sources |= names[j].bit;
	return sources;
}

static void
set_decode(struct filter_set *s, const json_t *obj)
{
	const json_t *prepend = json_object_get(obj, "prepend");
	const char *origin = json_text_or_null(obj, "origin");
	const char *next_hop = json_text_or_null(obj, "nextHop");

	communities_decode(&s->add, json_object_get(obj, "addCommunities"));
	communities_decode(
	    &s->remove, json_object_get(obj, "removeCommunities"));
	s->prepend_as = (uint32_t)json_int(prepend, "asNumber");
	s->prepend_times = (uint8_t)json_int(prepend, "times");
	s->has_med = has(obj, "med");
	s->med = (uint32_t)json_int(obj, "med");
	s->has_local_preference = has(obj, "localPreference");
	s->local_preference = (uint32_t)json_int(obj, "localPreference");
	s->has_origin = origin != NULL;
	if (origin != NULL)
		s->origin = strcmp(origin, "IGP") == 0 ? 0
		    : strcmp(origin, "EGP") == 0       ? 1
						       : 2;
	s->next_hop_self = next_hop != NULL && strcmp(next_hop, "Self") == 0;
	if (next_hop != NULL && !s->next_hop_self)
		addr_parse(next_hop, &s->next_hop);
}

static void
rule_decode(struct filter_rule *r, const json_t *obj)
{
	const json_t *prefixes = json_object_get(obj, "prefixes");
	const json_t *as_path = json_object_get(obj, "asPath");

	r->name = xstrdup(json_text_or_null(obj, "name"));
	r->n_prefixes = json_array_size(prefixes);
	r->prefixes = xcalloc(r->n_prefixes + 1, sizeof(*r->prefixes));
	for (size_t i = 0; i < r->n_prefixes; i++)
		prefix_decode(&r->prefixes[i], json_array_get(prefixes, i));
	r->sources = sources_decode(json_object_get(obj, "sources"));
	r->peers = json_texts(json_object_get(obj, "peers"), NULL);
	communities_decode(
	    &r->communities, json_object_get(obj, "communities"));
	numbers_decode(&r->starts, json_object_get(as_path, "startsWith"));
	numbers_decode(&r->contains, json_object_get(as_path, "contains"));
	r->min_length = (uint32_t)json_int(as_path, "minLength");
	r->max_length = (uint32_t)json_int(as_path, "maxLength");
	r->interfaces = json_texts(json_object_get(obj, "interfaces"), NULL);
	r->accept = strcmp(json_text(obj, "action"), "Accept") == 0;
	set_decode(&r->set, json_object_get(obj, "set"));
}

static void
rule_fini(struct filter_rule *r)
{
	free(r->name);
	free(r->prefixes);
	json_texts_free(r->peers);
	filter_communities_fini(&r->communities);
	free(r->starts.at);
	free(r->contains.at);
	json_texts_free(r->interfaces);
	filter_communities_fini(&r->set.add);
	filter_communities_fini(&r->set.remove);
}

static void
rules_decode(struct filter_rules *rs, const json_t *list)
{
	rs->n = json_array_size(list);
	rs->at = xcalloc(rs->n + 1, sizeof(*rs->at));
	for (size_t i = 0; i < rs->n; i++)
		rule_decode(&rs->at[i], json_array_get(list, i));
}

static void
rules_fini(struct filter_rules *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		rule_fini(&rs->at[i]);
	free(rs->at);
}

void
filter_names_decode(struct filter_names *names, const json_t *list)
{
	names->present = list != NULL;
	names->at = json_texts(list, &names->n);
}

void
filter_names_fini(struct filter_names *names)
{
	json_texts_free(names->at);
}

void *
bgp_filter_decode(const json_t *obj, struct err *err)
{
	struct bgp_filter *f = xcalloc(1, sizeof(*f));
	json_t *applied = meta_decode(&f->meta, obj, err)
	    ? fields_apply(&bgp_filter_fields, obj, err)
	    : NULL;
	const json_t *spec = json_object_get(applied, "spec");

	if (applied == NULL) {
		bgp_filter_free(f);
		return NULL;
	}
	rules_decode(&f->import, json_object_get(spec, "import"));
	rules_decode(&f->export, json_object_get(spec, "export"));
	conditions_decode(&f->conditions, obj);
	json_decref(applied);
	return f;
}

bool
bgp_filter_known(const json_t *obj, struct err *err)
{
	return fields_known(&bgp_filter_fields, obj, err);
}

void
bgp_filter_free(void *filter)
{
	struct bgp_filter *f = filter;

	if (f == NULL)
		return;
	meta_fini(&f->meta);
	rules_fini(&f->import);
	rules_fini(&f->export);
	conditions_fini(&f->conditions);
	free(f);
}
