/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/instance.h"

#define REPLY_VERSION 1

const struct instance *
findings_of(const struct findings *f)
{
	return f->of != NULL ? f->of : &instance_default;
}

#define PLACE \
	"NAMESPACE" /* in steps: no object has capital letters in its name */

/* With ns in its place; owned. */
static char *
step_in(const char *ns, const char *step)
{
	const char *at = strstr(step, PLACE);

	if (at == NULL)
		return xstrdup(step);
	char *rest = step_in(ns, at + strlen(PLACE));
	char *whole = xasprintf("%.*s%s%s", (int)(at - step), step, ns, rest);

	free(rest);
	return whole;
}

void
findings_add(struct findings *f, const char *check,
    enum verdict_of_doctor verdict, const char *next, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	f->at = xrealloc(f->at, f->n + 1, sizeof(f->at[0]));
	f->at[f->n++] = (struct finding){ check, verdict, text,
		next != NULL ? step_in(findings_of(f)->ns, next) : NULL };
}

void
findings_fini(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->at[i].text);
		free(f->at[i].next);
	}
	free(f->at);
	*f = (struct findings){ 0 };
}

const char *
doctor_word(enum verdict_of_doctor verdict)
{
	static const char *const words[] = { "good", "unseen", "doubt", "bad" };

	return words[verdict];
}

char *
doctor_reply(const struct findings *f)
{
	json_t *list = json_array();
	int bad = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *one = &f->at[i];

		bad += one->verdict == DOCTOR_BAD;
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:s?}", "check", one->check,
			"verdict", doctor_word(one->verdict), "text", one->text,
			"next", one->next));
	}
	const struct instance *of = findings_of(f);
	json_t *reply = json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "version",
	    REPLY_VERSION, "class", of->class, "namespace", of->ns, "worst",
	    doctor_word(findings_worst(f)), "bad", bad, "findings", list);
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	return text;
}

enum verdict_of_doctor
findings_worst(const struct findings *f)
{
	enum verdict_of_doctor worst = DOCTOR_GOOD;

	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].verdict > worst)
			worst = f->at[i].verdict;
	return worst;
}
