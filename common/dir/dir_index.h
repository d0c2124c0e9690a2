/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dir_index - which objects a directory of manifests holds, and which have
 * changed.
 *
 * Told what each file and each state file says, it knows where every object is
 * written down, which place counts when there are several, and its version. It
 * keeps no JSON: what has changed is read again from its place. Knows no files;
 * source_dir_io does.
 */
#ifndef COMMON_DIR_DIR_INDEX_H
#define COMMON_DIR_DIR_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/source/store.h"

struct dir_index;
struct err;
struct store;

struct dir_place {
	long offset;   /* of the document, bytes */
	size_t length; /* of the document */
	unsigned line; /* of its first line, from 1 */
	size_t item;   /* in a List */
};

struct dir_object { /* borrowed from the index, until dir_changes() */
	size_t kind;
	struct object_key key;
	const char *path; /* of the manifest that counts; NULL: none */
	struct dir_place place;
	uint64_t hash;       /* of the manifest, 0: none */
	uint64_t state_hash; /* of what was written to it, 0: nothing */
	bool whole;          /* the state is an object by itself, no patch */
};

#define DIR_VERSION 34 /* room for a version as text */

struct dir_index *dir_index_new(const struct store *);
void dir_index_free(struct dir_index *);

/* A file has been read: begin, found for each object, end. */
void dir_file_begin(struct dir_index *, const char *path);
void dir_file_found(struct dir_index *, size_t kind, const struct object_key *,
    const struct dir_place *, uint64_t hash);
/*
 * Part of it could not be read (why): what the file had before and has not now
 * stays, since it may be in that part. why NULL: what is not found any more is
 * gone.
 */
void dir_file_end(struct dir_index *, const struct err *why);
/* The file, or everything below the directory. */
void dir_file_gone(struct dir_index *, const char *path);

void dir_state_found(struct dir_index *, size_t kind, const struct object_key *,
    uint64_t hash, bool whole);
void dir_state_gone(struct dir_index *, size_t kind, const struct object_key *);

/* Between these everything is told; what is not is gone. */
void dir_scan_begin(struct dir_index *);
void dir_scan_end(struct dir_index *);

/*
 * The objects that mean something else than at the last call, in the order of
 * their places. The array is the caller's; valid until the next call.
 */
struct dir_object *dir_changes(struct dir_index *, size_t *n);
/* False: no manifest and no state of it is known. */
bool dir_find(const struct dir_index *, size_t kind, const struct object_key *,
    struct dir_object *);
const char *dir_version(const struct dir_object *, char text[DIR_VERSION]);
/*
 * Files of which a part can't be read; *first says which and why, or is NULL.
 */
size_t dir_broken(const struct dir_index *, const char **first);
#endif
