/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/shared_link.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/link/link_port.h"
#include "common/alloc.h"
#include "common/prefix.h"

struct use_key {
	int index;
	struct addr group;
};

struct use {
	struct use_key key;
	unsigned users;
	UT_hash_handle hh;
};

struct shared_link {
	const struct link_port *port; /* borrowed */
	struct link_port shared;
	struct use *uses; /* owned, a uthash */
};

static struct use_key
key_of(int index, const struct addr *group)
{
	struct use_key key;

	memset(&key, 0, sizeof(key)); /* its padding, too, is hashed */
	key.index = index;
	key.group = *group;
	return key;
}

static struct use *
use_of(struct shared_link *s, int index, const struct addr *group)
{
	struct use_key key = key_of(index, group);
	struct use *use;

	HASH_FIND(hh, s->uses, &key, sizeof(key), use);
	if (use != NULL)
		return use;
	use = xcalloc(1, sizeof(*use));
	memcpy(&use->key, &key, sizeof(key));
	HASH_ADD(hh, s->uses, key, sizeof(use->key), use);
	return use;
}

/* One user more or less; true: the first one, or the last one. */
static bool
count(struct shared_link *s, int index, const struct addr *group, bool in)
{
	struct use *use = use_of(s, index, group);

	if (in)
		return use->users++ == 0;
	if (use->users > 1) {
		use->users--;
		return false;
	}
	HASH_DEL(s->uses, use);
	free(use);
	return true;
}

static void
on_listen(void *arg, const int *index, size_t n)
{
	const struct link_port *port = ((struct shared_link *)arg)->port;

	port->listen(port->arg, index, n);
}

static void
on_send(void *arg, int index, const uint8_t *frame, size_t n)
{
	const struct link_port *port = ((struct shared_link *)arg)->port;

	port->send(port->arg, index, frame, n);
}

static void
on_send_vrrp(void *arg, int index, const struct addr *src,
    const struct addr *dst, const uint8_t *payload, size_t n)
{
	const struct link_port *port = ((struct shared_link *)arg)->port;

	port->send_vrrp(port->arg, index, src, dst, payload, n);
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	struct shared_link *s = arg;

	if (count(s, index, group, in))
		s->port->join(s->port->arg, index, group, in);
}

static void
on_hush(void *arg, int index, bool hush)
{
	const struct link_port *port = ((struct shared_link *)arg)->port;

	port->hush(port->arg, index, hush);
}

struct shared_link *
shared_link_new(const struct link_port *port)
{
	struct shared_link *s = xcalloc(1, sizeof(*s));

	s->port = port;
	s->shared = (struct link_port){ on_listen, on_send, on_send_vrrp,
		on_join, on_hush, s };
	return s;
}

void
shared_link_free(struct shared_link *s)
{
	struct use *use, *next;

	if (s == NULL)
		return;
	HASH_ITER (hh, s->uses, use, next) {
		HASH_DEL(s->uses, use);
		free(use);
	}
	free(s);
}

const struct link_port *
shared_link_port(const struct shared_link *s)
{
	return &s->shared;
}
