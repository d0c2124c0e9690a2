/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stations - the BMP stations of this node: connections to them, and what each is
 * told.
 *
 * Dials each one that is configured, again after a pause that grows while it fails
 * (RFC 7854 3.2), and passes on what happens. Pure: TCP is behind struct
 * stations_port.
 */
#ifndef BGPD_BMP_STATIONS_H
#define BGPD_BMP_STATIONS_H

#include "bgpd/bmp/station.h"

struct stations;

struct station_target { /* as configured */
	struct addr addr;
	uint16_t port;
	bool pre_policy, post_policy, loc_rib;
	uint32_t statistics; /* s between reports; 0: none */
};

struct stations_port { /* the way to TCP; id is a connection's, never 0 */
	void (*dial)(
	    void *arg, uint32_t id, const struct addr *, uint16_t port);
	/*
	 * What was written still goes out, and so does what stations_next() writes that
	 * calls this. No news of the id any more.
	 */
	void (*hang_up)(void *arg, uint32_t id);
	/* stations_next() has something. Must not call back. */
	void (*wake)(void *arg, uint32_t id);
	bool (*is_flushed)(void *arg); /* what was hung up is out */
	void *arg;
};

struct stations_ops {
	void (*arm)(void *arg, uint64_t at); /* stations_tick() then, ms */
	void (*changed)(void *arg); /* one is connected, or away, or why */
	/* Calls tell for each peer that is up, and for the table. */
	void (*each_up)(void *arg,
	    void (*tell)(void *to, const struct station_peer *), void *to);
	/* What is to be reported of a source; how many, at most `most`. */
	size_t (*counts)(
	    void *arg, uint32_t source, struct bmp_count *, size_t most);
};

struct stations *
stations_new(const struct rib *, const char *name, const char *description,
    const struct stations_port *, const struct stations_ops *, void *arg);
void stations_free(struct stations *); /* hangs up without a word */

/* Those that are configured from now on. One that stays as it is isn't touched. */
void stations_set(
    struct stations *, const struct station_target *, size_t n, uint64_t now);
bool stations_any(const struct stations *); /* is one configured? */
/* The program ends: each is told so, and left. */
void stations_stop(struct stations *);
bool stations_are_left(const struct stations *);     /* … and have been */
void stations_tick(struct stations *, uint64_t now); /* what is due */

/* As in station.h, to all of them. */
void stations_up(struct stations *, const struct station_peer *);
void stations_down(
    struct stations *, uint32_t source, enum bmp_down, struct rbuf data);
void stations_touch(struct stations *, uint32_t source, const struct prefix *,
    uint32_t path_id, bool was_eligible);

/* From the port. */
void stations_connected(struct stations *, uint32_t id, uint64_t now);
void
stations_closed(struct stations *, uint32_t id, const char *why, uint64_t now);
/* As station_next(). */
bool stations_next(struct stations *, uint32_t id, struct wbuf *, uint64_t now);
bool stations_wait(const struct stations *, uint32_t id);

struct stations_view {
	const struct station_target *target;
	bool connected;
	uint64_t since;  /* ms, of that */
	const char *why; /* it is not; NULL: not known yet */
	uint32_t ends;   /* connections that ended by themselves */
	uint32_t lost;   /* … and that we ended, as it was too slow */
	uint64_t bytes;  /* told, on all its connections */
	size_t waiting;  /* routes that have changed and are to be told yet */
};
/* Borrowed until the next event. False: there are not so many. */
bool stations_view(const struct stations *, size_t nth, struct stations_view *);
#endif
