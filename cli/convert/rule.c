/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/rule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/placeholder.h"
#include "common/err.h"
#include "common/json.h"

static bool
is_idle(const json_t *v, const char *idle)
{
	struct err err;

	if (idle == NULL)
		return false;
	json_t *same = json_parse(idle, strlen(idle), &err);
	bool equal = json_equal(v, same);

	json_decref(same);
	return equal;
}

static void
rule_apply_one(struct job *j, struct foreign *from, const struct rule *r,
    json_t *v, json_t *ours)
{
	struct err err = { "" };

	if (is_idle(v, r->idle) || (r->to == NULL && path_says_nothing(v)))
		return;
	if (r->to == NULL) {
		job_refuse(j, from->label, r->from, v,
		    r->why != NULL ? r->why : "it has no counterpart");
		return;
	}
	if (json_is_string(v) && placeholder_is(json_string_value(v))) {
		job_refuse(
		    j, from->label, r->from, v, "a placeholder, not a value");
		return;
	}
	json_t *turned = r->turn != NULL ? r->turn(v, &err) : json_incref(v);

	if (turned != NULL)
		path_set(ours, r->to, turned);
	else
		job_remark(j, from->label, r->from, "%s", err.text);
}

void
rule_apply(
    struct job *j, struct foreign *from, const struct rule *r, json_t *ours)
{
	for (; r->from != NULL; r++) {
		json_t *v = path_take(from->left, r->from);

		if (v != NULL)
			rule_apply_one(j, from, r, v, ours);
		json_decref(v);
	}
}
