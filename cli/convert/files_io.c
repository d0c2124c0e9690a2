/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/files_io.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/convert.h"
#include "common/yaml_print.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/dir/document_io.h"
#include "common/err.h"

#define STANDARD_INPUT "/dev/stdin"

/* What can't be read is told, and what is behind it is read all the same. */
static bool
refuse(const char *path, const struct err *err)
{
	fprintf(stderr, "lbbgp-convert: %s: %s\n", path, err->text);
	return false;
}

/* False: not all of it could be read. */
static bool
file_read(struct convert *c, const char *path)
{
	enum document_step step;
	unsigned line;
	struct err err;
	json_t *doc;
	struct document_file *f = document_open(path, &err);
	bool good = f != NULL || refuse(path, &err);

	while (f != NULL &&
	    (step = document_next(f, &doc, &line, &err)) != DOCUMENT_END) {
		if (step == DOCUMENT_BAD) {
			good = refuse(path, &err);
			continue;
		}
		char *place = xasprintf("%s: line %u", path, line);

		convert_give(c, doc, place);
		free(place);
		json_decref(doc);
	}
	document_close(f);
	return good;
}

static bool
files_read(struct convert *c, char *const *paths, size_t n)
{
	bool good = true;

	if (n == 0)
		return file_read(c, STANDARD_INPUT);
	for (size_t i = 0; i < n; i++) {
		bool dash = strcmp(paths[i], "-") == 0;

		if (!file_read(c, dash ? STANDARD_INPUT : paths[i]))
			good = false;
	}
	return good;
}

static bool
result_write(const struct convert *c, struct err *err)
{
	const json_t *obj;
	const char *remark;

	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++) {
		if (i > 0)
			puts("---");
		yaml_print(stdout, obj);
	}
	for (size_t i = 0; (remark = convert_remark(c, i)) != NULL; i++)
		fprintf(stderr, "%s\n", remark);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	return err_set(err, "what was to be written is lost");
}

int
convert_files(char *const *paths, size_t n)
{
	struct convert *c = convert_new();
	struct err err;
	bool good = files_read(c, paths, n);

	convert_run(c);
	if (!result_write(c, &err))
		good = refuse("standard output", &err);
	convert_free(c);
	return good ? EXIT_GOOD : EXIT_FAILED;
}
