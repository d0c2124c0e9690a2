/* SPDX-License-Identifier: Apache-2.0 */
/* What people see of the objects of a fake cluster. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/api/service.h"
#include "tests/fake/fake_cluster.h"

const char *
cluster_addresses(const struct cluster *c, const char *where)
{
	static char text[512];
	const json_t *status =
	    json_object_get(cluster_get(c, "Service", where), "status");
	const json_t *list =
	    json_object_get(json_object_get(status, "loadBalancer"), "ingress");
	size_t i;
	json_t *item;

	text[0] = '\0';
	json_array_foreach ((json_t *)list, i, item) {
		if (i > 0)
			strcat(text, ",");
		const char *ip = json_string_value(json_object_get(item, "ip"));

		strcat(text,
		    ip != NULL
			? ip
			: json_string_value(json_object_get(item, "hostname")));
	}
	return text;
}

static const json_t *
condition_of(const struct cluster *c, const char *kind, const char *where,
    const char *type)
{
	const json_t *list = json_object_get(
	    json_object_get(cluster_get(c, kind, where), "status"),
	    "conditions");
	size_t i;
	json_t *item;

	json_array_foreach ((json_t *)list, i, item)
		if (strcmp(json_string_value(json_object_get(item, "type")),
			type) == 0)
			return item;
	return NULL;
}

const char *
cluster_says(const struct cluster *c, const char *kind, const char *where,
    const char *type)
{
	static char text[128];
	const json_t *condition = condition_of(c, kind, where, type);

	text[0] = '\0';
	if (condition != NULL)
		snprintf(text, sizeof(text), "%s %s",
		    json_string_value(json_object_get(condition, "status")),
		    json_string_value(json_object_get(condition, "reason")));
	return text;
}

const char *
cluster_tells(const struct cluster *c, const char *kind, const char *where,
    const char *type)
{
	const json_t *condition = condition_of(c, kind, where, type);

	return condition != NULL
	    ? json_string_value(json_object_get(condition, "message"))
	    : "";
}

const char *
cluster_condition(const struct cluster *c, const char *where)
{
	return cluster_says(c, "Service", where, SERVICE_CONDITION);
}

const char *
cluster_message(const struct cluster *c, const char *where)
{
	return cluster_tells(c, "Service", where, SERVICE_CONDITION);
}

const char *
cluster_annotation(const struct cluster *c, const char *where, const char *key)
{
	const json_t *meta =
	    json_object_get(cluster_get(c, "Service", where), "metadata");
	const char *text = json_string_value(
	    json_object_get(json_object_get(meta, "annotations"), key));

	return text != NULL ? text : "";
}
