/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube - requests to a Kubernetes API server, and what its answers mean, as data.
 */
#ifndef COMMON_KUBE_KUBE_H
#define COMMON_KUBE_KUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct kube_write; /* private to kube.c */
struct rng;
struct source_event;
struct source_result;
struct source_write;
struct store_kind;

struct kube_request {
	const char *method;  /* a literal */
	char *path;          /* owned; with its query */
	const char *type;    /* of the body; a literal, NULL: no body */
	const char *body;    /* borrowed from what the request was made of */
	unsigned silence_ms; /* without a byte: it is ended; 0: as any other */
	bool endless;        /* a watch: its answer may well be silent */
	bool fenced;         /* nothing of it is sent beyond kube_io_fence() */
};

struct kube_answer {
	long http;         /* 0: there was none */
	const char *error; /* the connection's fault, NULL: none; borrowed */
	bool silent;       /* the fault is that nothing came for too long */
	bool given_up;     /* … that we gave up its connection */
	bool refused;      /* the fault was found at once, and will be again */
	unsigned retry_after_ms; /* as the server asks; 0: it doesn't */
	int64_t date;     /* s since 1970, by the server's clock; 0: not told */
	const char *body; /* when nobody took it as it came; borrowed */
	size_t n;
};

/* Which objects are listed and watched. */
struct kube_scope {
	const struct store_kind *kind; /* borrowed */
	const char *ns;                /* the only namespace, or NULL */
	const char *only;              /* name of the only one, or NULL */
	bool other;                    /* by kind->other_api */
};

enum kube_list_what {
	KUBE_LIST_CACHED, /* what a server has at hand */
	KUBE_LIST_NEWEST, /* the state of now, in pages */
	KUBE_LIST_ONE, /* its first object alone: to see what version it is */
};

struct kube_list {
	enum kube_list_what what;
	const char
	    *more; /* of the newest: the last page's token, NULL: the first */
	uint64_t
	    seen; /* of what is at hand: nothing older; 0: whatever it is */
};

/* Paths are owned. */
char *kube_list_path(const struct kube_scope *, const struct kube_list *);
char *kube_watch_path(
    const struct kube_scope *, const char *version, unsigned timeout_s);

/* The number that a resourceVersion is; 0: it is none. */
uint64_t kube_version(const char *text);

/* "HTTP 403: services is forbidden", or the connection's fault. */
void kube_answer_text(const struct kube_answer *, struct err *);
/* How long to wait after so many failures in a row: 0.5 s → 30 s, with jitter. */
unsigned kube_backoff(unsigned failures, struct rng *);

/* One write: a request, or several until it is carried out. Copies what it needs. */
struct kube_write *
kube_write_new(const struct store_kind *, const struct source_write *);

/* WRITE_RECORD: goes ahead of others. */
bool kube_write_is_record(const struct kube_write *);

struct kube_reporter { /* who tells of events */
	const char *component, *instance;
	uint64_t now; /* ns since 1970 */
};
struct kube_write *kube_write_new_event(const struct store_kind *,
    const struct source_event *, const struct kube_reporter *);
void kube_write_free(struct kube_write *);

/* To send now; borrowed. */
const struct kube_request *kube_write_request(const struct kube_write *);
/*
 * Takes the answer to it. True: the write has ended, result says how (borrowed from
 * the write). False: after wait_ms the request of now is to be sent.
 */
bool kube_write_answer(struct kube_write *, const struct kube_answer *,
    struct rng *, struct source_result *, unsigned *wait_ms);
#endif
