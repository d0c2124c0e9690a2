/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probes - the health checks of one VirtualIP on this node: what is asked when, and
 * what the answers come to.
 */
#ifndef BGPD_VIP_PROBES_H
#define BGPD_VIP_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/health/check.h"

struct health_port;
struct probes;
struct vip_check;

struct probes_env {                     /* borrowed for good */
	const struct health_port *port; /* NULL: nobody is asked or answers */
	/* Of no other question; never 0. */
	uint32_t (*next_id)(void *arg);
	/* A value of a Secret, of n bytes, borrowed for the call; NULL: none. */
	const char *(*secret)(
	    void *arg, const char *name, const char *key, size_t *n);
	void *arg;
};

struct probe_view {
	const struct vip_check *check;
	enum check_state state;
	bool asked;      /* somebody asks at present */
	const char *why; /* the last bad answer; NULL: the last one was good */
};

struct probes *probes_new(const struct probes_env *);
void probes_free(struct probes *); /* forgets what is asked */

/*
 * The checks, borrowed until the next call. What is known of one stays, by its name,
 * as long as it asks the same; one that asks another thing keeps its state until it
 * has an answer.
 */
void probes_set(struct probes *, const struct vip_check *, size_t n, bool any);
/*
 * Which of them are asked: those of each node, and those of the holder. They begin anew
 * each time, with nothing known.
 */
void probes_select(struct probes *, bool each, bool holder, uint64_t now);
/* Asks what is due. When it is to be called again; 0: not before a change. */
uint64_t probes_tick(struct probes *, uint64_t now);
/* As health_io_ops.answered. False: it is none of these. */
bool probes_answer(struct probes *, uint32_t id, const char *why, uint64_t now);

/* Of the checks of each node, but those that lower the priority. */
enum check_state probes_state(const struct probes *);
bool probes_holder_failed(const struct probes *);
unsigned probes_lowered(const struct probes *); /* by those that fail */
/* The first that does not hold, and why, for people; false: there is none. */
bool probes_fault(const struct probes *, char *text, size_t room);
bool probes_view(const struct probes *, size_t i, struct probe_view *);
#endif
