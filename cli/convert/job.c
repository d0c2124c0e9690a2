/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/job.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/rule.h"
#include "common/alloc.h"

#define API "lbbgp.io/v1"
#define NAME_MAX_CHARS 63 /* leaves room for a number behind it */

struct job *
job_new(void)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->communities = json_object();
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
	const char *ns = rule_text(obj, "metadata.namespace");

	return xasprintf("%s %s%s%s", text_or(rule_text(obj, "kind"), "object"),
	    text_or(ns, ""), ns != NULL ? "/" : "",
	    text_or(rule_text(obj, "metadata.name"), "without a name"));
}

struct foreign *
job_add(struct job *j, json_t *obj, const char *label, const char *name)
{
	struct foreign *f = xcalloc(1, sizeof(*f));

	f->left = obj;
	f->label = label != NULL ? xstrdup(label) : label_build(obj);
	if (name == NULL)
		name = rule_text(obj, "metadata.name");
	f->name = xstrdup(text_or(name, ""));
	j->foreign = xrealloc(j->foreign, j->n_foreign + 1, sizeof(f));
	j->foreign[j->n_foreign++] = f;
	return f;
}

/* "metallb.io/v1beta1" is of metallb.io, and so is "x.metallb.io/v1". */
static bool
is_of_group(const json_t *obj, const char *group)
{
	const char *api = text_or(rule_text(obj, "apiVersion"), "");
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
		const char *its = rule_text(f->left, "kind");

		if (its != NULL && strcmp(its, kind) == 0 &&
		    is_of_group(f->left, group))
			return f;
	}
	return NULL;
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
	for (size_t i = 0; i < j->n_remarks; i++)
		if (strcmp(j->remarks[i], line) == 0) {
			free(line); /* once is enough */
			return;
		}
	j->remarks = xrealloc(j->remarks, j->n_remarks + 1, sizeof(line));
	j->remarks[j->n_remarks++] = line;
}

void
job_dismiss(struct job *j, struct foreign *f, const char *why)
{
	job_remark(j, f->label, NULL, "%s", why);
	f->told = true;
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
		json_decref(rule_take(obj, *path));
}

void
job_tell(struct job *j, const char *label, const char *path, const json_t *v)
{
	const char *key;
	json_t *below;
	size_t i;

	if (rule_says_nothing(v))
		return;
	json_array_foreach (v, i, below)
		job_tell(j, label, path, below);
	if (json_is_array(v))
		return;
	if (!json_is_object(v) || strncmp(path, "metadata.", 9) == 0) {
		job_remark(j, label, path[0] != '\0' ? path : NULL,
		    "has no counterpart");
		return;
	}
	json_object_foreach ((json_t *)v, key, below) {
		char *deeper =
		    xasprintf("%s%s%s", path, path[0] != '\0' ? "." : "", key);

		job_tell(j, label, deeper, below);
		free(deeper);
	}
}

void
job_tell_left(struct job *j, struct foreign *f)
{
	if (f->told)
		return;
	drop_bookkeeping(f->left);
	job_tell(j, f->label, "", f->left);
	f->told = true;
}

/* ---- objects of ours ---- */

const char *
job_name(const json_t *ours)
{
	return rule_text(ours, "metadata.name");
}

json_t *
job_spec(json_t *ours)
{
	return json_object_get(ours, "spec");
}

json_t *
job_find(const struct job *j, const char *kind, const char *name)
{
	for (size_t i = 0; i < j->n_made; i++) {
		json_t *obj = j->made[i].obj;

		if (strcmp(rule_text(obj, "kind"), kind) == 0 &&
		    strcmp(job_name(obj), name) == 0)
			return obj;
	}
	return NULL;
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
	free(name);
	j->made = xrealloc(j->made, j->n_made + 1, sizeof(j->made[0]));
	j->made[j->n_made++] = (struct made){ obj, xstrdup(label) };
	return obj;
}

void
job_unmake(struct job *j)
{
	struct made *last = &j->made[--j->n_made];

	json_decref(last->obj);
	free(last->label);
}
