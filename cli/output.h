/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - replies as JSON or as tables, part by part.
 *
 * A long list comes in several replies. As JSON they become one object again; as
 * tables they are printed one below the other, with one line of titles.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_at;

struct output {
	FILE *to;
	bool json;
	unsigned width; /* of the terminal; 0: it is none */
	bool colored;
	int64_t now;    /* seconds since 1970, for ages */
	unsigned parts; /* printed so far */
	/* As the command has them, see commands.h. */
	const char *rows;
	void (*print)(struct output *, const struct json_at *reply);
};

/* more: another reply follows. */
void output_reply(struct output *, const struct json_at *reply, bool more);
#endif
