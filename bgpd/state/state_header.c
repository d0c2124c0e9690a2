/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/state/state_header.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bgpd/state/state_line.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

/* Of the lines, and of what is in them: another one is not read. */
#define FORMAT "1"

bool
state_header_omits(const struct state_header *h, size_t kind)
{
	return !h->secrets && strcmp(h->kinds[kind].kind, "Secret") == 0;
}

char *
state_header_new(const struct state_header *h, size_t *n)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < h->n_kinds; i++) {
		char *name = state_kind_name(&h->kinds[i]);

		json_array_append_new(kinds, json_string(name));
		free(name);
	}
	json_t *obj = json_pack("{s:s, s:s, s:s, s:o}", "boot", h->boot,
	    "cluster", h->cluster, "node", h->node, "kinds", kinds);
	char *text = json_dumps(obj, JSON_COMPACT);
	char *line = state_line_new(
	    &(struct state_line){
		.op = STATE_HEADER, .kind = FORMAT, .text = text },
	    n);

	free(text);
	json_decref(obj);
	return line;
}

static bool
same(const json_t *obj, const char *what, const char *ours, struct err *why)
{
	const char *its = json_string_value(json_object_get(obj, what));

	if (its != NULL && strcmp(its, ours) == 0)
		return true;
	return err_set(why, "it is of %s %.120s, this is %.120s", what,
	    its != NULL ? its : "unknown", ours);
}

static bool
names_kind(const json_t *kinds, const struct store_kind *kind)
{
	char *name = state_kind_name(kind);
	bool found = false;

	for (size_t i = 0; !found && i < json_array_size(kinds); i++) {
		const char *its = json_string_value(json_array_get(kinds, i));

		found = its != NULL && strcmp(its, name) == 0;
	}
	free(name);
	return found;
}

static bool
fits(const struct state_header *h, const json_t *obj, struct err *why)
{
	const json_t *kinds = json_object_get(obj, "kinds");

	if (!same(obj, "boot", h->boot, why) ||
	    !same(obj, "cluster", h->cluster, why) ||
	    !same(obj, "node", h->node, why))
		return false;
	for (size_t i = 0; i < h->n_kinds; i++)
		if (!names_kind(kinds, &h->kinds[i]))
			return err_set(why,
			    "who wrote it, another version, did not read %s",
			    h->kinds[i].plural);
	return true;
}

bool
state_header_fits(
    const struct state_header *h, const struct state_line *l, struct err *why)
{
	if (l->op != STATE_HEADER)
		return err_set(why, "its first line is no header");
	if (strcmp(l->kind, FORMAT) != 0)
		return err_set(
		    why, "its format is %.20s, not " FORMAT, l->kind);
	json_t *obj = json_parse(l->text, l->n, why);
	bool good = fits(h, obj, why);

	json_decref(obj);
	return good;
}
