/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/service_cidr.h"

#include <stdlib.h>

#include "bgpd/config/routable.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/source/store.h"

static bool
cidr_add(struct service_cidr *s, const struct json_at *item, struct err *err)
{
	struct prefix *p = &s->cidrs[s->n];
	const char *text = "", *fault;
	struct err why;

	if (!json_get_string(item, NULL, &text, err))
		return false;
	if (!prefix_parse(text, p, &why))
		return json_refuse(item, NULL, err, "%s", why.text);
	*p = prefix_canonical(p);
	fault = routable_fault(p);
	if (fault != NULL)
		return json_refuse(item, NULL, err, "\"%s\": %s", text, fault);
	s->n++;
	return true;
}

static bool
spec_decode(struct service_cidr *s, const struct json_at *spec, struct err *err)
{
	struct json_at cidrs;

	if (!json_get_array(spec, "cidrs", &cidrs, err))
		return false;
	if (json_at_count(&cidrs) > SERVICE_CIDRS_MOST)
		return json_refuse(
		    spec, "cidrs", err, "more than %d", SERVICE_CIDRS_MOST);
	for (size_t i = 0; i < json_at_count(&cidrs); i++) {
		struct json_at item = json_at_item(&cidrs, i);

		if (!cidr_add(s, &item, err))
			return false;
	}
	return true;
}

void *
service_cidr_decode(const json_t *obj, struct err *err)
{
	struct service_cidr *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_root(obj), spec;

	if (!meta_decode(&s->meta, obj, err) ||
	    !json_get_object(&root, "spec", &spec, err) ||
	    !spec_decode(s, &spec, err)) {
		service_cidr_free(s);
		return NULL;
	}
	return s;
}

void
service_cidr_free(void *cidr)
{
	struct service_cidr *s = cidr;

	if (s == NULL)
		return;
	meta_fini(&s->meta);
	free(s);
}

bool
cidrs_have(const struct cidrs *list, const struct prefix *p)
{
	for (size_t i = 0; i < list->n; i++)
		if (prefix_eq(&list->at[i], p))
			return true;
	return false;
}

static bool
service_cidr_each(void *arg, const struct object_key *key, const void *item)
{
	const struct service_cidr *s = item;
	struct cidrs *all = arg;

	(void)key;
	for (size_t i = 0; i < s->n; i++) {
		if (cidrs_have(all, &s->cidrs[i]))
			continue;
		all->at = xrealloc(all->at, all->n + 1, sizeof(*all->at));
		all->at[all->n++] = s->cidrs[i];
	}
	return true;
}

struct cidrs
service_cidrs_of(const struct store *store, size_t kind)
{
	struct cidrs all = { 0 };

	store_each(store, kind, service_cidr_each, &all);
	return all;
}
