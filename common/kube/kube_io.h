/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_io - calls to one API server over libcurl, on the event loop.
 *
 * All calls share one HTTP/2 connection, TLS is verified against the cluster's own
 * authority. Credentials are read again each minute and when the server refuses them.
 */
#ifndef COMMON_KUBE_KUBE_IO_H
#define COMMON_KUBE_KUBE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct event_base;
struct kube_answer;
struct kube_call; /* private to kube_io.c */
struct kube_io;
struct kube_request;
struct kube_access_options;

struct kube_call_ops {
	/* The status is there. May be NULL. */
	void (*answered)(void *arg, long http);
	/*
	 * Some of the body of an answer 200; false: hang up. NULL: the body comes with
	 * the end, as that of every other answer does.
	 */
	bool (*bytes)(void *arg, const char *bytes, size_t n);
	/* Called once; the call is gone when it returns. */
	void (*ended)(void *arg, const struct kube_answer *);
};

struct kube_io *kube_io_new(
    struct event_base *, const struct kube_access_options *, struct err *);
void kube_io_free(struct kube_io *); /* ends no call, drops them */

/*
 * Nothing is told before this returns. The request's body is borrowed until the call
 * has ended, the rest is copied.
 */
struct kube_call *kube_io_call(struct kube_io *, const struct kube_request *,
    const struct kube_call_ops *, void *arg);

/*
 * From then on (monotonic, ms; UINT64_MAX: never) nothing of fenced requests leaves
 * us, not even what the kernel has of them: those under way end, with all that shares
 * their connections.
 */
void kube_io_fence(struct kube_io *, uint64_t until);

/* Ends it without a word. Not from within a call of kube_call_ops but ended(). */
void kube_io_drop(struct kube_call *);

/*
 * So long without a byte, and the server is asked whether it is there; half as long
 * again, and its connections are given up. Before the first call.
 */
void kube_io_quiet(struct kube_io *, unsigned ms);

/* Its URL; borrowed. */
const char *kube_io_server(const struct kube_io *);
char *kube_io_identity(const struct kube_io *); /* as kube_access_identity() */

/* Reads the kubeconfig and the credentials again; what is bad changes nothing. */
void kube_io_reload(struct kube_io *);
#endif
