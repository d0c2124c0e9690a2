/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields - one table for each of our resources: what may be written in it.
 *
 * Decoding goes through it: types, limits and defaults are applied, and a refusal
 * names the field, the value and what is allowed. The schemas in crd/ are printed
 * from the same tables by `make crd`.
 */
#ifndef COMMON_API_FIELDS_H
#define COMMON_API_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json_t json_t;
struct err;

enum field_type {
	FIELD_OBJECT, /* its fields are the paths with one more word */
	FIELD_LIST,   /* its items are the path with "[]" */
	FIELD_MAP,    /* its values are the path with "{}" */
	FIELD_STRING,
	FIELD_INT,
	FIELD_BOOL,
};

enum field_flags {
	FIELD_REQUIRED = 1 << 0,
	FIELD_RESETS = 1 << 1, /* changing it resets a session */
	FIELD_SET = 1 << 2,    /* a list in which nothing stands twice */
	FIELD_ATOMIC = 1 << 3, /* an object that is written as a whole */
	FIELD_DATE = 1 << 4,   /* a string: RFC 3339 */
};

/* A CEL rule of the schema and its twin. self has its defaults. */
struct field_rule {
	const char *cel;
	const char *message;
	bool (*holds)(const json_t *self);
};

struct field {
	const char *path; /* "spec.pools[].subnet"; the whole object is "" */
	enum field_type type;
	unsigned flags;
	int64_t min, max;          /* of an int its value, else its length;
				      max 0: no limit */
	const char *initial;       /* the default as JSON, NULL: none */
	const char *const *one_of; /* ended by NULL; NULL: anything goes */
	const char *pattern; /* means the same in POSIX extended and RE2 */
	const char *key;     /* a list whose items differ in this field */
	const struct field_rule *const *rules; /* ended by NULL; may be NULL */
	/* The part that its rules blame, borrowed; NULL: the whole. */
	const json_t *(*culprit)(const json_t *self);
	/*
	 * What it is, for kubectl explain. The schema says by itself what else the row
	 * holds: that a change resets sessions, a number's limits, the default.
	 */
	const char *text;
};

struct field_column {     /* of kubectl get */
	const char *name; /* "IPv4-Free" */
	const char *path; /* of a field, or into a condition */
	const char *text; /* what it is */
};

struct fields { /* the table of one kind */
	const char *api, *kind, *plural;
	const struct field *at;
	size_t n;
	const char *short_name;
	const char *sessions; /* which ones FIELD_RESETS means: "the session" */
	const struct field_column
	    *columns; /* ended by a NULL name; without Age */
};

/*
 * What of obj the table names, with defaults where there was nothing: owned by the
 * caller. metadata and status are passed on unseen. NULL and err: refused.
 */
json_t *fields_apply(const struct fields *, const json_t *obj, struct err *);

/* As fields_apply, and false when there is a field that the table does not name. */
bool fields_known(const struct fields *, const json_t *obj, struct err *);

/* The same for a status that is about to be written. */
bool
fields_status_known(const struct fields *, const json_t *status, struct err *);

const struct field *fields_find(const struct fields *, const char *path);
/* The name of row's field when it is a field of an object at `parent`, or NULL. */
const char *
fields_child_name(const struct field *row, const struct field *parent);
#endif
