/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print - replies as JSON or as tables, part by part.
 *
 * A long list comes in several replies. As JSON they become one object again; as tables
 * they are printed one below the other, with titles where the columns are others.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct column;
struct json_at;

struct output {
	FILE *to;
	bool json;
	unsigned width; /* of the terminal; 0: it is none */
	bool colored;
	int64_t now;                  /* seconds since 1970, for ages */
	unsigned parts;               /* printed so far */
	const struct column *columns; /* … of the last table */
	/* As the command has them, see commands.h. */
	const char *rows;
	void (*print)(struct output *, const struct json_at *reply);
};

/* more: another reply follows. Else, what has a cursor was cut there, and says so. */
void print_reply(struct output *, const struct json_at *reply, bool more);

/* As tables, for the commands. */
void print_neighbors(struct output *, const struct json_at *reply);
void print_node_neighbors(struct output *, const struct json_at *reply);
void print_bfd(struct output *, const struct json_at *reply);
void print_node_bfd(struct output *, const struct json_at *reply);
void print_diff(struct output *, const struct json_at *reply);
void print_stations(struct output *, const struct json_at *reply);
void print_routes(struct output *, const struct json_at *reply);
void print_filters(struct output *, const struct json_at *reply);
void print_announcements(struct output *, const struct json_at *reply);
void print_services(struct output *, const struct json_at *reply);
void print_l2(struct output *, const struct json_at *reply);
void print_held(struct output *, const struct json_at *reply);
void print_vips(struct output *, const struct json_at *reply);
void print_status(struct output *, const struct json_at *reply);
void print_addresses(struct output *, const struct json_at *reply);
void print_pools(struct output *, const struct json_at *reply);
void print_service(struct output *, const struct json_at *reply);
void print_explanation(struct output *, const struct json_at *reply);
void print_findings(struct output *, const struct json_at *reply);
void print_version(struct output *, const struct json_at *reply);
void print_dump(struct output *, const struct json_at *reply);
void print_event(struct output *, const struct json_at *reply);
void print_drain(struct output *, const struct json_at *reply);
void print_shutdown(struct output *, const struct json_at *reply);
#endif
