/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/share.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/api/service.h"

const char *
share_key(const struct service *s)
{
	if (s->sharing_key.n == 0 || s->sharing_key.at[0].text[0] == '\0')
		return NULL;
	return s->sharing_key.at[0].text;
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
	for (size_t i = 0; i < s->sharing_namespaces.n; i++)
		if (list_names(s->sharing_namespaces.at[i].text, ns))
			return true;
	return false;
}

static bool
namespaces_agree(const struct service *a, const struct service *b)
{
	return strcmp(a->meta.ns, b->meta.ns) == 0 ||
	    (consents(a, b->meta.ns) && consents(b, a->meta.ns));
}

static bool
policies_agree(const struct service *a, const struct service *b)
{
	if (!a->external_local && !b->external_local)
		return true;
	return a->external_local && b->external_local &&
	    labels_eq(&a->selector, &b->selector);
}

const char *
share_refusal(const struct service *a, const struct service *b)
{
	const char *key_a = share_key(a), *key_b = share_key(b);

	if (key_a == NULL || key_b == NULL || strcmp(key_a, key_b) != 0)
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
wishes_same(const struct service_wishes *a, const struct service_wishes *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i].text, b->at[i].text) != 0)
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
share_same(const struct service *a, const struct service *b)
{
	return wishes_same(&a->sharing_key, &b->sharing_key) &&
	    wishes_same(&a->sharing_namespaces, &b->sharing_namespaces) &&
	    ports_same(a, b) && a->external_local == b->external_local &&
	    labels_eq(&a->selector, &b->selector);
}
