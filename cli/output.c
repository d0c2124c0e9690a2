/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <jansson.h>

#include "common/json.h"

/* {"version":1,"routes":[ … , … ],"cursor":null} out of many of its kind. */
static void
json_part(struct output *o, const json_t *reply, bool more)
{
	const json_t *rows = json_object_get(reply, o->rows);
	json_t *row;
	size_t i;

	if (o->parts == 0)
		fprintf(o->to, "{\"version\":%" JSON_INTEGER_FORMAT ",\"%s\":[",
		    json_integer_value(json_object_get(reply, "version")),
		    o->rows);
	json_array_foreach (rows, i, row) {
		if (i > 0 || o->parts > 0)
			fputc(',', o->to);
		json_dumpf(row, o->to, JSON_COMPACT);
	}
	if (!more)
		fputs("],\"cursor\":null}\n", o->to);
}

void
output_reply(struct output *o, const struct json_at *reply, bool more)
{
	if (!o->json) {
		o->print(o, reply);
	} else if (more || o->parts > 0) {
		json_part(o, reply->v, more);
	} else {
		json_dumpf(reply->v, o->to, JSON_COMPACT);
		fputc('\n', o->to);
	}
	o->parts++;
}
