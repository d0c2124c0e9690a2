/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meta - what every Kubernetes object says about itself, and its conditions.
 */
#ifndef COMMON_API_META_H
#define COMMON_API_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json_t json_t;
struct err;

struct meta {     /* all strings owned, none is NULL */
	char *ns; /* "" when cluster-scoped */
	char *name;
	char *uid; /* "" in a folder of manifests */
	char *resource_version;
	int64_t created; /* seconds since 1970, 0: not said */
	uint32_t generation;
	bool deleted; /* it has a deletionTimestamp */
};

struct condition {          /* none of the strings is NULL */
	const char *status; /* a literal: "True", "False", "Unknown" or "" */
	char *reason;       /* owned, as the rest */
	char *message;
	int64_t changed;  /* lastTransitionTime, 0: none that is one */
	int64_t observed; /* observedGeneration, 0: none */
};

struct conditions {
	struct condition_of {
		char *type; /* owned */
		struct condition condition;
	} * at;
	size_t n;
};

/*
 * Reads obj.metadata. False and *meta as it was: it has no name. True: err has the
 * first of the other fields that can't be read, or is empty.
 */
bool meta_decode(struct meta *, const json_t *obj, struct err *);
void meta_fini(struct meta *);
/* The older first: creation time, then uid, then namespace and name. */
int meta_age_cmp(const struct meta *, const struct meta *);
/*
 * Has nothing but the status changed? False when nobody counts generations, as in a
 * folder of manifests. Another object of the same name counts them from 1 again.
 */
bool meta_same_spec(const struct meta *was, const struct meta *now);

/* The one of that type in obj.status.conditions; false: there is none. */
bool condition_decode(struct condition *, const json_t *obj, const char *type);
void condition_fini(struct condition *);
/* All of obj.status.conditions; what is malformed in it is left out. */
void conditions_decode(struct conditions *, const json_t *obj);
void conditions_fini(struct conditions *);
const struct condition *
conditions_find(const struct conditions *, const char *type);
/*
 * Does it say so of the object as it was before its spec was edited last? Who waits for
 * a condition waits for what holds then. False where nobody counts.
 */
bool condition_lags(const struct condition *, uint32_t generation);
#endif
