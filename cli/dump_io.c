/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dump_io.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/client_io.h"
#include "cli/mrt.h"
#include "common/args.h"
#include "common/err.h"
#include "common/json.h"

/* The next part, owned; NULL, err and *code. */
static json_t *
part_get(const char *socket, const json_t *request, struct err *err, int *code)
{
	char *line = json_dumps(request, JSON_COMPACT);
	char *text = client_ask(socket, line, err);
	const char *refusal = NULL;

	free(line);
	*code = EXIT_AWAY;
	if (text == NULL)
		return NULL;
	json_t *reply = json_parse(text, strlen(text), err);
	struct json_at at = json_at_root(reply);

	free(text);
	*code = EXIT_FAILED;
	if (reply != NULL && json_get_string(&at, "error", &refusal, err)) {
		if (refusal == NULL)
			return reply;
		err_set(err, "%s", refusal);
	}
	json_decref(reply);
	return NULL;
}

/* Where a part can't be written the others need not come. */
static bool
part_write(struct mrt *m, FILE *to, const char *file, const json_t *reply,
    struct err *err)
{
	struct json_at at = json_at_root((json_t *)reply);

	if (!mrt_add(m, &at, err))
		return false;
	return (fflush(to) == 0 && !ferror(to)) ||
	    err_set(err, "%s: %s", file, strerror(errno));
}

/* All parts; the last one, owned. */
static json_t *
parts_write(struct mrt *m, FILE *to, const char *file, const char *socket,
    json_t *request, struct err *err, int *code)
{
	for (;;) {
		json_t *reply = part_get(socket, request, err, code);

		if (reply == NULL)
			return NULL;
		json_t *cursor = json_object_get(reply, "cursor");
		bool good = part_write(m, to, file, reply, err);

		if (good && !json_is_array(cursor))
			return reply;
		json_object_set(request, "cursor", cursor);
		json_decref(reply);
		if (!good)
			return NULL;
	}
}

static char *
told(const char *file, struct mrt_counts n, const json_t *last)
{
	json_t *counted = json_object_get(last, "counted");
	json_t *o = json_pack("{s:i, s:s, s:I, s:I, s:I, s:O?}", "version", 1,
	    "file", file, "prefixes", (json_int_t)n.prefixes, "routes",
	    (json_int_t)n.routes, "leftOut", (json_int_t)n.left_out, "counted",
	    counted);
	char *text = json_dumps(o, JSON_COMPACT);

	json_decref(o);
	return text;
}

static char *
routes_write(FILE *to, const char *file, const char *socket, json_t *request,
    uint32_t now, struct err *err, int *code)
{
	struct mrt *m = mrt_new(to, now);
	json_t *last = parts_write(m, to, file, socket, request, err, code);
	char *text = last != NULL ? told(file, mrt_end(m), last) : NULL;

	json_decref(last);
	mrt_free(m);
	return text;
}

char *
dump_carry_out(const char *socket, const struct json_at *request, uint32_t now,
    struct err *err, int *code)
{
	const char *file =
	    json_string_value(json_object_get(request->v, "file"));
	bool out = strcmp(file, "-") == 0;
	FILE *to = out ? stdout : fopen(file, "wbe");

	*code = EXIT_FAILED;
	if (to == NULL) {
		err_set(err, "%s: %s", file, strerror(errno));
		return NULL;
	}
	json_t *raw = json_copy((json_t *)request->v);

	json_object_del(raw, "file");
	json_object_set_new(raw, "raw", json_true());
	char *text = routes_write(to, file, socket, raw, now, err, code);
	bool failed = fflush(to) != 0 || ferror(to);

	json_decref(raw);
	if (((!out && fclose(to) != 0) || failed) && text != NULL) {
		free(text);
		text = NULL;
		*code = EXIT_FAILED;
		err_set(err, "%s: what was to be written is lost: %s", file,
		    strerror(errno));
	}
	return text;
}
