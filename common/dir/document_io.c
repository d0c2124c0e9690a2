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
#define FILE_MAX (64u << 20)

struct document_file {
	struct stat st;
	bool json;
	char *text; /* owned: all of it, and a NUL */
	size_t length;
	size_t at, end; /* what is left of a document, or of several of JSON */
	unsigned line;  /* of at */
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

/* What can't be read to its end is not taken for a shorter file. */
static bool
read_all(struct document_file *f, FILE *from, struct err *err)
{
	size_t room = 0, n;

	do {
		if (room - f->length < 2)
			room = 2 * room + 4096;
		f->text = xrealloc(f->text, room, 1);
		n = fread(f->text + f->length, 1, room - f->length - 1, from);
		f->length += n;
	} while (n > 0 && f->length <= FILE_MAX);
	f->text[f->length] = '\0';
	if (ferror(from) || fstat(fileno(from), &f->st) < 0)
		return err_set(err, "%s", strerror(errno));
	return f->length <= FILE_MAX ||
	    err_set(err, "more than %u MiB", FILE_MAX >> 20);
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
	f->json = ends_with(path, ".json");
	f->line = 1;
	bool good = read_all(f, file, err);
	fclose(file);
	if (good)
		return f;
	document_close(f);
	return NULL;
}

void
document_close(struct document_file *f)
{
	if (f == NULL)
		return;
	free(f->text);
	free(f);
}

const struct stat *
document_stat(const struct document_file *f)
{
	return &f->st;
}

static void
advance(struct document_file *f, size_t to)
{
	const char *p = f->text + f->at, *end = f->text + to;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		f->line++;
		p++;
	}
	f->at = to;
}

/* Is there more of the document than white space, which is skipped? */
static bool
more_follows(struct document_file *f)
{
	size_t to = f->at;

	while (to < f->end && isspace((unsigned char)f->text[to]))
		to++;
	advance(f, to);
	return f->at < f->end;
}

/* The end of the document that begins here: the next separator, or the file's. */
static size_t
find_end(const struct document_file *f)
{
	const char *p = f->text + f->at, *end = f->text + f->length;

	while (!f->json && (p = memchr(p, '\n', (size_t)(end - p))) != NULL)
		if (yaml_is_separator(++p))
			return (size_t)(p - f->text);
	return f->length;
}

/* The JSON value that comes next; behind a bad one there is nothing to go on from. */
static json_t *
parse_json(struct document_file *f, unsigned *line, struct err *err)
{
	size_t left = f->end - f->at, used;

	*line = f->line;
	json_t *v = json_parse_first(f->text + f->at, left, *line, &used, err);
	advance(f, v != NULL ? f->at + used : f->end);
	return v;
}

/* A document, unless JSON values stand there, of which this is the first. */
static json_t *
parse_yaml(struct document_file *f, unsigned *line, struct err *err)
{
	json_t *v = yaml_parse(f->text + f->at, f->end - f->at, *line, err);
	struct err ignored;
	unsigned first;

	if (v == NULL && yaml_is_separator(f->text + f->at))
		advance(f, f->at + 3);
	if (v != NULL || !more_follows(f) || f->text[f->at] != '{') {
		advance(f, f->end);
		return v;
	}
	v = parse_json(f, &first, &ignored);
	*line = v != NULL ? first : *line;
	return v;
}

/* A value, null when there is nothing, or NULL and err. */
static json_t *
parse_next(struct document_file *f, unsigned *line, struct err *err)
{
	bool begins = f->at == f->end;

	if (begins)
		f->end = find_end(f);
	*line = f->line;
	if (begins && !f->json)
		return parse_yaml(f, line, err);
	return more_follows(f) ? parse_json(f, line, err) : json_null();
}

enum document_step
document_next(
    struct document_file *f, json_t **doc, unsigned *line, struct err *err)
{
	do {
		if (f->at == f->length)
			return DOCUMENT_END;
		*doc = parse_next(f, line, err);
	} while (json_is_null(*doc));
	return *doc != NULL ? DOCUMENT_READ : DOCUMENT_BAD;
}
