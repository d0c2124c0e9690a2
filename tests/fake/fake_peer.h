/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_peer - a session with a scripted peer, on a virtual clock and without
 * TCP.
 *
 * What the session says on a connection is kept as text ("OPEN KEEPALIVE
 * CLOSE"), what it tells its owner likewise ("up changed"). All are freed by
 * fake_teardown().
 */
#ifndef TESTS_FAKE_PEER_H
#define TESTS_FAKE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/open.h"
#include "common/rng.h"

enum { FAKE_TCPS = 32, FAKE_TEXT = 4096 };

#define LOCAL_AS 65001u
#define PEER_AS 65002u
#define LOCAL_ID 0x0a000001u
#define PEER_ID 0x0a000002u

struct fake_tcp {
	struct conn *conn; /* NULL: closed */
	bool up, wants_write;
	char said[FAKE_TEXT];
};

struct fake_peer {
	struct session *session;
	struct session_config config;
	struct rng rng;
	uint64_t now, tick_at;
	struct fake_tcp tcp[FAKE_TCPS]; /* in the order they were begun */
	unsigned tcps;
	struct fake_tcp *at; /* what fake_say() and assert_said() are about */
	struct caps_restart restart;       /* that the peer offers */
	struct caps_long_lived long_lived; /* the same */
	unsigned hard_resets; /* that were said, as what they carry */
	bool stuck;           /* TCP takes no bytes */
	unsigned updates;     /* that next() has yet to give */
	void (*on_update)(
	    struct fake_peer *, const struct update *); /* or NULL */
	void (*on_down)(struct fake_peer *);            /* or NULL */
	bool spells; /* UPDATEs are kept as "-10.0.0.0/8 +… lp100 gshut" */
	char news[FAKE_TEXT];
	bool configured;
	unsigned watched; /* s, by TCP; 0: it is not asked to */
	const struct ao_state
	    *ao; /* of each connection; NULL: not under TCP-AO */
};

/* eBGP, IPv4, hold time 90 s. Change the config, then fake_start(). */
struct fake_peer *fake_new(void);
void fake_make(struct fake_peer *); /* the session, without a link */
void fake_start(struct fake_peer *);
/* For a session of somebody else's, who starts it and hears its news. */
struct fake_peer *fake_adopt(struct session *, uint64_t now);
void fake_leave(struct fake_peer *); /* before that session is freed */
/* Established with this hold time; nothing said, no news. */
struct fake_peer *fake_established(uint16_t hold_time);
int fake_teardown(void **state);

void fake_connects(struct fake_peer *); /* our dial comes through */
void fake_refuses(struct fake_peer *);
bool fake_arrives(struct fake_peer *); /* the peer dials; false: turned away */
void fake_hangs_up(struct fake_peer *);
void fake_sleep(struct fake_peer *, unsigned seconds);
void fake_tick(struct fake_peer *); /* it is tick_at */
void fake_flush(struct fake_peer *);

struct bgp_open fake_open(const struct fake_peer *); /* a good one */
void fake_say_open(struct fake_peer *, const struct bgp_open *);
void fake_say_keepalive(struct fake_peer *);
void fake_say_notification(struct fake_peer *, uint8_t code, uint8_t subcode);
/* Type and body of a message as hex; the header is added. */
void fake_say(struct fake_peer *, uint8_t type, const char *body);
void fake_say_bytes(struct fake_peer *, const char *hex);
void fake_say_block(struct fake_peer *, struct rbuf);

/* They forget what they have seen. */
void assert_said(struct fake_peer *, const char *text);
void assert_news(struct fake_peer *, const char *text);
void fake_forget(struct fake_peer *);
#endif
