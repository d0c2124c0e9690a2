/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readiness - what a Node is to say of whether routers know it, and when it is written.
 *
 * Two things of the Node, for who schedules pods by them: the condition
 * lbbgp.io/BGPReady, and the taint lbbgp.io/not-ready, which whoever registers the node
 * may give it, and which is taken off once, when the condition is True.
 *
 * Each write of a Node is an event for all who watch Nodes, so they are few. The
 * condition becomes True at once, but False only when too few sessions have been up
 * for READINESS_HOLD: a session that flaps, or a daemon that is restarted while routers
 * keep its routes, changes nothing. Two writes of it are READINESS_PAUSE apart, unless
 * the taint waits for the second, and READINESS_NEWS where only its message would be
 * another.
 *
 * Pure: sessions, the Node and the time come in. Its owner (node_ready.c) writes.
 */
#ifndef BGPD_STATUS_READINESS_H
#define BGPD_STATUS_READINESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/node.h"
#include "common/err.h"

/* ms */
#define READINESS_HOLD 30000  /* too few sessions, until that is said */
#define READINESS_PAUSE 10000 /* between two writes, at least … */
#define READINESS_NEWS 300000 /* … of which the later has but a new message */
#define READINESS_AGAIN 60000 /* after a write that was refused */

struct readiness_sessions {
	size_t n, told; /* as struct peers_told */
	size_t min;     /* spec.nodeReadiness.minSessions; 0: all */
	bool alone;     /* in the mesh of its node there is no other one */
};

/* Are enough of them up? reason: a literal, CamelCase; message: for people. */
bool readiness_judge(const struct readiness_sessions *, const char **reason,
    struct err *message);

struct readiness_facts {
	bool enabled;
	bool ready; /* as judged, with reason and message */
	const char *reason, *message;
	const struct node *node; /* ours */
};

enum readiness_write {
	READINESS_NOTHING,
	READINESS_CONDITION, /* is to say what the step has found … */
	READINESS_REMOVAL,   /* … or to be gone */
	READINESS_UNTAINT,   /* the taint is to be taken off */
};

struct readiness { /* zeros at birth, but for preserved */
	bool
	    preserved; /* routers may have kept the routes of a run before us */
	bool judged;   /* since it was enabled */
	bool ours;     /* it has been enabled in this run */
	bool good;     /* what the condition is to say */
	bool short_of; /* too few sessions are up, … */
	uint64_t since;  /* … since then */
	uint64_t sent;   /* ms; the last write, or the first look */
	bool written;    /* … it was a write, … */
	bool wrote_true; /* … which said so */
	bool refused;    /* … to no avail */
	char *said;      /* owned; the message as written; NULL: not known */
	char *freed;     /* owned; uid of the Node whose taint was taken off */
	uint64_t untainted; /* ms; when that was tried last; 0: never */
};

void readiness_fini(struct readiness *);
/*
 * What is to be written now. READINESS_NOTHING: *due says when it is to be called
 * again, ms; 0: once a fact is another.
 */
enum readiness_write readiness_step(struct readiness *,
    const struct readiness_facts *, uint64_t now, uint64_t *due);
/* The write has been carried out, or not. message: as it was written. */
void readiness_answered(struct readiness *, enum readiness_write,
    const char *message, const char *uid, bool good);

/* Bodies of writes, owned. wall: ms since 1970. */
char *readiness_condition(bool status, bool changes, const char *reason,
    const char *message, int64_t wall);
char *readiness_removal(void);
char *readiness_untaint(const struct node *); /* which has the taint */
bool readiness_is_tainted(const struct node *);
#endif
