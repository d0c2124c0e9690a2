/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inquiry.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/json.h"

struct inquiry {
	json_t *questions; /* owned */
};

struct inquiry *
inquiry_new(void)
{
	struct inquiry *q = xcalloc(1, sizeof(*q));

	q->questions = json_object();
	return q;
}

void
inquiry_free(struct inquiry *q)
{
	if (q == NULL)
		return;
	json_decref(q->questions);
	free(q);
}

void
inquiry_add(struct inquiry *q, const char *key, const char *path, json_t *post)
{
	json_object_set_new(q->questions, key,
	    json_pack("{s:s, s:o*}", "path", path, "post", post));
}

json_t *
inquiry_json(struct inquiry *q)
{
	return q->questions;
}

bool
inquiry_answer(
    const struct json_at *request, const char *key, struct api_answer *answer)
{
	const json_t *q =
	    json_object_get(json_object_get(request->v, "answers"), key);

	*answer = (struct api_answer){
		.http = (long)json_integer_value(json_object_get(q, "http")),
		.error = json_text(q, "error"),
		.date = json_integer_value(json_object_get(q, "date")),
		.body = json_object_get(q, "body"),
	};
	return q != NULL;
}
