/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - the objects a program knows, decoded, by kind, namespace and name.
 *
 * A source fills it, the program hears of changes through its table of kinds.
 * An object is JSON only while its decode() runs. One that can't be decoded is
 * refused: its last good value stays in force. Of one that can be decoded but for
 * some part the rest is in force; the part is told of in the same way.
 */
#ifndef COMMON_SOURCE_STORE_H
#define COMMON_SOURCE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json_t;
struct store;

/*
 * A larger object is refused (store_refuse()) without being decoded. No object of an
 * API server is: etcd takes 1.5 MiB, which are 9 MiB of JSON if each byte is a \u003c.
 */
#define STORE_OBJECT_MAX (16u << 20)

struct object_key {
	const char *ns; /* "" for cluster-scoped kinds; never NULL */
	const char *name;
};

struct store_kind {         /* one row of a program's static table */
	const char *api;    /* "v1", "lbbgp.io/v1", "discovery.k8s.io/v1" */
	const char *kind;   /* "BGPPeer" */
	const char *plural; /* "bgppeers" */
	bool namespaced;
	/* Read this namespace only; NULL: all, or as store_set_namespace() says. */
	const char *ns;
	bool whole; /* decode() reads metadata.managedFields or status.images */

	/*
	 * An owned item; NULL and err: refused. An item and err: good, but for
	 * what err says. err comes in empty.
	 */
	void *(*decode)(const struct json_t *, struct err *);
	void (*free)(void *item);
	/*
	 * was NULL: new; now NULL: gone. Both borrowed; was ends with the call. May
	 * be NULL: the program asks the store when it needs to know.
	 */
	void (*changed)(void *arg, const struct object_key *, const void *was,
	    const void *now);
	/*
	 * A bad object, or part of one: err says why, told once for each
	 * reason, after changed(); NULL when that is over (it is good again,
	 * told by changed(), or gone). May be NULL: then it is only logged.
	 */
	void (*refused)(
	    void *arg, const struct object_key *, const struct err *);
	/*
	 * False and err: it has a field that does not exist. True and err: … but
	 * what counts is to be decoded. Asked only when the store is strict; may
	 * be NULL.
	 */
	bool (*known)(const struct json_t *, struct err *);
	/* Each bad object as it is, each time, before refused(). May be NULL. */
	void (*bad)(
	    void *arg, const struct object_key *, const struct json_t *);
	/*
	 * False: the object is somebody else's, and to this program as if it was not
	 * there. Asked before all else; NULL: all are ours.
	 */
	bool (*ours)(void *arg, const struct json_t *);
	/* Such an object, each time; NULL: it is gone, or ours now. May be NULL. */
	void (*other)(
	    void *arg, const struct object_key *, const struct json_t *);
	/*
	 * Where an API server that lacks `api` may have the same objects,
	 * "networking.k8s.io/v1beta1"; NULL: nowhere.
	 */
	const char *other_api;
	/*
	 * Who may not read the kind (HTTP 403) goes on as if it was missing, until the
	 * right comes: nothing else waits for it, nor is it missed in any way.
	 */
	bool spared;
	/*
	 * Of others, and a cluster need not have it: nobody misses it, and it is asked
	 * for more and more seldom.
	 */
	bool optional;
};

struct store_ops {
	/* Every kind has been listed once. Called once. */
	void (*ready)(void *arg);
	/* The kind's CRD is not installed, or is again. May be NULL. */
	void (*missing)(void *arg, size_t kind, bool missing);
	/* A list of the kind is complete, each time. May be NULL. */
	void (*listed)(void *arg, size_t kind);
	/*
	 * For who keeps the objects themselves; may be NULL. The object is in force
	 * from now on; one that has been kept is gone. *note is 0 for an object that is
	 * new, and then what was left in it: a number, kept with the object.
	 */
	void (*keep)(void *arg, size_t kind, const struct object_key *,
	    const struct json_t *, uint32_t *note);
	void (*unkeep)(
	    void *arg, size_t kind, const struct object_key *, uint32_t note);
};

/* kinds is borrowed for good; in all calls `kind` is an index into it. */
struct store *store_new(const struct store_kind *kinds, size_t n,
    const struct store_ops *, void *arg);
void store_free(struct store *); /* tells nobody */

/* Follow only the object of this name. Before a source is opened. */
void store_only(struct store *, size_t kind, const char *name);
/* Of a namespaced kind: this namespace only, whatever its row says. Likewise before. */
void store_set_namespace(struct store *, size_t kind, const char *ns);

/*
 * Refuse unknown fields by name: for objects that no API server has looked at.
 * Before a source is opened, or by the source.
 */
void store_set_strict(struct store *);

/*
 * What sources say. An object whose resourceVersion is the known one is no
 * change; one outside the kind's namespace or of another name than
 * store_only()'s is ignored.
 */
void store_put(struct store *, size_t kind, const struct json_t *);
void store_drop(struct store *, size_t kind, const struct object_key *);
void store_refuse(
    struct store *, size_t kind, const struct object_key *, const struct err *);
/* Between these two every object is put; those that were not are dropped. */
void store_list_begin(struct store *, size_t kind);
void store_list_end(struct store *, size_t kind);
/*
 * Versions say nothing any more: what is put next is a change, even of a known one. For
 * when the source has gone back in time and counts the same versions again.
 */
void store_forget_versions(struct store *);
/* Of the object as it was last put; 0: there is none, or its version is no number. */
uint64_t
store_version(const struct store *, size_t kind, const struct object_key *);
/* The server does not know the kind: listed, and empty. */
void store_missing(struct store *, size_t kind);

/*
 * What was known before there was a source, as by a run before this one: the object, or
 * NULL, it was deleted. Counts only while the source has neither said anything of the
 * object nor listed the kind; at the end of its list it stays if it was in it. Its
 * version says nothing: what the source puts is a change.
 */
void store_recall(struct store *, size_t kind, const struct object_key *,
    const struct json_t *);
/* All of the kind has been: it counts as listed (or missing), unless it is already. */
void store_recalled(struct store *, size_t kind, bool missing);
/* Does it count as listed only because of that? */
bool store_is_recalled(const struct store *, size_t kind);
/* Where keep() left its number; NULL: there is no such object. */
uint32_t *store_note(struct store *, size_t kind, const struct object_key *);
void store_clear_notes(struct store *);

const struct store_kind *store_kinds(const struct store *, size_t *n);
/* Index of the kind, or SIZE_MAX when the program does not follow it. */
size_t store_kind_find(const struct store *, const char *api, const char *kind);
/* The next row of the same kind, or SIZE_MAX: a program may look at it in two ways. */
size_t store_kind_next(const struct store *, size_t kind);
const char *store_only_name(const struct store *, size_t kind); /* or NULL */
/* The only one that is read; NULL: all are. */
const char *store_namespace(const struct store *, size_t kind);
bool store_wants(const struct store *, size_t kind, const struct object_key *);
bool store_is_listed(const struct store *, size_t kind);
bool store_is_missing(const struct store *, size_t kind);
size_t store_count(const struct store *, size_t kind); /* good ones */
/*
 * How often an item of the kind came, changed or went, or another reason why an object
 * is refused: for who asks now and then whether there is news.
 */
uint64_t store_changes(const struct store *, size_t kind);
size_t
store_count_refused(const struct store *, size_t kind); /* be it in part */
/* The item in force, or NULL. */
const void *
store_get(const struct store *, size_t kind, const struct object_key *);
/* From now on what is known is in the order of namespaces and names: for people. */
void store_sort(struct store *);
/*
 * Each item in force, in the order of first appearance or of store_sort(), until
 * each() says false.
 */
void store_each(const struct store *, size_t kind,
    bool (*each)(void *arg, const struct object_key *, const void *item),
    void *arg);
/* The same from behind that object on; false: it is not known, nothing was done. */
bool
store_each_after(const struct store *, size_t kind, const struct object_key *,
    bool (*each)(void *arg, const struct object_key *, const void *item),
    void *arg);
/* Each object that is refused, be it in part, with the reason. */
void store_each_refused(const struct store *, size_t kind,
    void (*each)(void *arg, const struct object_key *, const struct err *),
    void *arg);
#endif
