/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - values that decoders of Kubernetes kinds take out of JSON.
 *
 * As the getters of json.h: absent leaves *out as it was, wrong is false and err.
 */
#ifndef COMMON_API_READ_H
#define COMMON_API_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct err;
struct json_at;
struct prefix;

/* *out becomes an owned copy, what was there is freed. */
bool
read_text(const struct json_at *, const char *field, char **out, struct err *);
/* RFC 3339, as the API server writes it; seconds since 1970. */
bool read_time(
    const struct json_at *, const char *field, int64_t *out, struct err *);
/* A list of addresses; *out is owned. "None" is passed over. */
bool read_addrs(const struct json_at *, const char *field, struct addr **out,
    size_t *n, struct err *);
/* Prefixes with their host bits cleared; *out is owned. */
bool read_prefixes(const struct json_at *, const char *field,
    struct prefix **out, size_t *n, struct err *);
#endif
