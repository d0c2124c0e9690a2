/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_io - writes the routes of this node's daemon into a file (mrt.h).
 */
#ifndef CLI_DUMP_IO_H
#define CLI_DUMP_IO_H

#include <stdint.h>

struct err;
struct json_at;

/*
 * request: for routes (control.h), and "file": where to, "-" is standard output. now:
 * seconds since 1970. Returns {file, prefixes, routes, leftOut, counted}, owned. NULL,
 * err and *code, an exit code; then the file is not whole.
 */
char *dump_carry_out(const char *socket, const struct json_at *request,
    uint32_t now, struct err *, int *code);
#endif
