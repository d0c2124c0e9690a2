/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dir/manifest.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/fnv.h"
#include "common/json.h"
#include "common/patch.h"
#include "common/source/store.h"

#define NAME_MAX_LEN 253
#define NS_MAX_LEN 63

/* RFC 1123: a subdomain, or one label of it; max without the NUL. */
static bool
is_name(const char *text, size_t max, const char *punctuation)
{
	size_t n = strlen(text);

	if (n == 0 || n > max || text[0] == '-' || text[0] == '.' ||
	    text[n - 1] == '-' || text[n - 1] == '.')
		return false;
	for (; *text != '\0'; text++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", *text) ==
			NULL &&
		    strchr(punctuation, *text) == NULL)
			return false;
	return true;
}

static bool
key_read(
    const json_t *obj, bool namespaced, struct object_key *key, struct err *err)
{
	struct json_at root = json_at_root(obj), meta;

	*key = (struct object_key){ namespaced ? "default" : "", NULL };
	if (!json_get_object(&root, "metadata", &meta, err) ||
	    !json_get_string(&meta, "name", &key->name, err))
		return false;
	if (key->name == NULL)
		return err_set(err, "metadata.name: missing");
	if (!is_name(key->name, NAME_MAX_LEN, "-."))
		return json_refuse(
		    &meta, "name", err, "\"%.60s\": not a name", key->name);
	if (!namespaced)
		return true;
	if (!json_get_string(&meta, "namespace", &key->ns, err))
		return false;
	return is_name(key->ns, NS_MAX_LEN, "-") ||
	    json_refuse(
		&meta, "namespace", err, "\"%.60s\": not a name", key->ns);
}

/* Of somebody else. False: lbbgp has no such kind or version, which is a slip. */
static bool
is_foreign(const char *api, const char *kind, struct err *err)
{
	static const char *const kinds[] = { "BGPConfiguration", "BGPFilter",
		"BGPNodeStatus", "BGPPeer", "ServiceGroup", "VirtualIP" };

	if (strncmp(api, "lbbgp.io/", strlen("lbbgp.io/")) != 0)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return strcmp(api, "lbbgp.io/v1") == 0 ||
			    err_set(err,
				"%s: apiVersion: \"%.60s\": must be lbbgp.io/v1",
				kind, api);
	return err_set(err,
	    "kind: \"%.60s\": %.60s has BGPConfiguration, BGPFilter, "
	    "BGPNodeStatus, BGPPeer, ServiceGroup and VirtualIP",
	    kind, api);
}

enum manifest_verdict
manifest_identify(const struct store *store, const json_t *obj, size_t *kind,
    struct object_key *key, struct err *err)
{
	const char *api = json_text(obj, "apiVersion");
	const char *name = json_text(obj, "kind");
	size_t n;

	if (api[0] == '\0' || name[0] == '\0') {
		err_set(err, "not a manifest: apiVersion or kind is missing");
		return MANIFEST_REFUSED;
	}
	*kind = store_kind_find(store, api, name);
	if (*kind == SIZE_MAX)
		return is_foreign(api, name, err) ? MANIFEST_FOREIGN
						  : MANIFEST_REFUSED;
	if (!key_read(
		obj, store_kinds(store, &n)[*kind].namespaced, key, err)) {
		err_prefix(err, "%s: ", name);
		return MANIFEST_REFUSED;
	}
	return store_wants(store, *kind, key) ? MANIFEST_OURS
					      : MANIFEST_FOREIGN;
}

static bool
is_list(const json_t *doc)
{
	const char *kind = json_text(doc, "kind");
	size_t n = strlen(kind);

	return n >= 4 && strcmp(kind + n - 4, "List") == 0;
}

/* An array, or null, which is an empty one. NULL: it is no list. */
static json_t *
list_items(const json_t *doc)
{
	json_t *items = is_list(doc) ? json_object_get(doc, "items") : NULL;

	return json_is_array(items) || json_is_null(items) ? items : NULL;
}

/* In a ServiceList of v1 each is a v1 Service: an API server does not repeat it. */
static void
item_complete(json_t *item, const json_t *list)
{
	const char *kind = json_text(list, "kind");
	size_t n = strlen(kind) - 4;

	if (n == 0 || !json_is_object(item))
		return;
	if (json_text(item, "kind")[0] == '\0')
		json_object_set_new(item, "kind", json_stringn(kind, n));
	if (json_text(item, "apiVersion")[0] == '\0')
		json_object_set(
		    item, "apiVersion", json_object_get(list, "apiVersion"));
}

size_t
manifest_count(const json_t *doc)
{
	const json_t *items = list_items(doc);

	return items != NULL ? json_array_size(items) : 1;
}

void
manifest_expand(json_t *doc, size_t i,
    void (*each)(void *arg, const json_t *obj), void *arg)
{
	json_t *items = list_items(doc), *item = json_array_get(items, i);

	if (items == NULL) {
		each(arg, doc);
		return;
	}
	item_complete(item, doc);
	for (size_t k = 0; k < manifest_count(item); k++)
		manifest_expand(item, k, each, arg);
	json_array_set_new(items, i, json_null());
}

char *
manifest_text(const json_t *v, uint64_t *hash)
{
	char *dumped =
	    json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	size_t n = strlen(dumped);
	char *text = n <= STORE_OBJECT_MAX ? xstrdup(dumped) : NULL;

	*hash = fnv_add(FNV_START, dumped, n);
	*hash = *hash != 0 ? *hash : 1;
	free(dumped); /* has room for more */
	return text;
}

/* The same object always has the same one: there is nowhere to keep another. */
static void
uid_set(json_t *meta, const struct store_kind *k, const struct object_key *key)
{
	char *text = xasprintf("%s/%s/%s", k->kind, key->ns, key->name);
	uint64_t high = fnv_add(FNV_START, text, strlen(text));
	uint64_t low = fnv_add(high, text, strlen(text));

	free(text);
	json_object_set_new(meta, "uid",
	    json_sprintf("%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
		(unsigned)(high >> 16) & 0xffff, (unsigned)high & 0xffff,
		(unsigned)(low >> 48),
		(unsigned long long)low & 0xffffffffffff));
}

unsigned
manifest_patch_rules(const struct store_kind *k)
{
	return strchr(k->api, '/') == NULL ? PATCH_CONDITIONS_BY_TYPE : 0;
}

json_t *
manifest_combine(const struct store_kind *k, const struct object_key *key,
    const char *version, json_t *manifest, const json_t *state)
{
	json_t *obj = manifest != NULL ? manifest : json_object();

	if (state != NULL)
		patch_lay(obj, state, manifest_patch_rules(k));
	json_t *meta = json_object_get(obj, "metadata");
	if (!json_is_object(meta))
		json_object_set_new(obj, "metadata", meta = json_object());
	json_object_set_new(meta, "name", json_string(key->name));
	if (k->namespaced)
		json_object_set_new(meta, "namespace", json_string(key->ns));
	if (json_object_get(meta, "uid") == NULL)
		uid_set(meta, k, key);
	json_object_set_new(meta, "resourceVersion", json_string(version));
	json_object_del(meta, "generation"); /* nobody counts it up here */
	return obj;
}

bool
manifest_is_whole(const json_t *state)
{
	return json_text(state, "kind")[0] != '\0';
}

void
manifest_make_whole(json_t *obj, const struct store_kind *k)
{
	json_object_set_new(obj, "apiVersion", json_string(k->api));
	json_object_set_new(obj, "kind", json_string(k->kind));
}

void
manifest_keep_status(json_t *patch)
{
	json_t *status = json_object_get(patch, "status");
	json_t *annotations =
	    json_object_get(json_object_get(patch, "metadata"), "annotations");
	json_t *kept = json_object();

	if (annotations != NULL)
		json_object_set_new(kept, "metadata",
		    json_pack("{s:O}", "annotations", annotations));
	if (status != NULL)
		json_object_set(kept, "status", status);
	json_object_clear(patch);
	json_object_update(patch, kept);
	json_decref(kept);
}

char *
manifest_state_path(const struct store_kind *k, const struct object_key *key)
{
	return xasprintf(
	    "%s/%s/%s.json", k->kind, k->namespaced ? key->ns : "_", key->name);
}

bool
manifest_state_key(
    const struct store *store, char *path, size_t *kind, struct object_key *key)
{
	size_t n, len = strlen(path);
	const struct store_kind *kinds = store_kinds(store, &n);
	char *ns = strchr(path, '/');
	char *name = ns != NULL ? strchr(ns + 1, '/') : NULL;

	if (name == NULL || len < 5 || strcmp(path + len - 5, ".json") != 0)
		return false;
	path[len - 5] = '\0';
	*ns++ = '\0';
	*name++ = '\0';
	for (*kind = 0; *kind < n; ++*kind)
		if (strcmp(kinds[*kind].kind, path) == 0)
			break;
	if (*kind == n || !is_name(name, NAME_MAX_LEN, "-."))
		return false;
	bool namespaced = kinds[*kind].namespaced;
	*key = (struct object_key){ namespaced ? ns : "", name };
	return namespaced ? is_name(ns, NS_MAX_LEN, "-") : strcmp(ns, "_") == 0;
}
