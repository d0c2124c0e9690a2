/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects_io - reads the objects of a view from the source, once.
 */
#ifndef CLI_OBJECTS_IO_H
#define CLI_OBJECTS_IO_H

#include <stdint.h>

struct err;
struct json_at;
struct objects_view;
struct source_options;

/* The reply, owned; NULL and err: it can't be read. */
char *objects_read(const struct objects_view *, const struct source_options *,
    const struct json_at *request, int64_t now, struct err *);
#endif
