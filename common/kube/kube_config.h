/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_config - where the API server is, and who we are to it.
 *
 * Decodes a kubeconfig that has been read already, or the facts of a pod. Reads no
 * file: it gives the names of those that are to be read.
 */
#ifndef COMMON_KUBE_KUBE_CONFIG_H
#define COMMON_KUBE_KUBE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/kube/kube_impersonation.h"
#include "common/kube/kube_plugin.h"

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
	struct kube_plugin *plugin;  /* owned; gives the credentials, or NULL */
	struct kube_headers headers; /* owned */
	char *ns; /* owned; the context's namespace, or NULL */
};

/* What a person's program may be told; a daemon's has none of it. All borrowed. */
struct kube_person {
	const char *context; /* NULL: the current one */
	struct kube_as as;   /* whom to impersonate */
	kube_plugin_run *run;
};

struct kube_config_file {
	const char
	    *name; /* relative names of files are taken from where it is */
	const struct json_t *doc;
};

/*
 * One context out of several files, as kubectl merges them: what the first one has
 * wins. person NULL: a daemon, for which no plugin is run.
 */
bool kube_config_decode(const struct kube_config_file *, size_t n,
    const struct kube_person *, struct kube_config *, struct err *);
/* Does none of them name a context, nor the person? */
bool kube_config_is_empty(
    const struct kube_config_file *, size_t n, const struct kube_person *);
/* Of a pod: host and port of the service "kubernetes"; dir has ca.crt and token. */
bool kube_config_in_cluster(const char *host, const char *port, const char *dir,
    const struct kube_person *, struct kube_config *, struct err *);
void kube_config_fini(struct kube_config *);
#endif
