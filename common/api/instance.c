/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/instance.h"

#include <string.h>

#include <jansson.h>

#include "common/api/selector.h"
#include "common/err.h"

#define LABEL_MOST 63 /* RFC 1123 2.1 */
#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"

const struct instance instance_default = { INSTANCE_NAMESPACE, INSTANCE_CLASS };

/* A name of RFC 1123, as namespaces have them. */
static bool
is_label(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n <= LABEL_MOST && strspn(text, LOWER "-") == n &&
	    text[0] != '-' && text[n - 1] != '-';
}

bool
instance_check(const struct instance *i, struct err *err)
{
	size_t n = strlen(INSTANCE_PREFIX);

	if (!is_label(i->ns))
		return err_set(err,
		    "--namespace: %.80s: not a name of 1 to %d of a-z, 0-9 "
		    "and -",
		    i->ns, LABEL_MOST);
	if (strncmp(i->class, INSTANCE_PREFIX, n) != 0 ||
	    !is_label(i->class + n))
		return err_set(err,
		    "--class: %.80s: not " INSTANCE_PREFIX
		    " and a name of 1 to %d of a-z, 0-9 and -",
		    i->class, LABEL_MOST);
	return true;
}

bool
instance_is_default(const struct instance *i)
{
	return strcmp(i->class, INSTANCE_CLASS) == 0;
}

const char *
instance_annotation(const json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");

	return json_string_value(json_object_get(
	    json_object_get(meta, "annotations"), INSTANCE_ANNOTATION));
}

const char *
instance_of_namespace(const char *name, const char *annotation)
{
	if (annotation == NULL && strcmp(name, INSTANCE_NAMESPACE) == 0)
		return INSTANCE_CLASS;
	return annotation;
}

const char *
instance_class_of(const json_t *obj)
{
	const char *class = instance_annotation(obj);

	return class != NULL ? class : INSTANCE_CLASS;
}

bool
instance_has(const struct instance *i, const json_t *obj)
{
	return strcmp(i->class, instance_class_of(obj)) == 0;
}

bool
instance_serves(const struct instance *i, const char *class)
{
	return strcmp(i->class, class != NULL ? class : INSTANCE_CLASS) == 0;
}

bool
instance_of_others(const struct instance *i, const char *class)
{
	return !instance_serves(i, class) &&
	    (class == NULL ||
		strncmp(class, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)) == 0);
}

bool
instance_yields_node(const struct instance *i, const struct labels *labels)
{
	const char *name = labels_get(labels, INSTANCE_LABEL);

	return name != NULL &&
	    strcmp(i->class + strlen(INSTANCE_PREFIX), name) != 0;
}
