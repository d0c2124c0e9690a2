/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mrt - a table of routes in the format that bgpdump and its like read.
 *
 * TABLE_DUMP_V2 of RFC 6396: who gave routes, then a record for each prefix; RFC 8050
 * where a route has a path id. Made of the replies to a request for raw routes, part by
 * part. Pure but for the stream.
 */
#ifndef CLI_MRT_H
#define CLI_MRT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct json_at;
struct mrt;

struct mrt_counts {
	uint64_t prefixes; /* records; one prefix has several if parts say so */
	uint64_t routes;
	uint64_t left_out; /* of peers that came after the dump had begun */
};

/* now: seconds since 1970, the time of all records and routes. Borrows the stream. */
struct mrt *mrt_new(FILE *to, uint32_t now);
void mrt_free(struct mrt *);
/* The first reply has "self" and "peers", all have "routes". False: err. */
bool mrt_add(struct mrt *, const struct json_at *reply, struct err *);
/* Behind the last reply. Whether all could be written is the stream's to say. */
struct mrt_counts mrt_end(struct mrt *);
#endif
