/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source - where objects come from, and where writes go.
 *
 * Programs open one (source_io.h), read through its store and write through this;
 * they do not know which it is: an API server or a directory of manifests.
 */
#ifndef COMMON_SOURCE_SOURCE_H
#define COMMON_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/source/store.h"

struct err;
struct kube_person;
struct source;

/* What a program asks of its source, whichever it is. */
struct source_options {
	const char *spec;       /* "kube" or "dir:PATH" */
	const char *kubeconfig; /* NULL: KUBECONFIG, or in-cluster */
	/* Whose program it is; NULL: a daemon. Borrowed for good. */
	const struct kube_person *person;
	/* "lbbgp-allocator": who writes. Borrowed for good. */
	const char *program;
	/* Nobody else may open this directory so: two allocators would fight. */
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

enum source_how {
	/*
	 * Strategic merge of a Service's or a Node's /status: conditions by type;
	 * annotations.
	 */
	WRITE_CORE_STATUS,
	/* A part of the /status of one of our kinds; conditions of others stay. */
	WRITE_STATUS,
	/*
	 * The whole object with its status: created, or laid over the one
	 * there.
	 */
	WRITE_OBJECT,
	/*
	 * A record that others want to write too: with metadata.resourceVersion
	 * a merge patch of the object, without it created. Else a conflict; tried
	 * once, ahead of all other writes, for later it would be of no use.
	 */
	WRITE_RECORD,
	/*
	 * A JSON patch (RFC 6902) of the object: the body is a list of operations. One
	 * that tests something that is not so is refused. Of an API server alone.
	 */
	WRITE_OPERATIONS,
};

struct source_write {
	enum source_how how;
	size_t kind; /* row of the store's table */
	struct object_key key;
	/*
	 * A patch, or for WRITE_OBJECT the object. With
	 * metadata.resourceVersion in it the write is refused as a conflict
	 * when the object has changed since.
	 */
	const char *body;
	/*
	 * With WRITE_STATUS: whose part it is, a word; NULL: the daemons'. What a part
	 * has said and says no more is taken away; other parts stay.
	 */
	const char *part;
};

enum source_code {
	WRITE_OK,
	WRITE_CONFLICT, /* the object has changed: read it, think again */
	WRITE_GONE,     /* there is no such object */
	WRITE_REFUSED,  /* bad, or not allowed: trying again is of no use */
	WRITE_RETRY,    /* the source is away; it has already tried again */
};

struct source_result {
	enum source_code code;
	const char *message; /* for the log; "" when all is well; borrowed */
	const char
	    *version; /* new resourceVersion, "" when unknown; borrowed */
};

typedef void source_done(void *arg, const struct source_result *);

struct source_event {
	size_t kind;
	struct object_key key;
	const char *uid; /* of the object; "" when unknown */
	bool warning;
	const char *reason; /* "AddressAssigned" */
	const char *message;
};

struct source_question {
	const char *path, *body; /* where to POST what */
	unsigned ticket;         /* the asker's; comes with the reply */
};

struct source_reply {
	const char *why;  /* it was not carried out; NULL: it was; borrowed */
	const char *body; /* the object as the server has filled it; borrowed */
	size_t n;
};

typedef void
source_replied(void *arg, unsigned ticket, const struct source_reply *);

enum source_state {      /* of one kind */
	SOURCE_FOLLOWED, /* listed, and nothing has failed since */
	SOURCE_COMING,   /* nothing is wrong, but not all has come yet */
	SOURCE_FAULTY,   /* what has failed is tried again, and may go well */
	SOURCE_REFUSED,  /* a fault that only people mend: a right, a name */
};

struct source_ops { /* one for each kind of source */
	void (*write)(
	    void *impl, const struct source_write *, source_done *, void *arg);
	void (*event)(void *impl, const struct source_event *);
	void (*reload)(void *impl);
	/* These, ask, heard, server, identity are NULL where there is no server. */
	void (*relist)(void *impl, size_t kind);
	void (*fence)(void *impl, uint64_t until);
	void (*ask)(void *impl, const struct source_question *,
	    source_replied *, void *arg);
	/* why is set unless the kind is followed. */
	enum source_state (*state)(
	    const void *impl, size_t kind, struct err *why);
	/* When something of what was asked for last came (monotonic, ms). */
	uint64_t (*heard)(const void *impl);
	const char *(*server)(const void *impl); /* its URL; borrowed */
	char *(*identity)(const void *impl);     /* as source_identity() */
	void (*free)(void *impl);
};

struct source *source_new(const struct source_ops *, void *impl);
/*
 * Ends reading and writing; unfinished writes are given up, their done not
 * called.
 */
void source_free(struct source *);

/*
 * Copies what it needs. done is called once, never before source_write()
 * returns. The source tries again by itself for as long as that makes sense
 * (429, 5xx, a lost connection). Writes to one object are carried out in the
 * order of the calls.
 */
void source_write(
    struct source *, const struct source_write *, source_done *, void *arg);
/* An event on an object; not worth an answer. */
void source_event(struct source *, const struct source_event *);
/* From now on heard() is called with each event before it is told; NULL: no more. */
void source_overhear(struct source *,
    void (*heard)(void *arg, const struct source_event *), void *arg);
/*
 * Reads the kind anew, from its newest state: store_ops.listed tells when that is
 * done. Not from within a call of the store or of a write.
 */
void source_relist(struct source *, size_t kind);
/*
 * Nothing but WRITE_RECORD is sent at `until` (monotonic, ms) or later, not even
 * again: it ends as WRITE_RETRY. What was given before then and is still unsent ends
 * so under a later fence, too. What is under way by then is taken back, as far as it
 * has not arrived. UINT64_MAX, as at the beginning: no limit.
 */
void source_fence(struct source *, uint64_t until);
/*
 * Creates an object that is a question, a review, once, and tells what was made of it;
 * copies what it needs. It has seconds. False: there is no server to ask. As with a
 * write, replied is not called before this returns, nor after source_free().
 */
bool source_ask(struct source *, const struct source_question *,
    source_replied *, void *arg);
/* SIGHUP: read credentials or the whole directory again. */
void source_reload(struct source *);
/*
 * When something of what was asked for last came (monotonic, ms); 0: nothing did, or
 * there is no server behind the source.
 */
uint64_t source_heard(const struct source *);
/*
 * Which server it is, as far as that can be told without asking; a text for people,
 * owned. What is known of one is nothing that another would say. "": there is none.
 */
char *source_identity(const struct source *);
/* Is the kind being followed right now? If not, why. */
bool source_healthy(const struct source *, size_t kind, struct err *why);
/* Is it not, for a reason that only people mend? */
bool source_is_refused(const struct source *, size_t kind, struct err *why);

struct source_wait {
	uint64_t since;    /* monotonic, ms */
	unsigned limit_ms; /* without anything that comes */
};
/*
 * May what is not listed yet still come? No, and why: it was refused, or nothing of
 * any kind has come for too long. A long list on a slow way takes its time.
 */
bool source_may_list(const struct source *, const struct store *,
    const struct source_wait *, uint64_t now, struct err *why);
#endif
