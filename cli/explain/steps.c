/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"

void
steps_add(struct steps *steps, const char *rule, const char *verdict,
    const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	steps->at = xrealloc(steps->at, steps->n + 1, sizeof(*steps->at));
	steps->at[steps->n++] = (struct step){ xstrdup(rule), verdict, text };
}

void
steps_fini(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		free(steps->at[i].rule);
		free(steps->at[i].text);
	}
	free(steps->at);
	*steps = (struct steps){ 0 };
}
