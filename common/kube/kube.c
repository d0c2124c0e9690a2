/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pure: a request is a method, a path and a body; an answer is a status, a reason and a
 * body; what follows from it is an outcome. kube_io.c sends and receives.
 *
 * A write is a short program of steps. Which step is first depends on what is written:
 * the status of a Service goes as a strategic merge patch, the status of a resource of
 * ours as server-side apply, so that conditions of others stay, an object that may be
 * missing as a patch and then a create. An answer leads to the next step, to the same
 * one after a pause (429, 5xx, with Retry-After if there is one), or to an end:
 * written, conflict, gone, refused. The number of tries is bounded, for whoever asked
 * decides anew with the newest state; a record is tried once, for its owner counts the
 * time.
 */
#include "common/kube/kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/date.h"
#include "common/err.h"
#include "common/rng.h"
#include "common/source/source.h"
#include "common/utf8.h"

#define PAGE 500          /* objects a page */
#define BACKOFF_FIRST 500 /* ms */
#define BACKOFF_MOST 30000
#define WRITE_TRIES 8           /* about a minute of an absent server */
#define RETRY_AFTER_MOST 300000 /* ms */
#define RECORD_SILENCE 3000     /* ms */

enum step {
	PATCH_SERVICE_STATUS,
	APPLY_STATUS,
	PATCH_STATUS,
	PATCH_OBJECT,
	CREATE_OBJECT,
	CREATE_EVENT,
	PATCH_OPERATIONS,
};

/* clang-format off */
static const struct {
	const char *method, *type;
	bool named;
	const char *sub; /* behind the name, or NULL */
} steps[] = {
	[PATCH_SERVICE_STATUS] = { "PATCH",
	    "application/strategic-merge-patch+json", true, "/status" },
	[APPLY_STATUS]  = { "PATCH", "application/apply-patch+yaml", true,
	    "/status?force=true&fieldManager=lbbgp" }, /* and its part */
	[PATCH_STATUS]  = { "PATCH", "application/merge-patch+json", true, "/status" },
	[PATCH_OBJECT]  = { "PATCH", "application/merge-patch+json", true, NULL },
	[CREATE_OBJECT] = { "POST", "application/json", false, NULL },
	[CREATE_EVENT]  = { "POST", "application/json", false, NULL },
	[PATCH_OPERATIONS] = { "PATCH", "application/json-patch+json", true, NULL },
};
/* clang-format on */

/*
 * PATCH_SERVICE_STATUS, APPLY_STATUS, PATCH_OPERATIONS and CREATE_EVENT are one
 * request. The status of a resource of ours is applied (server-side apply), which
 * leaves the conditions of others as they are: a merge patch would replace the list,
 * and custom resources take no strategic one. A whole object is patched first, as it is
 * nearly always there, and created when it is not. What it has besides metadata and
 * status is patched apart from the status; an object that has only these gets its
 * metadata when it is created. A record is one request too, sent once.
 */
struct kube_write {
	enum step first, step;
	const struct store_kind *kind; /* borrowed */
	char *ns, *name;               /* owned; ns NULL: cluster-scoped */
	char *body;                    /* owned */
	char *part;  /* owned; behind the path, "-x" or NULL */
	bool whole;  /* WRITE_OBJECT */
	bool record; /* WRITE_RECORD */
	bool has_status, has_version;
	bool created;
	unsigned failures;
	struct kube_request request;
	struct err told; /* the result's message */
	char *version;   /* owned; the result's */
};

static char *
path_make(const char *api, const char *plural, const char *ns, const char *name,
    const char *sub)
{
	return xasprintf("/%s/%s%s%s/%s%s%s%s",
	    strchr(api, '/') != NULL ? "apis" : "api", api,
	    ns != NULL ? "/namespaces/" : "", ns != NULL ? ns : "", plural,
	    name != NULL ? "/" : "", name != NULL ? name : "",
	    sub != NULL ? sub : "");
}

/* RFC 3986 2.3: all but the unreserved characters. */
static char *
query_escape(const char *text)
{
	char *out = xcalloc(3, strlen(text) + 1), *to = out;

	for (; *text != '\0'; text++)
		if (strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789-._~",
			*text) != NULL)
			*to++ = *text;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*text);
	return out;
}

/* The scope's collection and "?", then the query, "&name=value" escaped, selector. */
static char *
scope_path(const struct kube_scope *scope, const char *query, const char *field,
    const char *value)
{
	const struct store_kind *kind = scope->kind;
	char *path = path_make(scope->other ? kind->other_api : kind->api,
	    kind->plural, scope->ns, NULL, NULL);
	char *escaped = query_escape(value != NULL ? value : "");
	char *whole = xasprintf("%s?%s%s%s%s%s", path, query,
	    value != NULL ? field : "", escaped,
	    scope->only != NULL ? "&fieldSelector=metadata.name%3D" : "",
	    scope->only != NULL ? scope->only : "");

	free(path);
	free(escaped);
	return whole;
}

char *
kube_list_path(const struct kube_scope *scope, const struct kube_list *list)
{
	char query[80] = "resourceVersion=0";

	if (list->what != KUBE_LIST_CACHED)
		snprintf(query, sizeof(query), "limit=%d",
		    list->what == KUBE_LIST_ONE ? 1 : PAGE);
	else if (list->seen != 0)
		snprintf(query, sizeof(query),
		    "resourceVersion=%llu&resourceVersionMatch=NotOlderThan",
		    (unsigned long long)list->seen);
	return scope_path(scope, query, "&continue=", list->more);
}

uint64_t
kube_version(const char *text)
{
	size_t n = text != NULL ? strspn(text, "0123456789") : 0;

	return n > 0 && n < 20 && text[n] == '\0' ? strtoull(text, NULL, 10)
						  : 0;
}

char *
kube_watch_path(
    const struct kube_scope *scope, const char *version, unsigned timeout_s)
{
	char query[80];

	snprintf(query, sizeof(query),
	    "watch=1&allowWatchBookmarks=true&timeoutSeconds=%u", timeout_s);
	return scope_path(scope, query, "&resourceVersion=", version);
}

/* NULL: the body is not JSON. */
static json_t *
answer_json(const struct kube_answer *a)
{
	return json_loadb(
	    a->body != NULL ? a->body : "", a->n, JSON_ALLOW_NUL, NULL);
}

void
kube_answer_text(const struct kube_answer *a, struct err *err)
{
	json_t *status = a->error == NULL ? answer_json(a) : NULL;
	const char *said =
	    json_string_value(json_object_get(status, "message"));

	if (a->error != NULL)
		err_set(err, "%s", a->error);
	else if (said != NULL)
		err_set(err, "HTTP %ld: %s", a->http, said);
	else
		err_set(err, "HTTP %ld", a->http);
	json_decref(status);
}

unsigned
kube_backoff(unsigned failures, struct rng *rng)
{
	unsigned ms = BACKOFF_MOST;

	if (failures < 7 && BACKOFF_FIRST << failures < BACKOFF_MOST)
		ms = BACKOFF_FIRST << failures;
	return rng_jitter(rng, ms);
}

static void
write_step(struct kube_write *w, enum step step)
{
	const char *name = steps[step].named ? w->name : NULL;
	char *path = path_make(
	    w->kind->api, w->kind->plural, w->ns, name, steps[step].sub);

	w->step = step;
	free(w->request.path);
	w->request = (struct kube_request){
		.method = steps[step].method,
		.path = xasprintf("%s%s", path, w->part != NULL ? w->part : ""),
		.type = steps[step].type,
		.body = w->body,
		.silence_ms = w->record ? RECORD_SILENCE : 0,
		.fenced = !w->record,
	};
	free(path);
}

/* Is there something in the object that only a patch of itself can set? */
static bool
has_own_parts(const json_t *obj)
{
	static const char *const common[] = { "apiVersion", "kind", "metadata",
		"status" };
	size_t n = json_object_size(obj);

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		n -= json_object_get(obj, common[i]) != NULL;
	return n > 0;
}

static enum step
first_step(const struct source_write *from, const json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");
	bool has_version = json_object_get(meta, "resourceVersion") != NULL;
	bool has_status = json_object_get(obj, "status") != NULL;

	if (from->how == WRITE_CORE_STATUS)
		return PATCH_SERVICE_STATUS;
	if (from->how == WRITE_STATUS)
		return APPLY_STATUS;
	if (from->how == WRITE_OPERATIONS)
		return PATCH_OPERATIONS;
	if (from->how == WRITE_RECORD)
		return has_version ? PATCH_OBJECT : CREATE_OBJECT;
	return has_status && !has_own_parts(obj) ? PATCH_STATUS : PATCH_OBJECT;
}

/* What is applied says which object it is a part of. NULL: obj is no object. */
static char *
applied_body(const struct store_kind *kind, const char *name, json_t *obj)
{
	json_t *meta = json_object_get(obj, "metadata");

	if (meta == NULL) {
		meta = json_object();
		json_object_set_new(obj, "metadata", meta);
	}
	json_object_set_new(meta, "name", json_string(name));
	json_object_set_new(obj, "apiVersion", json_string(kind->api));
	json_object_set_new(obj, "kind", json_string(kind->kind));
	return json_dumps(obj, JSON_COMPACT);
}

struct kube_write *
kube_write_new(const struct store_kind *kind, const struct source_write *from)
{
	struct kube_write *w = xcalloc(1, sizeof(*w));
	json_t *obj = json_loads(from->body, 0, NULL);
	const json_t *meta = json_object_get(obj, "metadata");

	w->kind = kind;
	w->ns = kind->namespaced ? xstrdup(from->key.ns) : NULL;
	w->name = xstrdup(from->key.name);
	w->body = from->how == WRITE_STATUS
	    ? applied_body(kind, from->key.name, obj)
	    : xstrdup(from->body);
	w->part = from->how == WRITE_STATUS && from->part != NULL
	    ? xasprintf("-%s", from->part)
	    : NULL;
	w->whole = from->how == WRITE_OBJECT;
	w->record = from->how == WRITE_RECORD;
	w->has_status = json_object_get(obj, "status") != NULL;
	w->has_version = json_object_get(meta, "resourceVersion") != NULL;
	w->first = first_step(from, obj);
	json_decref(obj);
	write_step(w, w->first);
	return w;
}

static json_t *
event_object(const struct store_kind *kind, const struct source_event *e)
{
	json_t *obj = json_pack("{s:s, s:s, s:s}", "apiVersion", kind->api,
	    "kind", kind->kind, "name", e->key.name);

	if (kind->namespaced)
		json_object_set_new(obj, "namespace", json_string(e->key.ns));
	if (e->uid[0] != '\0')
		json_object_set_new(obj, "uid", json_string(e->uid));
	return obj;
}

/* At most so many bytes of it. */
static json_t *
text_json(const char *text, size_t most)
{
	char *cut = xasprintf("%.*s", (int)most, text);

	utf8_mend(cut, strlen(cut) + 1);
	json_t *json = json_string(cut);

	free(cut);
	return json;
}

/* The server's limits are 253 bytes of name and 1024 of message. */
static char *
event_body(const struct store_kind *kind, const struct source_event *e,
    const char *ns, const struct kube_reporter *by)
{
	char when[DATE_TEXT];
	char *name =
	    xasprintf("%.200s.%llx", e->key.name, (unsigned long long)by->now);

	date_print((int64_t)(by->now / 1000000000), when);
	/* clang-format off */
	json_t *body = json_pack("{s:{s:s, s:s}, s:o, s:s, s:s, s:o, s:s, s:s, "
				 "s:i, s:{s:s, s:s}, s:s, s:s}",
	    "metadata", "name", name, "namespace", ns,
	    "involvedObject", event_object(kind, e),
	    "type", e->warning ? "Warning" : "Normal",
	    "reason", e->reason,
	    "message", text_json(e->message, 1000),
	    "firstTimestamp", when, "lastTimestamp", when,
	    "count", 1,
	    "source", "component", by->component, "host", by->instance,
	    "reportingComponent", by->component,
	    "reportingInstance", by->instance);
	/* clang-format on */
	char *text = json_dumps(body, JSON_COMPACT);

	json_decref(body);
	free(name);
	return text;
}

struct kube_write *
kube_write_new_event(const struct store_kind *kind,
    const struct source_event *event, const struct kube_reporter *by)
{
	static const struct store_kind events = { .api = "v1",
		.kind = "Event",
		.plural = "events",
		.namespaced = true };
	struct kube_write *w = xcalloc(1, sizeof(*w));

	w->kind = &events;
	w->ns = xstrdup(kind->namespaced ? event->key.ns : "default");
	w->body = event_body(kind, event, w->ns, by);
	w->first = CREATE_EVENT;
	write_step(w, w->first);
	return w;
}

void
kube_write_free(struct kube_write *w)
{
	if (w == NULL)
		return;
	free(w->ns);
	free(w->name);
	free(w->body);
	free(w->part);
	free(w->request.path);
	free(w->version);
	free(w);
}

bool
kube_write_is_record(const struct kube_write *w)
{
	return w->record;
}

const struct kube_request *
kube_write_request(const struct kube_write *w)
{
	return &w->request;
}

/* What is left to do when this step went well; false: nothing. */
static bool
next_step(struct kube_write *w)
{
	if (!w->whole || w->step == PATCH_STATUS || !w->has_status)
		return false;
	write_step(w, PATCH_STATUS);
	return true;
}

/* A step that failed, but only because the object is or isn't there. */
static bool
other_step(struct kube_write *w, long http)
{
	if (!w->whole)
		return false;
	if (http == 404 && w->step != CREATE_OBJECT && !w->created &&
	    !w->has_version) {
		write_step(w, CREATE_OBJECT);
		return true;
	}
	if (http == 409 && w->step == CREATE_OBJECT &&
	    ++w->failures < WRITE_TRIES) { /* somebody else was faster */
		write_step(w, w->first);
		return true;
	}
	return false;
}

static enum source_code
answer_code(const struct kube_write *w, const struct kube_answer *a)
{
	if (a->error != NULL)
		return WRITE_RETRY;
	if (a->http >= 200 && a->http < 300)
		return WRITE_OK;
	switch (a->http) {
	case 401: /* the token is read again meanwhile */
	case 408:
	case 429:
		return WRITE_RETRY;
	case 404: /* a record is created; what is missing is its namespace */
		return w->record && w->step == CREATE_OBJECT ? WRITE_REFUSED
							     : WRITE_GONE;
	case 409: /* the event of an earlier try has arrived after all */
		return w->step == CREATE_EVENT ? WRITE_OK : WRITE_CONFLICT;
	}
	return a->http >= 500 ? WRITE_RETRY : WRITE_REFUSED;
}

static void
version_keep(struct kube_write *w, const struct kube_answer *a)
{
	json_t *obj = answer_json(a);
	const char *version = json_string_value(json_object_get(
	    json_object_get(obj, "metadata"), "resourceVersion"));

	free(w->version);
	w->version = xstrdup(version);
	json_decref(obj);
}

/* As the server wishes, within reason: all other writes may wait for it, too. */
static unsigned
retry_wait(struct kube_write *w, const struct kube_answer *a, struct rng *rng)
{
	unsigned wait = kube_backoff(w->failures++, rng);

	if (a->retry_after_ms > RETRY_AFTER_MOST)
		return RETRY_AFTER_MOST;
	return a->retry_after_ms > wait ? a->retry_after_ms : wait;
}

bool
kube_write_answer(struct kube_write *w, const struct kube_answer *a,
    struct rng *rng, struct source_result *result, unsigned *wait_ms)
{
	enum source_code code = answer_code(w, a);

	*wait_ms = 0;
	w->told.text[0] = '\0';
	if (code == WRITE_OK) {
		version_keep(w, a);
		w->created |= w->step == CREATE_OBJECT;
		if (next_step(w))
			return false;
	} else {
		if (other_step(w, a->http))
			return false;
		if (code == WRITE_RETRY && !w->record &&
		    w->failures + 1 < WRITE_TRIES) {
			*wait_ms = retry_wait(w, a, rng);
			return false;
		}
		kube_answer_text(a, &w->told);
	}
	*result = (struct source_result){
		.code = code,
		.message = w->told.text,
		.version = w->version != NULL ? w->version : "",
	};
	return true;
}
