/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dir/document_io.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/dir/manifest.h"
#include "common/err.h"
#include "common/json.h"
#include "common/yaml.h"

/* A List may be long; one object is limited by STORE_OBJECT_MAX. */
#define DOCUMENT_MAX (64u << 20)

struct document_file {
	FILE *file;
	bool json;
	char *line; /* owned, by getline(): what ended the last document */
	size_t line_room;
	ssize_t line_length; /* 0: none is left over */
	char *text;          /* owned: the document, or several of JSON */
	size_t length, room;
	long start;       /* offset of the text */
	size_t at;        /* where in it the next document begins */
	unsigned at_line; /* of the file */
	unsigned lines;   /* read so far, without the one left over */
	long offset;      /* of the line left over, or of what is read next */
	int fault;        /* errno of reading; 0: none */
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

void
document_stat(const struct document_file *f, struct stat *st)
{
	if (fstat(fileno(f->file), st) < 0)
		abort(); /* an open file has all this */
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

static void
advance(struct document_file *f, size_t n)
{
	for (size_t end = f->at + n; f->at < end; f->at++)
		f->at_line += f->text[f->at] == '\n';
}

/* Is there more of the text than white space, which is skipped? */
static bool
more_follows(struct document_file *f)
{
	while (f->at < f->length && isspace((unsigned char)f->text[f->at]))
		advance(f, 1);
	return f->at < f->length;
}

/* The JSON value that comes next; behind a bad one there is nothing to go on from. */
static json_t *
parse_next(struct document_file *f, struct dir_place *where, struct err *err)
{
	size_t left = f->length - f->at;
	json_t *v;

	*where = (struct dir_place){ f->start + (long)f->at, 0, f->at_line, 0 };
	v = json_parse_first(
	    f->text + f->at, left, where->line, &where->length, err);
	advance(f, v != NULL ? where->length : left);
	return v;
}

/* A text that has just been read: all of it, or its first JSON value. */
static json_t *
parse_text(struct document_file *f, struct dir_place *where, struct err *err)
{
	struct err ignored;
	json_t *v = NULL;

	if (f->json)
		return more_follows(f) ? parse_next(f, where, err)
				       : json_null();
	v = yaml_parse(f->text, f->length, where->line, err);
	if (v == NULL && f->length > 3 && yaml_is_separator(f->text))
		advance(f, 3);
	if (v == NULL && more_follows(f) && f->text[f->at] == '{') {
		struct dir_place first;

		v = parse_next(f, &first, &ignored);
		if (v != NULL)
			*where = first;
		return v;
	}
	f->at = f->length;
	return v;
}

static json_t *
parse(struct document_file *f, struct dir_place *where, struct err *err)
{
	f->start = where->offset;
	f->at = 0;
	f->at_line = where->line;
	if (f->length <= DOCUMENT_MAX)
		return parse_text(f, where, err);
	f->at = f->length;
	err_set(err, "line %u: a document of more than %u MiB", where->line,
	    DOCUMENT_MAX >> 20);
	return NULL;
}

enum document_step
document_next(struct document_file *f, json_t **doc, struct dir_place *where,
    struct err *err)
{
	if (f->over)
		return DOCUMENT_END;
	do {
		if (f->at > 0 && more_follows(f)) {
			*doc = parse_next(f, where, err);
			continue;
		}
		*where = (struct dir_place){ f->offset, 0, f->lines + 1, 0 };
		read_text(f);
		where->length = f->length;
		if (f->fault != 0)
			return refuse_rest(f, err);
		if (f->length == 0)
			return DOCUMENT_END;
		*doc = parse(f, where, err);
	} while (json_is_null(*doc));
	if (*doc == NULL)
		return DOCUMENT_BAD;
	manifest_complete(*doc);
	return DOCUMENT_READ;
}

/* NULL: the file has become another. */
static json_t *
read_at(const char *path, const struct dir_place *where)
{
	struct err err;
	struct document_file *f = document_open(path, &err);
	struct dir_place here = *where;
	json_t *doc = NULL;

	if (f == NULL)
		return NULL;
	f->text = xcalloc(1, where->length);
	f->length = where->length;
	if (fseek(f->file, where->offset, SEEK_SET) == 0 &&
	    fread(f->text, 1, f->length, f->file) == f->length)
		doc = parse(f, &here, &err);
	if (doc != NULL)
		manifest_complete(doc);
	document_close(f);
	return doc;
}

const json_t *
document_object(
    struct document_cache *c, const char *path, const struct dir_place *where)
{
	if (c->doc == NULL || c->offset != where->offset ||
	    strcmp(c->path, path) != 0) {
		document_cache_fini(c);
		c->path = xstrdup(path);
		c->offset = where->offset;
		c->doc = read_at(path, where);
	}
	return c->doc != NULL ? manifest_item(c->doc, where->item) : NULL;
}

void
document_cache_fini(struct document_cache *c)
{
	free(c->path);
	json_decref(c->doc);
	*c = (struct document_cache){ 0 };
}
