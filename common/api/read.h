/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - values that decoders of Kubernetes kinds take out of JSON.
 *
 * As the getters of json.h: absent leaves *out as it was, wrong is false and err.
 *
 * What an API server has let in may still be more than we can read: IPs with leading
 * zeros, NULs, a value of a later version. Of such a kind each part is read for
 * itself, what can't be read is left out, and the first of the faults is told:
 *
 * 	read_fault(err, read_text(&spec, "x", &x, &why), &why);
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

/* Takes over what a part has refused, unless there is an earlier fault. */
void read_fault(struct err *first, bool good, const struct err *why);

/* *out becomes an owned copy, what was there is freed. */
bool
read_text(const struct json_at *, const char *field, char **out, struct err *);
/* RFC 3339, as the API server writes it; seconds since 1970. */
bool read_time(
    const struct json_at *, const char *field, int64_t *out, struct err *);

/* These leave out what can't be read; fault: as in read_fault(). */

/* json_at_visible(), be it no string: that is told only. *out as in read_text(). */
void read_visible(
    const struct json_at *, const char *field, char **out, struct err *fault);
/* A list of addresses; *out is owned. "None" is passed over. */
void read_addrs(const struct json_at *, const char *field, struct addr **out,
    size_t *n, struct err *fault);
/* Prefixes with their host bits cleared; *out is owned. */
void read_prefixes(const struct json_at *, const char *field,
    struct prefix **out, size_t *n, struct err *fault);
#endif
