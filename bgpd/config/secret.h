/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret - passwords of sessions. Values are wiped when they are freed.
 */
#ifndef BGPD_CONFIG_SECRET_H
#define BGPD_CONFIG_SECRET_H

#include <stddef.h>

#include "common/api/meta.h"

struct secret_value {
	char *key;
	char *value; /* owned; ended by NUL, which is not part of it */
	size_t length;
};

struct secret {
	struct meta meta;
	struct secret_value *values;
	size_t n_values;
};

/* NULL: no such key. */
const struct secret_value *secret_get(const struct secret *, const char *key);

/* These two fit into a row of a store's table of kinds. NULL and err: refused. */
void *secret_decode(const json_t *, struct err *);
void secret_free(void *secret);
#endif
