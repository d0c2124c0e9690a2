/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener - a peer that believes what adjout tells it, for the tests of bgpd/rib.
 */
#ifndef TESTS_UNIT_LISTENER_H
#define TESTS_UNIT_LISTENER_H

#include "bgpd/rib/adjout.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

#define BELIEFS 4096 /* more prefixes than a test has */

struct listener {
	struct path_table *paths; /* what is heard is interned here */
	struct group_key key;
	uint32_t source;
	struct member *member;
	struct prefix_table prefixes[FAMILIES];
	struct path *beliefs[FAMILIES][BELIEFS]; /* refs, by prefix index */
	unsigned eors[FAMILIES];
	unsigned borrs[FAMILIES], eorrs[FAMILIES]; /* RFC 7313 */
	unsigned messages, wakes;
	unsigned announced; /* prefixes, also again */
	unsigned withdrawn; /* prefixes */
	unsigned needless;  /* of these, that it didn't have */
};

static inline void
on_wake(void *arg)
{
	struct listener *l = arg;

	l->wakes++;
}

static const struct adjout_ops listener_ops = { .wake = on_wake };

static inline struct listener *
listener_new(struct adjout *a, struct path_table *paths,
    const struct group_key *key, uint32_t source)
{
	struct listener *l = xcalloc(1, sizeof(*l));

	l->paths = paths;
	l->key = *key;
	l->source = source;
	prefix_table_init(&l->prefixes[FAMILY_V4], FAMILY_V4, 1);
	prefix_table_init(&l->prefixes[FAMILY_V6], FAMILY_V6, 1);
	l->member = adjout_join(a, key, source, &listener_ops, l);
	return l;
}

static inline void
listener_free(struct listener *l)
{
	adjout_leave(l->member);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		for (unsigned i = 0; i < BELIEFS; i++)
			path_unref(l->beliefs[f][i]);
		prefix_table_fini(&l->prefixes[f]);
	}
	free(l);
}

static inline const struct path *
listener_belief(const struct listener *l, const struct prefix *p)
{
	enum family f = p->addr.family;

	return l->beliefs[f][prefix_table_find(&l->prefixes[f], p)];
}

/* Takes the reference. */
static inline void
believe(struct listener *l, const struct prefix *p, struct path *path)
{
	enum family f = p->addr.family;
	uint32_t index = prefix_table_add(&l->prefixes[f], p);

	assert_true(index < BELIEFS);
	if (path == NULL) {
		l->withdrawn++;
		l->needless += l->beliefs[f][index] == NULL;
	}
	l->announced += path != NULL;
	path_unref(l->beliefs[f][index]);
	l->beliefs[f][index] = path;
}

static inline void
hear_prefixes(struct listener *l, struct nlri nlri, const struct attrs *a)
{
	struct prefix p;
	uint32_t path_id;

	while (nlri_next(&nlri, &p, &path_id))
		believe(l, &p, a == NULL ? NULL : path_intern(l->paths, a));
}

static inline void
hear_marker(struct listener *l, struct rbuf body)
{
	struct refresh r;
	struct bgp_err err;

	assert_true(refresh_parse(body, true, &r, &err));
	assert_int_not_equal(r.kind, REFRESH_REQUEST);
	l->borrs[r.family] += r.kind == REFRESH_BEGIN;
	l->eorrs[r.family] += r.kind == REFRESH_END;
}

/* RFC 7606 5.1: an UPDATE is about one thing only. */
static inline void
assert_one_thing(const struct update *u)
{
	unsigned things = u->eor != FAMILY_NONE;

	for (unsigned i = 0; i < 2; i++)
		things +=
		    (u->unreach[i].count > 0) + (u->reach[i].nlri.count > 0);
	assert_int_equal(things, 1);
}

static inline void
hear(struct listener *l, struct rbuf bytes)
{
	struct update_ctx ctx = {
		.ebgp = l->key.kind == PEER_EBGP,
		.as4 = l->key.as4,
		.family = { [FAMILY_V4] = l->key.families[FAMILY_V4],
		    [FAMILY_V6] = l->key.families[FAMILY_V6] },
	};
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct msg msg;
	struct update u;
	struct bgp_err err;

	assert_int_equal(
	    msg_cut(&bytes, l->key.max_message, &msg, &err), MSG_WHOLE);
	assert_int_equal(bytes.left, 0);
	if (msg.type == MSG_ROUTE_REFRESH) {
		hear_marker(l, msg.body);
		return;
	}
	assert_int_equal(msg.type, MSG_UPDATE);
	assert_int_equal(
	    update_parse(msg.body, &ctx, &scratch, &u, &err), UPD_OK);
	assert_one_thing(&u);
	l->messages++;
	l->eors[u.eor]++;
	for (unsigned i = 0; i < 2; i++) {
		struct attrs a = update_attrs(&u, i);

		hear_prefixes(l, u.unreach[i], NULL);
		hear_prefixes(l, u.reach[i].nlri, &a);
	}
}

static inline bool
listener_pull(struct listener *l)
{
	struct rbuf msg;

	if (!adjout_next(l->member, &msg))
		return false;
	hear(l, msg);
	return true;
}

static inline void
listener_drain(struct listener *l)
{
	while (listener_pull(l))
		;
}
#endif
