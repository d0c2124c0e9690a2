/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/lead/lease.h"

#include <stdlib.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

/*
 * A number that makes no sense is as good as none: a record that can't be read could
 * not be written either, and nobody would ever lead again.
 */
static bool
number_read(const struct json_at *spec, const char *field, int64_t most,
    int64_t *n, struct err *err)
{
	if (!json_get_int(spec, field, INT64_MIN, INT64_MAX, n, err))
		return false;
	if (*n < 0 || *n > most)
		*n = 0;
	return true;
}

void *
lease_decode(const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj), meta, spec;
	const char *version = "", *holder = "", *renewed = "";
	int64_t duration = 0, transitions = 0;

	if (!json_get_object(&root, "metadata", &meta, err) ||
	    !json_get_object(&root, "spec", &spec, err) ||
	    !json_get_string(&meta, "resourceVersion", &version, err) ||
	    !json_get_string(&spec, "holderIdentity", &holder, err) ||
	    !json_get_string(&spec, "renewTime", &renewed, err) ||
	    !number_read(&spec, "leaseDurationSeconds", LEASE_DURATION_MOST,
		&duration, err) ||
	    !number_read(&spec, "leaseTransitions", INT32_MAX - 1, &transitions,
		err)) /* with one more it is a number, too */
		return NULL;
	struct lease *l = xcalloc(1, sizeof(*l));

	*l = (struct lease){ .version = xstrdup(version),
		.holder = xstrdup(holder),
		.renewed = xstrdup(renewed),
		.duration = duration,
		.transitions = transitions };
	return l;
}

void
lease_free(void *item)
{
	struct lease *l = item;

	if (l == NULL)
		return;
	free(l->version);
	free(l->holder);
	free(l->renewed);
	free(l);
}

static json_t *
metadata(const struct lease_change *c)
{
	if (c->version != NULL)
		return json_pack("{s:s}", "resourceVersion", c->version);
	return json_pack("{s:s, s:s}", "namespace", c->ns, "name", LEASE_NAME);
}

char *
lease_render(const struct lease_change *c)
{
	json_t *spec = json_pack("{s:s, s:s, s:I, s:I}", "holderIdentity",
	    c->holder, "renewTime", c->renewed, "leaseDurationSeconds",
	    (json_int_t)c->duration, "leaseTransitions",
	    (json_int_t)c->transitions);

	if (c->taken)
		json_object_set_new(
		    spec, "acquireTime", json_string(c->renewed));
	json_t *obj = json_pack("{s:s, s:s, s:o, s:o}", "apiVersion", LEASE_API,
	    "kind", LEASE_KIND, "metadata", metadata(c), "spec", spec);
	char *text = json_dumps(obj, JSON_COMPACT);

	json_decref(obj);
	return text;
}
