/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest - one manifest of a directory, and the state that goes with it.
 */
#ifndef COMMON_DIR_MANIFEST_H
#define COMMON_DIR_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json_t;
struct object_key;
struct store;
struct store_kind;

enum manifest_verdict {
	MANIFEST_REFUSED,
	MANIFEST_FOREIGN, /* of a kind, namespace or name not followed */
	MANIFEST_OURS,
};

/* Whose it is. The key borrows from it. err is set when it is refused. */
enum manifest_verdict manifest_identify(const struct store *,
    const struct json_t *obj, size_t *kind, struct object_key *, struct err *);
/*
 * Makes lists what kubectl takes them for: one within another becomes part of it, and
 * the items of a ServiceList are Services, whether they say so or not.
 */
void manifest_complete(struct json_t *doc);
/* Calls each for the object itself, or for the items when it is a List. */
void manifest_expand(const struct json_t *doc,
    void (*each)(void *arg, const struct json_t *obj, size_t item), void *arg);
/* The one that each() gets with this number, or NULL. */
const struct json_t *manifest_item(const struct json_t *doc, size_t item);
/* Never 0. *size is what the value takes as text. The order of keys is none. */
uint64_t manifest_hash(const struct json_t *, size_t *size);

/* How a write is laid over an object of the kind: enum patch_rule. */
unsigned manifest_patch_rules(const struct store_kind *);
/* What the store is told. Either of manifest and state may be NULL. Owned. */
struct json_t *manifest_combine(const struct store_kind *,
    const struct object_key *, const char *version,
    const struct json_t *manifest, const struct json_t *state);

/* The state is an object by itself, not a patch of one. */
bool manifest_is_whole(const struct json_t *state);
void manifest_make_whole(struct json_t *, const struct store_kind *);
/* Leaves what /status takes on a cluster: the status, and annotations. */
void manifest_keep_status(struct json_t *patch);
/* "Service/web/shop.json", "BGPNodeStatus/_/node1.json"; owned. */
char *manifest_state_path(const struct store_kind *, const struct object_key *);
/* The other way; path is cut up and the key points into it. False: foreign. */
bool manifest_state_key(
    const struct store *, char *path, size_t *kind, struct object_key *);
#endif
