/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_port - where segments of the last good state are: files in a directory.
 *
 * There are two sets of them: the former one, which a run before this one completed,
 * and the one that this run writes. Numbers of segments only grow.
 */
#ifndef BGPD_STATE_STATE_PORT_H
#define BGPD_STATE_STATE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct state_port {
	void *arg;
	const char *boot; /* which run of the kernel this is; borrowed */
	bool in_memory;   /* it is on no disk: Secrets may be there */
	/* How many segments the former set has, the first's number in *first. */
	size_t (*former)(void *arg, uint32_t *first);
	/*
	 * A segment of the former set or of ours, owned, with a NUL behind its *n
	 * bytes; NULL: err.
	 */
	char *(*read)(
	    void *arg, bool former, uint32_t segment, size_t *n, struct err *);
	/* To a segment of ours, all of it or (false) err. */
	bool (*append)(void *arg, uint32_t segment, const char *bytes, size_t n,
	    struct err *);
	void (*remove)(void *arg, uint32_t segment); /* of ours */
	/* Ours takes the former set's place, at once; later ones see it as such. */
	bool (*complete)(void *arg, struct err *);
	/* Ours is empty again; all: and there is no former one. */
	void (*forget)(void *arg, bool all);
};
#endif
