/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_port - a struct tcp_port without sockets: what the kernel would do with SYNs,
 * keys and filters, on a virtual clock.
 */
#ifndef TESTS_FAKE_PORT_H
#define TESTS_FAKE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/links.h"
#include "bgpd/session/tcp_port.h"
#include "common/prefix.h"

enum { FAKE_LISTENERS = 16, FAKE_KEYS = 8, FAKE_SOCKETS = 64, FAKE_TICKS = 64 };

enum fake_stage {
	FAKE_DROPPED = 1, /* its SYN */
	FAKE_WAITS,       /* to be accepted */
	FAKE_ACCEPTED,
	FAKE_TAKEN,
	FAKE_REFUSED,
	FAKE_DIALED,
	FAKE_CLOSED,
};

struct tcp_socket {
	struct tcp_listener *at;
	enum fake_stage stage;
	struct caller caller;
	bool keyed;      /* it was made under a key */
	uint8_t ao_id;   /* of TCP-AO, this one */
	char steps[128]; /* of TCP-AO keys, "+1 !1 -2" */
	bool refuses_ao; /* all of them */
	unsigned steps_tried;
	struct conn *conn;
	const uint8_t *unread; /* borrowed; what has come for it */
	size_t n_unread;
};

struct tcp_listener {
	struct fake_port *owner;
	struct listener *of;
	enum family family;
	struct scoped_addr at;
	bool open, listens, paused;
	bool astray; /* its interface has another address now */
	struct {
		struct prefix from;
		char key[80]; /* "": none */
	} keys[FAKE_KEYS];
	char steps[128]; /* of TCP-AO keys, all so far */
	int ao_keys;     /* how many there are */
	bool one_kind;   /* keys of the other kind are refused beside them */
	struct ttl_rule rules[FAKE_KEYS];
	size_t n_rules;
};

struct fake_port {
	struct tcp_port port;
	struct links *links; /* owned */
	uint64_t now, tick_at;
	struct tcp_listener listeners[FAKE_LISTENERS]; /* all there ever were */
	size_t n_listeners;
	struct tcp_socket sockets[FAKE_SOCKETS]; /* the same */
	size_t n_sockets;
	char listening
	    [512]; /* what it was told last of why it does not listen */
	/* What the kernel refuses. */
	bool no_room, no_keys, no_ao, no_filter, no_v6, is_taken;
	bool own_is_source;  /* any address on a link is the node's own … */
	struct addr lacking; /* … but this one, which no link has */
	unsigned keys_tried, listens_tried;
};

void fake_port_init(struct fake_port *);
void fake_port_fini(struct fake_port *); /* after all links */
/* Time passes; whoever waits is told of. */
void fake_port_run(struct fake_port *, unsigned ms);
/* A SYN with this key (NULL: none) and TTL. */
struct tcp_socket *fake_port_connect(
    struct fake_port *, const struct caller *, const char *key, uint8_t ttl);
#endif
