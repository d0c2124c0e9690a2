/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/link.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/path.h"
#include "common/alloc.h"
#include "common/err.h"

#define L2 "spec.announce.l2"

/* ---- interfaces ---- */

/* In brackets, as a group has no \; what that can't be is any character. */
static void
literal_print(FILE *to, char c)
{
	if (strchr("^\\", c) != NULL)
		fputc('.', to);
	else if (strchr(".[]{}()*+?$|", c) != NULL)
		fprintf(to, "[%c]", c);
	else
		fputc(c, to);
}

json_t *
link_name(const char *name)
{
	char *text = NULL;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	for (; *name != '\0'; name++)
		literal_print(to, *name);
	fclose(to);
	json_t *v = json_string(text);

	free(text);
	return v;
}

/* What Go has a letter for, and POSIX a class; inside and outside of [ ]. */
static const struct class
{
	char letter;
	const char *outside, *inside;
} classes[] = {
	{ 'd', "[0-9]", "0-9" },
	{ 'w', "[0-9A-Za-z_]", "0-9A-Za-z_" },
	{ 's', "[ ]", " " },
	{ 'D', "[^0-9]", NULL },
	{ 'W', "[^0-9A-Za-z_]", NULL },
	{ 'S', "[^ ]", NULL },
};

/* A backslash and that letter; false: POSIX has nothing for it. */
static bool
escape_print(FILE *to, char c, bool inside)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const char *as =
		    inside ? classes[i].inside : classes[i].outside;

		if (classes[i].letter != c)
			continue;
		if (as != NULL)
			fputs(as, to);
		return as != NULL;
	}
	if (c == '\0' || strchr(".[]{}()*+?^$|\\-/", c) == NULL)
		return false;
	if (!inside)
		literal_print(to, c);
	else
		fputc(c, to);
	/* Between brackets these mean something wherever they are. */
	return !inside || strchr("]-\\^", c) == NULL;
}

/* Groups that only Go has begin with (?, and what is not greedy ends with ?. */
static bool
is_of_go(const char *at, bool inside)
{
	return !inside &&
	    ((at[0] == '(' && at[1] == '?') ||
		(strchr("*+?}", at[0]) != NULL && at[1] == '?'));
}

/* False: it has something that POSIX has not. */
static bool
pattern_print(FILE *to, const char *text, size_t n)
{
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		if (is_of_go(text + i, inside))
			return false;
		if (text[i] == '\\') {
			if (!escape_print(to, text[++i], inside))
				return false;
			continue;
		}
		if (!inside && text[i] == '[')
			inside = true;
		else if (inside && text[i] == ']')
			inside = false;
		fputc(text[i], to);
	}
	return true;
}

static bool
compiles(const char *text)
{
	regex_t r;

	if (regcomp(&r, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&r);
	return true;
}

static bool
is_anchored_behind(const char *text, size_t n)
{
	return n > 0 && text[n - 1] == '$' && (n < 2 || text[n - 2] != '\\');
}

/* Has it a | that is in no parentheses? */
static bool
is_choice(const char *text)
{
	int depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '(')
			depth++;
		else if (*text == ')')
			depth--;
		else if (*text == '|' && depth <= 0)
			return true;
	}
	return false;
}

/* A choice may be anchored in some of its parts only. */
static char *
pattern_turn(const char *text)
{
	bool before = text[0] == '^', choice = is_choice(text);
	size_t n = strlen(text);
	bool behind = is_anchored_behind(text, n);
	char *out = NULL;
	size_t used;
	FILE *to = xmemstream(&out, &used);

	if (choice)
		before = behind = false;
	fputs(before ? "" : choice ? ".*(" : ".*", to);
	bool good = pattern_print(to, text + before, n - before - behind);

	fputs(behind ? "" : choice ? ").*" : ".*", to);
	fclose(to);
	if (good && compiles(out))
		return out;
	free(out);
	return NULL;
}

json_t *
link_pattern(const char *text, struct err *err)
{
	char *out = text[0] != '\0' ? pattern_turn(text) : NULL;

	if (out == NULL) {
		err_set(err, "\"%.60s\": no regular expression of POSIX", text);
		return NULL;
	}
	json_t *v = json_string(out);

	free(out);
	return v;
}

/* ---- into a group ---- */

json_t *
link_terms(const struct answering *l)
{
	json_t *v = json_pack("{s:s}", "mode", l->always ? "Always" : "Auto");

	if (json_array_size(l->interfaces) > 0)
		json_object_set_new(
		    v, "interfaces", json_copy((json_t *)l->interfaces));
	if (json_object_size(l->nodes) > 0)
		json_object_set_new(
		    v, "nodeSelector", json_deep_copy(l->nodes));
	if (l->stays)
		json_object_set_new(v, "failBack", json_false());
	return v;
}

static void
widen_nodes(struct job *j, const char *label, const struct answering *l,
    json_t *group, json_t *old)
{
	json_t *nodes = json_object_get(old, "nodeSelector");
	struct err err;

	if (nodes == NULL)
		return; /* all of them do */
	if (json_object_size(l->nodes) == 0)
		json_object_del(old, "nodeSelector");
	else if (!label_selector_widen(nodes, l->nodes, &err)) {
		job_remark(j, label, "spec.nodeSelector",
		    "%s: all nodes answer for addresses of %s", err.text,
		    job_name(group));
		json_object_del(old, "nodeSelector");
	}
}

static void
widen_interfaces(const struct answering *l, json_t *old)
{
	json_t *list = json_object_get(old, "interfaces"), *one;
	size_t i;

	if (list == NULL)
		return;
	json_array_foreach (l->interfaces, i, one)
		path_list_add(list, one);
	if (json_array_size(l->interfaces) > 0)
		return;
	json_object_del(old, "interfaces");
	json_object_set_new(old, "mode", json_string("Auto"));
}

static bool
is_same(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x == y || json_equal(x, y);
}

void
link_add(
    struct job *j, const char *label, const struct answering *a, json_t *group)
{
	json_t *old = (json_t *)path_get(group, L2), *new = link_terms(a);

	if (old == NULL) {
		path_set(group, L2, new);
		return;
	}
	if (!is_same(old, new, "nodeSelector") &&
	    !is_same(old, new, "interfaces"))
		job_remark(j, label, NULL,
		    "others have said which nodes and interfaces %s is for: "
		    "each of the nodes answers on all of the interfaces",
		    job_name(group));
	widen_nodes(j, label, a, group, old);
	widen_interfaces(a, old);
	json_decref(new);
}

void
link_beside_bgp(json_t *group)
{
	if (path_get(group, "spec.announce.bgp") == NULL)
		path_set(group, "spec.announce.bgp", json_object());
}

bool
link_has(const json_t *group)
{
	return path_get(group, L2) != NULL;
}

void
link_nowhere(json_t *group)
{
	path_set(group, L2 ".nodeSelector",
	    json_pack("{s:{s:s}}", "matchLabels", GROUP_ANNOUNCE_LABEL,
		GROUP_ANNOUNCE_VALUE));
}
