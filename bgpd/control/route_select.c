/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/route_select.h"

#include "bgpd/wire/as_path.h"
#include "bgpd/wire/buf.h"
#include "common/api/community.h"
#include "common/err.h"
#include "common/json.h"

static bool
prefix_read(
    struct route_select *s, const struct json_at *request, struct err *err)
{
	static const char *const matches[] = { "exact", "longer", "shorter",
		"covering", NULL };
	const char *text = NULL;
	unsigned match = MATCH_EXACT;

	if (!json_get_string(request, "prefix", &text, err) ||
	    !json_get_enum(request, "match", matches, &match, err))
		return false;
	s->match = match;
	s->by_prefix = text != NULL;
	if (text == NULL)
		return match == MATCH_EXACT ||
		    err_set(
			err, "match: %s: only with a prefix", matches[match]);
	if (!prefix_parse(text, &s->prefix, err))
		return err_prefix(err, "prefix: ");
	s->prefix = prefix_canonical(&s->prefix);
	return true;
}

static bool
list_get(const struct json_at *request, const char *field, struct json_at *list,
    struct err *err)
{
	return json_get_array(request, field, list, err) &&
	    (json_at_count(list) <= SELECT_MOST ||
		err_set(err, "%s: %zu values: at most %d", field,
		    json_at_count(list), SELECT_MOST));
}

static bool
community_add(struct route_select *s, const char *text, struct err *err)
{
	struct community c;

	if (!community_parse(text, &c))
		return err_set(err,
		    "communities: %.60s: not of the form 64517:120, "
		    "64517:300:100 or no-export",
		    text);
	if (c.kind == COMMUNITY_LARGE)
		s->large[s->n_large++] = (struct large_community){ c.value[0],
			c.value[1], c.value[2] };
	else
		s->communities[s->n_communities++] = c.value[0];
	return true;
}

static bool
communities_read(
    struct route_select *s, const struct json_at *request, struct err *err)
{
	struct json_at list;

	if (!list_get(request, "communities", &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = "";

		if (!json_get_string(&item, NULL, &text, err) ||
		    !community_add(s, text, err))
			return false;
	}
	return true;
}

static bool
as_numbers_read(const struct json_at *request, const char *field,
    uint32_t numbers[SELECT_MOST], size_t *n, struct err *err)
{
	struct json_at list;

	if (!list_get(request, field, &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);

		if (!json_get_uint32(
			&item, NULL, 1, UINT32_MAX, &numbers[i], err))
			return false;
	}
	*n = json_at_count(&list);
	return true;
}

bool
route_select_read(
    struct route_select *s, const struct json_at *request, struct err *err)
{
	*s = (struct route_select){ 0 };
	return prefix_read(s, request, err) &&
	    communities_read(s, request, err) &&
	    as_numbers_read(
		request, "asPathContains", s->contains, &s->n_contains, err) &&
	    as_numbers_read(
		request, "asPathStartsWith", s->starts, &s->n_starts, err);
}

bool
route_select_prefix(const struct route_select *s, const struct prefix *p)
{
	if (!s->by_prefix)
		return true;
	switch (s->match) {
	case MATCH_LONGER:
		return prefix_covers(&s->prefix, p);
	case MATCH_SHORTER:
	case MATCH_COVERING:
		return prefix_covers(p, &s->prefix);
	default:
		return prefix_eq(&s->prefix, p);
	}
}

static bool
has_large(const struct path *path, const struct large_community *c)
{
	struct rbuf list = path_list(path, LIST_LARGE_COMMUNITIES);

	while (list.left > 0) {
		uint32_t global = rbuf_u32(&list), local1 = rbuf_u32(&list);
		uint32_t local2 = rbuf_u32(&list);

		if (global == c->global && local1 == c->local1 &&
		    local2 == c->local2)
			return true;
	}
	return false;
}

static bool
starts_with(struct rbuf as_path, const uint32_t *numbers, size_t n)
{
	struct as_path_iter iter = { .path = as_path };

	for (size_t i = 0; i < n; i++)
		if (as_path_next(&iter) != numbers[i])
			return false;
	return true;
}

bool
route_select_path(const struct route_select *s, const struct path *path)
{
	struct rbuf as_path = path_list(path, LIST_AS_PATH);

	for (size_t i = 0; i < s->n_communities; i++)
		if (!path_has_community(path, s->communities[i]))
			return false;
	for (size_t i = 0; i < s->n_large; i++)
		if (!has_large(path, &s->large[i]))
			return false;
	for (size_t i = 0; i < s->n_contains; i++)
		if (as_path_count(as_path, s->contains[i]) == 0)
			return false;
	return starts_with(as_path, s->starts, s->n_starts);
}

bool
route_select_looks(const struct route_select *s)
{
	return s->n_communities + s->n_large + s->n_contains + s->n_starts > 0;
}
