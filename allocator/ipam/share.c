/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/share.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/api/service.h"

const char *
share_key(const struct service *s)
{
	struct service_wishes keys = service_wishes(s, WISH_SHARING_KEY);

	if (keys.n == 0 || keys.at[0].text[0] == '\0')
		return NULL;
	return keys.at[0].text;
}

static bool
ports_meet(const struct service *a, const struct service *b)
{
	for (size_t i = 0; i < a->n_ports; i++)
		for (size_t k = 0; k < b->n_ports; k++)
			if (a->ports[i].port == b->ports[k].port &&
			    a->ports[i].protocol == b->ports[k].protocol)
				return true;
	return false;
}

/* Is the namespace one of "a, b", or is that "*"? */
static bool
list_names(const char *list, const char *ns)
{
	size_t len = strlen(ns);

	while (*list != '\0') {
		list += strspn(list, ", \t");
		size_t n = strcspn(list, ", \t");

		if ((n == len && strncmp(list, ns, n) == 0) ||
		    (n == 1 && *list == '*'))
			return true;
		list += n;
	}
	return false;
}

static bool
consents(const struct service *s, const char *ns)
{
	struct service_wishes lists =
	    service_wishes(s, WISH_SHARING_NAMESPACES);

	for (size_t i = 0; i < lists.n; i++)
		if (list_names(lists.at[i].text, ns))
			return true;
	return false;
}

static bool
namespaces_agree(const struct service *a, const struct service *b)
{
	return strcmp(a->meta.ns, b->meta.ns) == 0 ||
	    (consents(a, b->meta.ns) && consents(b, a->meta.ns));
}

/*
 * Endpoints of a Service without a selector are made by hand: its own. What can't be
 * read is taken for what it was: nobody has to move for it.
 */
static bool
policies_agree(const struct service *a, const struct service *b)
{
	if (a->fault != NULL || b->fault != NULL ||
	    (!a->external_local && !b->external_local))
		return true;
	return a->external_local && b->external_local &&
	    labels_bytes(&a->selector) > 0 &&
	    labels_eq(&a->selector, &b->selector);
}

static bool
keys_agree(const struct service *a, const struct service *b)
{
	const char *key_a = share_key(a), *key_b = share_key(b);

	return key_a != NULL && key_b != NULL && strcmp(key_a, key_b) == 0;
}

bool
share_terms_agree(const struct service *a, const struct service *b)
{
	return keys_agree(a, b) && namespaces_agree(a, b) &&
	    policies_agree(a, b);
}

const char *
share_refusal(const struct service *a, const struct service *b)
{
	if (!keys_agree(a, b))
		return "the sharing keys are not equal";
	if (!namespaces_agree(a, b))
		return "the namespaces have not agreed to share";
	if (ports_meet(a, b))
		return "both have the same port";
	if (!policies_agree(a, b))
		return "with externalTrafficPolicy Local both need it and the "
		       "same selector";
	return NULL;
}

const char *
share_holder(const struct service *s, const struct service *holder,
    char text[SHARE_HOLDER])
{
	if (strcmp(s->meta.ns, holder->meta.ns) == 0)
		snprintf(text, SHARE_HOLDER, "Service %s/%s", holder->meta.ns,
		    holder->meta.name);
	else
		snprintf(text, SHARE_HOLDER, "a Service of another namespace");
	return text;
}

static bool
wishes_same(const struct service *a, const struct service *b,
    enum service_wish_kind kind)
{
	struct service_wishes x = service_wishes(a, kind);
	struct service_wishes y = service_wishes(b, kind);

	if (x.n != y.n)
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (strcmp(x.at[i].text, y.at[i].text) != 0)
			return false;
	return true;
}

static bool
ports_same(const struct service *a, const struct service *b)
{
	if (a->n_ports != b->n_ports)
		return false;
	for (size_t i = 0; i < a->n_ports; i++)
		if (a->ports[i].port != b->ports[i].port ||
		    a->ports[i].protocol != b->ports[i].protocol)
			return false;
	return true;
}

bool
share_alike(const struct service *a, const struct service *b)
{
	return strcmp(a->meta.ns, b->meta.ns) == 0 &&
	    wishes_same(a, b, WISH_SHARING_KEY) &&
	    wishes_same(a, b, WISH_SHARING_NAMESPACES) &&
	    (a->fault == NULL) == (b->fault == NULL) &&
	    a->external_local == b->external_local &&
	    (!a->external_local || labels_eq(&a->selector, &b->selector));
}

bool
share_same(const struct service *a, const struct service *b)
{
	return share_alike(a, b) && ports_same(a, b);
}
