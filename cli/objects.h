/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects - replies made from the objects of the source, where no daemon is asked.
 *
 * They have the shape of the daemon's own. Pure: objects_io.c fills the store.
 */
#ifndef CLI_OBJECTS_H
#define CLI_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/source/store.h"

struct inquiry;
struct instance;
struct json_at;

struct objects_view {
	/* To follow. arg: the instance that is asked about; NULL: the default one. */
	const struct store_kind *kinds;
	size_t n;
	bool may_lack; /* a kind that is not there is one without objects */
	/*
	 * One that may not be read is not listed, and the request says so: "unread",
	 * {KIND: WHY}.
	 */
	bool may_be_refused;
	/* Owned, asked of an API server besides (inquiry.h); may be NULL. */
	struct inquiry *(*questions)(const struct instance *);
	/* The reply, owned; now in seconds since 1970. */
	char *(*reply)(
	    const struct store *, const struct json_at *request, int64_t now);
};

/* The lbbgp that a request asks about: its "class" and "namespace"; borrowed. */
struct instance objects_instance(const struct json_at *request);

extern const struct objects_view objects_neighbors; /* of all nodes */
extern const struct objects_view objects_bfd;       /* the same of BFD */
extern const struct objects_view objects_held;      /* on links, likewise */
extern const struct objects_view objects_addresses;
extern const struct objects_view objects_services;
extern const struct objects_view objects_pools;
#endif
