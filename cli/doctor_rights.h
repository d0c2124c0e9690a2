/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_rights - may our programs do what they are to do? Asked of the API server for
 * each right that manifests/ gives to their accounts (SubjectAccessReview).
 */
#ifndef CLI_DOCTOR_RIGHTS_H
#define CLI_DOCTOR_RIGHTS_H

#include <stddef.h>

struct findings;
struct inquiry;
struct instance;
struct json_at;

struct doctor_right {
	const char *account; /* "lbbgp-bgpd" */
	/*
	 * "": of the cluster, or in every namespace; INSTANCE_NAMESPACE: where the
	 * lbbgp is.
	 */
	const char *ns;
	const char *group;    /* "" for the core */
	const char *resource; /* "services/status" */
	const char *name;     /* of the only object; "": of all */
	const char *verbs;    /* "get list watch" */
};

/* All of them; *n: how many. A test compares them with manifests/. */
const struct doctor_right *doctor_rights_all(size_t *n);

void doctor_rights_ask(struct inquiry *, const struct instance *);
/* Of the instance that was asked for. */
void doctor_rights(const struct json_at *request, struct findings *);
#endif
