/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/meta.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/api/rows.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"

static void
text_default(char **text)
{
	if (*text == NULL)
		*text = xstrdup("");
}

/* Whose name it is. */
static bool
name_read(struct meta *m, const struct json_at *root, struct json_at *at,
    struct err *err)
{
	if (!json_get_object(root, "metadata", at, err) ||
	    !read_text(at, "name", &m->name, err) ||
	    !read_text(at, "namespace", &m->ns, err))
		return false;
	return (m->name != NULL && m->name[0] != '\0') ||
	    json_refuse(root, "metadata.name", err, "missing");
}

/* An API server writes all of this itself. */
static void
marks_read(struct meta *m, const struct json_at *at, struct err *fault)
{
	const char *deleted = NULL;
	struct err why;

	read_fault(fault, read_text(at, "uid", &m->uid, &why), &why);
	read_fault(fault,
	    read_text(at, "resourceVersion", &m->resource_version, &why), &why);
	read_fault(
	    fault, read_time(at, "creationTimestamp", &m->created, &why), &why);
	read_fault(fault,
	    json_get_string(at, "deletionTimestamp", &deleted, &why), &why);
	read_fault(fault,
	    json_get_uint32(
		at, "generation", 0, UINT32_MAX, &m->generation, &why),
	    &why);
	m->deleted = deleted != NULL;
}

bool
meta_decode(struct meta *meta, const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj), at;
	struct meta m = { 0 };

	err->text[0] = '\0';
	if (!name_read(&m, &root, &at, err)) {
		meta_fini(&m);
		return false;
	}
	marks_read(&m, &at, err);
	text_default(&m.ns);
	text_default(&m.uid);
	text_default(&m.resource_version);
	*meta = m;
	return true;
}

void
meta_fini(struct meta *meta)
{
	free(meta->ns);
	free(meta->name);
	free(meta->uid);
	free(meta->resource_version);
}

int
meta_age_cmp(const struct meta *a, const struct meta *b)
{
	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	int order = strcmp(a->uid, b->uid);

	if (order == 0)
		order = strcmp(a->ns, b->ns);
	return order != 0 ? order : strcmp(a->name, b->name);
}

bool
meta_same_spec(const struct meta *was, const struct meta *now)
{
	return now->generation != 0 && was->generation == now->generation &&
	    strcmp(was->uid, now->uid) == 0;
}

static char *
text_dup(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return xstrdup(text != NULL ? text : "");
}

static const char *
status_of(const json_t *item)
{
	const char *text = json_string_value(json_object_get(item, "status"));
	const char *const *known = condition_states;

	while (*known != NULL && text != NULL && strcmp(*known, text) != 0)
		known++;
	return text != NULL && *known != NULL ? *known : "";
}

static int64_t
changed_at(const json_t *item)
{
	const char *text =
	    json_string_value(json_object_get(item, "lastTransitionTime"));
	int64_t seconds = 0;

	if (text != NULL)
		date_parse(text, &seconds);
	return seconds;
}

static struct condition
condition_read(const json_t *item)
{
	return (struct condition){
		.status = status_of(item),
		.reason = text_dup(item, "reason"),
		.message = text_dup(item, "message"),
		.changed = changed_at(item),
		.observed = json_integer_value(
		    json_object_get(item, "observedGeneration")),
	};
}

static const json_t *
conditions_in(const json_t *obj)
{
	return json_object_get(json_object_get(obj, "status"), "conditions");
}

bool
condition_decode(struct condition *c, const json_t *obj, const char *type)
{
	const json_t *list = conditions_in(obj);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name =
		    json_string_value(json_object_get(item, "type"));

		if (name != NULL && strcmp(name, type) == 0) {
			*c = condition_read(item);
			return true;
		}
	}
	return false;
}

void
condition_fini(struct condition *c)
{
	free(c->reason);
	free(c->message);
}

void
conditions_decode(struct conditions *cs, const json_t *obj)
{
	const json_t *list = conditions_in(obj);
	size_t n = json_array_size(list);

	cs->at = xcalloc(n, sizeof(*cs->at));
	cs->n = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);

		if (json_is_string(json_object_get(item, "type")))
			cs->at[cs->n++] =
			    (struct condition_of){ text_dup(item, "type"),
				    condition_read(item) };
	}
}

void
conditions_fini(struct conditions *cs)
{
	for (size_t i = 0; i < cs->n; i++) {
		free(cs->at[i].type);
		condition_fini(&cs->at[i].condition);
	}
	free(cs->at);
}

const struct condition *
conditions_find(const struct conditions *cs, const char *type)
{
	for (size_t i = 0; i < cs->n; i++)
		if (strcmp(cs->at[i].type, type) == 0)
			return &cs->at[i].condition;
	return NULL;
}

bool
condition_lags(const struct condition *c, uint32_t generation)
{
	return c->observed != 0 && c->observed < generation;
}
