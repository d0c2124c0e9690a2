/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first record names who gave routes: index 0 is this node, for what it announces
 * itself, the others are its peers as they are when the dump begins. Routes come by
 * prefix, so a record is filled until another prefix comes; only then it is known
 * whether any of its routes has a path id, which makes it a record of another type.
 *
 * A record is built in memory, as its length stands in front of it. A table that
 * changes while it is dumped may give a prefix twice, in two records.
 */
#include "cli/mrt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/base64.h"
#include "common/err.h"
#include "common/json.h"
#include "common/prefix.h"

/* RFC 6396 4, 4.3; RFC 8050 4. */
enum {
	TABLE_DUMP_V2 = 13,
	PEER_INDEX_TABLE = 1,
	RIB_IPV4_UNICAST = 2,
	RIB_IPV6_UNICAST = 4,
	RIB_IPV4_UNICAST_ADDPATH = 8,
	RIB_IPV6_UNICAST_ADDPATH = 10,
};
enum { PEER_IPV6 = 0x1, PEER_AS4 = 0x2 };

#define ENTRIES_MOST UINT16_MAX

struct entry {
	uint16_t peer;
	uint32_t path_id;
	char *attributes; /* owned */
	size_t n;
};

struct mrt {
	FILE *to; /* borrowed */
	uint32_t now;
	uint32_t sequence;
	json_t *peers; /* owned; index by name; NULL: nothing is written yet */
	/* The record that is being filled. */
	struct prefix prefix;
	struct entry *entries; /* owned */
	size_t n_entries, room;
	struct mrt_counts counts;
};

struct mrt *
mrt_new(FILE *to, uint32_t now)
{
	struct mrt *m = xcalloc(1, sizeof(*m));

	m->to = to;
	m->now = now;
	return m;
}

static void
entries_clear(struct mrt *m)
{
	for (size_t i = 0; i < m->n_entries; i++)
		free(m->entries[i].attributes);
	m->n_entries = 0;
}

void
mrt_free(struct mrt *m)
{
	if (m == NULL)
		return;
	entries_clear(m);
	free(m->entries);
	json_decref(m->peers);
	free(m);
}

static void
put8(FILE *to, uint8_t v)
{
	fputc(v, to);
}

static void
put16(FILE *to, uint16_t v)
{
	put8(to, (uint8_t)(v >> 8));
	put8(to, (uint8_t)v);
}

static void
put32(FILE *to, uint32_t v)
{
	put16(to, (uint16_t)(v >> 16));
	put16(to, (uint16_t)v);
}

static void
put_bytes(FILE *to, const void *bytes, size_t n)
{
	fwrite(bytes, 1, n, to);
}

/* RFC 6396 2. The body is freed. */
static void
put_record(struct mrt *m, uint16_t subtype, char *body, size_t n)
{
	put32(m->to, m->now);
	put16(m->to, TABLE_DUMP_V2);
	put16(m->to, subtype);
	put32(m->to, (uint32_t)n);
	put_bytes(m->to, body, n);
	free(body);
}

static FILE *
body_open(char **body, size_t *n)
{
	FILE *to = xmemstream(body, n);

	return to;
}

/* Who gave routes. ------------------------------------------------------------- */

struct giver {
	struct addr addr; /* FAMILY_NONE: ourselves, or not known yet */
	struct addr id;
	uint32_t asn;
};

static bool
addr_get(const struct json_at *at, const char *field, struct addr *a,
    struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(at, field, &text, err))
		return false;
	return text == NULL || addr_parse(text, a) ||
	    json_refuse(at, field, err, "%.60s: not an address", text);
}

static bool
giver_read(const struct json_at *at, struct giver *g, struct err *err)
{
	*g = (struct giver){ .id = addr_v4(0) };
	return addr_get(at, "address", &g->addr, err) &&
	    addr_get(at, "routerID", &g->id, err) &&
	    json_get_uint32(at, "asNumber", 0, UINT32_MAX, &g->asn, err);
}

/* RFC 6396 4.3.1. */
static void
put_giver(FILE *to, const struct giver *g)
{
	bool v6 = g->addr.family == FAMILY_V6;

	put8(to, PEER_AS4 | (v6 ? PEER_IPV6 : 0));
	put_bytes(to, g->id.bytes, 4);
	put_bytes(to, g->addr.bytes, v6 ? 16 : 4);
	put32(to, g->asn);
}

static bool
put_givers(struct mrt *m, FILE *to, const struct json_at *self,
    const struct json_at *peers, struct err *err)
{
	struct giver g;
	const char *name = "";

	if (!giver_read(self, &g, err) ||
	    !json_get_string(self, "node", &name, err))
		return false;
	put_bytes(to, g.id.bytes, 4);
	put16(to, (uint16_t)strlen(name));
	put_bytes(to, name, strlen(name));
	put16(to, (uint16_t)(json_at_count(peers) + 1));
	put_giver(to, &g); /* index 0 */
	for (size_t i = 0; i < json_at_count(peers); i++) {
		struct json_at peer = json_at_item(peers, i);

		name = "";
		if (!giver_read(&peer, &g, err) ||
		    !json_get_string(&peer, "name", &name, err))
			return false;
		put_giver(to, &g);
		json_object_set_new(
		    m->peers, name, json_integer((json_int_t)i + 1));
	}
	return true;
}

static bool
begin(struct mrt *m, const struct json_at *reply, struct err *err)
{
	struct json_at self, peers;
	char *body;
	size_t n;

	if (!json_get_object(reply, "self", &self, err) ||
	    !json_get_array(reply, "peers", &peers, err))
		return false;
	if (self.v == NULL)
		return err_set(err,
		    "the daemon is older than this program: it "
		    "gives no routes as bytes");
	if (json_at_count(&peers) >= ENTRIES_MOST)
		return err_set(err, "%zu peers: at most %d fit",
		    json_at_count(&peers), ENTRIES_MOST - 1);
	FILE *to = body_open(&body, &n);

	m->peers = json_object();
	bool good = put_givers(m, to, &self, &peers, err);

	fclose(to);
	if (good)
		put_record(m, PEER_INDEX_TABLE, body, n);
	else
		free(body);
	return good;
}

/* Their routes. ---------------------------------------------------------------- */

static bool
has_path_ids(const struct mrt *m)
{
	for (size_t i = 0; i < m->n_entries; i++)
		if (m->entries[i].path_id != 0)
			return true;
	return false;
}

/* RFC 6396 4.3.4; RFC 8050 4.1. */
static void
put_entry(
    const struct mrt *m, FILE *to, const struct entry *e, bool with_path_id)
{
	put16(to, e->peer);
	put32(to, m->now); /* nobody keeps when a route came */
	if (with_path_id)
		put32(to, e->path_id);
	put16(to, (uint16_t)e->n);
	put_bytes(to, e->attributes, e->n);
}

/* RFC 6396 4.3.2: what is known of the prefix. */
static void
flush_prefix(struct mrt *m)
{
	bool v6 = m->prefix.addr.family == FAMILY_V6, ids = has_path_ids(m);
	char *body;
	size_t n;

	if (m->n_entries == 0)
		return;
	FILE *to = body_open(&body, &n);

	put32(to, m->sequence++);
	put8(to, m->prefix.len);
	put_bytes(to, m->prefix.addr.bytes, (m->prefix.len + 7u) / 8);
	put16(to, (uint16_t)m->n_entries);
	for (size_t i = 0; i < m->n_entries; i++)
		put_entry(m, to, &m->entries[i], ids);
	fclose(to);
	put_record(m,
	    v6        ? ids ? RIB_IPV6_UNICAST_ADDPATH : RIB_IPV6_UNICAST
		: ids ? RIB_IPV4_UNICAST_ADDPATH
		      : RIB_IPV4_UNICAST,
	    body, n);
	m->counts.prefixes++;
	m->counts.routes += m->n_entries;
	entries_clear(m);
}

/* Index 0 is ourselves. False: it came after the peers had been written. */
static bool
peer_find(const struct mrt *m, const char *name, uint16_t *index)
{
	const json_t *known =
	    name != NULL ? json_object_get(m->peers, name) : NULL;

	*index = (uint16_t)json_integer_value(known);
	return name == NULL || known != NULL;
}

static bool
attributes_get(const struct json_at *route, struct entry *e, struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(route, "attributes", &text, err))
		return false;
	e->attributes = text != NULL ? base64_decode(text, &e->n) : NULL;
	if (e->attributes != NULL && e->n <= UINT16_MAX)
		return true;
	free(e->attributes);
	return json_refuse(route, "attributes", err,
	    "not base64 of %d bytes at most", UINT16_MAX);
}

static void
entry_add(struct mrt *m, const struct prefix *prefix, const struct entry *e)
{
	if (m->n_entries == ENTRIES_MOST || !prefix_eq(prefix, &m->prefix))
		flush_prefix(m);
	m->prefix = *prefix;
	if (m->n_entries == m->room) {
		m->room = m->room * 2 + 8;
		m->entries =
		    xrealloc(m->entries, m->room, sizeof(m->entries[0]));
	}
	m->entries[m->n_entries++] = *e;
}

static bool
route_add(struct mrt *m, const struct json_at *route, struct err *err)
{
	const char *text = "", *name = NULL;
	struct entry e = { 0 };
	struct prefix prefix;

	if (!json_get_string(route, "prefix", &text, err) ||
	    !json_get_string(route, "neighborName", &name, err) ||
	    !json_get_uint32(route, "pathID", 0, UINT32_MAX, &e.path_id, err) ||
	    !prefix_parse(text, &prefix, err))
		return false;
	if (!peer_find(m, name, &e.peer)) {
		m->counts.left_out++;
		return true;
	}
	if (!attributes_get(route, &e, err))
		return false;
	entry_add(m, &prefix, &e);
	return true;
}

bool
mrt_add(struct mrt *m, const struct json_at *reply, struct err *err)
{
	struct json_at routes;

	if (m->peers == NULL && !begin(m, reply, err))
		return false;
	if (!json_get_array(reply, "routes", &routes, err))
		return false;
	for (size_t i = 0; i < json_at_count(&routes); i++) {
		struct json_at route = json_at_item(&routes, i);

		if (!route_add(m, &route, err))
			return false;
	}
	return true;
}

struct mrt_counts
mrt_end(struct mrt *m)
{
	flush_prefix(m);
	return m->counts;
}
