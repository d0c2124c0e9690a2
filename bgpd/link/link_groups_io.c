/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket is in a few groups of IPv4 at most (igmp_max_memberships), and in some
 * hundred of IPv6 (optmem_max): groups are spread over as many sockets as it takes.
 * They are bound to no port, so nothing arrives at them. A socket that refused is full
 * until it leaves a group.
 */
#include "bgpd/link/link_groups_io.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/prefix.h"

struct key {
	int index;
	struct addr group;
};

struct membership {
	UT_hash_handle hh;
	struct key key;
	unsigned users;
	bool joined;
	int error;   /* else: errno of the last try, or 0: none yet */
	size_t slot; /* of the socket */
};

struct slot {
	int fd; /* owned */
	uint8_t family;
	bool full;
};

struct link_groups {
	struct membership *all; /* owned, a uthash */
	struct slot *slots;     /* owned */
	size_t n_slots;
};

struct link_groups *
link_groups_new(void)
{
	return xcalloc(1, sizeof(struct link_groups));
}

void
link_groups_free(struct link_groups *g)
{
	struct membership *m, *next;

	if (g == NULL)
		return;
	HASH_ITER (hh, g->all, m, next) {
		HASH_DEL(g->all, m);
		free(m);
	}
	for (size_t i = 0; i < g->n_slots; i++)
		close(g->slots[i].fd);
	free(g->slots);
	free(g);
}

static struct key
key_of(int index, const struct addr *group)
{
	struct key key;

	memset(&key, 0, sizeof(key)); /* its padding, too, is hashed */
	key.index = index;
	key.group = *group;
	return key;
}

static struct membership *
find(const struct link_groups *g, const struct key *key)
{
	struct membership *m;

	HASH_FIND(hh, g->all, key, sizeof(*key), m);
	return m;
}

/* errno, or 0. */
static int
change(int fd, const struct key *key, bool in)
{
	struct ipv6_mreq v6 = { .ipv6mr_interface = (unsigned)key->index };
	struct ip_mreqn v4 = { .imr_ifindex = key->index };
	bool is_v4 = key->group.family == FAMILY_V4;
	int rc;

	memcpy(&v4.imr_multiaddr, key->group.bytes, sizeof(v4.imr_multiaddr));
	memcpy(&v6.ipv6mr_multiaddr, key->group.bytes,
	    sizeof(v6.ipv6mr_multiaddr));
	if (is_v4)
		rc = setsockopt(fd, IPPROTO_IP,
		    in ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &v4,
		    sizeof(v4));
	else
		rc = setsockopt(fd, IPPROTO_IPV6,
		    in ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &v6, sizeof(v6));
	return rc == 0 ? 0 : errno;
}

/* ENOBUFS of IPv4, ENOMEM of IPv6: this socket can't have more. */
static bool
is_full(int error)
{
	return error == ENOBUFS || error == ENOMEM;
}

/* errno, or 0. */
static int
add_slot(struct link_groups *g, uint8_t family)
{
	int fd = socket(family == FAMILY_V4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	g->slots = xrealloc(g->slots, g->n_slots + 1, sizeof(*g->slots));
	g->slots[g->n_slots++] = (struct slot){ fd, family, false };
	return 0;
}

/* On the first socket that takes it; if none does, on a new one. */
static int
place(struct link_groups *g, const struct key *key, size_t *slot)
{
	for (size_t i = 0; i < g->n_slots; i++) {
		struct slot *s = &g->slots[i];

		if (s->full || s->family != key->group.family)
			continue;
		int error = change(s->fd, key, true);

		s->full = is_full(error);
		*slot = i;
		if (!s->full)
			return error;
	}
	return ENOBUFS;
}

static void
try_to_join(struct link_groups *g, struct membership *m)
{
	m->error = place(g, &m->key, &m->slot);
	if (is_full(m->error)) {
		m->error = add_slot(g, m->key.group.family);
		if (m->error == 0)
			m->error = place(g, &m->key, &m->slot);
	}
	m->joined = m->error == 0;
}

bool
link_groups_join(struct link_groups *g, int index, const struct addr *group)
{
	struct key key = key_of(index, group);
	struct membership *m = find(g, &key);

	if (m == NULL) {
		m = xcalloc(1, sizeof(*m));
		m->key = key;
		HASH_ADD(hh, g->all, key, sizeof(m->key), m);
		try_to_join(g, m);
	}
	m->users++;
	return m->joined;
}

/* What the kernel says of it means nothing: the interface may be gone. */
static void
vacate(struct link_groups *g, struct membership *m)
{
	if (!m->joined)
		return;
	struct slot *s = &g->slots[m->slot];

	(void)change(s->fd, &m->key, false);
	s->full = false;
	m->joined = false;
}

static void
leave(struct link_groups *g, struct membership *m)
{
	vacate(g, m);
	HASH_DEL(g->all, m);
	free(m);
}

void
link_groups_leave(struct link_groups *g, int index, const struct addr *group)
{
	struct key key = key_of(index, group);
	struct membership *m = find(g, &key);

	if (m != NULL && --m->users == 0)
		leave(g, m);
}

/* The sockets still have them, and would not join them again. */
void
link_groups_lost(struct link_groups *g, int index)
{
	struct membership *m, *next;

	HASH_ITER (hh, g->all, m, next)
		if (index == 0 || m->key.index == index)
			vacate(g, m);
}

void
link_groups_settle(
    struct link_groups *g, bool (*is_there)(void *arg, int index), void *arg)
{
	struct membership *m, *next;

	HASH_ITER (hh, g->all, m, next) {
		if (!is_there(arg, m->key.index))
			leave(g, m);
		else if (!m->joined)
			try_to_join(g, m);
	}
}

bool
link_groups_refused(const struct link_groups *g, int index, struct err *why)
{
	char text[ADDR_TEXT];

	for (const struct membership *m = g->all; m != NULL; m = m->hh.next)
		if (m->key.index == index && m->error != 0)
			return !err_set(why, "group %s can't be joined: %s",
			    addr_print(&m->key.group, text),
			    strerror(m->error));
	return false;
}
