/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/accepted.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/status/writes.h"
#include "common/api/meta.h"
#include "common/date.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

#define ACCEPTED "Accepted"

bool
conditions_refused(const struct conditions *list)
{
	const struct condition *c = conditions_find(list, ACCEPTED);

	return c != NULL && strcmp(c->status, "True") != 0;
}

bool
conditions_say(const struct conditions *list, const char *why)
{
	const struct condition *c = conditions_find(list, ACCEPTED);

	if (c == NULL)
		return false;
	if (why == NULL)
		return strcmp(c->status, "True") == 0;
	return strcmp(c->status, "False") == 0 && strcmp(c->message, why) == 0;
}

bool
conditions_lag(const struct conditions *list, uint32_t generation)
{
	const struct condition *c = conditions_find(list, ACCEPTED);

	return c != NULL && condition_lags(c, generation);
}

static void
on_written(void *arg, const struct source_result *result)
{
	struct write_name *of = arg;

	if (result->code != WRITE_OK && result->code != WRITE_GONE)
		log_warn("condition of %s: not written: %s", of->name,
		    result->message);
	write_end(of);
}

static char *
patch_build(const struct meta *meta, const struct err *err, int64_t wall)
{
	char when[DATE_TEXT];
	json_t *c = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", ACCEPTED,
	    "status", err != NULL ? "False" : "True", "reason",
	    err != NULL ? "Refused" : "Accepted", "message",
	    err != NULL ? err->text : "", "lastTransitionTime",
	    date_print(wall / 1000, when));

	if (meta->generation != 0)
		json_object_set_new(
		    c, "observedGeneration", json_integer(meta->generation));
	json_t *patch = json_pack("{s:{s:[o]}}", "status", "conditions", c);
	char *text = json_dumps(patch, JSON_COMPACT);

	json_decref(patch);
	return text;
}

void
conditions_tell(struct source *source, struct writes *writes, size_t kind,
    const struct object_key *key, const struct meta *meta,
    const struct err *err, int64_t wall)
{
	char *body = patch_build(meta, err, wall);
	struct source_write write = {
		.how = WRITE_STATUS, .kind = kind, .key = *key, .body = body
	};
	struct source_event event = { kind, *key, meta->uid, true, "Refused",
		err != NULL ? err->text : "" };

	source_write(
	    source, &write, on_written, writes_begin(writes, key->name));
	if (err != NULL)
		source_event(source, &event);
	free(body);
}
