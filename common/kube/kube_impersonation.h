/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_impersonation - as whom the API server is asked: a kubeconfig's fields "as…"
 * and a person's options, as headers, in whose values there is no control character.
 */
#ifndef COMMON_KUBE_KUBE_IMPERSONATION_H
#define COMMON_KUBE_KUBE_IMPERSONATION_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json_at;

/* What a person asks for; all borrowed. */
struct kube_as {
	const char *user, *uid;    /* NULL: as the kubeconfig's user has it */
	const char *const *groups; /* n_groups */
	size_t n_groups;
};

struct kube_headers {
	char **at; /* owned, n; "Impersonate-User: jane" */
	size_t n;
};

/* user: of the kubeconfig. The headers are the caller's, also after a failure. */
bool kube_impersonation_get(const struct json_at *user, const struct kube_as *,
    struct kube_headers *, struct err *);
void kube_headers_fini(struct kube_headers *);
#endif
