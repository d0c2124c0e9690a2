/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml gives events: a scalar, an alias, the begin and end of a sequence or mapping.
 * One function for each kind of node takes the events that belong to it and returns
 * JSON, so the depth of the document is that of the calls, and bounded. What is null, a
 * boolean or a number is decided here, by the words and forms that Kubernetes' parser
 * takes.
 *
 * JSON has neither anchors nor merge keys. An anchor is remembered with its value, and
 * an alias becomes a copy; what all copies add is bounded, since a few lines can stand
 * for gigabytes. A merge key's mappings fill in what the mapping itself does not have,
 * wherever the key stands.
 */
#include "common/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "common/alloc.h"
#include "common/err.h"

#define DEPTH_MAX 100
#define ANCHORS_MAX 1000
/* What all aliases may add to a document, about in bytes: no billion laughs. */
#define ALIASES_MAX (4u << 20)
#define MERGE_TAG "tag:yaml.org,2002:merge"

struct anchor {
	char *name;   /* owned */
	json_t *node; /* ref */
};

struct builder {
	yaml_parser_t parser;
	unsigned line; /* of the document's first line in its file */
	unsigned depth;
	struct anchor *anchors; /* owned */
	size_t n_anchors;
	size_t aliased; /* weight of all that aliases added */
	struct err *err;
};

static json_t *node_build(struct builder *, const yaml_event_t *);

bool
yaml_is_separator(const char *line)
{
	return strncmp(line, "---", 3) == 0 &&
	    (line[3] == '\0' || isspace((unsigned char)line[3]));
}

static json_t *
refuse(struct builder *b, const yaml_mark_t *at, const char *why)
{
	err_set(b->err, "line %zu: %s", b->line + at->line, why);
	return NULL;
}

static bool
next_event(struct builder *b, yaml_event_t *ev)
{
	if (yaml_parser_parse(&b->parser, ev))
		return true;
	const char *why = b->parser.problem;
	const yaml_mark_t *at = b->parser.error == YAML_READER_ERROR
	    ? &b->parser.mark
	    : &b->parser.problem_mark;

	refuse(b, at, why != NULL ? why : "not YAML");
	return false;
}

struct word {
	const char *text; /* in lower case; also Word and WORD are meant */
	char means;       /* 't', 'f', 'n' */
};

/* The words of Kubernetes' parser: YAML 1.1's booleans are still with us. */
static const struct word words[] = {
	{ "", 'n' },
	{ "~", 'n' },
	{ "null", 'n' },
	{ "true", 't' },
	{ "yes", 't' },
	{ "on", 't' },
	{ "y", 't' },
	{ "false", 'f' },
	{ "no", 'f' },
	{ "off", 'f' },
	{ "n", 'f' },
};

static bool
word_matches(const char *word, const char *text)
{
	if (strcasecmp(word, text) != 0)
		return false;
	size_t upper = 0, n = strlen(text);
	for (size_t i = 0; i < n; i++)
		upper += isupper((unsigned char)text[i]) != 0;
	return upper == 0 || upper == n ||
	    (upper == 1 && isupper((unsigned char)text[0]));
}

static json_t *
word_value(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!word_matches(words[i].text, text))
			continue;
		return words[i].means == 'n'
		    ? json_null()
		    : json_boolean(words[i].means == 't');
	}
	return NULL;
}

/*
 * The base by the prefix, which is skipped: 0x, 0o, 0b, and a lone 0 is octal.
 */
static int
number_base(const char **digits)
{
	const char *s = *digits;

	if (s[0] != '0' || s[1] == '\0')
		return 10;
	int c = tolower((unsigned char)s[1]);
	*digits += c == 'x' || c == 'o' || c == 'b' ? 2 : 1;
	return c == 'x' ? 16 : c == 'b' ? 2 : 8;
}

static json_t *
int_value(const char *text)
{
	bool minus = text[0] == '-';
	const char *digits = text + (minus || text[0] == '+');
	char *end;

	int base = number_base(&digits);
	if (!isxdigit((unsigned char)digits[0]))
		return NULL;
	errno = 0;
	unsigned long long n = strtoull(digits, &end, base);
	if (*end != '\0' || errno != 0 || n > INT64_MAX)
		return NULL;
	return json_integer(minus ? -(json_int_t)n : (json_int_t)n);
}

/* [-+]? (\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][-+]?[0-9]+)? */
static bool
is_float(const char *s)
{
	s += *s == '-' || *s == '+';
	size_t whole = strspn(s, "0123456789");
	s += whole;
	if (*s == '.') {
		size_t fraction = strspn(++s, "0123456789");
		if (whole + fraction == 0)
			return false;
		s += fraction;
	} else if (whole == 0) {
		return false;
	}
	if (*s != 'e' && *s != 'E')
		return *s == '\0';
	s++;
	s += *s == '-' || *s == '+';
	size_t exponent = strspn(s, "0123456789");
	return exponent > 0 && s[exponent] == '\0';
}

static json_t *
float_value(const char *text)
{
	if (!is_float(text))
		return NULL;
	double d = strtod(text, NULL);
	/* As JSON has it: 1e3 is a whole number. */
	if (fabs(d) < 9007199254740992.0 && d == (double)(json_int_t)d)
		return json_integer((json_int_t)d);
	return json_real(d); /* NULL when infinite: it stays a string */
}

static json_t *
number_value(const char *text)
{
	char plain[64];
	size_t n = 0;

	if (strchr("+-.0123456789", text[0]) == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (n == sizeof(plain) - 1)
			return NULL;
		if (*text != '_')
			plain[n++] = *text;
	}
	plain[n] = '\0';
	json_t *v = int_value(plain);
	return v != NULL ? v : float_value(plain);
}

static json_t *
scalar_build(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	const char *tag = (const char *)ev->data.scalar.tag;
	bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    ev->data.scalar.plain_implicit;
	json_t *v = NULL;

	if (tag != NULL && strcmp(tag, YAML_STR_TAG) != 0 &&
	    strcmp(tag, "!") != 0)
		return refuse(b, &ev->start_mark, "tags are not supported");
	if (plain && tag == NULL) {
		v = word_value(text);
		if (v == NULL)
			v = number_value(text);
	}
	if (v == NULL)
		v = json_stringn(text, ev->data.scalar.length);
	return v != NULL ? v : refuse(b, &ev->start_mark, "not UTF-8");
}

/* About the bytes that a copy takes. */
static size_t
weight(const json_t *node)
{
	size_t n = 64, i;
	const char *key;
	json_t *v;

	if (json_is_string(node))
		return n + json_string_length(node);
	json_array_foreach (node, i, v)
		n += weight(v);
	json_object_foreach ((json_t *)node, key, v)
		n += strlen(key) + weight(v);
	return n;
}

static bool
anchor_add(struct builder *b, const yaml_mark_t *at, const yaml_char_t *name,
    json_t *node)
{
	if (b->n_anchors == ANCHORS_MAX) {
		refuse(b, at, "too many anchors");
		return false;
	}
	b->anchors =
	    xrealloc(b->anchors, b->n_anchors + 1, sizeof(b->anchors[0]));
	b->anchors[b->n_anchors++] =
	    (struct anchor){ xstrdup((const char *)name), json_incref(node) };
	return true;
}

/* A copy of its own, so that no two places of a document share a node. */
static json_t *
alias_build(struct builder *b, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	size_t i = b->n_anchors;

	while (i > 0 && strcmp(b->anchors[i - 1].name, name) != 0)
		i--;
	if (i == 0)
		return refuse(b, &ev->start_mark, "alias of an unknown anchor");
	b->aliased += weight(b->anchors[i - 1].node);
	if (b->aliased > ALIASES_MAX)
		return refuse(b, &ev->start_mark, "aliases expand too far");
	return json_deep_copy(b->anchors[i - 1].node);
}

static bool
array_fill(struct builder *b, json_t *array)
{
	yaml_event_t ev;

	while (next_event(b, &ev)) {
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return true;
		}
		json_t *v = node_build(b, &ev);
		yaml_event_delete(&ev);
		if (v == NULL)
			return false;
		json_array_append_new(array, v);
	}
	return false;
}

/* YAML 1.1's merge key: plain, or with its tag. */
static bool
is_merge(const yaml_event_t *ev)
{
	const char *tag = (const char *)ev->data.scalar.tag;

	return ev->type == YAML_SCALAR_EVENT &&
	    strcmp((const char *)ev->data.scalar.value, "<<") == 0 &&
	    (tag != NULL ? strcmp(tag, MERGE_TAG) == 0
			 : ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
}

/* Of several that are merged the first wins. */
static bool
merge_add(json_t *merged, json_t *from)
{
	size_t i;
	json_t *one;

	if (json_is_object(from))
		return json_object_update_missing(merged, from) == 0;
	json_array_foreach (from, i, one)
		if (!json_is_object(one) ||
		    json_object_update_missing(merged, one) != 0)
			return false;
	return json_is_array(from);
}

static bool
merge_build(struct builder *b, json_t *merged, const yaml_event_t *key)
{
	yaml_event_t ev;

	if (!next_event(b, &ev))
		return false;
	json_t *from = node_build(b, &ev);
	yaml_event_delete(&ev);
	if (from == NULL)
		return false;
	bool good = merge_add(merged, from);
	json_decref(from);
	if (!good)
		refuse(b, &key->start_mark,
		    "a merge key (<<) takes a mapping or a list of them");
	return good;
}

/* The text of a key that an alias stands for; owned, NULL: it is none. */
static char *
key_text(const json_t *v)
{
	if (json_is_string(v))
		return strlen(json_string_value(v)) == json_string_length(v)
		    ? xstrdup(json_string_value(v))
		    : NULL;
	if (json_is_array(v) || json_is_object(v) || json_is_null(v))
		return NULL;
	char *dumped = json_dumps(v, JSON_ENCODE_ANY);
	char *text = xstrdup(dumped);

	free(dumped);
	return text;
}

static char *
key_alias(struct builder *b, const yaml_event_t *ev)
{
	json_t *v = alias_build(b, ev);
	char *key = v != NULL ? key_text(v) : NULL;

	if (v != NULL && key == NULL)
		refuse(b, &ev->start_mark, "a key is not a string");
	json_decref(v);
	return key;
}

/* A key is what is written there, whatever it looks like; its anchor keeps a type. */
static char *
key_scalar(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	bool good = true;

	if (strlen(text) != ev->data.scalar.length) {
		refuse(b, &ev->start_mark, "a zero byte in a key");
		return NULL;
	}
	if (ev->data.scalar.anchor != NULL) {
		json_t *v = node_build(b, ev);

		good = v != NULL;
		json_decref(v);
	}
	return good ? xstrdup(text) : NULL;
}

/* Owned; NULL: err is set. */
static char *
key_build(struct builder *b, const json_t *object, const yaml_event_t *ev)
{
	char *key = NULL;

	if (ev->type == YAML_ALIAS_EVENT)
		key = key_alias(b, ev);
	else if (ev->type == YAML_SCALAR_EVENT)
		key = key_scalar(b, ev);
	else
		refuse(b, &ev->start_mark, "a key is not a string");
	if (key == NULL || json_object_get(object, key) == NULL)
		return key;
	err_set(b->err, "line %zu: key \"%.60s\" is there twice",
	    b->line + ev->start_mark.line, key);
	free(key);
	return NULL;
}

static bool
pair_build(struct builder *b, json_t *object, const yaml_event_t *key)
{
	char *name = key_build(b, object, key);
	yaml_event_t ev;
	json_t *v = NULL;
	bool good = false;

	if (name == NULL)
		return false;
	if (next_event(b, &ev)) {
		v = node_build(b, &ev);
		yaml_event_delete(&ev);
	}
	if (v != NULL) {
		good = json_object_set_new(object, name, v) == 0;
		if (!good)
			refuse(b, &key->start_mark, "not UTF-8");
	}
	free(name);
	return good;
}

/* Its own keys win over those that are merged into it, wherever they stand. */
static bool
object_fill(struct builder *b, json_t *object)
{
	json_t *merged = json_object();
	bool good = true, end = false;
	yaml_event_t ev;

	while (good && !end && (good = next_event(b, &ev))) {
		end = ev.type == YAML_MAPPING_END_EVENT;
		if (is_merge(&ev))
			good = merge_build(b, merged, &ev);
		else if (!end)
			good = pair_build(b, object, &ev);
		yaml_event_delete(&ev);
	}
	if (good)
		json_object_update_missing(object, merged);
	json_decref(merged);
	return good;
}

static json_t *
collection_build(struct builder *b, const yaml_event_t *ev)
{
	bool array = ev->type == YAML_SEQUENCE_START_EVENT;

	if (b->depth == DEPTH_MAX)
		return refuse(b, &ev->start_mark, "nested too deep");
	json_t *v = array ? json_array() : json_object();
	b->depth++;
	bool good = array ? array_fill(b, v) : object_fill(b, v);
	b->depth--;
	if (good)
		return v;
	json_decref(v);
	return NULL;
}

/* The node that starts with ev, which stays the caller's. NULL: err is set. */
static json_t *
node_build(struct builder *b, const yaml_event_t *ev)
{
	const yaml_char_t *anchor = NULL;
	json_t *v;

	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return alias_build(b, ev);
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		v = scalar_build(b, ev);
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		v = collection_build(b, ev);
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		v = collection_build(b, ev);
		break;
	default:
		return refuse(b, &ev->start_mark, "a value is missing");
	}
	if (v == NULL || anchor == NULL ||
	    anchor_add(b, &ev->start_mark, anchor, v))
		return v;
	json_decref(v);
	return NULL;
}

static json_t *
document_build(struct builder *b)
{
	json_t *v = NULL;
	yaml_event_t ev;
	bool more = true;

	while (more && next_event(b, &ev)) {
		switch (ev.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_STREAM_END_EVENT:
			yaml_event_delete(&ev);
			return v != NULL ? v : json_null();
		default:
			more = v == NULL;
			if (more)
				more = (v = node_build(b, &ev)) != NULL;
			else
				refuse(b, &ev.start_mark, "a second document");
			break;
		}
		yaml_event_delete(&ev);
	}
	json_decref(v);
	return NULL;
}

json_t *
yaml_parse(const char *text, size_t n, unsigned line, struct err *err)
{
	struct builder b = { .line = line, .err = err };

	/* YAML 1.2 5.2; libyaml would count the mark as an indentation. */
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	if (!yaml_parser_initialize(&b.parser)) {
		err_set(err, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const yaml_char_t *)text, n);
	json_t *v = document_build(&b);
	yaml_parser_delete(&b.parser);
	for (size_t i = 0; i < b.n_anchors; i++) {
		free(b.anchors[i].name);
		json_decref(b.anchors[i].node);
	}
	free(b.anchors);
	return v;
}
