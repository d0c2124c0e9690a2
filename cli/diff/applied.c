/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/diff/applied.h"

#include <jansson.h>
#include <string.h>

#include "common/date.h"
#include "common/json.h"
#include "common/patch.h"

#define LAST "kubectl.kubernetes.io/last-applied-configuration"

static json_t *
get(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

/* What the last apply has set and the file no longer has. */
static void
remove_left_out(json_t *now, const json_t *last, const json_t *file)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)last, key, v) {
		if (get(file, key) == NULL)
			json_object_del(now, key);
		else if (json_is_object(v) && json_is_object(get(file, key)))
			remove_left_out(get(now, key), v, get(file, key));
	}
}

/* As kubectl does it: what others have set stays. */
static void
lay_on_server(json_t *now, const json_t *file, bool is_new, int64_t at)
{
	json_t *meta = get(now, "metadata");
	json_t *last =
	    json_loads(json_text(get(meta, "annotations"), LAST), 0, NULL);
	char text[DATE_TEXT];

	remove_left_out(now, last, file);
	json_decref(last);
	patch_lay(now, file, 0);
	if (is_new) /* the server writes it, whatever the file says */
		json_object_set_new(get(now, "metadata"), "creationTimestamp",
		    json_string(date_print(at, text)));
}

/* Of ours the file says all but the status. */
static void
lay_in_folder(json_t *now, const json_t *file)
{
	if (strncmp(json_text(file, "apiVersion"), "lbbgp.io/",
		strlen("lbbgp.io/")) == 0)
		json_object_del(now, "spec");
	patch_lay(now, file, 0);
}

json_t *
applied(const json_t *was, const json_t *file, struct applied_to to)
{
	json_t *now = was != NULL ? json_deep_copy(was) : json_object();

	if (to.on_dir)
		lay_in_folder(now, file);
	else
		lay_on_server(now, file, was == NULL, to.now);
	json_object_del(get(now, "metadata"), "resourceVersion");
	return now;
}

const char *
applied_unknown(const json_t *was, const json_t *now, size_t nth)
{
	static const struct {
		const char *kind, *field;
	} fields[] = {
		{ "BGPConfiguration", "filters" },
		{ "BGPConfiguration", "learnedRoutes" },
		{ "BGPConfiguration", "bmp" },
		{ "BGPPeer", "filters" },
		{ "BGPFilter", "import" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *before = get(get(was, "spec"), fields[i].field);
		json_t *after = get(get(now, "spec"), fields[i].field);

		if (strcmp(json_text(now, "kind"), fields[i].kind) == 0 &&
		    before != after && !json_equal(before, after) && nth-- == 0)
			return fields[i].field;
	}
	return NULL;
}
