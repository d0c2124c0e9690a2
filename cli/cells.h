/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells - parts of a reply as the text of a cell, owned; "-" for what is not there.
 */
#ifndef CLI_CELLS_H
#define CLI_CELLS_H

#include <stdbool.h>
#include <stdint.h>

struct json_at;

struct column {
	const char *title;
	const char *path; /* "openReceived.holdTime", for cell_path() */
	/* NULL: cell_path() */
	char *(*cell)(const struct json_at *row, int64_t now);
	unsigned flags; /* enum table_flag */
	/* How a text of it is colored; NULL: not at all. */
	const char *(*color)(const char *text);
};

/* Sequences for a terminal, or NULL. */
const char *color_state(const char *text);   /* of a session */
const char *color_verdict(const char *text); /* yes, no, why not */
const char *color_fault(const char *text);   /* red, if there is one */

char *cell_text(const struct column *, const struct json_at *row, int64_t now);

/* A string as it is, a list with spaces between, yes and no. */
char *cell_path(const struct json_at *row, const char *path);
/* "45s", "13m5s", "2h13m", "3d4h" since the time that the field holds. */
char *cell_age(const struct json_at *row, const char *field, int64_t now);

/* Of a neighbor. */
char *cell_state(const struct json_at *row, int64_t now);
char *cell_state_age(const struct json_at *row, int64_t now);
char *cell_received(const struct json_at *row, int64_t now);
char *cell_accepted(const struct json_at *row, int64_t now);
char *cell_sent(const struct json_at *row, int64_t now);
char *cell_hold(const struct json_at *row, int64_t now);
char *cell_keepalive(const struct json_at *row, int64_t now);
char *cell_error(const struct json_at *row, int64_t now);
char *cell_tcp_error(const struct json_at *row, int64_t now);
/* Of a route. */
char *cell_mark(const struct json_at *row, int64_t now);
char *cell_communities(const struct json_at *row, int64_t now);
/* Of a Service, a condition. */
char *cell_name(const struct json_at *row, int64_t now);
char *cell_sessions(const struct json_at *row, int64_t now);
char *cell_table(const struct json_at *row, int64_t now);
char *cell_condition_age(const struct json_at *row, int64_t now);
#endif
