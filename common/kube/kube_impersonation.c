/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/kube_impersonation.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

static bool
is_printable(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

/* Takes the line. */
static void
header_take(struct kube_headers *h, char *line)
{
	h->at = xrealloc(h->at, h->n + 1, sizeof(*h->at));
	h->at[h->n++] = line;
}

static bool
header_add(struct kube_headers *h, const char *name, const char *value,
    const char *field, struct err *err)
{
	if (!is_printable(value))
		return err_set(err, "%s: has a control character", field);
	header_take(h, xasprintf("%s: %s", name, value));
	return true;
}

/* The key of an extra is part of a header's name: what that can't hold is escaped. */
static char *
extra_name(const char *key)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				    "!#$&'*+-.^_`|~";
	char *name = xcalloc(3 * strlen(key) + 1, 1), *out = name;

	for (const unsigned char *p = (const unsigned char *)key; *p; p++)
		if (strchr(plain, *p) != NULL)
			*out++ = (char)*p;
		else
			out += sprintf(out, "%%%02X", *p);
	char *header = xasprintf("Impersonate-Extra-%s", name);

	free(name);
	return header;
}

static bool
extra_add(struct kube_headers *h, const char *key, const struct json_at *values,
    struct err *err)
{
	char *name = extra_name(key);
	bool good = true;

	for (size_t i = 0; good && i < json_at_count(values); i++) {
		struct json_at item = json_at_item(values, i);
		const char *value = "";
		char path[JSON_PATH];

		good = json_get_string(&item, NULL, &value, err) &&
		    header_add(
			h, name, value, json_at_path(&item, NULL, path), err);
	}
	free(name);
	return good;
}

static bool
extras_get(const struct json_at *user, struct kube_headers *h, struct err *err)
{
	struct json_at extra, values;
	const char *key;
	json_t *value;

	if (!json_get_object(user, "as-user-extra", &extra, err))
		return false;
	json_object_foreach ((json_t *)extra.v, key, value)
		if (!json_get_array(&extra, key, &values, err) ||
		    !extra_add(h, key, &values, err))
			return false;
	return true;
}

static bool
groups_get(const struct json_at *user, struct kube_headers *h, struct err *err)
{
	struct json_at list;
	char path[JSON_PATH];

	if (!json_get_array(user, "as-groups", &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *group = "";

		if (!json_get_string(&item, NULL, &group, err) ||
		    !header_add(h, "Impersonate-Group", group,
			json_at_path(&item, NULL, path), err))
			return false;
	}
	return true;
}

/* Of the options --as-… each takes the place of its field. */
bool
kube_impersonation_get(const struct json_at *user, const struct kube_as *asked,
    struct kube_headers *h, struct err *err)
{
	const char *as = NULL, *uid = NULL;

	if (!json_get_string(user, "as", &as, err) ||
	    !json_get_string(user, "as-uid", &uid, err))
		return false;
	as = asked->user != NULL ? asked->user : as;
	uid = asked->uid != NULL ? asked->uid : uid;
	if (uid != NULL && uid[0] != '\0' &&
	    !header_add(h, "Impersonate-Uid", uid, "as-uid", err))
		return false;
	for (size_t i = 0; i < asked->n_groups; i++)
		if (!header_add(h, "Impersonate-Group", asked->groups[i],
			"as-group", err))
			return false;
	if ((asked->n_groups == 0 && !groups_get(user, h, err)) ||
	    !extras_get(user, h, err))
		return false;
	if (as != NULL && as[0] != '\0')
		return header_add(h, "Impersonate-User", as, "as", err);
	return h->n == 0 ||
	    err_set(err,
		"a group, uid or extra is to be impersonated, but no "
		"user (--as, or the user's field \"as\")");
}

void
kube_headers_fini(struct kube_headers *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->at[i]);
	free(h->at);
}
