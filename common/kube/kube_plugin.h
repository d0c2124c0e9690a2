/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_plugin - exec credential plugins: what a kubeconfig says of one, what it is told
 * and what it answers (client.authentication.k8s.io/v1 and v1beta1).
 *
 * Starts nothing: that is for a person's program, which hands a kube_plugin_run over.
 */
#ifndef COMMON_KUBE_KUBE_PLUGIN_H
#define COMMON_KUBE_KUBE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct json_at;
struct json_t;

enum kube_plugin_mode { PLUGIN_NEVER, PLUGIN_IF_AVAILABLE, PLUGIN_ALWAYS };

struct kube_plugin {
	char *where;   /* owned; "config: users[0].user.exec", for errors */
	char *version; /* owned; of the API that it is to speak */
	char *command; /* owned; a path, or a name that PATH has */
	char **args,
	    **env; /* owned, as their texts; "NAME=value"; end with NULL */
	size_t n_args, n_env;
	char *hint;                 /* owned; how it is installed, or NULL */
	enum kube_plugin_mode mode; /* may it ask the person at the terminal? */
	bool wants_cluster;         /* provideClusterInfo */
	struct json_t
	    *extension; /* owned; its part of the cluster's entry, or NULL */
};

/*
 * Runs it with this KUBERNETES_EXEC_INFO; *answer is owned, what it wrote. False and
 * err, in which nothing of that is.
 */
typedef bool kube_plugin_run(
    const struct kube_plugin *, const char *info, char **answer, struct err *);

/*
 * exec: that of a user; cluster: where its extension may be; file: whose text it is.
 * NULL and err.
 */
struct kube_plugin *kube_plugin_decode(const struct json_at *exec,
    const struct json_at *cluster, const char *file, struct err *);
void kube_plugin_free(struct kube_plugin *);

struct kube_plugin_server {                       /* what it may want to know */
	const char *server, *server_name, *proxy; /* the last two may be NULL */
	const char *ca; /* PEM of n_ca bytes, or NULL */
	size_t n_ca;
	bool insecure;
};

/* KUBERNETES_EXEC_INFO, owned. */
char *kube_plugin_info(const struct kube_plugin *,
    const struct kube_plugin_server *, bool interactive);

struct kube_plugin_answer {
	char *token, *cert, *key; /* owned; NULL: not given */
	int64_t expires;          /* seconds since 1970; 0: it doesn't */
};

/* False and err, which has nothing of the text. */
bool kube_plugin_answer_decode(const struct kube_plugin *, const char *text,
    struct kube_plugin_answer *, struct err *);
void kube_plugin_answer_fini(struct kube_plugin_answer *);
#endif
