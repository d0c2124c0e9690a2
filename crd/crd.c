/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of the table becomes the schema of one field; rows whose paths are one step
 * longer are its properties, or its items. What a row implies is said in its
 * description, too, so that kubectl explain tells it.
 */
#include "crd/crd.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/api/service_group.h"
#include "common/yaml_print.h"

#define TEXT_WIDTH 88

const struct fields *const crd_kinds[] = { &bgp_configuration_fields,
	&bgp_filter_fields, &bgp_node_status_fields, &bgp_peer_fields,
	&service_group_fields, &virtual_ip_fields, NULL };

static const struct {
	const char *name;
	const char *least, *most; /* what limits of it are called */
} types[] = {
	[FIELD_OBJECT] = { "object", NULL, NULL },
	[FIELD_LIST] = { "array", "minItems", "maxItems" },
	[FIELD_MAP] = { "object", "minProperties", "maxProperties" },
	[FIELD_STRING] = { "string", "minLength", "maxLength" },
	[FIELD_INT] = { "integer", "minimum", "maximum" },
	[FIELD_BOOL] = { "boolean", NULL, NULL },
};

static json_t *schema_make(const struct fields *, const struct field *);

static bool
is_number(const struct field *f)
{
	return f->type == FIELD_INT && f->max != 0;
}

/* "1 to 254.", "The default is NodeIP.", "0 to 65535; the default is 90." */
static void
tell_values(FILE *to, const struct field *f, const json_t *initial)
{
	if (is_number(f))
		fprintf(to, " %lld to %lld%s", (long long)f->min,
		    (long long)f->max, initial != NULL ? "; the" : ".");
	else if (initial != NULL)
		fputs(" The", to);
	if (initial == NULL)
		return;
	fputs(" default is ", to);
	if (json_is_string(initial))
		fputs(json_string_value(initial), to);
	else
		json_dumpf(initial, to, JSON_ENCODE_ANY);
	fputc('.', to);
}

static json_t *
description_make(
    const struct fields *fields, const struct field *f, const json_t *initial)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	fputs(f->text, to);
	if (f->flags & FIELD_RESETS)
		fprintf(to, " Changing it resets %s.", fields->sessions);
	tell_values(to, f, initial);
	fclose(to);
	json_t *description = json_string(text);

	free(text);
	return description;
}

static const char *
format_of(const struct field *f)
{
	if (f->type == FIELD_INT)
		return is_number(f) && f->max <= INT32_MAX ? "int32" : "int64";
	return f->flags & FIELD_DATE ? "date-time" : NULL;
}

static void
set_limits(json_t *schema, const struct field *f)
{
	if (types[f->type].least == NULL)
		return;
	if (f->min != 0 || is_number(f))
		json_object_set_new(
		    schema, types[f->type].least, json_integer(f->min));
	if (f->max != 0)
		json_object_set_new(
		    schema, types[f->type].most, json_integer(f->max));
}

static void
set_words(json_t *schema, const struct field *f)
{
	json_t *words = json_array();

	for (size_t i = 0; f->one_of != NULL && f->one_of[i] != NULL; i++)
		json_array_append_new(words, json_string(f->one_of[i]));
	if (f->one_of != NULL)
		json_object_set(schema, "enum", words);
	json_decref(words);
	if (f->pattern != NULL)
		json_object_set_new(schema, "pattern", json_string(f->pattern));
}

static void
set_merging(json_t *schema, const struct field *f)
{
	if (f->flags & FIELD_ATOMIC)
		json_object_set_new(
		    schema, "x-kubernetes-map-type", json_string("atomic"));
	if (f->type != FIELD_LIST)
		return;
	json_object_set_new(schema, "x-kubernetes-list-type",
	    json_string(f->key != NULL     ? "map"
		    : f->flags & FIELD_SET ? "set"
					   : "atomic"));
	if (f->key != NULL)
		json_object_set_new(schema, "x-kubernetes-list-map-keys",
		    json_pack("[s]", f->key));
}

static void
set_rules(json_t *schema, const struct field *f)
{
	json_t *rules = json_array();

	for (size_t i = 0; f->rules != NULL && f->rules[i] != NULL; i++)
		json_array_append_new(rules,
		    json_pack("{s:s, s:s}", "rule", f->rules[i]->cel, "message",
			f->rules[i]->message));
	if (json_array_size(rules) > 0)
		json_object_set(schema, "x-kubernetes-validations", rules);
	json_decref(rules);
}

/* In every object; an API server looks after them. */
static json_t *
every_property(const struct fields *fields)
{
	return json_pack("{s:{s:o, s:s}, s:{s:o, s:s}, s:{s:s}}", "apiVersion",
	    "description",
	    json_sprintf("The version of this schema: %s.", fields->api),
	    "type", "string", "kind", "description",
	    json_sprintf("The kind of this object: %s.", fields->kind), "type",
	    "string", "metadata", "type", "object");
}

static void
set_properties(
    json_t *schema, const struct fields *fields, const struct field *f)
{
	json_t *required = json_array(), *properties;

	properties =
	    f->path[0] == '\0' ? every_property(fields) : json_object();
	for (size_t i = 0; i < fields->n; i++) {
		const struct field *row = &fields->at[i];
		const char *name = fields_child_name(row, f);

		if (name == NULL)
			continue;
		json_object_set_new(properties, name, schema_make(fields, row));
		if (row->flags & FIELD_REQUIRED)
			json_array_append_new(required, json_string(name));
	}
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	json_object_set_new(schema, "properties", properties);
}

/* What lists and maps hold: the row of that path and the brackets. */
static void
set_inner(json_t *schema, const struct fields *fields, const struct field *f,
    const char *key, const char *brackets)
{
	char *path = xasprintf("%s%s", f->path, brackets);

	json_object_set_new(
	    schema, key, schema_make(fields, fields_find(fields, path)));
	free(path);
}

static json_t *
schema_make(const struct fields *fields, const struct field *f)
{
	json_t *initial = f->initial != NULL
	    ? json_loads(f->initial, JSON_DECODE_ANY, NULL)
	    : NULL;
	json_t *schema = json_pack("{s:o, s:s, s:s*}", "description",
	    description_make(fields, f, initial), "type", types[f->type].name,
	    "format", format_of(f));

	set_limits(schema, f);
	set_words(schema, f);
	if (initial != NULL)
		json_object_set_new(schema, "default", initial);
	set_merging(schema, f);
	set_rules(schema, f);
	if (f->type == FIELD_OBJECT)
		set_properties(schema, fields, f);
	else if (f->type == FIELD_LIST)
		set_inner(schema, fields, f, "items", "[]");
	else if (f->type == FIELD_MAP)
		set_inner(schema, fields, f, "additionalProperties", "{}");
	return schema;
}

static json_t *
column_make(
    const char *name, const char *type, const char *path, const char *text)
{
	return json_pack("{s:s, s:s, s:s+, s:s}", "name", name, "type", type,
	    "jsonPath", ".", path, "description", text);
}

static json_t *
columns_make(const struct fields *fields)
{
	json_t *columns = json_array();

	for (const struct field_column *c = fields->columns; c->name != NULL;
	     c++) {
		const struct field *f = fields_find(fields, c->path);
		const char *type = f == NULL || f->type == FIELD_LIST
		    ? "string" /* of a condition, or printed as JSON */
		    : f->flags & FIELD_DATE ? "date"
					    : types[f->type].name;

		json_array_append_new(
		    columns, column_make(c->name, type, c->path, c->text));
	}
	json_array_append_new(columns,
	    column_make("Age", "date", "metadata.creationTimestamp",
		"When it was created."));
	return columns;
}

static json_t *
names_make(const struct fields *fields)
{
	char *singular = xstrdup(fields->kind);

	for (char *c = singular; *c != '\0'; c++)
		*c |= *c >= 'A' && *c <= 'Z' ? 0x20 : 0;
	json_t *names = json_pack("{s:s, s:s+, s:s, s:s, s:[s], s:[s]}", "kind",
	    fields->kind, "listKind", fields->kind, "List", "plural",
	    fields->plural, "singular", singular, "shortNames",
	    fields->short_name, "categories", "lbbgp");

	free(singular);
	return names;
}

json_t *
crd_make(const struct fields *fields)
{
	const char *slash = strchr(fields->api, '/');
	int group = (int)(slash - fields->api);
	json_t *schema = schema_make(fields, fields_find(fields, ""));
	json_t *version = json_pack("{s:s, s:b, s:b, s:{s:{}}, s:o, s:{s:o}}",
	    "name", slash + 1, "served", 1, "storage", 1, "subresources",
	    "status", "additionalPrinterColumns", columns_make(fields),
	    "schema", "openAPIV3Schema", schema);

	return json_pack("{s:s, s:s, s:{s:o, s:{s:s}}, "
			 "s:{s:s#, s:s, s:o, s:[o]}}",
	    "apiVersion", "apiextensions.k8s.io/v1", "kind",
	    "CustomResourceDefinition", "metadata", "name",
	    json_sprintf("%s.%.*s", fields->plural, group, fields->api),
	    "labels", "app.kubernetes.io/part-of", "lbbgp", "spec", "group",
	    fields->api, group, "scope", "Cluster", "names", names_make(fields),
	    "versions", version);
}

char *
crd_text(const struct fields *fields)
{
	json_t *crd = crd_make(fields);
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	fputs("---\n# SPDX-License-Identifier: Apache-2.0\n"
	      "# Made by `make crd` from the table of fields.\n",
	    to);
	yaml_print_folded(to, crd, TEXT_WIDTH);
	fclose(to);
	json_decref(crd);
	return text;
}
