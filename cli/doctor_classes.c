/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/doctor_classes.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/findings.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/json.h"
#include "common/source/store.h"
#include "common/utf8.h"

#define NAMED 3       /* objects of a kind; the others are counted */
#define CLASS_MOST 80 /* bytes of a class: an annotation is any text */

void *
doctor_class_decode(const json_t *obj, struct err *err)
{
	(void)err;
	return xstrdup(instance_class_of(obj));
}

/* "": it is of no lbbgp. Others' are no matter of ours. */
void *
doctor_class_of_service(const json_t *obj, struct err *err)
{
	const json_t *spec = json_object_get(obj, "spec");
	const char *class = json_text(spec, "loadBalancerClass");
	bool of_lbbgp = strcmp(json_text(spec, "type"), "LoadBalancer") == 0 &&
	    strncmp(class, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)) == 0;

	(void)err;
	return xstrdup(of_lbbgp ? class : "");
}

void *
doctor_class_of_namespace(const json_t *obj, struct err *err)
{
	const char *class = instance_of_namespace(
	    json_text(json_object_get(obj, "metadata"), "name"),
	    instance_annotation(obj));

	(void)err;
	return xstrdup(class != NULL ? class : "");
}

struct search { /* for a Namespace with an lbbgp of that class */
	const char *class;
	bool found;
};

static bool
namespace_each(void *arg, const struct object_key *key, const void *item)
{
	struct search *s = arg;

	(void)key;
	s->found = strcmp(item, s->class) == 0;
	return !s->found;
}

struct strays { /* of a kind */
	const struct store *store;
	size_t namespaces;
	const char *own;
	size_t n;
	char *named; /* owned: "a (CLASS), b (CLASS)" */
};

static bool
is_had(const struct strays *s, const char *class)
{
	struct search search = { .class = class };

	if (class[0] == '\0' || strcmp(class, s->own) == 0)
		return true;
	store_each(s->store, s->namespaces, namespace_each, &search);
	return search.found;
}

static bool
object_each(void *arg, const struct object_key *key, const void *item)
{
	struct strays *s = arg;
	const char *class = item;
	char *named;

	if (is_had(s, class) || s->n++ >= NAMED)
		return true;
	named = xasprintf("%s%s%s%s%s (%.*s)", s->named, s->n > 1 ? ", " : "",
	    key->ns, key->ns[0] != '\0' ? "/" : "", key->name,
	    (int)utf8_cut(class, CLASS_MOST), class);
	free(s->named);
	s->named = named;
	return true;
}

static void
kind_look(struct strays *s, size_t kind, struct findings *f)
{
	size_t n_kinds;
	char *more;

	s->n = 0;
	s->named = xstrdup("");
	store_each(s->store, kind, object_each, s);
	more = s->n > NAMED ? xasprintf(" and %zu more", s->n - NAMED)
			    : xstrdup("");
	if (s->n > 0)
		findings_add(f, "classes", DOCTOR_BAD,
		    "kubectl get namespaces --output yaml: their "
		    "annotations " INSTANCE_ANNOTATION,
		    "no lbbgp of this cluster has the class of %s %s%s",
		    store_kinds(s->store, &n_kinds)[kind].kind, s->named, more);
	free(more);
	free(s->named);
}

void
doctor_classes(const struct store *store, const size_t *kinds,
    size_t namespaces, struct findings *f)
{
	struct strays s = { .store = store,
		.namespaces = namespaces,
		.own = findings_of(f)->class };
	size_t before = f->n;

	for (; *kinds != namespaces; kinds++)
		kind_look(&s, *kinds, f);
	if (f->n == before)
		findings_add(f, "classes", DOCTOR_GOOD, NULL,
		    "an lbbgp has that of each object");
}
