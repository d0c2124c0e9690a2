/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/files_io.h"

#include <jansson.h>
#include <string.h>

#include "common/dir/document_io.h"
#include "common/dir/manifest.h"
#include "common/err.h"
#include "common/json.h"

static void
add(void *arg, const json_t *obj)
{
	json_array_append(arg, (json_t *)obj);
}

/* Takes the document. An empty one says nothing. */
static void
expand(json_t *doc, json_t *list)
{
	size_t n = json_is_null(doc) ? 0 : manifest_count(doc);

	for (size_t i = 0; i < n; i++)
		manifest_expand(doc, i, add, list);
	json_decref(doc);
}

bool
files_read(const char *path, const struct json_at *array, struct err *err)
{
	bool in = strcmp(path, "-") == 0;
	struct document_file *f = document_open(in ? "/dev/stdin" : path, err);
	enum document_step step = DOCUMENT_END;
	json_t *doc = NULL;
	unsigned line;

	if (f == NULL)
		return err_prefix(err, "%s: ", path);
	while ((step = document_next(f, &doc, &line, err)) == DOCUMENT_READ)
		expand(doc, (json_t *)array->v);
	document_close(f);
	return step == DOCUMENT_END || err_prefix(err, "%s: ", path);
}
