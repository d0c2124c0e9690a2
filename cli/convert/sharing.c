/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/sharing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/service.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/service.h"
#include "common/err.h"

static bool
is_of_ours(const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    (s->class == NULL || strcmp(s->class, INSTANCE_CLASS) == 0);
}

static const char *
wish_text(const struct service *s, enum service_wish_kind kind)
{
	struct service_wishes wishes = service_wishes(s, kind);

	return wishes.n > 0 ? wishes.at[0].text : NULL;
}

struct user {                     /* of addresses */
	struct service *service;  /* owned */
	const struct foreign *of; /* borrowed */
};

struct users {
	struct user *at; /* owned */
	size_t n;
	json_t *of; /* owned: an address to the indices of its users */
};

static void
address_add(json_t *list, const struct addr *a)
{
	char text[ADDR_TEXT];
	json_t *v = json_string(addr_print(a, text));

	path_list_add(list, v);
	json_decref(v);
}

/* Those that it asks for, else those that it has. */
static void
addresses_read(const struct service *s, json_t *list)
{
	const char *text = wish_text(s, WISH_ADDRESSES);
	char *copy = xstrdup(text != NULL ? text : ""), *rest = copy, *one;
	struct addr a;

	while ((one = strsep(&rest, " ,[]\"")) != NULL)
		if (addr_parse(one, &a))
			address_add(list, &a);
	free(copy);
	for (size_t i = 0; text == NULL && i < s->n_ingress; i++)
		address_add(list, &s->ingress[i].addr);
}

/* Takes the Service. */
static void
user_add(struct users *u, const struct foreign *f, struct service *s)
{
	json_t *list = json_array(), *address;
	size_t i;

	addresses_read(s, list);
	json_array_foreach (list, i, address) {
		const char *text = json_string_value(address);
		json_t *users = json_object_get(u->of, text);

		if (users == NULL)
			json_object_set_new(u->of, text, users = json_array());
		json_array_append_new(users, json_integer((json_int_t)u->n));
	}
	u->at = xrealloc(u->at, u->n + 1, sizeof(*u->at));
	u->at[u->n++] = (struct user){ s, f };
	json_decref(list);
}

/* ---- one address ---- */

static const struct user *
user_at(const struct users *u, const json_t *list, size_t i)
{
	return &u->at[json_integer_value(json_array_get(list, i))];
}

/* That of the first who has one, else the address. */
static const char *
key_for(const struct users *u, const json_t *list, const char *address)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *key =
		    wish_text(user_at(u, list, i)->service, WISH_SHARING_KEY);

		if (key != NULL)
			return key;
	}
	return address;
}

/* The namespaces of the others, with commas between them; owned, "": none. */
static char *
other_namespaces(
    const struct users *u, const json_t *list, const struct service *s)
{
	json_t *names = json_array(), *name;
	char *text = NULL;
	size_t n, i;
	FILE *to = xmemstream(&text, &n);

	for (i = 0; i < json_array_size(list); i++) {
		const char *ns = user_at(u, list, i)->service->meta.ns;

		if (strcmp(ns, s->meta.ns) == 0)
			continue;
		name = json_string(ns);
		path_list_add(names, name);
		json_decref(name);
	}
	json_array_foreach (names, i, name)
		fprintf(to, "%s%s", i > 0 ? "," : "", json_string_value(name));
	fclose(to);
	json_decref(names);
	return text;
}

/* Only the allocator knows whether their ports let them. */
static void
user_tell(struct job *j, const struct users *u, const json_t *list, size_t i,
    const char *address)
{
	const struct user *user = user_at(u, list, i);
	const struct service *s = user->service;
	const char *key = key_for(u, list, address);
	const char *own = wish_text(s, WISH_SHARING_KEY);
	char *others = other_namespaces(u, list, s);
	bool alone =
	    others[0] == '\0' || wish_text(s, WISH_SHARING_NAMESPACES) != NULL;

	if (own == NULL || strcmp(own, key) != 0 || !alone)
		job_remark(j, user->of->label, NULL,
		    "%s is that of %zu Services; those share it, with "
		    "different ports, that say so: kubectl -n %s annotate "
		    "service %s --overwrite lbbgp.io/sharing-key='%s'%s%s",
		    address, json_array_size(list),
		    service_namespace(s->meta.ns), s->meta.name, key,
		    alone ? "" : " lbbgp.io/sharing-namespaces=",
		    alone ? "" : others);
	free(others);
}

/* ---- all of them ---- */

static void
users_tell(struct job *j, const struct users *u)
{
	const char *address;
	json_t *list;

	json_object_foreach (u->of, address, list)
		for (size_t i = 0;
		     i < json_array_size(list) && json_array_size(list) > 1;
		     i++)
			user_tell(j, u, list, i, address);
}

void
sharing_check(struct job *j)
{
	struct users u = { .of = json_object() };
	struct foreign *f;
	struct err err;
	size_t i = 0;

	while ((f = job_next(j, "", "Service", &i)) != NULL) {
		struct service *s = service_decode(f->left, &err);

		if (s != NULL && is_of_ours(s))
			user_add(&u, f, s);
		else
			service_free(s);
	}
	users_tell(j, &u);
	while (u.n > 0)
		service_free(u.at[--u.n].service);
	free(u.at);
	json_decref(u.of);
}
