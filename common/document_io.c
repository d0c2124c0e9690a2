/* SPDX-License-Identifier: Apache-2.0 */
#include "common/document_io.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/manifest.h"
#include "common/yaml.h"

/* A List may be long; one object is limited by STORE_OBJECT_MAX. */
#define DOCUMENT_MAX (64u << 20)

struct document_file {
	FILE *file;
	bool json;
	char *line; /* owned, by getline(): what ended the last document */
	size_t line_room;
	ssize_t line_length; /* 0: none is left over */
	char *text;          /* owned: the document */
	size_t length, room;
	unsigned lines; /* read so far, without the one left over */
	long offset;    /* of the line left over, or of what is read next */
	int fault;      /* errno of reading; 0: none */
	bool over;
};

static bool
ends_with(const char *path, const char *end)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && strcmp(dot, end) == 0;
}

bool
document_is_named(const char *path)
{
	return ends_with(path, ".yaml") || ends_with(path, ".yml") ||
	    ends_with(path, ".json");
}

struct document_file *
document_open(const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		err_set(err, "%s", strerror(errno));
		return NULL;
	}
	struct document_file *f = xcalloc(1, sizeof(*f));
	f->file = file;
	f->json = ends_with(path, ".json");
	return f;
}

void
document_close(struct document_file *f)
{
	if (f == NULL)
		return;
	fclose(f->file);
	free(f->line);
	free(f->text);
	free(f);
}

static void
take_line(struct document_file *f)
{
	size_t n = (size_t)f->line_length;

	if (f->length + n > f->room) {
		f->room = 2 * (f->length + n);
		f->text = xrealloc(f->text, f->room, 1);
	}
	memcpy(f->text + f->length, f->line, n);
	f->length += n;
	f->offset += (long)n;
	f->lines++;
	f->line_length = 0;
}

/* Reads up to the next separator, which stays for the next document. */
static void
read_text(struct document_file *f)
{
	f->length = 0;
	if (f->line_length > 0)
		take_line(f);
	while (f->length <= DOCUMENT_MAX &&
	    (f->line_length = getline(&f->line, &f->line_room, f->file)) > 0) {
		if (!f->json && f->length > 0 && yaml_is_separator(f->line))
			return;
		take_line(f);
	}
	f->line_length = 0;
	f->fault = ferror(f->file) ? errno : 0;
}

/* What can't be read to its end is not taken for a shorter file. */
static enum document_step
refuse_rest(struct document_file *f, struct err *err)
{
	f->over = true;
	err_set(err, "line %u: %s", f->lines + 1, strerror(f->fault));
	return DOCUMENT_BAD;
}

static json_t *
parse(const struct document_file *f, unsigned line, struct err *err)
{
	if (f->length > DOCUMENT_MAX) {
		err_set(err, "line %u: a document of more than %u MiB", line,
		    DOCUMENT_MAX >> 20);
		return NULL;
	}
	return f->json ? json_parse(f->text, f->length, err)
		       : yaml_parse(f->text, f->length, line, err);
}

enum document_step
document_next(struct document_file *f, json_t **doc, struct dir_place *where,
    struct err *err)
{
	if (f->over)
		return DOCUMENT_END;
	do {
		where->offset = f->offset;
		where->line = f->lines + 1;
		where->item = 0;
		read_text(f);
		where->length = f->length;
		if (f->fault != 0)
			return refuse_rest(f, err);
		if (f->length == 0)
			return DOCUMENT_END;
		*doc = parse(f, where->line, err);
	} while (json_is_null(*doc));
	return *doc != NULL ? DOCUMENT_READ : DOCUMENT_BAD;
}

/* NULL: the file has become another. */
static json_t *
read_at(const char *path, const struct dir_place *where)
{
	struct err err;
	struct document_file *f = document_open(path, &err);
	json_t *doc = NULL;

	if (f == NULL)
		return NULL;
	f->text = xcalloc(1, where->length);
	f->length = where->length;
	if (fseek(f->file, where->offset, SEEK_SET) == 0 &&
	    fread(f->text, 1, f->length, f->file) == f->length)
		doc = parse(f, where->line, &err);
	document_close(f);
	return doc;
}

struct pick {
	size_t item;
	const json_t *obj;
};

static void
pick_item(void *arg, const json_t *obj, size_t item)
{
	struct pick *p = arg;

	if (item == p->item)
		p->obj = obj;
}

const json_t *
document_object(
    struct document_cache *c, const char *path, const struct dir_place *where)
{
	struct pick pick = { .item = where->item };

	if (c->doc == NULL || c->offset != where->offset ||
	    strcmp(c->path, path) != 0) {
		document_cache_fini(c);
		c->path = xstrdup(path);
		c->offset = where->offset;
		c->doc = read_at(path, where);
	}
	if (c->doc != NULL)
		manifest_expand(c->doc, pick_item, &pick);
	return pick.obj;
}

void
document_cache_fini(struct document_cache *c)
{
	free(c->path);
	json_decref(c->doc);
	*c = (struct document_cache){ 0 };
}
