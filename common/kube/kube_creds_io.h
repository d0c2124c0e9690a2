/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_creds_io - reads the files that say where the API server is and who we are.
 */
#ifndef COMMON_KUBE_KUBE_CREDS_IO_H
#define COMMON_KUBE_KUBE_CREDS_IO_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct kube_config;
struct kube_person;

struct kube_blob {
	char *bytes; /* owned, with a NUL behind; NULL: none */
	size_t n;
};

/* What is sent and trusted: PEM, and the bearer token. */
struct kube_creds {
	struct kube_blob ca, cert, key, token;
};

/*
 * From this file; else from those that KUBECONFIG lists, or, for a person, from
 * ~/.kube/config; else, when they have no context, that of our pod. person NULL: a
 * daemon.
 */
bool kube_config_read(const char *file, const struct kube_person *person,
    struct kube_config *, struct err *);

/* The namespace of the context; owned; NULL: none is told. */
char *kube_namespace_read(const char *file, const struct kube_person *person);

/* The files that the configuration names, as they are now. */
bool
kube_creds_read(const struct kube_config *, struct kube_creds *, struct err *);
/* Leaves of a token what a header can hold. */
void kube_creds_trim(struct kube_creds *);
void kube_creds_fini(struct kube_creds *);
/* All but the token: what a connection was made with. */
bool kube_creds_tls_eq(const struct kube_creds *, const struct kube_creds *);
#endif
