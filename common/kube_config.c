/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/base64.h"
#include "common/err.h"
#include "common/json.h"

static void
material_fini(struct kube_material *m)
{
	free(m->bytes);
	free(m->file);
}

void
kube_config_fini(struct kube_config *c)
{
	free(c->server);
	free(c->server_name);
	free(c->proxy);
	material_fini(&c->ca);
	material_fini(&c->cert);
	material_fini(&c->key);
	material_fini(&c->token);
	*c = (struct kube_config){ 0 };
}

static char *
file_name(const char *name, const char *dir)
{
	return name[0] == '/' ? xstrdup(name) : xasprintf("%s/%s", dir, name);
}

/* `field`-data as base64, or the name of a file; the first wins, as in kubectl. */
static bool
material_get(const struct json_at *at, const char *field, const char *dir,
    struct kube_material *m, struct err *err)
{
	const char *base64 = "", *file = "";
	char data_field[40];

	snprintf(data_field, sizeof(data_field), "%s-data", field);
	if (!json_get_string(at, data_field, &base64, err) ||
	    !json_get_string(at, field, &file, err))
		return false;
	if (base64[0] != '\0') {
		m->bytes = base64_decode(base64, &m->n);
		if (m->bytes == NULL)
			return json_refuse(at, data_field, err, "not base64");
	} else if (strchr(file, '\n') != NULL) {
		return json_refuse(at, field, err, "not the name of a file");
	} else if (file[0] != '\0') {
		m->file = file_name(file, dir);
	}
	return true;
}

/* The entry of this name in a list of {name, WHAT: {…}}. */
static bool
entry_find(const struct json_at *list, const char *name, struct json_at *entry,
    struct err *err)
{
	for (size_t i = 0; i < json_at_count(list); i++) {
		const char *found = "";

		*entry = json_at_item(list, i);
		if (!json_get_string(entry, "name", &found, err))
			return false;
		if (strcmp(found, name) == 0)
			return true;
	}
	return json_refuse(
	    list, NULL, err, "no entry has the name \"%s\"", name);
}

static bool
server_get(
    const struct json_at *cluster, struct kube_config *c, struct err *err)
{
	const char *server = "", *name = NULL, *proxy = NULL;

	if (!json_get_string(cluster, "server", &server, err) ||
	    !json_get_string(cluster, "tls-server-name", &name, err) ||
	    !json_get_string(cluster, "proxy-url", &proxy, err) ||
	    !json_get_bool(
		cluster, "insecure-skip-tls-verify", &c->insecure, err))
		return false;
	if (strncmp(server, "https://", 8) != 0 &&
	    strncmp(server, "http://", 7) != 0)
		return json_refuse(cluster, "server", err,
		    "\"%s\": not an http or https URL", server);
	size_t n = strlen(server);

	while (server[n - 1] == '/')
		n--;
	c->server = xasprintf("%.*s", (int)n, server);
	c->server_name = xstrdup(name);
	c->proxy = xstrdup(proxy);
	return true;
}

static bool
cluster_decode(const struct json_at *cluster, const char *dir,
    struct kube_config *c, struct err *err)
{
	if (!server_get(cluster, c, err) ||
	    !material_get(cluster, "certificate-authority", dir, &c->ca, err))
		return false;
	if (strncmp(c->server, "https:", 6) == 0 && !c->insecure &&
	    c->ca.bytes == NULL && c->ca.file == NULL)
		return json_refuse(cluster, "certificate-authority", err,
		    "missing: the system's authorities are not trusted for a "
		    "cluster");
	return true;
}

static bool
token_get(const struct json_at *user, const char *dir, struct kube_config *c,
    struct err *err)
{
	const char *token = "", *file = "";

	if (!json_get_string(user, "token", &token, err) ||
	    !json_get_string(user, "tokenFile", &file, err))
		return false;
	if (file[0] != '\0') { /* it can be renewed, so it wins */
		c->token.file = file_name(file, dir);
	} else if (token[0] != '\0') {
		c->token.bytes = xstrdup(token);
		c->token.n = strlen(token);
	}
	return true;
}

static bool
user_decode(const struct json_at *user, const char *dir, struct kube_config *c,
    struct err *err)
{
	static const struct {
		const char *field, *instead;
	} refused[] = {
		{ "exec",
		    "exec plugins are not run; use a token, a tokenFile or "
		    "a client certificate" },
		{ "auth-provider",
		    "auth-providers are not supported; use a "
		    "token, a tokenFile or a client certificate" },
		{ "username",
		    "no API server takes passwords any more; use a "
		    "token or a client certificate" },
		{ "as", "impersonation is not supported" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(user->v, refused[i].field) != NULL)
			return json_refuse(user, refused[i].field, err, "%s",
			    refused[i].instead);
	if (!token_get(user, dir, c, err) ||
	    !material_get(user, "client-certificate", dir, &c->cert, err) ||
	    !material_get(user, "client-key", dir, &c->key, err))
		return false;
	bool cert = c->cert.bytes != NULL || c->cert.file != NULL;
	bool key = c->key.bytes != NULL || c->key.file != NULL;

	if (cert != key)
		return json_refuse(user,
		    cert ? "client-key" : "client-certificate", err,
		    "missing: the other half is there");
	return true;
}

/* A kubeconfig is three lists of named parts, and contexts that join them. */
struct part_kind {
	const char *list, *field;
};

struct part {
	struct json_at list, entry, body; /* each the next one's way */
};

static const struct part_kind contexts = { "contexts", "context" };
static const struct part_kind clusters = { "clusters", "cluster" };
static const struct part_kind users = { "users", "user" };

static bool
part_find(const struct json_at *root, const struct part_kind *kind,
    const char *name, struct part *part, struct err *err)
{
	return json_get_array(root, kind->list, &part->list, err) &&
	    entry_find(&part->list, name, &part->entry, err) &&
	    json_get_object(&part->entry, kind->field, &part->body, err);
}

bool
kube_config_decode(const json_t *kubeconfig, const char *dir,
    struct kube_config *c, struct err *err)
{
	struct json_at root = json_at_secret(kubeconfig);
	struct part context, cluster, user;
	const char *name = "", *cluster_name = "", *user_name = "";

	*c = (struct kube_config){ 0 };
	if (json_get_string(&root, "current-context", &name, err) &&
	    part_find(&root, &contexts, name, &context, err) &&
	    json_get_string(&context.body, "cluster", &cluster_name, err) &&
	    json_get_string(&context.body, "user", &user_name, err) &&
	    part_find(&root, &clusters, cluster_name, &cluster, err) &&
	    cluster_decode(&cluster.body, dir, c, err) &&
	    (user_name[0] == '\0' ||
		(part_find(&root, &users, user_name, &user, err) &&
		    user_decode(&user.body, dir, c, err))))
		return true;
	kube_config_fini(c);
	return false;
}

bool
kube_config_in_cluster(const char *host, const char *port, const char *dir,
    struct kube_config *c, struct err *err)
{
	bool v6 = strchr(host, ':') != NULL;

	*c = (struct kube_config){ 0 };
	if (host[0] == '\0' || port[0] == '\0')
		return err_set(err, "not in a pod of a cluster");
	c->server =
	    xasprintf(v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
	c->ca.file = xasprintf("%s/ca.crt", dir);
	c->token.file = xasprintf("%s/token", dir);
	return true;
}
