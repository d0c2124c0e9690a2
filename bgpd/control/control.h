/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - what may be asked over the control socket, and the answers.
 *
 * A request is one JSON object on one line, so is its reply:
 *
 *	{"version": 1, "request": "neighbors", "address": "10.31.254.253"}
 *	{"version": 1, "neighbors": [...]}
 *	{"version": 1, "error": "no neighbor 10.31.254.1"}
 *
 * A request "monitor" [kinds: session, route, announcement, bfd] [neighbor] is followed
 * by a line for each event (monitor.h), as long as the connection lasts.
 *
 * Requests: status; bmp; neighbors [address]; routes [scope: all, advertised or
 * received] [neighbor] [prefix] [match: exact, longer, shorter or covering]
 * [communities] [asPathContains] [asPathStartsWith] [limit] [raw] [cursor]; services
 * [service] [cursor]; shutdown. A reply to routes or services holds a part of the
 * table, of routes so many as the limit says at most; ask on with its cursor until
 * that is null. Pure.
 */
#ifndef BGPD_CONTROL_CONTROL_H
#define BGPD_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_VERSION 1
#define CONTROL_REQUEST_MAX 4096 /* bytes of a line */

struct daemon_view;
struct monitor;

struct control_caller {
	bool may_act;   /* root or who the daemon is; others may only look */
	unsigned watch; /* out: of MONITOR_…, what to tell him from now on */
	const char
	    *neighbor; /* … of whom, borrowed from the view; NULL: of all */
};

struct control_ops {
	const struct daemon_view *(*view)(void *arg);
	/* Borrowed for good; NULL: nothing can be watched. May be NULL, too. */
	struct monitor *(*monitor)(void *arg);
	/* Leave: Cease to all peers, rules removed, the program ends. */
	void (*shutdown)(void *arg);
};

/* The reply, owned, one line with its end. */
char *control_answer(const struct control_ops *, void *arg, const char *line,
    size_t n, struct control_caller *);
#endif
