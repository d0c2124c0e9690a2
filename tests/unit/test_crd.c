/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schemas in crd/ say what the field tables say, in both directions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "common/api/fields.h"
#include "common/api/service_group.h"
#include "tests/unit/manifests.h"

struct check {
	const struct fields *fields;
	bool seen[256]; /* rows that the schema has */
	int problems;
};

static void schema_check(
    struct check *, const char *path, const json_t *schema, bool required);

static const char *
text_of(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text != NULL ? text : "";
}

static void
expect(struct check *c, bool holds, const char *path, const char *what)
{
	if (holds)
		return;
	print_error("%s %s: %s\n", c->fields->kind, path, what);
	c->problems++;
}

static void
type_check(struct check *c, const struct field *f, const json_t *schema)
{
	static const char *const names[] = {
		[FIELD_OBJECT] = "object",
		[FIELD_LIST] = "array",
		[FIELD_MAP] = "object",
		[FIELD_STRING] = "string",
		[FIELD_INT] = "integer",
		[FIELD_BOOL] = "boolean",
	};
	bool map = json_object_get(schema, "additionalProperties") != NULL;

	expect(c, strcmp(text_of(schema, "type"), names[f->type]) == 0, f->path,
	    "type");
	expect(
	    c, map == (f->type == FIELD_MAP), f->path, "additionalProperties");
}

/* Absent is what the table writes as 0. */
static void
limit_check(struct check *c, const struct field *f, const json_t *schema,
    const char *key, int64_t want)
{
	const json_t *limit = json_object_get(schema, key);
	bool always = f->type == FIELD_INT && f->max != 0;

	expect(c,
	    limit == NULL ? want == 0 && !always
			  : json_integer_value(limit) == want,
	    f->path, key);
}

static void
limits_check(struct check *c, const struct field *f, const json_t *schema)
{
	static const char *const least[] = {
		[FIELD_LIST] = "minItems",
		[FIELD_MAP] = "minProperties",
		[FIELD_STRING] = "minLength",
		[FIELD_INT] = "minimum",
	};
	static const char *const most[] = {
		[FIELD_LIST] = "maxItems",
		[FIELD_MAP] = "maxProperties",
		[FIELD_STRING] = "maxLength",
		[FIELD_INT] = "maximum",
	};
	bool bounded = f->type == FIELD_INT || f->max != 0 || f->one_of != NULL;

	if (f->type == FIELD_OBJECT || f->type == FIELD_BOOL)
		return;
	limit_check(c, f, schema, least[f->type], f->min);
	limit_check(c, f, schema, most[f->type], f->max);
	expect(c, bounded, f->path, "has no maximum");
}

static void
default_check(struct check *c, const struct field *f, const json_t *schema)
{
	json_t *want = f->initial == NULL
	    ? NULL
	    : json_loads(f->initial, JSON_DECODE_ANY, NULL);
	json_t *got = json_object_get(schema, "default");

	expect(c, want == got || json_equal(want, got), f->path, "default");
	json_decref(want);
}

static void
words_check(struct check *c, const struct field *f, const json_t *schema)
{
	const json_t *words = json_object_get(schema, "enum");
	size_t n = 0;

	for (; f->one_of != NULL && f->one_of[n] != NULL; n++) {
		const char *word = json_string_value(json_array_get(words, n));

		expect(c, word != NULL && strcmp(word, f->one_of[n]) == 0,
		    f->path, "enum");
	}
	expect(c, json_array_size(words) == n, f->path, "enum");
	expect(c,
	    strcmp(text_of(schema, "pattern"),
		f->pattern != NULL ? f->pattern : "") == 0,
	    f->path, "pattern");
}

static void
list_check(struct check *c, const struct field *f, const json_t *schema)
{
	const char *type = text_of(schema, "x-kubernetes-list-type");
	const char *key = json_string_value(json_array_get(
	    json_object_get(schema, "x-kubernetes-list-map-keys"), 0));
	const char *want = f->key != NULL ? "map"
	    : f->flags & FIELD_SET        ? "set"
					  : "atomic";

	if (f->type != FIELD_LIST)
		return;
	expect(c, strcmp(type, want) == 0, f->path, "x-kubernetes-list-type");
	expect(c,
	    f->key == NULL ? key == NULL
			   : key != NULL && strcmp(key, f->key) == 0,
	    f->path, "x-kubernetes-list-map-keys");
}

static void
rules_check(struct check *c, const struct field *f, const json_t *schema)
{
	const json_t *rules =
	    json_object_get(schema, "x-kubernetes-validations");
	size_t n = 0;

	for (; f->rules != NULL && f->rules[n] != NULL; n++) {
		const json_t *rule = json_array_get(rules, n);

		expect(c, strcmp(text_of(rule, "rule"), f->rules[n]->cel) == 0,
		    f->path, f->rules[n]->cel);
		expect(c,
		    strcmp(text_of(rule, "message"), f->rules[n]->message) == 0,
		    f->path, f->rules[n]->message);
	}
	expect(c, json_array_size(rules) == n, f->path, "rules");
}

static void
description_check(struct check *c, const struct field *f, const json_t *schema)
{
	const char *text = text_of(schema, "description");
	bool resets = strstr(text, "Changing it resets") != NULL;

	expect(c, text[0] != '\0', f->path, "description");
	expect(c, resets == !!(f->flags & FIELD_RESETS), f->path,
	    "the table and the description differ in what resets a session");
}

/* kubectl explain tells no default but what is written here. */
static void
default_is_told(struct check *c, const struct field *f, const json_t *schema)
{
	const char *text = text_of(schema, "description");
	json_t *initial = json_object_get(schema, "default");
	char *value = json_is_string(initial)
	    ? xstrdup(json_string_value(initial))
	    : json_dumps(initial, JSON_ENCODE_ANY);

	expect(c,
	    initial == NULL || strstr(text, "efault") != NULL ||
		strstr(text, value) != NULL,
	    f->path, "the description does not tell the default");
	free(value);
}

static void
children_check(struct check *c, const char *path, const json_t *schema)
{
	const json_t *items = json_object_get(schema, "items");
	const json_t *values = json_object_get(schema, "additionalProperties");
	const json_t *required = json_object_get(schema, "required");
	const char *key;
	json_t *child;
	char at[256];

	if (items != NULL) {
		snprintf(at, sizeof(at), "%s[]", path);
		schema_check(c, at, items, false);
	}
	if (values != NULL) {
		snprintf(at, sizeof(at), "%s{}", path);
		schema_check(c, at, values, false);
	}
	json_object_foreach (
	    json_object_get(schema, "properties"), key, child) {
		bool needed = false;

		for (size_t i = 0; i < json_array_size(required); i++)
			needed |= strcmp(key,
				      json_string_value(
					  json_array_get(required, i))) == 0;
		snprintf(at, sizeof(at), "%s.%s", path, key);
		schema_check(c, path[0] == '\0' ? key : at, child, needed);
	}
}

static void
schema_check(
    struct check *c, const char *path, const json_t *schema, bool required)
{
	const struct field *f = fields_find(c->fields, path);

	if (f == NULL) {
		expect(c, false, path, "is not in the table");
		return;
	}
	c->seen[f - c->fields->at] = true;
	expect(c, required == !!(f->flags & FIELD_REQUIRED), path, "required");
	type_check(c, f, schema);
	limits_check(c, f, schema);
	default_check(c, f, schema);
	words_check(c, f, schema);
	list_check(c, f, schema);
	rules_check(c, f, schema);
	description_check(c, f, schema);
	default_is_told(c, f, schema);
	children_check(c, path, schema);
}

static json_t *
crd_read(const struct fields *fields)
{
	char *name = xasprintf("crd/lbbgp.io_%s.yaml", fields->plural);
	char *path = source_path(name);
	char *text = file_text(path);
	json_t *crd = manifest(text);

	free(name);
	free(path);
	free(text);
	return crd;
}

static void
names_check(struct check *c, const json_t *crd)
{
	const json_t *spec = json_object_get(crd, "spec");
	const json_t *names = json_object_get(spec, "names");
	const json_t *version =
	    json_array_get(json_object_get(spec, "versions"), 0);
	char *api = xasprintf(
	    "%s/%s", text_of(spec, "group"), text_of(version, "name"));

	expect(c, strcmp(api, c->fields->api) == 0, "", "group and version");
	expect(c, strcmp(text_of(names, "kind"), c->fields->kind) == 0, "",
	    "kind");
	expect(c, strcmp(text_of(names, "plural"), c->fields->plural) == 0, "",
	    "plural");
	expect(c, json_array_size(json_object_get(names, "shortNames")) == 1,
	    "", "short name");
	expect(c,
	    json_object_get(
		json_object_get(version, "subresources"), "status") != NULL,
	    "", "status subresource");
	free(api);
}

static void
schema_is_the_table(void **state)
{
	struct check c = { .fields = *state };
	json_t *crd = crd_read(c.fields);
	json_t *version = json_array_get(
	    json_object_get(json_object_get(crd, "spec"), "versions"), 0);
	json_t *schema = json_object_get(
	    json_object_get(version, "schema"), "openAPIV3Schema");
	json_t *properties = json_object_get(schema, "properties");

	assert_true(c.fields->n <= sizeof(c.seen));
	names_check(&c, crd);
	json_object_del(properties, "apiVersion"); /* in every object */
	json_object_del(properties, "kind");
	json_object_del(properties, "metadata");
	schema_check(&c, "", schema, false);
	for (size_t i = 0; i < c.fields->n; i++)
		expect(&c, c.seen[i], c.fields->at[i].path,
		    "is not in the schema");
	json_decref(crd);
	assert_int_equal(c.problems, 0);
}

#define SCHEMA_TEST(fields)                                                \
	{                                                                  \
		"schema_of_" #fields "_is_its_table", schema_is_the_table, \
		    NULL, NULL, (void *)&fields                            \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCHEMA_TEST(bgp_configuration_fields),
		SCHEMA_TEST(bgp_node_status_fields),
		SCHEMA_TEST(bgp_peer_fields),
		SCHEMA_TEST(service_group_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
