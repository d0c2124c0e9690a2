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
 * A List is what kubectl takes it for: a list within it is a part of it, and the items
 * of a ServiceList are Services, whether they say so or not. One that is no list counts
 * as its only item. Calls each for an item, or for its items in turn, and frees those
 * of a list: all at once would take long.
 */
size_t manifest_count(const struct json_t *doc);
void manifest_expand(struct json_t *doc, size_t item,
    void (*each)(void *arg, const struct json_t *obj), void *arg);
/*
 * As short as can be, whatever the order of keys was. Owned; NULL: larger than an
 * object may be. *hash is never 0.
 */
char *manifest_text(const struct json_t *, uint64_t *hash);

/* How a write is laid over an object of the kind: enum patch_rule. */
unsigned manifest_patch_rules(const struct store_kind *);
/* What the store is told; owned. Takes the manifest; it and state may be NULL. */
struct json_t *
manifest_combine(const struct store_kind *, const struct object_key *,
    const char *version, struct json_t *manifest, const struct json_t *state);

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
