/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/secret.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/base64.h"
#include "common/err.h"
#include "common/json.h"

static void
value_set(struct secret *s, const char *key, char *value, size_t length)
{
	s->values = xrealloc(s->values, s->n_values + 1, sizeof(*s->values));
	s->values[s->n_values++] =
	    (struct secret_value){ xstrdup(key), value, length };
}

static bool
data_decode(struct secret *s, const struct json_at *root, struct err *err)
{
	struct json_at data;
	const char *key;
	json_t *item;

	if (!json_get_object(root, "data", &data, err))
		return false;
	json_object_foreach ((json_t *)data.v, key, item) {
		size_t length = 0;
		char *value = json_is_string(item)
		    ? base64_decode(json_string_value(item), &length)
		    : NULL;

		if (value == NULL) /* the value itself is never told */
			return json_refuse(&data, key, err, "not base64");
		value_set(s, key, value, length);
	}
	return true;
}

/* The API server makes data of it; in a folder of manifests nobody does. */
static bool
string_data_decode(
    struct secret *s, const struct json_at *root, struct err *err)
{
	struct json_at data;
	const char *key;
	json_t *item;

	if (!json_get_object(root, "stringData", &data, err))
		return false;
	json_object_foreach ((json_t *)data.v, key, item) {
		if (!json_is_string(item))
			return json_refuse(&data, key, err, "not a string");
		value_set(s, key, xstrdup(json_string_value(item)),
		    json_string_length(item));
	}
	return true;
}

void *
secret_decode(const json_t *obj, struct err *err)
{
	struct secret *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_secret(obj);

	if (!meta_decode(&s->meta, obj, err) || !data_decode(s, &root, err) ||
	    !string_data_decode(s, &root, err)) {
		secret_free(s);
		return NULL;
	}
	return s;
}

void
secret_free(void *secret)
{
	struct secret *s = secret;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_values; i++) {
		explicit_bzero(s->values[i].value, s->values[i].length);
		free(s->values[i].value);
		free(s->values[i].key);
	}
	free(s->values);
	meta_fini(&s->meta);
	free(s);
}

const struct secret_value *
secret_get(const struct secret *s, const char *key)
{
	for (size_t i = s->n_values; i-- > 0;) /* stringData wins */
		if (strcmp(s->values[i].key, key) == 0)
			return &s->values[i];
	return NULL;
}
