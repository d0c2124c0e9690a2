/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path_match - conditions on a path and on who gave it, as a rule of a filter has them
 * beside its prefixes.
 *
 * Those that a rule does not have are empty and met by all.
 */
#ifndef BGPD_RIB_PATH_MATCH_H
#define BGPD_RIB_PATH_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path;

/* Beside PATH_KIND_… of bgpd/rib/path.h. */
#define MATCH_LOCAL 0x40 /* ours, of whatever kind */
#define MATCH_PEER 0x80  /* received */

/* The lists are borrowed. */
struct path_match {
	uint8_t sources;      /* PATH_KIND_… and MATCH_…: one of these */
	const uint32_t *tags; /* of struct rib_source: one of these */
	size_t n_tags;
	const uint32_t *communities; /* all are there; RFC 1997 */
	size_t n_communities;
	const uint32_t (*ext)[2]; /* the same; RFC 4360 */
	size_t n_ext;
	const uint32_t (*large)[3]; /* the same; RFC 8092 */
	size_t n_large;
	const uint32_t *starts; /* the AS_PATH begins with, in this order */
	size_t n_starts;
	const uint32_t *contains; /* … has all of, anywhere */
	size_t n_contains;
	uint32_t min_length, max_length; /* of it; 0: any */
};

bool path_match_eq(const struct path_match *, const struct path_match *);
/* received: and not our own; tag: of who gave it. */
bool path_match_meets(const struct path_match *, const struct path *,
    bool received, uint32_t tag);
#endif
