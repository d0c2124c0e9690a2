/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert_io.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/args.h"

#define PROGRAM "lbbgp-convert"

/* "…/lbbgp-convert" for our own "…/lbbgp"; owned. NULL: where is not known. */
static char *
path_beside(void)
{
	char own[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (n <= 0)
		return NULL;
	own[n] = '\0';
	char *slash = strrchr(own, '/');

	if (slash == NULL)
		return NULL;
	slash[1] = '\0';
	return xasprintf("%s%s", own, PROGRAM);
}

int
convert_start(char *const *words, size_t n)
{
	char **argv = xcalloc(n + 3, sizeof(*argv));
	char *beside = path_beside();

	argv[0] = xstrdup(PROGRAM);
	argv[1] = xstrdup("--"); /* what follows are files */
	for (size_t i = 0; i < n; i++)
		argv[2 + i] = words[i];
	if (beside != NULL)
		execv(beside, argv);
	if (beside == NULL || errno == ENOENT)
		execvp(PROGRAM, argv);
	if (errno == ENOENT)
		fputs("lbbgp: convert: " PROGRAM " is not installed; it is not "
		      "in the image, but beside lbbgp where lbbgp was built "
		      "with make and make install\n",
		    stderr);
	else
		fprintf(stderr, "lbbgp: convert: " PROGRAM ": %s\n",
		    strerror(errno));
	free(argv[0]);
	free(argv[1]);
	free(argv);
	free(beside);
	return EXIT_FAILED;
}
