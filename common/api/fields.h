/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields - one table for each of our resources: what may be written in it.
 *
 * Decoding goes through it: types, limits and defaults are applied, and a refusal
 * names the field, the value and what is allowed. The schemas in crd/ are compared
 * with the same tables in both directions by make check.
 */
#ifndef COMMON_API_FIELDS_H
#define COMMON_API_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json_t json_t;
struct err;

enum field_type {
	FIELD_OBJECT,
	FIELD_LIST, /* its items are the next path, with "[]" */
	FIELD_MAP,  /* its values are the next path, with "{}" */
	FIELD_STRING,
	FIELD_INT,
	FIELD_BOOL,
};

enum field_format { /* what a string must look like; a CEL rule or a pattern */
	FORMAT_ANY,
	FORMAT_CIDR, /* an IP prefix without host bits */
	FORMAT_IP,
};

enum field_flags {
	FIELD_REQUIRED = 1 << 0,
	FIELD_RESETS = 1 << 1, /* changing it resets a session */
	FIELD_UNIQUE = 1 << 2, /* a list without doubles (listType: set) */
};

struct field {
	const char *path; /* "spec.pools[].subnet" */
	enum field_type type;
	unsigned flags;
	int64_t min, max; /* FIELD_INT: value; else length; max 0: no limit */
	const char *initial;       /* default as JSON, NULL: none */
	const char *const *one_of; /* ends with NULL; NULL: anything */
	const char *pattern; /* POSIX extended; also valid for the API server */
	enum field_format format;
};

struct fields {
	const char *api, *kind, *plural;
	const struct field *at;
	size_t n;
	/* The twins of the schema's CEL rules; obj has its defaults. May be NULL. */
	bool (*rules)(const json_t *obj, struct err *);
};

/*
 * obj without what the table does not name, with defaults where there was nothing:
 * owned by the caller. NULL and err: refused. The status is not looked at.
 */
json_t *fields_apply(const struct fields *, const json_t *obj, struct err *);

/* False and err when obj has a field that the table does not name. */
bool fields_known(const struct fields *, const json_t *obj, struct err *);
#endif
