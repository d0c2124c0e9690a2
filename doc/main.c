/* SPDX-License-Identifier: Apache-2.0 */
/* Prints doc/metrics.md. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/metrics.h"

int
main(void)
{
	char *page = metrics_page();
	bool good = fputs(page, stdout) >= 0 && fflush(stdout) == 0;

	free(page);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
