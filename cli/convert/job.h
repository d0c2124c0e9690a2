/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job - one conversion: objects of other systems, what became of them, and
 * remarks about what of them has no counterpart.
 *
 * A reader of a dialect takes out of an object what it understands. What it
 * leaves there is told at the end, so nothing is passed over in silence.
 */
#ifndef CLI_CONVERT_JOB_H
#define CLI_CONVERT_JOB_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json_t json_t;
struct job;

struct foreign {        /* an object of another system */
	json_t *left;   /* owned: what of it nobody has taken yet */
	char *label;    /* owned: "BGPPeer metallb-system/tor-a", for remarks */
	char *name;     /* owned; "" when it has none */
	json_t *ours;   /* ref: the object that it became, or NULL */
	bool seen;      /* its kind is known */
	bool told;      /* what is left of it is not to be told any more */
	bool alone;     /* others of its name are others all the same */
	bool selected;  /* an advertisement means this pool … */
	int lengths[2]; /* … and prefixes of these lengths, IPv4 and IPv6 */
};

struct made {        /* an object of ours */
	json_t *obj; /* owned */
	char *label; /* owned: that of what it came from */
	char *wish;  /* owned: the name that this had */
	bool gone;   /* told: it is left out */
};

struct job {
	struct foreign **foreign; /* owned, and each of them */
	size_t n_foreign;
	struct made *made; /* owned */
	size_t n_made;
	char **remarks; /* owned, and each of them */
	size_t n_remarks;
	json_t *communities; /* owned: their names and values in MetalLB */
	json_t *used;  /* owned: its keys are labels that a selector asks for */
	json_t *lines; /* owned: its keys are the remarks */
	json_t
	    *names; /* owned: its keys are "<kind>/<name>" of what is made, its
			  values where that is */
};

struct job *job_new(void);
void job_free(struct job *);

/* Takes obj. label NULL: "<kind> <namespace>/<name>" of it. Borrowed. */
struct foreign *
job_add(struct job *, json_t *obj, const char *label, const char *name);
/* The next one of that group and kind after *i; NULL: no more. Starts at 0. */
struct foreign *
job_next(const struct job *, const char *group, const char *kind, size_t *i);

/* The one of that name; NULL: there is none, or no name. Borrowed. */
struct foreign *job_named(
    const struct job *, const char *group, const char *kind, const char *name);

/*
 * Of the objects of that group and kind, those of one name become one: what the
 * later one says is laid over the earlier one, as an overlay is over its base.
 */
void job_merge(struct job *, const char *group, const char *kind);

/* One line: "<label>: <path>: <why>", or without a path when it is NULL. */
void job_remark(struct job *, const char *label, const char *path,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* As above, for the object as a whole: nothing that is left of it is told. */
void job_dismiss(struct job *, struct foreign *, const char *why);
/* A remark "<value>: <why>". */
void job_refuse(struct job *, const char *label, const char *path,
    const json_t *value, const char *why);
/* Removes a list from what is left of it; owned. NULL, perhaps with a remark: none. */
json_t *job_take_list(struct job *, struct foreign *from, const char *path);
/* A remark for every field in v, found at the path, that says anything. */
void
job_tell(struct job *, const char *label, const char *path, const json_t *v);
/* As above, for what is left of the object. */
void job_tell_left(struct job *, struct foreign *);

/*
 * A new object of ours, {apiVersion, kind, metadata.name, spec}. The name
 * becomes one that Kubernetes takes and no other of the kind has; a remark
 * says so if that changed it. Borrowed; its spec by job_spec().
 */
json_t *
job_make(struct job *, const char *label, const char *kind, const char *name);
json_t *job_spec(json_t *ours);
const char *job_name(const json_t *ours);
/* The one of that name; NULL: there is none. Borrowed. */
json_t *job_find(const struct job *, const char *kind, const char *name);
/* Labels that the selector asks for are used: they need not be told. */
void job_use_labels(struct job *, const json_t *selector);
/* Gives up the last one made. */
void job_unmake(struct job *);
#endif
