/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link - who answers for a group's addresses on the local network: spec.announce.l2 of
 * ServiceGroups.
 */
#ifndef CLI_CONVERT_LINK_H
#define CLI_CONVERT_LINK_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;
struct job;

struct answering {                /* borrowed */
	const json_t *nodes;      /* a label selector; NULL or {}: all */
	const json_t *interfaces; /* link_name(), link_pattern(); none: all */
	bool always; /* on all of these, else where a subnet has the address */
	bool stays;  /* who has come back does not take an address back */
};

/* A regular expression that means the interface of that name alone; owned. */
json_t *link_name(const char *name);
/*
 * One of Go's, which is looked for anywhere in a name, as one of POSIX that means the
 * whole name; owned. NULL and err: it can't be said, or is none.
 */
json_t *link_pattern(const char *text, struct err *);
/*
 * As spec.announce.l2 of a group has it, and but for the nodes spec.l2 of a VirtualIP;
 * owned.
 */
json_t *link_terms(const struct answering *);
/*
 * Puts that into the group. Where somebody has said something of it before, any of
 * them may answer; what can't be said together is told, and dropped.
 */
void link_add(
    struct job *, const char *label, const struct answering *, json_t *group);
/* Both ways, where it is announced by routing as well: with l2 alone it is not. */
void link_beside_bgp(json_t *group);
/* Does anybody answer for its addresses? */
bool link_has(const json_t *group);
/* Nobody is to: those who did can't be told. */
void link_nowhere(json_t *group);
#endif
