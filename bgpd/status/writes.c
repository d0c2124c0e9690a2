/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/writes.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/alloc.h"

struct write_name *
writes_begin(struct writes *w, const char *name)
{
	struct write_name *one = xcalloc(1, sizeof(*one));

	one->of = w;
	one->name = xstrdup(name);
	DL_APPEND(w->first, one);
	return one;
}

void
write_end(struct write_name *one)
{
	DL_DELETE(one->of->first, one);
	free(one->name);
	free(one);
}

void
writes_fini(struct writes *w)
{
	while (w->first != NULL)
		write_end(w->first);
}
