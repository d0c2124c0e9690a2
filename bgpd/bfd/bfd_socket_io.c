/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bfd/bfd_socket_io.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bfd/bfd.h"
#include "common/alloc.h"
#include "common/err.h"

enum {
	PORT_FIRST = 49152, /* RFC 5881 4 */
	PORTS = 16384,
	PORT_TRIES = 100,
	TTL = 255,
	HEAR_ROOM = 1 << 20, /* bytes that wait to be read */
	SEND_ROOM = 1,       /* the least there is: nobody answers there */
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
address_make(union address *a, enum family family, const struct addr *addr,
    uint16_t port, int scope)
{
	*a = (union address){ 0 };
	if (family == FAMILY_V4) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(port);
		memcpy(&a->v4.sin_addr, addr->bytes, 4);
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(port);
	a->v6.sin6_scope_id = (uint32_t)scope;
	memcpy(&a->v6.sin6_addr, addr->bytes, 16);
	return sizeof(a->v6);
}

static bool
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

static int
open_socket(enum family family)
{
	return socket(family == FAMILY_V4 ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/*
 * A port that no session has: with it a router tells two of them apart. It is to be the
 * same for as long as there is a session.
 */
static bool
bind_source(int fd, const struct bfd_config *c, struct rng *rng,
    uint16_t *source, int scope)
{
	union address a;

	for (unsigned i = 0; i < PORT_TRIES; i++) {
		if (*source < PORT_FIRST || i > 0)
			*source =
			    (uint16_t)(PORT_FIRST + rng_below(rng, PORTS));
		socklen_t n = address_make(&a, c->remote.addr.family, &c->local,
		    *source, addr_is_link_local(&c->local) ? scope : 0);

		if (bind(fd, &a.any, n) == 0)
			return true;
		if (errno != EADDRINUSE)
			return false;
	}
	return false;
}

static bool
prepare_sender(int fd, const struct bfd_config *c, struct rng *rng,
    uint16_t *source, int scope)
{
	bool v4 = c->remote.addr.family == FAMILY_V4;
	union address to;
	socklen_t n = address_make(&to, c->remote.addr.family, &c->remote.addr,
	    c->multihop ? BFD_MULTIHOP : BFD_SINGLE_HOP, scope);

	set_int(fd, SOL_SOCKET, SO_RCVBUF, SEND_ROOM);
	return (v4 ? set_int(fd, IPPROTO_IP, IP_TTL, TTL) &&
			   set_int(fd, IPPROTO_IP, IP_TOS,
			       IPTOS_PREC_INTERNETCONTROL)
		   : set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL) &&
			   set_int(fd, IPPROTO_IPV6, IPV6_TCLASS,
			       IPTOS_PREC_INTERNETCONTROL)) &&
	    bind_source(fd, c, rng, source, scope) &&
	    connect(fd, &to.any, n) == 0;
}

int
bfd_socket_send(const struct bfd_config *c, struct rng *rng, uint16_t *source,
    int *scope, struct err *err)
{
	bool linked = c->remote.zone[0] != '\0';

	*scope = linked ? (int)if_nametoindex(c->remote.zone) : 0;
	if (linked && *scope == 0) {
		err_set(err, "there is no interface %s", c->remote.zone);
		return -1;
	}
	int fd = open_socket(c->remote.addr.family);

	if (fd >= 0 && prepare_sender(fd, c, rng, source, *scope))
		return fd;
	err_set(err, "nothing can be sent: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Bits of a mask, from the left. */
static unsigned
mask_bits(const struct sockaddr *mask, enum family family)
{
	const union address *a = (const void *)mask;
	const uint8_t *bytes = family == FAMILY_V4
	    ? (const uint8_t *)&a->v4.sin_addr
	    : (const uint8_t *)&a->v6.sin6_addr;
	unsigned bits = 0;

	while (bits < family_bits(family) &&
	    (bytes[bits / 8] & 0x80 >> bits % 8) != 0)
		bits++;
	return bits;
}

static bool
has_near(const struct ifaddrs *i, const struct addr *addr)
{
	int family = addr->family == FAMILY_V4 ? AF_INET : AF_INET6;
	const union address *own = (const void *)i->ifa_addr;

	if (own == NULL || own->any.sa_family != family ||
	    i->ifa_netmask == NULL)
		return false;
	struct addr at = addr_from(addr->family,
	    addr->family == FAMILY_V4 ? (const uint8_t *)&own->v4.sin_addr
				      : (const uint8_t *)&own->v6.sin6_addr);
	struct prefix subnet =
	    prefix_of(&at, mask_bits(i->ifa_netmask, addr->family));

	return prefix_contains(&subnet, addr);
}

bool
bfd_socket_is_near(const struct addr *addr)
{
	struct ifaddrs *all = NULL;
	bool near = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *i = all; i != NULL && !near; i = i->ifa_next)
		near = has_near(i, addr);
	freeifaddrs(all);
	return near;
}

static bool
prepare_hearer(int fd, enum family family, uint16_t port)
{
	static const struct addr any;
	union address a;
	socklen_t n = address_make(&a, family, &any, port, 0);

	/* What we may: without the right for it, as much as others. */
	if (!set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, HEAR_ROOM))
		set_int(fd, SOL_SOCKET, SO_RCVBUF, HEAR_ROOM);
	return (family == FAMILY_V4
		       ? set_int(fd, IPPROTO_IP, IP_RECVTTL, 1)
		       : set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
			   set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)) &&
	    bind(fd, &a.any, n) == 0;
}

int
bfd_socket_hear(enum family family, bool multihop, struct err *err)
{
	uint16_t port = multihop ? BFD_MULTIHOP : BFD_SINGLE_HOP;
	int fd = open_socket(family);

	if (fd >= 0 && prepare_hearer(fd, family, port))
		return fd;
	err_set(err, "UDP port %u: %s%s", port, strerror(errno),
	    errno == EADDRINUSE
		? "; another BFD runs on this node, as FRR's bfdd or BIRD"
		: "");
	if (fd >= 0)
		close(fd);
	return -1;
}

/* --- What has come. --- */

struct bfd_batch {
	struct mmsghdr messages[BFD_BATCH];
	struct iovec parts[BFD_BATCH];
	union address from[BFD_BATCH];
	uint8_t bytes[BFD_BATCH][BFD_ROOM];
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
	} control[BFD_BATCH];
};

struct bfd_batch *
bfd_batch_new(void)
{
	return xcalloc(1, sizeof(struct bfd_batch));
}

void
bfd_batch_free(struct bfd_batch *b)
{
	free(b);
}

size_t
bfd_batch_read(struct bfd_batch *b, int fd)
{
	for (size_t i = 0; i < BFD_BATCH; i++) {
		b->parts[i] =
		    (struct iovec){ b->bytes[i], sizeof(b->bytes[i]) };
		b->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &b->from[i],
			.msg_namelen = sizeof(b->from[i]),
			.msg_iov = &b->parts[i],
			.msg_iovlen = 1,
			.msg_control = &b->control[i],
			.msg_controllen = sizeof(b->control[i]),
		};
	}
	int n = recvmmsg(fd, b->messages, BFD_BATCH, MSG_DONTWAIT, NULL);

	return n > 0 ? (size_t)n : 0;
}

/* 0 when the kernel does not say: that is below what any session lets in. */
static uint8_t
ttl_of(struct msghdr *m)
{
	int ttl;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL;
		bool v6 = c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_HOPLIMIT;

		if (!v4 && !v6)
			continue;
		memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
		return (uint8_t)ttl;
	}
	return 0;
}

const uint8_t *
bfd_batch_at(struct bfd_batch *b, size_t i, size_t *n, struct bfd_from *from)
{
	const union address *a = &b->from[i];
	bool v4 = a->any.sa_family == AF_INET;

	*from = (struct bfd_from){ .ttl = ttl_of(&b->messages[i].msg_hdr) };
	from->addr = addr_from(v4 ? FAMILY_V4 : FAMILY_V6,
	    v4 ? (const uint8_t *)&a->v4.sin_addr
	       : (const uint8_t *)&a->v6.sin6_addr);
	from->scope = v4 ? 0 : (int)a->v6.sin6_scope_id;
	*n = b->messages[i].msg_len;
	return b->bytes[i];
}
