/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_io - opens the source that --source names.
 */
#ifndef COMMON_SOURCE_IO_H
#define COMMON_SOURCE_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct kube_person;
struct source;
struct store;

struct source_options {
	const char *spec;       /* "kube" or "dir:PATH" */
	const char *kubeconfig; /* NULL: KUBECONFIG, or in-cluster */
	/* Whose program it is; NULL: a daemon. Borrowed for good. */
	const struct kube_person *person;
	const char
	    *program; /* "lbbgp-allocator": who writes; borrowed for good */
	/*
	 * Nobody else may open this directory so: two allocators would fight.
	 */
	bool exclusive;
	bool read_only; /* never writes; needs no right to */
	/*
	 * What is sent, and so long not acknowledged, is given up by the kernel
	 * with its connection; ms, 0: an API server's usual.
	 */
	unsigned unacked_ms;
	/*
	 * Without a byte of any kind for so long, an API server is asked whether it
	 * is there (kube_io_quiet()); ms, 0: the usual.
	 */
	unsigned quiet_ms;
};

/*
 * Fills the store from the loop on, nothing is called before it runs. NULL:
 * err.
 */
struct source *source_open(const struct source_options *, struct event_base *,
    struct store *, struct err *);

/* Where the programs write of a directory "dir:PATH"; owned. NULL: nowhere, it is none. */
char *source_state_path(const char *spec);
/*
 * Is it read, now and later, from files that a person keeps, be they root's alone:
 * manifests, or a kubeconfig with all that it names? In a pod it is not.
 */
bool source_is_of_files(const struct source_options *);

/* The two there are; path is what follows "dir:". */
struct source *source_open_dir(const struct source_options *, const char *path,
    struct event_base *, struct store *, struct err *);
struct source *source_open_kube(const struct source_options *,
    struct event_base *, struct store *, struct err *);
#endif
