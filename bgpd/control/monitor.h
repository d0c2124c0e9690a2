/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor - tells those who watch what happens, as it does.
 *
 * An event is one JSON object on one line: {"at", "kind", …}. Who does not read loses
 * events, never memory: what comes while his queue is full is counted, and told in
 * their place, {"kind": "lost", "lost": 12}. Nothing is done where nobody watches.
 */
#ifndef BGPD_CONTROL_MONITOR_H
#define BGPD_CONTROL_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct monitor;
struct prefix;
struct rib;
struct scoped_addr;
struct session;
struct watcher;

enum monitor_kind {
	MONITOR_SESSION = 0x1,      /* a session has another state or error */
	MONITOR_ROUTE = 0x2,        /* the routes of a prefix are others now */
	MONITOR_ANNOUNCEMENT = 0x4, /* the node announces it, or no longer */
	MONITOR_BFD = 0x8, /* the peer's BFD went down, or is up again */
	MONITOR_ALL = 0xf
};

#define MONITOR_QUEUE ((size_t)256 << 10) /* bytes for one who watches */
#define MONITOR_WATCHERS 4                /* at a time */
#define MONITOR_ROUTES 16 /* of one prefix in an event, the best first */

/* "session" … for one of MONITOR_…. */
const char *monitor_kind_name(enum monitor_kind);
enum monitor_kind monitor_kind_find(const char *name); /* 0: there is none */

struct monitor_ops {
	/* Whose routes have this source in the rib; NULL: nobody's. Borrowed. */
	const char *(*peer)(void *arg, uint32_t source);
};

/* All borrowed for good. */
struct monitor *monitor_new(
    struct rib *, const struct clock *, const struct monitor_ops *, void *arg);
void monitor_free(struct monitor *); /* nobody watches any more */

/*
 * kinds: of MONITOR_…. peer: only what is of that neighbour, copied; NULL: all. wake:
 * there is something to take again; it must not call back. NULL: there are
 * MONITOR_WATCHERS already.
 */
struct watcher *monitor_watch(struct monitor *, unsigned kinds,
    const char *peer, void (*wake)(void *arg), void *arg);
void monitor_leave(struct watcher *);
/* All that has come since, whole lines, owned; NULL: nothing. */
char *monitor_take(struct watcher *);

/* What happens. */
void
monitor_session(struct monitor *, const char *peer, const struct session *);
void
monitor_announcement(struct monitor *, const struct prefix *, bool announced);
void
monitor_bfd(struct monitor *, const char *peer, const char *why); /* NULL: up */
#endif
