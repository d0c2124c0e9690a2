/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows the "?" of a request to the dashboard, and the host that it names; and
 * what the page then shows of it.
 */
#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/html.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_name[] = "ask";

static void
show(const char *filter)
{
	char *text = NULL;
	size_t n;
	FILE *page = open_memstream(&text, &n);

	assert(page != NULL);
	html_text(page, filter);
	fclose(page);
	assert(strpbrk(text, "<>\"'\n") == NULL);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes;
	char filter[ASK_FILTER];

	memset(filter, 'x', sizeof(filter));
	ask_filter(text, size, filter);
	assert(memchr(filter, '\0', sizeof(filter)) != NULL &&
	    strlen(filter) <= size && ask_matches(filter, filter));
	show(filter);
	if (ask_host_is_plain(text, size))
		assert(size > 0 && memchr(text, '\0', size) == NULL);
	return 0;
}
