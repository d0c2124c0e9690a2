/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/state/state_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/fnv.h"

#define SUM 16 /* digits */

static const char *
text_or(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

char *
state_line_new(const struct state_line *l, size_t *n)
{
	char *line = xasprintf("%0*d %c %s %s/%s %s\n", SUM, 0, (char)l->op,
	    text_or(l->kind, "-"), text_or(l->key.ns, ""),
	    text_or(l->key.name, ""), text_or(l->text, ""));
	char sum[SUM + 1];

	*n = strlen(line);
	snprintf(sum, sizeof(sum), "%0*llx", SUM,
	    (unsigned long long)fnv_add(
		FNV_START, line + SUM + 1, *n - SUM - 2));
	memcpy(line, sum, SUM);
	return line;
}

static bool
sum_is_right(const char *bytes, size_t n)
{
	char sum[SUM + 1];

	snprintf(sum, sizeof(sum), "%0*llx", SUM,
	    (unsigned long long)fnv_add(
		FNV_START, bytes + SUM + 1, n - SUM - 1));
	return memcmp(bytes, sum, SUM) == 0 && bytes[SUM] == ' ';
}

/* Up to the mark, which becomes the text's end; NULL: there is none. */
static char *
cut(char **at, char mark)
{
	char *text = *at, *end = strchr(text, mark);

	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return text;
}

bool
state_line_parse(char *bytes, size_t n, struct state_line *l)
{
	char *at = bytes + SUM + 1, *op, *kind, *ns, *name;

	if (n <= SUM + 1 || memchr(bytes, '\0', n) != NULL ||
	    !sum_is_right(bytes, n))
		return false;
	bytes[n] = '\0';
	op = cut(&at, ' ');
	kind = op != NULL ? cut(&at, ' ') : NULL;
	ns = kind != NULL ? cut(&at, '/') : NULL;
	name = ns != NULL ? cut(&at, ' ') : NULL;
	if (name == NULL || strlen(op) != 1 || strchr("HPDMLA", *op) == NULL)
		return false;
	*l = (struct state_line){ (enum state_op) * op, kind, { ns, name }, at,
		(size_t)(bytes + n - at) };
	return true;
}

char *
state_kind_name(const struct store_kind *kind)
{
	return xasprintf("%s/%s", kind->api, kind->kind);
}

size_t
state_kind_find(const struct store_kind *kinds, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		size_t api = strlen(kinds[i].api);

		if (strncmp(name, kinds[i].api, api) == 0 && name[api] == '/' &&
		    strcmp(name + api + 1, kinds[i].kind) == 0)
			return i;
	}
	return n;
}

/*
 * What is left out: a list of what is dropped, not of what is kept, so that a field
 * that a decoder reads one day is not missed only when the API server is away.
 */
static const struct {
	const char *kind;   /* NULL: any */
	const char *parent; /* NULL: the object itself */
	const char *names[10];
} cuts[] = {
	{ NULL, "metadata",
	    { "generateName", "managedFields", "ownerReferences" } },
	{ "Node", "status",
	    { "allocatable", "capacity", "config", "daemonEndpoints",
		"features", "images", "nodeInfo", "volumesAttached",
		"volumesInUse" } },
	{ "EndpointSlice", NULL, { "ports" } },
	{ "BGPNodeStatus", NULL, { "status" } },
	{ "DaemonSet", NULL, { "spec", "status" } },
	{ "Namespace", NULL, { "spec", "status" } },
};

/* A copy of its own in the place of what is shared; NULL: it is no object. */
static json_t *
own_copy(json_t *obj, const char *field)
{
	json_t *was = json_object_get(obj, field);

	if (!json_is_object(was))
		return NULL;
	json_object_set_new(obj, field, json_copy(was));
	return json_object_get(obj, field);
}

#define APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define OWN "lbbgp.io/"

/* Of an endpoint; and of a Node, for whoever places pods. */
static const char *const endpoint_cuts[] = { "addresses", "deprecatedTopology",
	"hints", "hostname", "targetRef", "zone" };
static const char *const condition_cuts[] = { "DiskPressure", "MemoryPressure",
	"PIDPressure" };

#define N(list) (sizeof(list) / sizeof((list)[0]))

/* What is not said is true of it: an endpoint that serves is most of them. */
static bool
is_said_by_default(const json_t *conditions)
{
	const json_t *serving = json_object_get(conditions, "serving");
	const json_t *terminating = json_object_get(conditions, "terminating");

	return json_is_true(json_object_get(conditions, "ready")) &&
	    (serving == NULL || json_is_true(serving)) &&
	    (terminating == NULL || json_is_false(terminating));
}

/* A copy without what is left out; owned. */
static json_t *
endpoint_cut(json_t *endpoint)
{
	json_t *copy = json_copy(endpoint);

	for (size_t i = 0; i < N(endpoint_cuts); i++)
		json_object_del(copy, endpoint_cuts[i]);
	if (is_said_by_default(json_object_get(copy, "conditions")))
		json_object_del(copy, "conditions");
	return copy;
}

/* NULL: it is left out. Else owned. */
static json_t *
condition_cut(json_t *condition)
{
	const char *type =
	    json_string_value(json_object_get(condition, "type"));

	for (size_t i = 0; i < N(condition_cuts) && type != NULL; i++)
		if (strcmp(type, condition_cuts[i]) == 0)
			return NULL;
	return json_incref(condition);
}

/* Each item of a list as each() has it. What is no list is left as it is. */
static void
list_cut(json_t *parent, const char *field, json_t *(*each)(json_t *item))
{
	const json_t *was = json_object_get(parent, field);
	json_t *list, *item, *kept;
	size_t i;

	if (!json_is_array(was))
		return;
	list = json_array();
	json_array_foreach (was, i, item)
		if ((kept = each(item)) != NULL)
			json_array_append_new(list, kept);
	json_object_set_new(parent, field, list);
}

/* Others may keep long texts in a Service, of which no decoder reads any. */
static void
annotations_cut(const char *kind, json_t *obj)
{
	json_t *meta = json_object_get(obj, "metadata");
	json_t *annotations = own_copy(meta, "annotations");
	bool own =
	    strcmp(kind, "Service") == 0 || strcmp(kind, "EndpointSlice") == 0;
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(
	    annotations, next, key, value) if (strcmp(key, APPLIED) == 0 ||
	    (own && strncmp(key, OWN, strlen(OWN)) != 0))
	    json_object_del(annotations, key);
}

char *
state_trim(const struct store_kind *kind, const json_t *whole)
{
	json_t *obj = json_copy((json_t *)whole);
	char *text;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (cuts[i].kind != NULL &&
		    strcmp(cuts[i].kind, kind->kind) != 0)
			continue;
		json_t *at = cuts[i].parent != NULL
		    ? own_copy(obj, cuts[i].parent)
		    : obj;

		for (const char *const *name = cuts[i].names; *name != NULL;
		     name++)
			json_object_del(at, *name);
	}
	annotations_cut(kind->kind, obj);
	if (strcmp(kind->kind, "EndpointSlice") == 0)
		list_cut(obj, "endpoints", endpoint_cut);
	if (strcmp(kind->kind, "Node") == 0) /* its status is a copy by now */
		list_cut(json_object_get(obj, "status"), "conditions",
		    condition_cut);
	text = json_dumps(obj, JSON_COMPACT);
	json_decref(obj);
	return text;
}
