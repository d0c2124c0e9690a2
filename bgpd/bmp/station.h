/* SPDX-License-Identifier: Apache-2.0 */
/*
 * station - what one BMP station is told (RFC 7854, RFC 9069).
 *
 * Told of peers and of prefixes that changed; gives message after message when its
 * connection has room. Pure: knows no socket and no time.
 */
#ifndef BGPD_BMP_STATION_H
#define BGPD_BMP_STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/bmp.h"

struct rib;
struct station;

#define STATION_ROOM 200000        /* bytes that station_next() needs */
#define STATION_TOUCHES 32768      /* prefixes that wait to be told */
#define STATION_LOC_RIB UINT32_MAX /* as a source: the table's best routes */

struct station_config {          /* the texts are borrowed for good */
	const char *name;        /* of the node */
	const char *description; /* of the program */
	bool pre_policy;         /* what peers sent */
	bool post_policy;        /* … and may be used */
	bool loc_rib;            /* the best routes */
};

struct station_ops {
	/* There is something to send again. Must not call back. */
	void (*wake)(void *arg);
};

struct station *station_new(const struct rib *, const struct station_config *,
    const struct station_ops *, void *arg);
void station_free(struct station *);

/* There is a new connection, on which all is told from the start; or none any more. */
void station_begin(struct station *);
void station_end(struct station *);

/*
 * The session is up, with these families; or (STATION_LOC_RIB) the node knows its AS
 * and router id. Copied, OPENs too.
 */
struct station_peer {
	uint32_t source; /* of its routes in the rib */
	struct bmp_peer peer;
	struct bmp_up up;
	bool families[FAMILIES];
	bool path_ids[FAMILIES]; /* it says them (RFC 7911) */
	uint32_t prepended;      /* our AS number in front of its; 0: none */
};
void station_up(struct station *, const struct station_peer *);
/* It has ended, data as bmp_down() has it: what was told of it is void. */
void station_down(
    struct station *, uint32_t source, enum bmp_down, struct rbuf data);
/*
 * The route of the source to the prefix, or of STATION_LOC_RIB, may be another.
 * was_eligible: as far as may have been told, so that it is withdrawn if it isn't now.
 */
void station_touch(struct station *, uint32_t source, const struct prefix *,
    uint32_t path_id, bool was_eligible);

/*
 * Writes what comes next, some messages; false: nothing. Of the table it looks at
 * `most` routes at most, so it may find nothing to write though more is to come: as
 * long as station_waits().
 */
bool station_next(struct station *, struct wbuf *w, uint32_t most);
/* Statistics of the source; nothing where it has not been told up. */
void station_report(struct station *, struct wbuf *, uint32_t source,
    const struct bmp_count *, size_t n);
bool station_waits(const struct station *);
size_t station_touched(const struct station *); /* prefixes that wait */
/*
 * More has changed than can be kept in mind: the connection is to be ended, since only
 * a new one begins with all there is.
 */
bool station_is_lost(const struct station *);
#endif
