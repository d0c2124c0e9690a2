/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a page that is made from tables of the code: print PAGE. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doc/metrics.h"
#include "doc/resources.h"
#include "doc/told.h"

static const struct {
	const char *name;
	char *(*make)(void);
} pages[] = {
	{ "conditions", told_page },
	{ "metrics", metrics_page },
	{ "resources", resources_page },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(pages) / sizeof(pages[0]);
	     i++) {
		if (strcmp(argv[1], pages[i].name) != 0)
			continue;
		char *page = pages[i].make();
		bool good = fputs(page, stdout) >= 0 && fflush(stdout) == 0;

		free(page);
		return good ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fputs("Usage: print PAGE\n", stderr);
	return EXIT_FAILURE;
}
