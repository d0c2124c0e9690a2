/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dir_index - which objects a directory of manifests holds, and which differ from what
 * was told of them.
 *
 * Told what each file and each state file says, it knows where every object is written
 * down, which place counts when there are several, and its version. It keeps no JSON:
 * what differs is read again from its place. Knows no files; source_dir_io does.
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

/* As a file was when it was read. One whose inode is 0 is never the same. */
struct dir_stamp {
	uint64_t device, inode;
	int64_t size;
	int64_t modified, changed; /* ns since 1970 */
};

bool dir_stamp_eq(const struct dir_stamp *, const struct dir_stamp *);

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

/*
 * Between these two each file is told in one of the ways below; others are gone. Unless
 * that is not sure, since things were moved meanwhile: then those are gone that were not
 * told the time before either.
 */
void dir_files_begin(struct dir_index *);
void dir_files_end(struct dir_index *, bool is_sure);
/* Was it read when it was as it is now? Then nothing else is to be told of it. */
bool dir_file_is_known(
    struct dir_index *, const char *path, const struct dir_stamp *);
/*
 * It can't be looked at now: what it had stays, or what all below a directory had.
 * False: it was never read.
 */
bool dir_file_keep(struct dir_index *, const char *path);
void dir_files_keep_below(struct dir_index *, const char *directory);
/*
 * It has been read: begin, found for each object, end. With a part that could not be
 * read (why), or only a part read (not whole), what the file had before and has not now
 * stays: it may be in the other part.
 */
void dir_file_begin(struct dir_index *, const char *path);
void dir_file_found(struct dir_index *, size_t kind, const struct object_key *,
    const struct dir_place *, uint64_t hash);
void dir_file_end(struct dir_index *, const struct dir_stamp *, bool whole,
    const struct err *why);

/* The same for the state of objects. */
void dir_states_begin(struct dir_index *);
void dir_states_end(struct dir_index *);
bool dir_state_is_known(struct dir_index *, size_t kind,
    const struct object_key *, const struct dir_stamp *);
/* It can't be read: what it was stays. */
void dir_state_keep(struct dir_index *, size_t kind, const struct object_key *,
    const struct dir_stamp *);
void dir_state_found(struct dir_index *, size_t kind, const struct object_key *,
    const struct dir_stamp *, uint64_t hash, bool whole);

/* At any time, of one. */
void dir_state_gone(struct dir_index *, size_t kind, const struct object_key *);

/* Forgets how files were: all are to be read again. */
void dir_forget_stamps(struct dir_index *);

/*
 * The objects that are another than dir_told() was called with, in the order of their
 * places, those that are gone first. The array is the caller's; valid until the next
 * call. Warns of objects that are newly written down twice.
 */
struct dir_object *dir_changes(struct dir_index *, size_t *n);
void dir_told(struct dir_index *, const struct dir_object *);
/* False: no manifest and no state of it is known. */
bool dir_find(const struct dir_index *, size_t kind, const struct object_key *,
    struct dir_object *);
const char *dir_version(const struct dir_object *, char text[DIR_VERSION]);
/*
 * Files of which a part can't be read; *first says which and why, or is NULL.
 */
size_t dir_broken(const struct dir_index *, const char **first);
#endif
