/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/files_io.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/convert.h"
#include "cli/convert/yaml_print.h"
#include "common/alloc.h"
#include "common/args.h"
#include "common/document_io.h"
#include "common/err.h"

#define STANDARD_INPUT "/dev/stdin"

static bool
file_read(struct convert *c, const char *path, struct err *err)
{
	struct document_file *f = document_open(path, err);
	enum document_step step = f != NULL ? DOCUMENT_READ : DOCUMENT_BAD;
	struct dir_place where;
	json_t *doc;

	while (f != NULL &&
	    (step = document_next(f, &doc, &where, err)) == DOCUMENT_READ) {
		char *place = xasprintf("%s: line %u", path, where.line);

		convert_give(c, doc, place);
		free(place);
		json_decref(doc);
	}
	document_close(f);
	return step == DOCUMENT_END || err_prefix(err, "%s: ", path);
}

static bool
files_read(struct convert *c, char *const *paths, size_t n, struct err *err)
{
	if (n == 0)
		return file_read(c, STANDARD_INPUT, err);
	for (size_t i = 0; i < n; i++) {
		bool dash = strcmp(paths[i], "-") == 0;

		if (!file_read(c, dash ? STANDARD_INPUT : paths[i], err))
			return false;
	}
	return true;
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
	return err_set(err, "standard output: what was to be written is lost");
}

int
convert_files(char *const *paths, size_t n)
{
	struct convert *c = convert_new();
	struct err err;
	bool good = files_read(c, paths, n, &err);

	if (good) {
		convert_run(c);
		good = result_write(c, &err);
	}
	if (!good)
		fprintf(stderr, "lbbgp: %s\n", err.text);
	convert_free(c);
	return good ? EXIT_GOOD : EXIT_FAILED;
}
