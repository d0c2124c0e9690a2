/* SPDX-License-Identifier: Apache-2.0 */
/*
 * applied - an object as it would be once a file that names it has been applied.
 */
#ifndef CLI_DIFF_APPLIED_H
#define CLI_DIFF_APPLIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

struct applied_to {
	bool on_dir; /* the source is a folder of manifests, no API server */
	int64_t now; /* seconds since 1970 */
};

/* was: as the source has it; NULL: it has none. Owned by the caller. */
struct json_t *
applied(const struct json_t *was, const struct json_t *file, struct applied_to);
/*
 * The nth field below spec, from 0, that is another one now and of which only running
 * nodes know what comes of it; NULL: there are no more. Literals.
 */
const char *
applied_unknown(const struct json_t *was, const struct json_t *now, size_t nth);
#endif
