/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dir_index - which objects a directory of manifests holds, and which differ from what
 * was told of them.
 *
 * It is told what each file says, and knows of every object where it is written down,
 * which place counts when there are several, and what stands there. Knows no files;
 * scan_io does.
 */
#ifndef COMMON_DIR_DIR_INDEX_H
#define COMMON_DIR_DIR_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/source/store.h"

struct dir_index;
struct err;
struct json_t;

/* An object is a manifest with what was written to it laid over: its state. */
enum dir_side {
	DIR_STATES, /* PATH.state: what the programs write, a file for each object */
	DIR_MANIFESTS, /* PATH: what people write */
	DIR_SIDES,
};

/* As a file was when it was read. One whose inode is 0 is never the same. */
struct dir_stamp {
	uint64_t device, inode;
	int64_t size;
	int64_t modified, changed; /* ns since 1970 */
};

bool dir_stamp_eq(const struct dir_stamp *, const struct dir_stamp *);

struct dir_object { /* borrowed from the index, until anything is told to it */
	size_t kind;
	struct object_key key;
	const char *text[DIR_SIDES]; /* JSON; NULL: none, or too large */
	uint64_t hash[DIR_SIDES];    /* of it, 0: none */
	bool exists; /* there is more than a patch without its manifest */
	bool is_due; /* it differs, and is to be told now */
};

#define DIR_VERSION 34 /* room for a version as text */

struct dir_index *dir_index_new(const struct store *);
void dir_index_free(struct dir_index *);

/*
 * Between these two each file of the side is told in one of the ways below; others are
 * gone. Unless that is not sure, since things were moved meanwhile: then those are gone
 * that were not told the time before either.
 */
void dir_walk_begin(struct dir_index *, enum dir_side);
void dir_walk_end(struct dir_index *, enum dir_side, bool is_sure);
/* Was it read when it was as it is now? Then nothing else is to be told of it. */
bool dir_file_is_known(struct dir_index *, enum dir_side, const char *path,
    const struct dir_stamp *);
/* It can't be looked at now: what it had stays. False: it was never read. */
bool dir_file_keep(struct dir_index *, enum dir_side, const char *path);
/* The same for all files below a directory. */
void dir_keep_below(struct dir_index *, enum dir_side, const char *directory);
/*
 * It is read: begin, found for each object, end. With a part that could not be read
 * (why) what the file had before and has not now stays: it may be in that part.
 */
void dir_file_begin(struct dir_index *, enum dir_side, const char *path);
/* line: where its document begins. */
void dir_file_found(struct dir_index *, enum dir_side, size_t kind,
    const struct object_key *, const struct json_t *, unsigned line);
void dir_file_end(struct dir_index *, enum dir_side, const struct dir_stamp *,
    const struct err *why);
/* At any time, of one. */
void dir_file_gone(struct dir_index *, enum dir_side, const char *path);
/* Forgets how files were: all are to be read again. */
void dir_forget_stamps(struct dir_index *);

/*
 * The objects that may be others than dir_told() was called with: begin, then next
 * until it is false. They come twice: first those are due that don't exist any more,
 * then all others. Warns of objects that are newly written down twice.
 */
void dir_changes_begin(struct dir_index *);
bool dir_changes_next(struct dir_index *, struct dir_object *);
/* False: no manifest and no state of it is known. */
bool dir_find(const struct dir_index *, size_t kind, const struct object_key *,
    struct dir_object *);
/* One that is gone is borrowed no longer. */
void dir_told(struct dir_index *, const struct dir_object *);
const char *dir_version(const struct dir_object *, char text[DIR_VERSION]);
/* Files of which a part can't be read; *first says which and why. */
size_t dir_broken(const struct dir_index *, enum dir_side, const char **first);
/* Can the file, or a directory on the way to it, not be read? */
bool
dir_file_is_broken(const struct dir_index *, enum dir_side, const char *path);
#endif
