/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/ao.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

bool
ao_key_eq(const struct ao_key *a, const struct ao_key *b)
{
	return a->send_id == b->send_id && a->recv_id == b->recv_id &&
	    a->algorithm == b->algorithm && strcmp(a->secret, b->secret) == 0;
}

bool
ao_keys_eq(const struct ao_keys *a, const struct ao_keys *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!ao_key_eq(&a->at[i], &b->at[i]))
			return false;
	return true;
}

static struct ao_key
key_dup(const struct ao_key *key)
{
	struct ao_key copy = *key;

	copy.secret = xstrdup(key->secret);
	return copy;
}

static void
key_free(const struct ao_key *key)
{
	char *secret = (char *)key->secret;

	explicit_bzero(secret, strlen(secret));
	free(secret);
}

struct ao_keys
ao_keys_dup(const struct ao_keys *keys)
{
	struct ao_key *at = keys->n == 0 ? NULL : xcalloc(keys->n, sizeof(*at));

	for (size_t i = 0; i < keys->n; i++)
		at[i] = key_dup(&keys->at[i]);
	return (struct ao_keys){ at, keys->n };
}

void
ao_keys_free(struct ao_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		key_free(&keys->at[i]);
	free((struct ao_key *)keys->at);
	*keys = (struct ao_keys){ NULL, 0 };
}

static const struct ao_key *
keys_find(const struct ao_keys *keys, const struct ao_key *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (ao_key_eq(&keys->at[i], key))
			return &keys->at[i];
	return NULL;
}

bool
ao_keys_same(const struct ao_keys *a, const struct ao_keys *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (keys_find(b, &a->at[i]) == NULL)
			return false;
	return a->n == b->n;
}

/* They cannot be in one socket. */
static bool
clashes(const struct ao_key *a, const struct ao_key *b)
{
	return !ao_key_eq(a, b) &&
	    (a->send_id == b->send_id || a->recv_id == b->recv_id);
}

bool
ao_keys_follow(const struct ao_keys *was, const struct ao_keys *now)
{
	bool keeps = was->n == 0 && now->n == 0;

	for (size_t i = 0; i < was->n; i++) {
		keeps |= keys_find(now, &was->at[i]) != NULL;
		for (size_t j = 0; j < now->n; j++)
			if (clashes(&was->at[i], &now->at[j]))
				return false;
	}
	return keeps;
}

bool
ao_keys_made(const struct ao_keys *keys, const struct ao_state *state)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->at[i].recv_id == state->rnext_id)
			return true;
	return false;
}

/* --- From one set to another. --- */

struct ao_change {
	struct ao_keys *has;
	const struct ao_keys *wanted;
	const struct prefix *peers;
	const struct ao_ops *ops;
	void *arg;
	bool refused;
};

static bool
do_step(struct ao_change *u, enum ao_step step, const struct ao_key *key,
    const struct ao_key *next)
{
	bool done = u->ops->step(u->arg, u->peers, step, key, next);

	u->refused |= !done;
	return done;
}

/* What is used in its place: the first that is wanted and there. */
static const struct ao_key *
next_of(const struct ao_change *u)
{
	for (size_t i = 0; i < u->wanted->n; i++)
		if (keys_find(u->has, &u->wanted->at[i]) != NULL)
			return &u->wanted->at[i];
	return NULL;
}

static void
remove_at(struct ao_change *u, size_t i)
{
	struct ao_key *at = (struct ao_key *)u->has->at;

	key_free(&at[i]);
	u->has->n--;
	memmove(at + i, at + i + 1, (u->has->n - i) * sizeof(at[0]));
}

static bool
stands_in_the_way(const struct ao_change *u, const struct ao_key *key)
{
	for (size_t i = 0; i < u->wanted->n; i++)
		if (clashes(key, &u->wanted->at[i]))
			return true;
	return false;
}

/* all: whatever is not wanted; else only what keeps a wanted one out. */
static void
remove_some(struct ao_change *u, bool all)
{
	for (size_t i = u->has->n; i-- > 0;) {
		const struct ao_key *key = &u->has->at[i];

		if (keys_find(u->wanted, key) == NULL &&
		    (all || stands_in_the_way(u, key)) &&
		    do_step(u, AO_REMOVE, key, next_of(u)))
			remove_at(u, i);
	}
}

static void
add_some(struct ao_change *u)
{
	for (size_t i = 0; i < u->wanted->n; i++) {
		const struct ao_key *key = &u->wanted->at[i];

		if (keys_find(u->has, key) != NULL ||
		    !do_step(u, AO_ADD, key, NULL))
			continue;
		struct ao_key *at = xrealloc(
		    (struct ao_key *)u->has->at, u->has->n + 1, sizeof(at[0]));

		at[u->has->n++] = key_dup(key);
		u->has->at = at;
	}
}

bool
ao_keys_update(struct ao_keys *has, const struct ao_keys *wanted,
    const struct prefix *peers, bool connection, const struct ao_ops *ops,
    void *arg)
{
	struct ao_change u = { has, wanted, peers, ops, arg, false };

	remove_some(&u, false);
	add_some(&u);
	const struct ao_key *first = next_of(&u);

	if (connection && first != NULL)
		do_step(&u, AO_PREFER, first, NULL);
	remove_some(&u, true);
	return !u.refused;
}

/* --- Of a listener. --- */

struct entry {
	struct prefix peers;
	struct ao_keys keys; /* owned */
};

struct ao_table {
	struct entry *at; /* owned; longer prefixes first */
	size_t n;
};

struct ao_table *
ao_table_new(void)
{
	return xcalloc(1, sizeof(struct ao_table));
}

void
ao_table_free(struct ao_table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		ao_keys_free(&t->at[i].keys);
	free(t->at);
	free(t);
}

static struct entry *
entry_find(struct ao_table *t, const struct prefix *peers)
{
	for (size_t i = 0; i < t->n; i++)
		if (prefix_eq(&t->at[i].peers, peers))
			return &t->at[i];
	return NULL;
}

static struct entry *
entry_add(struct ao_table *t, const struct prefix *peers)
{
	size_t at = 0;

	while (at < t->n && t->at[at].peers.len >= peers->len)
		at++;
	t->at = xrealloc(t->at, t->n + 1, sizeof(t->at[0]));
	memmove(t->at + at + 1, t->at + at, (t->n - at) * sizeof(t->at[0]));
	t->at[at] = (struct entry){ .peers = *peers };
	t->n++;
	return &t->at[at];
}

/* The first that says something of that prefix. */
static const struct ao_keys *
wanted_find(
    const struct ao_wanted *wanted, size_t n, const struct prefix *peers)
{
	static const struct ao_keys none;

	for (size_t i = 0; i < n; i++)
		if (wanted[i].keys.n > 0 && prefix_eq(&wanted[i].peers, peers))
			return &wanted[i].keys;
	return &none;
}

bool
ao_table_shrink(struct ao_table *t, const struct ao_wanted *wanted, size_t n,
    const struct ao_ops *ops, void *arg)
{
	bool done = true;
	size_t left = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct entry e = t->at[i];
		const struct ao_keys *keys = wanted_find(wanted, n, &e.peers);

		if (keys->n == 0)
			done &= ao_keys_update(
			    &e.keys, keys, &e.peers, false, ops, arg);
		if (e.keys.n == 0)
			ao_keys_free(&e.keys);
		else
			t->at[left++] = e;
	}
	t->n = left;
	return done;
}

bool
ao_table_update(struct ao_table *t, const struct ao_wanted *wanted, size_t n,
    const struct ao_ops *ops, void *arg)
{
	bool done = ao_table_shrink(t, wanted, n, ops, arg);

	for (size_t i = 0; i < n; i++) {
		const struct prefix *peers = &wanted[i].peers;

		if (wanted_find(wanted, n, peers) != &wanted[i].keys)
			continue;
		struct entry *e = entry_find(t, peers);

		if (e == NULL)
			e = entry_add(t, peers);
		done &= ao_keys_update(
		    &e->keys, &wanted[i].keys, peers, false, ops, arg);
	}
	return done;
}

const struct ao_keys *
ao_table_get(const struct ao_table *t, const struct addr *addr)
{
	for (size_t i = 0; i < t->n; i++)
		if (prefix_contains(&t->at[i].peers, addr))
			return &t->at[i].keys;
	return NULL;
}
