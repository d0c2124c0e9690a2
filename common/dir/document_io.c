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
	size_t at;        /* where in it the next document begins */
	unsigned at_line; /* of the file */
	unsigned lines;   /* read so far, without the one left over */
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
parse_json(struct document_file *f, unsigned *line, struct err *err)
{
	size_t left = f->length - f->at, used = left;

	*line = f->at_line;
	json_t *v = json_parse_first(f->text + f->at, left, *line, &used, err);
	advance(f, v != NULL ? used : left);
	return v;
}

/* A document, unless JSON values stand there, of which this is the first. */
static json_t *
parse_yaml(struct document_file *f, unsigned *line, struct err *err)
{
	json_t *v = yaml_parse(f->text, f->length, *line, err);
	struct err ignored;
	unsigned first;

	if (v == NULL && f->length > 3 && yaml_is_separator(f->text))
		advance(f, 3);
	if (v == NULL && more_follows(f) && f->text[f->at] == '{') {
		v = parse_json(f, &first, &ignored);
		*line = v != NULL ? first : *line;
	} else {
		f->at = f->length;
	}
	return v;
}

/* A text that has just been read: all of it, or its first JSON value. */
static json_t *
parse_text(struct document_file *f, unsigned *line, struct err *err)
{
	f->at = 0;
	f->at_line = *line;
	if (f->length > DOCUMENT_MAX) {
		f->at = f->length;
		err_set(err, "line %u: a document of more than %u MiB", *line,
		    DOCUMENT_MAX >> 20);
		return NULL;
	}
	if (!f->json)
		return parse_yaml(f, line, err);
	return more_follows(f) ? parse_json(f, line, err) : json_null();
}

enum document_step
document_next(
    struct document_file *f, json_t **doc, unsigned *line, struct err *err)
{
	if (f->over)
		return DOCUMENT_END;
	do {
		if (f->at > 0 && more_follows(f)) {
			*doc = parse_json(f, line, err);
			continue;
		}
		*line = f->lines + 1;
		read_text(f);
		if (f->fault != 0)
			return refuse_rest(f, err);
		if (f->length == 0)
			return DOCUMENT_END;
		*doc = parse_text(f, line, err);
	} while (json_is_null(*doc));
	return *doc != NULL ? DOCUMENT_READ : DOCUMENT_BAD;
}
