/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_watch - the bytes of a list or of a watch become single objects.
 *
 * Fed with a body as it arrives, cut anywhere. Tells its owner of each object as
 * soon as its last byte is there. Knows nothing of HTTP and nothing of kinds.
 */
#ifndef COMMON_KUBE_KUBE_WATCH_H
#define COMMON_KUBE_KUBE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json_t;
struct kube_watch; /* private to kube_watch.c */

enum kube_change {
	KUBE_LISTED,
	KUBE_ADDED,
	KUBE_MODIFIED,
	KUBE_DELETED,
};

struct kube_watch_ops {
	/* obj is borrowed until the call returns. */
	void (*object)(void *arg, enum kube_change, const struct json_t *obj);
	/* One object was above STORE_OBJECT_MAX or not JSON; others still come. */
	void (*skipped)(void *arg, const struct err *);
	/* A watch's ERROR event: the server ends the watch, 410 is "list again". */
	void (*error)(void *arg, long code, const char *message);
};

struct kube_watch *kube_watch_new_list(const struct kube_watch_ops *, void *);
struct kube_watch *kube_watch_new_events(const struct kube_watch_ops *, void *);
void kube_watch_free(struct kube_watch *);
/* Of each object all is wanted; else it comes without what kube_brief.h leaves out. */
void kube_watch_set_whole(struct kube_watch *);

/* False: this is neither a list nor a watch, what follows can't be understood. */
bool kube_watch_input(
    struct kube_watch *, const char *bytes, size_t n, struct err *);

/* A list's body has been there to its last brace, with a resourceVersion. */
bool kube_watch_complete(const struct kube_watch *);
/* Of the list, or the newest of the events and bookmarks; NULL: none so far. */
const char *kube_watch_version(const struct kube_watch *);
/* The token of a list's next page; NULL: this was the last one. */
const char *kube_watch_continue(const struct kube_watch *);
#endif
