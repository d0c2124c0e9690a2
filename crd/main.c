/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the CustomResourceDefinitions into a directory: print DIRECTORY. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/fields.h"
#include "crd/crd.h"

static bool
file_write(const char *directory, const struct fields *fields)
{
	char *path =
	    xasprintf("%s/lbbgp.io_%s.yaml", directory, fields->plural);
	char *text = crd_text(fields);
	FILE *f = fopen(path, "w");
	bool good = f != NULL && fputs(text, f) >= 0;

	good &= f != NULL && fclose(f) == 0;
	if (!good)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	free(text);
	free(path);
	return good;
}

int
main(int argc, char **argv)
{
	bool good = argc == 2;

	for (size_t i = 0; good && crd_kinds[i] != NULL; i++)
		good = file_write(argv[1], crd_kinds[i]);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
