/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_daemon - the state of a daemon as core.c gives it to control/, made by hand.
 *
 * Node n1 of AS 64517 announces its pod CIDR 10.33.5.0/24 and the Service CIDR
 * 10.33.128.0/18. Everything else is put in by the test.
 */
#ifndef TESTS_FAKE_FAKE_DAEMON_H
#define TESTS_FAKE_FAKE_DAEMON_H

#include <stdbool.h>

#include "bgpd/control/control.h"
#include "bgpd/control/views.h"
#include "bgpd/peer/peer_restart.h"

struct prefix;

enum { FAKE_PEERS = 4, FAKE_CONDITIONS = 2 };

#define FAKE_NOW 2000000 /* monotonic, ms */
#define FAKE_WALL INT64_C(1700000000000)

struct fake_daemon {
	struct daemon_view view;
	struct view_peer peers[FAKE_PEERS];
	struct peer_restart restarts[FAKE_PEERS]; /* of them */
	struct view_condition conditions[FAKE_CONDITIONS];
	unsigned stopped; /* how often shutdown was asked for */

	struct store *store;
	struct announce *announce;
	struct path_table *paths;
	struct rib *rib;
	struct adjout *adjout;
	struct monitor *monitor; /* its time is a quarter past FAKE_WALL, ms */
	unsigned version;
};

struct fake_daemon *fake_daemon_new(void);
void fake_daemon_free(struct fake_daemon *);

/* The session stays the test's. up: it is Established, and is sent routes. */
void fake_daemon_peer(
    struct fake_daemon *, const char *name, struct session *, bool up);
void fake_daemon_condition(struct fake_daemon *, const char *type);
/* An object as one line of YAML; kind: "Service" … */
void fake_daemon_put(struct fake_daemon *, const char *kind, const char *yaml);
void fake_daemon_announces(struct fake_daemon *, const struct prefix *);
/* The nth peer's UPDATE: these many /24s from 20.0.0.0 on, by AS 65002. */
void fake_daemon_hears(struct fake_daemon *, unsigned nth, unsigned routes);

extern const struct control_ops fake_daemon_ops; /* for control.h */
const struct daemon_view *fake_daemon_view(void *daemon);
#endif
