/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree_io - the files below a directory, and the news that something happened there
 * (inotify).
 *
 * What happened is hardly told: who wants to know walks the tree again, one file after
 * the other. Names that start with "." are not there. Links are followed; a directory
 * that several ways lead to is read once.
 */
#ifndef COMMON_DIR_TREE_IO_H
#define COMMON_DIR_TREE_IO_H

#include <stdbool.h>

#include "common/dir/dir_index.h"

struct err;
struct event_base;
struct stat;
struct tree;

struct tree_entry {
	const char *path; /* without the root; borrowed until the next one */
	int fault; /* errno: it, or what is below it, can't be read; 0: a file */
	bool is_open; /* it is being written, and may be half there */
	struct dir_stamp stamp;
};

/*
 * Something happened to what is, or was, at this path, which may be a directory. NULL:
 * it may have happened anywhere. gone: it was moved away or removed.
 */
typedef void tree_changed(void *arg, const char *path, bool gone);

/*
 * The root must be a directory that can be read. changed is called from the loop, not
 * before the first walk. A file that is made is told of before it is written, too.
 */
struct tree *tree_new(struct event_base *, const char *root, tree_changed *,
    void *arg, struct err *);
void tree_free(struct tree *);

/* A walk is begun, or begun anew. False: the root can't be read, or is not there. */
bool tree_walk(struct tree *, struct err *);
/* The next file; false: that was the last one. */
bool tree_next(struct tree *, struct tree_entry *);
/* After the last one. False: the root went meanwhile, and with it who knows what. */
bool tree_walk_end(struct tree *, struct err *);
/* Some of what happened until now is told at once. False: nothing was left. */
bool tree_take_events(struct tree *);

struct dir_stamp tree_stamp(const struct stat *);
#endif
