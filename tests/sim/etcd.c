/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/etcd.h"

#include <stdio.h>

#include "common/alloc.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

enum { FOLLOWERS = 64 };

struct etcd {
	json_t *objects, *past; /* owned */
	json_t *before; /* owned; each as it was before its last change */
	uint64_t version, past_version, made;
	etcd_news *news[FOLLOWERS];
	void *args[FOLLOWERS];
	unsigned n;
};

struct etcd *
etcd_new(void)
{
	struct etcd *e = xcalloc(1, sizeof(*e));

	e->objects = json_object();
	e->before = json_object();
	return e;
}

void
etcd_free(struct etcd *e)
{
	json_decref(e->objects);
	json_decref(e->past);
	json_decref(e->before);
	free(e);
}

void
etcd_follow(struct etcd *e, etcd_news *news, void *arg)
{
	assert_true(e->n < FOLLOWERS);
	e->news[e->n] = news;
	e->args[e->n++] = arg;
}

const char *
etcd_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void
tell(const struct etcd *e, const char *kind, const char *ns, const char *name,
    const json_t *object)
{
	for (unsigned i = 0; i < e->n; i++)
		e->news[i](e->args[i], kind, ns, name, object);
}

/* As an API server does: a generation is a spec, a uid one life of an object. */
static void
stamp(struct etcd *e, json_t *object, const json_t *was)
{
	json_t *meta = json_object_get(object, "metadata");
	const json_t *old = json_object_get(was, "metadata");
	json_int_t generation =
	    json_integer_value(json_object_get(old, "generation"));
	char version[32], uid[32];

	if (!json_equal(
		json_object_get(was, "spec"), json_object_get(object, "spec")))
		generation++;
	snprintf(uid, sizeof(uid), "%llu", (unsigned long long)++e->made);
	snprintf(
	    version, sizeof(version), "%llu", (unsigned long long)++e->version);
	json_object_set_new(meta, "generation", json_integer(generation));
	json_object_set_new(meta, "resourceVersion", json_string(version));
	if (old != NULL)
		json_object_set(meta, "uid", json_object_get(old, "uid"));
	else
		json_object_set_new(meta, "uid", json_string(uid));
}

void
etcd_set(struct etcd *e, json_t *object)
{
	json_t *meta = json_object_get(object, "metadata");
	const char *kind = etcd_text(object, "kind");
	const char *ns = etcd_text(meta, "namespace");
	const char *name = etcd_text(meta, "name");
	char *key = xasprintf("%s/%s/%s", kind, ns, name);
	json_t *was = json_object_get(e->objects, key);

	stamp(e, object, was);
	if (was != NULL)
		json_object_set(e->before, key, was);
	json_object_set_new(e->objects, key, object);
	tell(e, kind, ns, name, object);
	free(key);
}

void
etcd_put(struct etcd *e, const char *fmt, ...)
{
	struct err err = { "" };
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_true(n > 0 && (size_t)n < sizeof(text));
	json_t *object = yaml_parse(text, (size_t)n, 1, &err);

	assert_string_equal(err.text, "");
	etcd_set(e, object);
}

void
etcd_drop(struct etcd *e, const char *kind, const char *ns, const char *name)
{
	char *key = xasprintf("%s/%s/%s", kind, ns, name);
	json_t *was = json_object_get(e->objects, key);

	if (was != NULL) {
		json_object_set(e->before, key, was);
		json_object_del(e->objects, key);
		e->version++;
		tell(e, kind, ns, name, NULL);
	}
	free(key);
}

json_t *
etcd_get(
    const struct etcd *e, const char *kind, const char *ns, const char *name)
{
	char *key = xasprintf("%s/%s/%s", kind, ns, name);
	json_t *object = json_object_get(e->objects, key);

	free(key);
	return object;
}

json_t *
etcd_all(const struct etcd *e)
{
	return e->objects;
}

const json_t *
etcd_before(const struct etcd *e, uint32_t nth)
{
	size_t n = json_object_size(e->before), i = 0;
	const char *key;
	json_t *object;

	json_object_foreach (e->before, key, object)
		if (i++ == nth % n)
			return object;
	return NULL;
}

void
etcd_back_up(struct etcd *e)
{
	json_decref(e->past);
	e->past = json_deep_copy(e->objects);
	e->past_version = e->version;
}

void
etcd_restore(struct etcd *e)
{
	if (e->past == NULL)
		return;
	json_decref(e->objects);
	e->objects = json_deep_copy(e->past);
	e->version = e->past_version;
}
