/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells - parts of a reply as the text of a cell, owned; "-" for what is not there.
 */
#ifndef CLI_CELLS_H
#define CLI_CELLS_H

#include <stdbool.h>
#include <stdint.h>

struct json_at;

/* What is at the path of the row, as a text; now: s since 1970. */
typedef char *cell_fn(const struct json_at *row, const char *path, int64_t now);

struct column {
	const char *title;
	const char *path; /* "openReceived.holdTime"; "": all of the row */
	cell_fn *cell;    /* NULL: cell_path() */
	unsigned flags;   /* enum table_flag */
	/* How a text of it is colored; NULL: not at all. */
	const char *(*color)(const char *text);
};

/* Sequences for a terminal, or NULL. */
const char *color_state(const char *text);   /* of a session */
const char *color_bfd(const char *text);     /* of a BFD session */
const char *color_holding(const char *text); /* of an address on the LAN */
const char *color_verdict(const char *text); /* yes, no, why not */
const char *color_fault(const char *text);   /* red, if there is one */

char *cell_text(const struct column *, const struct json_at *row, int64_t now);

/* A string as it is, a list with spaces between, yes and no. */
char *cell_path(const struct json_at *row, const char *path);
/* "45s", "13m5s", "2h13m", "3d4h" since the time that is there. */
cell_fn cell_age;
/* "50 ms", "12.5 ms", "1 s" of a number of us; 0: not there. */
cell_fn cell_micros;

/* Of a neighbor. */
cell_fn cell_state;    /* with (stale) */
cell_fn cell_prefixes; /* of both families: "received", "accepted", "sent" */
cell_fn cell_agreed;   /* that of a session that is up */
cell_fn cell_error;
cell_fn cell_tcp_error;
cell_fn cell_finding; /* and what to do */
/* Of a route. */
cell_fn cell_mark;
cell_fn cell_because; /* why it is not used, or not in the kernel */
cell_fn cell_communities;
/* Of a Service, of the node. */
cell_fn cell_name;
cell_fn cell_sessions;
cell_fn cell_table;
cell_fn cell_drain;
#endif
