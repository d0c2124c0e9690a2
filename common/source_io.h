/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_io - opens the source that --source names.
 */
#ifndef COMMON_SOURCE_IO_H
#define COMMON_SOURCE_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct source;
struct source_options;
struct store;

/*
 * Fills the store from the loop on, nothing is called before it runs. NULL:
 * err.
 */
struct source *source_open(const struct source_options *, struct event_base *,
    struct store *, struct err *);

/* Where the programs write of a directory "dir:PATH"; owned. NULL: it is none. */
char *source_state_path(const char *spec);
/*
 * Is it read, now and later, from files that a person keeps, be they root's alone:
 * manifests, or a kubeconfig with all that it names? In a pod it is not.
 */
bool source_is_of_files(const struct source_options *);
#endif
