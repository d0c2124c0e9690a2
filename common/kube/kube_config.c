/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kubeconfig has three lists, clusters, users and contexts, and a context names one
 * of each of the others. Several files are not made into one: each name is looked for
 * in one file after another, so the first that has it counts whole, relative names of
 * files are from where it was found, and an error names that file and the field in it.
 *
 * What a person's program may do and a daemon may not (plugins, the authorities of the
 * system) hangs on struct kube_person, which daemons don't have.
 */
#include "common/kube/kube_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/base64.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube/kube_impersonation.h"
#include "common/kube/kube_plugin.h"

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
	kube_plugin_free(c->plugin);
	kube_headers_fini(&c->headers);
	free(c->ns);
	*c = (struct kube_config){ 0 };
}

/* Relative to where the kubeconfig is. */
static char *
file_name(const char *name, const char *kubeconfig)
{
	const char *slash = strrchr(kubeconfig, '/');

	if (name[0] == '/' || slash == NULL)
		return xstrdup(name);
	return xasprintf(
	    "%.*s/%s", (int)(slash - kubeconfig), kubeconfig, name);
}

/* `field`-data as base64, or the name of a file; the first wins, as in kubectl. */
static bool
material_get(const struct json_at *at, const char *field, const char *from,
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
		m->file = file_name(file, from);
	}
	return true;
}

/* Which is no error when it is not there: found is false. */
static bool
entry_find(const struct json_at *list, const char *name, struct json_at *entry,
    bool *found, struct err *err)
{
	*found = false;
	for (size_t i = 0; i < json_at_count(list) && !*found; i++) {
		const char *its = "";

		*entry = json_at_item(list, i);
		if (!json_get_string(entry, "name", &its, err))
			return false;
		*found = strcmp(its, name) == 0;
	}
	return true;
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

/* A person has the system's authorities, as kubectl does. */
static bool
cluster_decode(const struct json_at *cluster, const char *from, bool person,
    struct kube_config *c, struct err *err)
{
	if (!server_get(cluster, c, err) ||
	    !material_get(cluster, "certificate-authority", from, &c->ca, err))
		return false;
	if (strncmp(c->server, "https:", 6) == 0 && !c->insecure && !person &&
	    c->ca.bytes == NULL && c->ca.file == NULL)
		return json_refuse(cluster, "certificate-authority", err,
		    "missing: the system's authorities are not trusted for a "
		    "cluster");
	return true;
}

static bool
token_get(const struct json_at *user, const char *from, struct kube_config *c,
    struct err *err)
{
	const char *token = "", *file = "";

	if (!json_get_string(user, "token", &token, err) ||
	    !json_get_string(user, "tokenFile", &file, err))
		return false;
	if (file[0] != '\0') { /* it can be renewed, so it wins */
		c->token.file = file_name(file, from);
	} else if (token[0] != '\0') {
		c->token.bytes = xstrdup(token);
		c->token.n = strlen(token);
	}
	return true;
}

/* A token that is there wins over a plugin, as in kubectl. */
static bool
plugin_get(const struct json_at *user, const struct json_at *cluster,
    const char *from, const struct kube_person *person, struct kube_config *c,
    struct err *err)
{
	struct json_at exec;

	if (!json_get_object(user, "exec", &exec, err))
		return false;
	if (exec.v == NULL)
		return true;
	if (person == NULL || person->run == NULL)
		return json_refuse(user, "exec", err,
		    "a daemon runs no exec plugins; use a token, a tokenFile "
		    "or a client certificate");
	if (c->token.bytes == NULL && c->token.file == NULL)
		c->plugin = kube_plugin_decode(&exec, cluster, from, err);
	return c->plugin != NULL || c->token.bytes != NULL ||
	    c->token.file != NULL;
}

static bool
pair_get(const struct json_at *user, const char *from, struct kube_config *c,
    struct err *err)
{
	if (!material_get(user, "client-certificate", from, &c->cert, err) ||
	    !material_get(user, "client-key", from, &c->key, err))
		return false;
	bool cert = c->cert.bytes != NULL || c->cert.file != NULL;
	bool key = c->key.bytes != NULL || c->key.file != NULL;

	if (cert != key)
		return json_refuse(user,
		    cert ? "client-key" : "client-certificate", err,
		    "missing: the other half is there");
	return true;
}

static bool
refuse_old(const struct json_at *user, struct err *err)
{
	static const struct {
		const char *field, *instead;
	} refused[] = {
		{ "auth-provider",
		    "auth-providers are not supported; use a "
		    "token, a tokenFile or a client certificate" },
		{ "username",
		    "no API server takes passwords any more; use a "
		    "token or a client certificate" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(user->v, refused[i].field) != NULL)
			return json_refuse(user, refused[i].field, err, "%s",
			    refused[i].instead);
	return true;
}

/* A daemon asks for nobody. */
static bool
impersonation_get(const struct json_at *user, const struct kube_person *person,
    struct kube_config *c, struct err *err)
{
	static const struct kube_as nobody;

	return kube_impersonation_get(
	    user, person != NULL ? &person->as : &nobody, &c->headers, err);
}

static bool
user_decode(const struct json_at *user, const struct json_at *cluster,
    const char *from, const struct kube_person *person, struct kube_config *c,
    struct err *err)
{
	return refuse_old(user, err) && token_get(user, from, c, err) &&
	    pair_get(user, from, c, err) &&
	    plugin_get(user, cluster, from, person, c, err) &&
	    impersonation_get(user, person, c, err);
}

/* A kubeconfig is three lists of named parts, and contexts that join them. */
struct part_kind {
	const char *list, *field;
};

struct part {
	const char *file;
	struct json_at root, list, entry, body; /* each the next one's way */
};

static const struct part_kind contexts = { "contexts", "context" };
static const struct part_kind clusters = { "clusters", "cluster" };
static const struct part_kind users = { "users", "user" };

struct files {
	const struct kube_config_file *at;
	size_t n;
};

static bool
refuse_missing(const struct files *files, const struct part_kind *kind,
    const char *name, struct err *err)
{
	err_set(err, "%s: no entry has the name \"%s\"", kind->list, name);
	for (size_t i = files->n; i-- > 0;)
		err_prefix(err, "%s%s", files->at[i].name,
		    i + 1 < files->n ? ", " : ": ");
	return false;
}

/* In the first file that has one of the name. */
static bool
part_find(const struct files *files, const struct part_kind *kind,
    const char *name, struct part *part, struct err *err)
{
	bool found = false;

	for (size_t i = 0; i < files->n && !found; i++) {
		part->file = files->at[i].name;
		part->root = json_at_secret(files->at[i].doc);
		if (!json_get_array(
			&part->root, kind->list, &part->list, err) ||
		    !entry_find(&part->list, name, &part->entry, &found, err) ||
		    (found &&
			!json_get_object(
			    &part->entry, kind->field, &part->body, err)))
			return err_prefix(err, "%s: ", part->file);
	}
	return found || refuse_missing(files, kind, name, err);
}

static bool
context_name(const struct files *files, const struct kube_person *person,
    const char **name, struct err *err)
{
	*name = "";
	if (person != NULL && person->context != NULL)
		*name = person->context;
	for (size_t i = 0; i < files->n && (*name)[0] == '\0'; i++) {
		struct json_at root = json_at_secret(files->at[i].doc);

		if (!json_get_string(&root, "current-context", name, err))
			return err_prefix(err, "%s: ", files->at[i].name);
	}
	return true;
}

bool
kube_config_is_empty(const struct kube_config_file *at, size_t n,
    const struct kube_person *person)
{
	const struct files files = { at, n };
	const char *name;
	struct err err;

	return context_name(&files, person, &name, &err) && name[0] == '\0';
}

static bool
context_decode(const struct part *context, struct kube_config *c,
    const char **cluster, const char **user, struct err *err)
{
	const char *ns = NULL;

	*cluster = *user = "";
	if (!json_get_string(&context->body, "cluster", cluster, err) ||
	    !json_get_string(&context->body, "user", user, err) ||
	    !json_get_string(&context->body, "namespace", &ns, err))
		return err_prefix(err, "%s: ", context->file);
	c->ns = ns != NULL && ns[0] != '\0' ? xstrdup(ns) : NULL;
	return true;
}

/* The cluster first, for a plugin is told of it. */
static bool
parts_decode(const struct part *cluster, const struct part *user,
    const struct kube_person *person, struct kube_config *c, struct err *err)
{
	if (!cluster_decode(
		&cluster->body, cluster->file, person != NULL, c, err))
		return err_prefix(err, "%s: ", cluster->file);
	if (!user_decode(
		&user->body, &cluster->body, user->file, person, c, err))
		return err_prefix(err, "%s: ", user->file);
	return true;
}

bool
kube_config_decode(const struct kube_config_file *at, size_t n,
    const struct kube_person *person, struct kube_config *c, struct err *err)
{
	const struct files files = { at, n };
	struct part context, cluster, user = { .file = at[0].name };
	const char *name, *cluster_name, *user_name;

	*c = (struct kube_config){ 0 };
	if (context_name(&files, person, &name, err) &&
	    part_find(&files, &contexts, name, &context, err) &&
	    context_decode(&context, c, &cluster_name, &user_name, err) &&
	    part_find(&files, &clusters, cluster_name, &cluster, err) &&
	    (user_name[0] == '\0' ||
		part_find(&files, &users, user_name, &user, err)) &&
	    parts_decode(&cluster, &user, person, c, err))
		return true;
	kube_config_fini(c);
	return false;
}

bool
kube_config_in_cluster(const char *host, const char *port, const char *dir,
    const struct kube_person *person, struct kube_config *c, struct err *err)
{
	const struct json_at nobody = { 0 };
	bool v6 = strchr(host, ':') != NULL;

	*c = (struct kube_config){ 0 };
	if (host[0] == '\0' || port[0] == '\0')
		return err_set(err, "not in a pod of a cluster");
	c->server =
	    xasprintf(v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
	c->ca.file = xasprintf("%s/ca.crt", dir);
	c->token.file = xasprintf("%s/token", dir);
	if (impersonation_get(&nobody, person, c, err))
		return true;
	kube_config_fini(c);
	return false;
}
