/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader of a dialect does with a job: it asks for the objects of its
 * kinds, takes the fields that it understands out of what is left of each, and
 * makes objects of ours. Nobody has to keep a list of what was understood: what
 * is left in the end was not, and is told field by field. An object that is
 * dismissed is told as a whole instead.
 */
#include "cli/convert/job.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/path.h"
#include "common/alloc.h"

#define API "lbbgp.io/v1"
#define NAME_MAX_CHARS 63 /* leaves room for a number behind it */

struct job *
job_new(void)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->communities = json_object();
	j->used = json_object();
	j->lines = json_object();
	j->names = json_object();
	return j;
}

static void
foreign_free(struct foreign *f)
{
	json_decref(f->left);
	json_decref(f->ours);
	free(f->label);
	free(f->name);
	free(f);
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->n_foreign; i++)
		foreign_free(j->foreign[i]);
	while (j->n_made > 0)
		job_unmake(j);
	for (size_t i = 0; i < j->n_remarks; i++)
		free(j->remarks[i]);
	json_decref(j->communities);
	json_decref(j->used);
	json_decref(j->lines);
	json_decref(j->names);
	free(j->foreign);
	free(j->made);
	free(j->remarks);
	free(j);
}

/* ---- objects of others ---- */

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static char *
label_build(const json_t *obj)
{
	const char *ns = path_text(obj, "metadata.namespace");

	return xasprintf("%s %s%s%s", text_or(path_text(obj, "kind"), "object"),
	    text_or(ns, ""), ns != NULL ? "/" : "",
	    text_or(path_text(obj, "metadata.name"), "without a name"));
}

struct foreign *
job_add(struct job *j, json_t *obj, const char *label, const char *name)
{
	struct foreign *f = xcalloc(1, sizeof(*f));

	f->left = obj;
	f->label = label != NULL ? xstrdup(label) : label_build(obj);
	if (name == NULL)
		name = path_text(obj, "metadata.name");
	f->name = xstrdup(text_or(name, ""));
	j->foreign = xrealloc(j->foreign, j->n_foreign + 1, sizeof(f));
	j->foreign[j->n_foreign++] = f;
	return f;
}

/* "metallb.io/v1beta1" is of metallb.io, and so is "x.metallb.io/v1". */
static bool
is_of_group(const json_t *obj, const char *group)
{
	const char *api = text_or(path_text(obj, "apiVersion"), "");
	const char *slash = strchr(api, '/');
	size_t n = slash != NULL ? (size_t)(slash - api) : 0, m = strlen(group);

	return n >= m && memcmp(api + n - m, group, m) == 0 &&
	    (n == m || (m > 0 && api[n - m - 1] == '.'));
}

struct foreign *
job_next(const struct job *j, const char *group, const char *kind, size_t *i)
{
	while (*i < j->n_foreign) {
		struct foreign *f = j->foreign[(*i)++];
		const char *its = path_text(f->left, "kind");

		if (its != NULL && strcmp(its, kind) == 0 &&
		    is_of_group(f->left, group))
			return f;
	}
	return NULL;
}

struct foreign *
job_named(
    const struct job *j, const char *group, const char *kind, const char *name)
{
	struct foreign *f;
	size_t i = 0;

	while (name != NULL && (f = job_next(j, group, kind, &i)) != NULL)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* ---- the same one twice ---- */

/* One of them may leave it to kubectl which namespace it is in. */
static bool
is_same_namespace(const struct foreign *a, const struct foreign *b)
{
	const char *x = path_text(a->left, "metadata.namespace");
	const char *y = path_text(b->left, "metadata.namespace");

	return x == NULL || y == NULL || strcmp(x, y) == 0;
}

static void
lay_over(struct job *j, struct foreign *to, struct foreign *by)
{
	job_remark(j, by->label, NULL, "%s",
	    json_equal(to->left, by->left)
		? "it stands there twice, and counts once"
		: "it stands there twice: what the later one says is laid over "
		  "the earlier one");
	json_object_update_recursive(to->left, by->left);
	json_object_clear(by->left); /* of no kind any more */
	by->told = true;
}

/* The one of that name before it; NULL: it is the first. */
static struct foreign *
same_before(const json_t *names, const struct job *j, const struct foreign *f)
{
	const json_t *v;
	size_t i;

	json_array_foreach (json_object_get(names, f->name), i, v) {
		struct foreign *other = j->foreign[json_integer_value(v)];

		if (is_same_namespace(other, f))
			return other;
	}
	return NULL;
}

void
job_merge(struct job *j, const char *group, const char *kind)
{
	json_t *names = json_object(); /* to where in j->foreign they are */
	struct foreign *f, *before;
	size_t i = 0;

	while ((f = job_next(j, group, kind, &i)) != NULL) {
		if (f->alone || f->name[0] == '\0')
			continue;
		before = same_before(names, j, f);
		if (before != NULL) {
			lay_over(j, before, f);
			continue;
		}
		json_t *at = json_object_get(names, f->name);

		if (at == NULL)
			json_object_set_new(names, f->name, at = json_array());
		json_array_append_new(at, json_integer((json_int_t)i - 1));
	}
	json_decref(names);
}

/* ---- remarks ---- */

/* Control characters would make two lines of one, or worse. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = '?';
}

void
job_remark(
    struct job *j, const char *label, const char *path, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	char *line = xasprintf("%s: %s%s%s", label, text_or(path, ""),
	    path != NULL ? ": " : "", why);

	make_printable(line);
	if (json_object_get(j->lines, line) != NULL) {
		free(line); /* once is enough */
		return;
	}
	json_object_set_new_nocheck(j->lines, line, json_true());
	j->remarks = xrealloc(j->remarks, j->n_remarks + 1, sizeof(line));
	j->remarks[j->n_remarks++] = line;
}

void
job_dismiss(struct job *j, struct foreign *f, const char *why)
{
	job_remark(j, f->label, NULL, "%s", why);
	f->told = true;
}

void
job_refuse(struct job *j, const char *label, const char *path,
    const json_t *value, const char *why)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	job_remark(j, label, path, "%.240s: %s", text, why);
	free(text);
}

json_t *
job_take_list(struct job *j, struct foreign *from, const char *path)
{
	json_t *v = path_take(from->left, path);

	if (v == NULL || json_is_array(v))
		return v;
	job_refuse(j, from->label, path, v, "not a list");
	json_decref(v);
	return NULL;
}

/* Written by the API server, or by kubectl to itself. */
static const char *const bookkeeping[] = { "apiVersion", "kind", "status",
	"metadata.name", "metadata.namespace", "metadata.uid",
	"metadata.resourceVersion", "metadata.generation",
	"metadata.creationTimestamp", "metadata.managedFields",
	"metadata.selfLink", NULL };

static void
drop_bookkeeping(json_t *obj)
{
	json_t *notes =
	    json_object_get(json_object_get(obj, "metadata"), "annotations");

	json_object_del(
	    notes, "kubectl.kubernetes.io/last-applied-configuration");
	for (const char *const *path = bookkeeping; *path != NULL; path++)
		json_decref(path_take(obj, *path));
}

static char *
path_deeper(const char *path, const char *key)
{
	return xasprintf("%s%s%s", path, path[0] != '\0' ? "." : "", key);
}

void
job_tell(struct job *j, const char *label, const char *path, const json_t *v)
{
	const char *key;
	char *deeper;
	json_t *below;
	size_t i;

	if (v == NULL || path_says_nothing(v))
		return;
	json_array_foreach (v, i, below) {
		deeper = xasprintf("%s[%zu]", path, i);
		job_tell(j, label, deeper, below);
		free(deeper);
	}
	json_object_foreach ((json_t *)v, key, below) {
		deeper = path_deeper(path, key);
		job_tell(j, label, deeper, below);
		free(deeper);
	}
	if (!json_is_array(v) && !json_is_object(v))
		job_remark(j, label, path[0] != '\0' ? path : NULL,
		    "has no counterpart");
}

void
job_use_labels(struct job *j, const json_t *selector)
{
	const char *key;
	json_t *v;
	size_t i;

	json_object_foreach (json_object_get(selector, "matchLabels"), key, v)
		json_object_set_new(j->used, key, json_true());
	json_array_foreach (json_object_get(selector, "matchExpressions"), i, v)
		if (path_text(v, "key") != NULL)
			json_object_set_new(
			    j->used, path_text(v, "key"), json_true());
}

static void
drop_used_labels(const struct job *j, json_t *obj)
{
	json_t *labels =
	    json_object_get(json_object_get(obj, "metadata"), "labels");
	const char *key;
	json_t *v;

	json_object_foreach (j->used, key, v)
		json_object_del(labels, key);
}

void
job_tell_left(struct job *j, struct foreign *f)
{
	if (f->told)
		return;
	drop_bookkeeping(f->left);
	drop_used_labels(j, f->left);
	job_tell(j, f->label, "", f->left);
	f->told = true;
}

/* ---- objects of ours ---- */

const char *
job_name(const json_t *ours)
{
	return path_text(ours, "metadata.name");
}

json_t *
job_spec(json_t *ours)
{
	return json_object_get(ours, "spec");
}

json_t *
job_find(const struct job *j, const char *kind, const char *name)
{
	char *key = xasprintf("%s/%s", kind, name);
	const json_t *at = json_object_get(j->names, key);

	free(key);
	return at != NULL ? j->made[json_integer_value(at)].obj : NULL;
}

/* RFC 1123: small letters, digits, and - inside. */
static char *
name_clean(const char *text)
{
	char *name = xcalloc(1, NAME_MAX_CHARS + 1);
	size_t n = 0;

	for (; *text != '\0' && n < NAME_MAX_CHARS; text++) {
		char c =
		    *text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (plain || n > 0)
			name[n++] = plain || c == '.' ? c : '-';
	}
	while (n > 0 && (name[n - 1] == '-' || name[n - 1] == '.'))
		name[--n] = '\0';
	if (n > 0)
		return name;
	free(name);
	return xstrdup("unnamed");
}

/* No part between dots may be empty, or begin or end with "-". */
static void
name_mend_dots(char *name)
{
	for (char *at = name; (at = strchr(at, '.')) != NULL; at++)
		if (strchr(".-", at[1]) != NULL || strchr(".-", at[-1]) != NULL)
			*at = '-';
}

static char *
name_choose(const struct job *j, const char *kind, const char *wish)
{
	char *base = name_clean(wish);

	name_mend_dots(base);
	char *name = xstrdup(base);

	for (unsigned i = 2; job_find(j, kind, name) != NULL; i++) {
		free(name);
		name = xasprintf("%s-%u", base, i);
	}
	free(base);
	return name;
}

json_t *
job_make(struct job *j, const char *label, const char *kind, const char *wish)
{
	char *name = name_choose(j, kind, wish);
	json_t *obj = json_pack("{s:s, s:s, s:{s:s}, s:{}}", "apiVersion", API,
	    "kind", kind, "metadata", "name", name, "spec");

	if (strcmp(name, wish) != 0)
		job_remark(
		    j, label, "metadata.name", "the %s is %s", kind, name);
	char *key = xasprintf("%s/%s", kind, name);

	json_object_set_new(j->names, key, json_integer((json_int_t)j->n_made));
	free(key);
	free(name);
	j->made = xrealloc(j->made, j->n_made + 1, sizeof(j->made[0]));
	j->made[j->n_made++] =
	    (struct made){ obj, xstrdup(label), xstrdup(wish), false };
	return obj;
}

void
job_unmake(struct job *j)
{
	struct made *last = &j->made[--j->n_made];
	char *key = xasprintf(
	    "%s/%s", path_text(last->obj, "kind"), job_name(last->obj));

	json_object_del(j->names, key);
	free(key);
	json_decref(last->obj);
	free(last->label);
	free(last->wish);
}
