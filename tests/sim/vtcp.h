/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vtcp - TCP between hosts of a world, as far as BGP can tell it from the real one.
 *
 * What is sent arrives late, in order and in other pieces, or waits for as long as the
 * way is cut or the other side does not read. Segments that are not signed with the key
 * of the other side (RFC 2385), or have come too far (RFC 5082), vanish. A host without
 * power forgets its sockets, and answers with a reset once it is back.
 */
#ifndef TESTS_SIM_VTCP_H
#define TESTS_SIM_VTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct ttl_rule;
struct vhost; /* private to vtcp.c */
struct vlisten;
struct vsock;
struct vtcp;
struct world;

struct vsock_ops {             /* whoever has the socket */
	void (*up)(void *arg); /* a dial came through */
	void (*input)(void *arg, const uint8_t *, size_t n);
	void (*writable)(void *arg); /* after a send that took not all */
	void (*down)(void *arg, const char *why); /* it is no more */
};

struct vtcp *vtcp_new(struct world *);
void vtcp_free(struct vtcp *);

/* At one address first, then at others too. */
struct vhost *vhost_new(struct vtcp *, const struct addr *);
void vhost_add_addr(struct vhost *, const struct addr *);
const struct addr *vhost_addr(const struct vhost *); /* the first one */
/* The first that is of one kind with that: IPv4, IPv6 or link-local. NULL: none is. */
const struct addr *vhost_addr_to(const struct vhost *, const struct addr *);
bool vhost_has(const struct vhost *, const struct addr *);
/* So many routers away from all others. */
void vhost_set_hops(struct vhost *, unsigned);
/*
 * Off: nothing comes or goes any more, and what ran there is to be ended. On again: it
 * has forgotten its sockets.
 */
void vhost_set_power(struct vhost *, bool);
/* Is something under way that nobody has any more, as last words are? */
bool vhost_is_sending(const struct vhost *);
/* Every connection is as if nobody read from it, or (false) is read again. */
void vhost_set_deaf(struct vhost *, bool);
bool vhost_is_deaf(const struct vhost *);
/* Of each connection so many bytes a second are read there at most; 0: any. */
void vhost_set_slow(struct vhost *, unsigned bytes);
bool vhost_is_slow(const struct vhost *);
/* Told of each dial to that host as it begins, before anything has come there. */
void vhost_hear_dials(struct vhost *,
    void (*dialed)(void *arg, const struct addr *from), void *arg);
/* Between the two nothing passes, or (false) all does. */
void
vtcp_set_cut(struct vtcp *, const struct vhost *, const struct vhost *, bool);
/* Does a packet pass from one to the other, as far as it is up to wires and power? */
bool vtcp_passes(const struct vhost *from, const struct vhost *to);
/* Of a hundred segments between the two so many are lost. */
void vtcp_set_loss(
    struct vtcp *, const struct vhost *, const struct vhost *, unsigned);
unsigned vtcp_loss(const struct vhost *, const struct vhost *);
/* Sockets that somebody has, and that are connected. */
unsigned vtcp_count(const struct vtcp *);
/* A reset for all connections of the two, to both ends. */
void vtcp_reset(struct vtcp *, const struct vhost *, const struct vhost *);

/* Does not listen yet. waits: somebody is to be accepted. */
struct vlisten *
vlisten_new(struct vhost *, void (*waits)(void *arg), void *arg);
/* at: all zero for any address of the host. */
void vlisten_begin(struct vlisten *, const struct addr *at);
/* The key for that address; NULL: none. */
void vlisten_set_key(struct vlisten *, const struct prefix *, const char *key);
/* Takes the place of the last ones. */
void vlisten_set_filter(struct vlisten *, const struct ttl_rule *, size_t n);
/* The next one who waits, to be given an owner by vsock_use(); NULL: nobody. */
struct vsock *vlisten_accept(struct vlisten *);
void vlisten_close(struct vlisten *); /* who waits is sent away */
/* Of who waits there for that one; NULL: nobody does, or has no key. */
const char *vhost_key(const struct vhost *, const struct addr *);
/* The lowest TTL that he lets in from there. */
unsigned vhost_least_ttl(const struct vhost *, const struct addr *);
bool vhost_is_listening(const struct vhost *, const struct addr *from);

/*
 * local is an address of the host, or of whom it pretends to be. The key is copied;
 * NULL: none.
 */
struct vsock *
vsock_dial(struct vhost *, const struct addr *local, const struct addr *remote,
    const char *key, const struct vsock_ops *, void *arg);
void vsock_use(struct vsock *, const struct vsock_ops *, void *arg);
/* Returns how much it took. */
size_t vsock_send(struct vsock *, const uint8_t *, size_t n);
void vsock_close(struct vsock *); /* after what was sent */
void vsock_abort(struct vsock *); /* with a reset */
/* The other host is asked whether it is there, and given up after so long a silence. */
void vsock_watch(struct vsock *, unsigned seconds);
/* From now on it signs, and wants to see signed, with that one. */
void vsock_set_key(struct vsock *, const char *key);
/* The TTL of what it sends, 255 until then, and the lowest that it lets in. */
void vsock_set_ttl(struct vsock *, unsigned ttl, unsigned least);
/* With which the SYN came. */
unsigned vsock_first_ttl(const struct vsock *);
/* Under which it was made; NULL: none. */
const char *vsock_first_key(const struct vsock *);
const struct addr *vsock_local(const struct vsock *);
const struct addr *vsock_remote(const struct vsock *);
/* The same for both ends, and no other connection. */
uint64_t vsock_connection(const struct vsock *);
/* Does somebody have the other end? */
bool vsock_has_far(const struct vsock *);
#endif
