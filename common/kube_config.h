/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_config - where the API server is, and who we are to it.
 *
 * Decodes a kubeconfig that has been read already, or the facts of a pod. Reads no
 * file: it gives the names of those that are to be read.
 */
#ifndef COMMON_KUBE_CONFIG_H
#define COMMON_KUBE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json_t;

/* Contents, or the name of the file that has them; both NULL: none. */
struct kube_material {
	char *bytes; /* owned */
	size_t n;
	char *file; /* owned */
};

struct kube_config {
	char *server; /* owned; "https://10.0.0.1:6443", no slash at its end */
	char
	    *server_name; /* owned; what its certificate says, NULL: the host */
	char *proxy;      /* owned; URL or NULL: none */
	bool insecure;    /* insecure-skip-tls-verify */
	struct kube_material ca, cert, key, token;
};

/* The current context. Relative names of files are taken from dir. */
bool kube_config_decode(const struct json_t *kubeconfig, const char *dir,
    struct kube_config *, struct err *);
/* Of a pod: host and port of the service "kubernetes"; dir has ca.crt and token. */
bool kube_config_in_cluster(const char *host, const char *port, const char *dir,
    struct kube_config *, struct err *);
void kube_config_fini(struct kube_config *);
#endif
