/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/services.h"

#include <string.h>

/* A key is a pointer to the entry's pointer to its Service. */
#define HASH_KEYCMP(a, b, n) key_cmp(a, b)

#include "allocator/reconcile/svc.h"
#include "common/api/service.h"

static int
key_cmp(const void *a, const void *b)
{
	const struct service *const *sa = a, *const *sb = b;
	int order = strcmp((*sa)->meta.name, (*sb)->meta.name);

	return order != 0 ? order : strcmp((*sa)->meta.ns, (*sb)->meta.ns);
}

static unsigned
key_hash(const struct service *s)
{
	unsigned ns, name;

	HASH_VALUE(s->meta.ns, strlen(s->meta.ns), ns);
	HASH_VALUE(s->meta.name, strlen(s->meta.name), name);
	return ns * 31 + name;
}

void
services_add(struct svc **services, struct svc *s)
{
	const struct service **key = &s->tenant.service;

	HASH_ADD_KEYPTR_BYHASHVALUE(
	    hh, *services, key, sizeof(*key), key_hash(*key), s);
}

void
services_remove(struct svc **services, struct svc *s)
{
	HASH_DEL(*services, s);
}

struct svc *
services_find(struct svc *services, const char *ns, const char *name)
{
	const struct service asked = { .meta = { .ns = (char *)ns,
					   .name = (char *)name } };
	const struct service *key = &asked;
	struct svc *s;

	HASH_FIND_BYHASHVALUE(
	    hh, services, &key, sizeof(key), key_hash(key), s);
	return s;
}
