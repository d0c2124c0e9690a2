/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/filters_answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

static const struct policy *
policy_of(const struct view_peer *p, enum filter_way way)
{
	return way == FILTER_IMPORT ? p->import : p->export;
}

const char *
filter_way_name(enum filter_way way)
{
	return way == FILTER_IMPORT ? "Import" : "Export";
}

/* Another policy with the same rule: for another list of filters, or local AS. */
static struct filter_tally *
tally_find(const struct filter_tallies *t, enum filter_way way,
    const struct filter_counter *c)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].way == way &&
		    strcmp(t->at[i].counter.filter, c->filter) == 0 &&
		    strcmp(t->at[i].counter.rule, c->rule) == 0)
			return &t->at[i];
	return NULL;
}

static void
tally_policy(
    struct filter_tallies *t, const struct policy *policy, enum filter_way way)
{
	struct filter_counter c;

	for (size_t i = 0; filters_counter(policy, i, &c); i++) {
		struct filter_tally *known = tally_find(t, way, &c);

		if (known != NULL) {
			known->counter.hits += c.hits;
			continue;
		}
		t->at = xrealloc(t->at, t->n + 1, sizeof(*t->at));
		t->at[t->n++] = (struct filter_tally){ way, c };
	}
}

/* Peers share policies, and with them the hits. */
static bool
is_first_with(const struct daemon_view *view, size_t nth, enum filter_way way)
{
	for (size_t i = 0; i < nth; i++)
		if (policy_of(&view->peers[i], way) ==
		    policy_of(&view->peers[nth], way))
			return false;
	return true;
}

void
filter_tallies_init(struct filter_tallies *t, const struct daemon_view *view)
{
	*t = (struct filter_tallies){ NULL, 0 };
	for (enum filter_way way = FILTER_IMPORT; way <= FILTER_EXPORT; way++)
		for (size_t i = 0; i < view->n_peers; i++) {
			const struct policy *policy =
			    policy_of(&view->peers[i], way);

			if (policy != NULL && is_first_with(view, i, way))
				tally_policy(t, policy, way);
		}
}

void
filter_tallies_fini(struct filter_tallies *t)
{
	free(t->at);
}

static bool
is_for(const struct view_peer *p, const struct filter_tally *tally)
{
	const struct policy *policy = policy_of(p, tally->way);
	struct filter_counter c;

	for (size_t i = 0; policy != NULL && filters_counter(policy, i, &c);
	     i++)
		if (strcmp(c.filter, tally->counter.filter) == 0 &&
		    strcmp(c.rule, tally->counter.rule) == 0)
			return true;
	return false;
}

static json_t *
tally_view(const struct daemon_view *view, const struct filter_tally *tally)
{
	const struct filter_counter *c = &tally->counter;
	json_t *names = json_array();

	for (size_t i = 0; i < view->n_peers; i++)
		if (is_for(&view->peers[i], tally))
			json_array_append_new(
			    names, json_string(view->peers[i].name));
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o}", "filter", c->filter,
	    "direction", filter_way_name(tally->way), "rule", c->rule, "action",
	    c->accept ? "Accept" : "Reject", "hits", (json_int_t)c->hits,
	    "neighbors", names);
}

bool
filters_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	json_t *rows = json_array();
	const char *only = NULL;
	struct filter_tallies t;

	json_object_set_new(reply, "filters", rows);
	if (!json_get_string(request, "name", &only, err))
		return false;
	filter_tallies_init(&t, view);
	for (size_t i = 0; i < t.n; i++)
		if (only == NULL || strcmp(t.at[i].counter.filter, only) == 0)
			json_array_append_new(rows, tally_view(view, &t.at[i]));
	filter_tallies_fini(&t);
	return only == NULL || json_array_size(rows) > 0 ||
	    err_set(err,
		"BGPFilter %.100s: no neighbor of node %s has a rule of it in "
		"force: there is none of this name, it is in no list, it has no "
		"rules, or its neighbors are blocked",
		only, view->node);
}
