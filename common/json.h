/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - typed reading of JSON objects, with the path in every refusal.
 *
 * A struct json_at is a value and the way to it, kept on the stack of the
 * reader:
 *
 * 	struct json_at root = json_at_root(obj), spec;
 * 	uint32_t asn = 0;
 *
 * 	if (!json_get_object(&root, "spec", &spec, err) ||
 * 	    !json_get_uint32(&spec, "asNumber", 1, UINT32_MAX, &asn, err))
 * 		return NULL;	// err: "spec.asNumber: \"x\": not a number"
 *
 * A field that is absent or null leaves *out as it was, and is no error; inside
 * an absent object everything is absent.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json_t;

struct json_at {
	const struct json_t *v; /* borrowed; NULL when absent */
	const struct json_at
	    *up;           /* borrowed, outlives this one; NULL: the root */
	const char *field; /* borrowed; NULL: an array's item */
	size_t index;
	bool secret; /* no refusal holds a value of it, nor of what is in it */
};

#define JSON_PATH 256 /* room for a path as text; a longer one is cut */

/*
 * The text must be one value with nothing after it; duplicate keys are refused. No
 * error holds any of the text: it may be secret.
 */
struct json_t *json_parse(const char *text, size_t n, struct err *); /* owned */
/* The first of several; *used is where it ends. Its first line is `line`. */
struct json_t *json_parse_first(
    const char *text, size_t n, unsigned line, size_t *used, struct err *);

struct json_at json_at_root(const struct json_t *);
struct json_at json_at_secret(const struct json_t *);
/* "spec.peers[2].asn" for field "asn"; field NULL: the path of at itself. */
const char *
json_at_path(const struct json_at *, const char *field, char text[JSON_PATH]);
/* Fills err with "<path>: <formatted>", always returns false. */
bool json_refuse(const struct json_at *, const char *field, struct err *,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* out->v is NULL when absent. */
bool json_get_object(const struct json_at *, const char *field,
    struct json_at *out, struct err *);
bool json_get_array(const struct json_at *, const char *field,
    struct json_at *out, struct err *);
size_t json_at_count(const struct json_at *array); /* 0 when absent */
struct json_at json_at_item(const struct json_at *array, size_t i);

/* The text of a member, borrowed; "": there is none. For what was checked before. */
const char *json_text(const struct json_t *, const char *key);
/* The same; NULL: there is none. */
const char *json_text_or_null(const struct json_t *, const char *key);
/* The number of a member; 0: there is none. Likewise. */
int64_t json_int(const struct json_t *, const char *key);
/*
 * The texts of a list, owned, ended by NULL, for what was checked before; *n, which may
 * be NULL, is how many they are.
 */
char **json_texts(const struct json_t *list, size_t *n);
void json_texts_free(char **); /* any such list; NULL: nothing to do */

/* A value as a person can read it, owned: NULs as \\x00; NULL when absent. */
char *json_at_visible(const struct json_at *, const char *field);

/* With field NULL these read at itself: an item of an array. */
bool json_get_string(const struct json_at *, const char *field,
    const char **out, struct err *); /* borrowed from the JSON */
bool json_get_bool(
    const struct json_at *, const char *field, bool *out, struct err *);
bool json_get_int(const struct json_at *, const char *field, int64_t min,
    int64_t max, int64_t *out, struct err *);
bool json_get_uint32(const struct json_at *, const char *field, uint32_t min,
    uint32_t max, uint32_t *out, struct err *);
/* One of names, which ends with NULL; *out is its index. */
bool json_get_enum(const struct json_at *, const char *field,
    const char *const *names, unsigned *out, struct err *);
#endif
