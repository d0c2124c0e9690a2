/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_feed - one kind's way from "list" to "watch", and back when that is needed.
 *
 * Says what to ask of the API server next, takes what it answers, and tells its
 * owner of objects and of faults. Sends nothing and waits for nothing itself.
 */
#ifndef COMMON_KUBE_KUBE_FEED_H
#define COMMON_KUBE_KUBE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/kube/kube_watch.h"
#include "common/source/source.h"

struct err;
struct kube_answer;
struct kube_feed; /* private to kube_feed.c */
struct kube_scope;
struct rng;

struct kube_feed_ops {
	/* Between these two each object of a list is told as KUBE_LISTED. */
	void (*list_begin)(void *arg);
	void (*list_end)(void *arg);
	void (*object)(void *arg, enum kube_change, const struct json_t *);
	void (*missing)(void *arg); /* the server doesn't know this kind */
	void (*skipped)(void *arg, const struct err *);
	/*
	 * A version is lower than the newest one: what was is not any more. The feed is
	 * to be restarted, not from within this call, and so are others.
	 */
	void (*past)(void *arg, uint64_t was, uint64_t is);
	/* Once per change: why not, or NULL: the kind is being followed. */
	void (*health)(void *arg, const char *why);
};

/*
 * paged: the list is the newest state, never what a server's cache has. The scope is
 * copied, what is in it borrowed for good; so is rng.
 */
struct kube_feed *kube_feed_new(const struct kube_scope *, bool paged,
    struct rng *, const struct kube_feed_ops *, void *arg);
void kube_feed_free(struct kube_feed *);

/* The path to GET now; owned by the caller. */
char *kube_feed_path(struct kube_feed *, uint64_t now);
/* How long it may be without a byte, ms; 0: as any other. */
unsigned kube_feed_silence(const struct kube_feed *);
/* The next request is of a list, whatever it was; the one under way was dropped. */
void kube_feed_relist(struct kube_feed *);
/* The same, from the newest state, whatever was seen before. */
void kube_feed_restart(struct kube_feed *);
/* Its status is there, a body may follow. */
void kube_feed_answered(struct kube_feed *, long http);
/* Some of the body of an answer 200. False: hang up. */
bool kube_feed_input(struct kube_feed *, const char *bytes, size_t n);
/* The answer's end. Returns the ms to wait before the next request. */
unsigned
kube_feed_ended(struct kube_feed *, const struct kube_answer *, uint64_t now);

/* why is set unless it is followed. */
enum source_state kube_feed_state(const struct kube_feed *, struct err *why);
#endif
