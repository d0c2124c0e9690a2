/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/block_affinity.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

/* crd.projectcalico.org/v1 has it as text, projectcalico.org/v3 as a boolean. */
static bool
get_deleted(const struct json_at *spec, bool *deleted, struct err *err)
{
	const char *text = "";

	if (json_is_boolean(json_object_get(spec->v, "deleted")))
		return json_get_bool(spec, "deleted", deleted, err);
	if (!json_get_string(spec, "deleted", &text, err))
		return false;
	*deleted = strcmp(text, "true") == 0;
	return true;
}

static bool
spec_decode(
    struct block_affinity *b, const struct json_at *spec, struct err *err)
{
	const char *cidr = "", *state = "";
	bool deleted = false;
	struct err why;

	b->node = xstrdup("");
	if (!read_text(spec, "node", &b->node, err) ||
	    !json_get_string(spec, "cidr", &cidr, err) ||
	    !json_get_string(spec, "state", &state, err) ||
	    !get_deleted(spec, &deleted, err))
		return false;
	if (!prefix_parse(cidr, &b->cidr, &why))
		return json_refuse(spec, "cidr", err, "%s", why.text);
	b->cidr = prefix_canonical(&b->cidr);
	b->confirmed = strcmp(state, "confirmed") == 0 && !deleted;
	return true;
}

void *
block_affinity_decode(const json_t *obj, struct err *err)
{
	struct block_affinity *b = xcalloc(1, sizeof(*b));
	struct json_at root = json_at_root(obj), spec;

	if (!meta_decode(&b->meta, obj, err) ||
	    !json_get_object(&root, "spec", &spec, err) ||
	    !spec_decode(b, &spec, err)) {
		block_affinity_free(b);
		return NULL;
	}
	return b;
}

void
block_affinity_free(void *affinity)
{
	struct block_affinity *b = affinity;

	if (b == NULL)
		return;
	meta_fini(&b->meta);
	free(b->node);
	free(b);
}
