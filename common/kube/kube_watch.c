/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of 10,000 Services is 200 MB of text, and a page of 500 as a tree costs
 * 10 MB that stay resident. So nobody holds either: the bytes are cut into single
 * objects while they arrive, and only one object at a time is a tree.
 *
 * The way in: kube_watch_input() walks over the bytes in two modes. Between values
 * it is at a place (enum place), and the table `turns` says what a byte means
 * there. Inside a value it only looks for the end: strings with their escapes and
 * the depth of brackets, of either kind, are all that takes. A value that somebody
 * wants (an item, an event, the list's metadata, a key) is parsed by jansson once
 * its last byte is there, without what nobody reads of it (kube_brief.h). What came
 * before waits in a copy until then. What is wrong inside an object is jansson's to
 * find, costs this object only, and is told through ops->skipped; so is an object that
 * is too large. What is wrong between them ends the stream.
 *
 * A list:  {"metadata":{"resourceVersion":"7","continue":"…"},"items":[{…},{…}]}
 *          with its members in any order.
 * A watch: {"type":"ADDED","object":{…}} one after another.
 *
 * The way out: struct kube_watch_ops; bookmarks only move kube_watch_version().
 */
#include "common/kube/kube_watch.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube_brief.h"
#include "common/source/store.h"

enum place {
	AT_LIST, /* before a list's first brace */
	AT_FIRST_KEY,
	AT_KEY,
	AT_COLON,
	AT_META_COLON,
	AT_ITEMS_COLON,
	AT_VALUE,
	AT_META,
	AT_ITEMS,
	AT_FIRST_ITEM,
	AT_ITEM,
	AT_ITEM_COMMA,
	AT_COMMA,
	AT_END,
	AT_EVENT, /* a sound watch is never elsewhere */
	AT_FAULT, /* nothing can follow */
};

enum reading {
	READ_NOTHING, /* the byte stands for itself */
	READ_SKIPPED, /* a value that nobody wants */
	READ_KEY,
	READ_META,
	READ_ITEM,
	READ_EVENT,
};

struct turn {
	enum place at;
	char byte; /* 0: any */
	enum reading reading;
	enum place then; /* after the value; a key's end may change it */
};

struct text {
	char *p; /* owned */
	size_t len, size;
};

struct kube_watch {
	const struct kube_watch_ops *ops;
	void *arg;
	enum place place;
	enum reading reading;
	/* the value being read */
	struct text text; /* its bytes of earlier calls */
	size_t depth;
	bool in_string, escaped;
	bool too_large;
	bool whole; /* nothing is left out of objects */

	char *version; /* owned */
	char *more;    /* owned; the continue token */
};

/* clang-format off */
static const struct turn turns[] = {
	{ AT_LIST,        '{', READ_NOTHING, AT_FIRST_KEY },
	{ AT_FIRST_KEY,   '}', READ_NOTHING, AT_END },
	{ AT_FIRST_KEY,   '"', READ_KEY,     AT_COLON },
	{ AT_KEY,         '"', READ_KEY,     AT_COLON },
	{ AT_COLON,       ':', READ_NOTHING, AT_VALUE },
	{ AT_META_COLON,  ':', READ_NOTHING, AT_META },
	{ AT_ITEMS_COLON, ':', READ_NOTHING, AT_ITEMS },
	{ AT_VALUE,       0,   READ_SKIPPED, AT_COMMA },
	{ AT_META,        0,   READ_META,    AT_COMMA },
	{ AT_ITEMS,       '[', READ_NOTHING, AT_FIRST_ITEM },
	{ AT_ITEMS,       'n', READ_SKIPPED, AT_COMMA },	/* null */
	{ AT_FIRST_ITEM,  ']', READ_NOTHING, AT_COMMA },
	{ AT_FIRST_ITEM,  '{', READ_ITEM,    AT_ITEM_COMMA },
	{ AT_ITEM,        '{', READ_ITEM,    AT_ITEM_COMMA },
	{ AT_ITEM_COMMA,  ',', READ_NOTHING, AT_ITEM },
	{ AT_ITEM_COMMA,  ']', READ_NOTHING, AT_COMMA },
	{ AT_COMMA,       ',', READ_NOTHING, AT_KEY },
	{ AT_COMMA,       '}', READ_NOTHING, AT_END },
	{ AT_EVENT,       '{', READ_EVENT,   AT_EVENT },
};
/* clang-format on */

static struct kube_watch *
watch_new(const struct kube_watch_ops *ops, void *arg, enum place start)
{
	struct kube_watch *w = xcalloc(1, sizeof(*w));

	w->ops = ops;
	w->arg = arg;
	w->place = start;
	return w;
}

struct kube_watch *
kube_watch_new_list(const struct kube_watch_ops *ops, void *arg)
{
	return watch_new(ops, arg, AT_LIST);
}

struct kube_watch *
kube_watch_new_events(const struct kube_watch_ops *ops, void *arg)
{
	return watch_new(ops, arg, AT_EVENT);
}

void
kube_watch_free(struct kube_watch *w)
{
	if (w == NULL)
		return;
	free(w->text.p);
	free(w->version);
	free(w->more);
	free(w);
}

void
kube_watch_set_whole(struct kube_watch *w)
{
	w->whole = true;
}

static void
text_add(struct text *t, const char *bytes, size_t n)
{
	if (n > t->size - t->len) {
		t->size = t->len + n > 2 * t->size ? t->len + n : 2 * t->size;
		t->p = xrealloc(t->p, t->size, 1);
	}
	memcpy(t->p + t->len, bytes, n);
	t->len += n;
}

static void
text_drop(struct text *t)
{
	free(t->p);
	*t = (struct text){ 0 };
}

/* Keeps a copy of a non-empty string; anything else leaves NULL. */
static void
keep_string(char **slot, const json_t *value)
{
	const char *s = json_string_value(value);

	free(*slot);
	*slot = s != NULL && *s != '\0' ? xstrdup(s) : NULL;
}

static json_t *
parse(struct kube_watch *w, const char *text, size_t n)
{
	json_error_t e;
	struct err err;
	json_t *value =
	    json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);

	if (value == NULL) {
		err_set(&err, "object is not JSON at byte %d", e.position);
		w->ops->skipped(w->arg, &err);
	}
	return value;
}

static void
key_read(struct kube_watch *w, const char *text, size_t n)
{
	if (n == 10 && memcmp(text, "\"metadata\"", n) == 0)
		w->place = AT_META_COLON;
	else if (n == 7 && memcmp(text, "\"items\"", n) == 0)
		w->place = AT_ITEMS_COLON;
}

static void
meta_read(struct kube_watch *w, const char *text, size_t n)
{
	json_t *meta = parse(w, text, n);

	keep_string(&w->version, json_object_get(meta, "resourceVersion"));
	keep_string(&w->more, json_object_get(meta, "continue"));
	json_decref(meta);
}

/* An object, at that depth, without what nobody reads of it. */
static json_t *
parse_brief(struct kube_watch *w, const char *text, size_t n, unsigned depth)
{
	if (w->whole)
		return parse(w, text, n);
	char *brief = xcalloc(1, n);
	json_t *value = parse(w, brief, kube_brief(brief, text, n, depth));

	free(brief);
	return value;
}

static void
item_read(struct kube_watch *w, const char *text, size_t n)
{
	json_t *obj = parse_brief(w, text, n, 2);

	if (obj != NULL)
		w->ops->object(w->arg, KUBE_LISTED, obj);
	json_decref(obj);
}

/* The object of an ERROR event is a Status. */
static void
event_error(struct kube_watch *w, const json_t *status)
{
	const char *message =
	    json_string_value(json_object_get(status, "message"));
	long code = json_integer_value(json_object_get(status, "code"));

	w->ops->error(w->arg, code, message != NULL ? message : "no message");
}

static void
event_told(struct kube_watch *w, const char *type, const json_t *obj)
{
	static const char *const names[] = {
		[KUBE_ADDED] = "ADDED",
		[KUBE_MODIFIED] = "MODIFIED",
		[KUBE_DELETED] = "DELETED",
	};
	struct err err;

	for (unsigned i = KUBE_ADDED; i <= KUBE_DELETED; i++)
		if (strcmp(type, names[i]) == 0) {
			w->ops->object(w->arg, i, obj);
			return;
		}
	if (strcmp(type, "BOOKMARK") == 0)
		return;
	err_set(&err, "event of unknown type \"%.40s\"", type);
	w->ops->skipped(w->arg, &err);
}

static void
event_read(struct kube_watch *w, const char *text, size_t n)
{
	json_t *event = parse_brief(w, text, n, 3);
	const char *type = json_string_value(json_object_get(event, "type"));
	const json_t *obj = json_object_get(event, "object");
	const json_t *version = json_object_get(
	    json_object_get(obj, "metadata"), "resourceVersion");

	if (type == NULL)
		type = "";
	if (event == NULL)
		return;
	if (strcmp(type, "ERROR") == 0) {
		event_error(w, obj);
	} else {
		event_told(w, type, obj);
		if (json_string_length(version) > 0)
			keep_string(&w->version, version);
	}
	json_decref(event);
}

/* The value that was being read is whole: the earlier bytes and these. */
static void
value_read(struct kube_watch *w, const char *bytes, size_t n)
{
	static void (*const readers[])(
	    struct kube_watch *, const char *, size_t) = {
		[READ_KEY] = key_read,
		[READ_META] = meta_read,
		[READ_ITEM] = item_read,
		[READ_EVENT] = event_read,
	};
	void (*reader)(struct kube_watch *, const char *, size_t) =
	    readers[w->reading];

	w->reading = READ_NOTHING;
	if (reader == NULL)
		return;
	if (w->too_large) {
		struct err err;

		err_set(&err, "object above %u bytes", STORE_OBJECT_MAX);
		w->ops->skipped(w->arg, &err);
	} else if (w->text.len == 0) {
		reader(w, bytes, n);
	} else {
		text_add(&w->text, bytes, n);
		reader(w, w->text.p, w->text.len);
	}
	text_drop(&w->text);
}

/*
 * Bytes up to the value's end, at most n. A string, an object and an array end
 * with their last byte; a number or a word before what follows it.
 */
static size_t
value_scan(struct kube_watch *w, const char *bytes, size_t n, bool *ended)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (w->escaped) {
			w->escaped = false;
		} else if (w->in_string) {
			w->escaped = c == '\\';
			w->in_string = c != '"';
			*ended = c == '"' && w->depth == 0;
		} else if (c == '"') {
			w->in_string = true;
		} else if (c == '{' || c == '[') {
			w->depth++;
		} else if (w->depth > 0) {
			if (c == '}' || c == ']')
				*ended = --w->depth == 0;
		} else if (strchr(",}] \t\r\n", c) != NULL) {
			*ended = true;
			return i;
		}
		if (*ended)
			return i + 1;
	}
	return n;
}

static size_t
value_input(struct kube_watch *w, const char *bytes, size_t n)
{
	bool ended = false;
	size_t used = value_scan(w, bytes, n, &ended);

	if (used > STORE_OBJECT_MAX - w->text.len) {
		w->too_large = true;
		text_drop(&w->text);
	}
	if (ended)
		value_read(w, bytes, used);
	else if (!w->too_large && w->reading != READ_SKIPPED)
		text_add(&w->text, bytes, used);
	return used;
}

static void
value_begin(struct kube_watch *w, enum reading reading)
{
	w->reading = reading;
	w->depth = 0;
	w->in_string = w->escaped = w->too_large = false;
}

static const struct turn *
turn_find(enum place at, char byte)
{
	for (size_t i = 0; i < sizeof(turns) / sizeof(turns[0]); i++)
		if (turns[i].at == at &&
		    (turns[i].byte == byte || turns[i].byte == 0))
			return &turns[i];
	return NULL;
}

/* One byte between values: 1 when it was used, 0 when a value begins with it. */
static size_t
turn_take(struct kube_watch *w, char byte, struct err *err)
{
	const struct turn *turn = turn_find(w->place, byte);

	if (turn == NULL) {
		err_set(err, "byte 0x%02x where it can't stand in %s",
		    (unsigned char)byte,
		    w->place == AT_EVENT ? "a watch" : "a list");
		w->place = AT_FAULT;
		return SIZE_MAX;
	}
	w->place = turn->then;
	if (turn->reading == READ_NOTHING)
		return 1;
	value_begin(w, turn->reading);
	return 0;
}

bool
kube_watch_input(
    struct kube_watch *w, const char *bytes, size_t n, struct err *err)
{
	while (n > 0) {
		size_t used = 1;

		if (w->reading != READ_NOTHING)
			used = value_input(w, bytes, n);
		else if (!isspace((unsigned char)*bytes))
			used = turn_take(w, *bytes, err);
		if (used > n)
			return false;
		bytes += used;
		n -= used;
	}
	return true;
}

bool
kube_watch_complete(const struct kube_watch *w)
{
	return w->place == AT_END && w->version != NULL;
}

const char *
kube_watch_version(const struct kube_watch *w)
{
	return w->version;
}

const char *
kube_watch_continue(const struct kube_watch *w)
{
	return w->more;
}
