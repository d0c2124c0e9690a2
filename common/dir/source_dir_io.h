/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_dir_io - a directory of manifests as a source.
 */
#ifndef COMMON_DIR_SOURCE_DIR_IO_H
#define COMMON_DIR_SOURCE_DIR_IO_H

struct err;
struct event_base;
struct source;
struct source_options;
struct store;

/* PATH.state, where the programs write; owned. */
char *source_dir_state(const char *path);

/* As source_open(); path is what follows "dir:". */
struct source *source_dir_open(const struct source_options *, const char *path,
    struct event_base *, struct store *, struct err *);
#endif
