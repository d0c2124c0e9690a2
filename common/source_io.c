/* SPDX-License-Identifier: Apache-2.0 */
#include "common/source_io.h"

#include <string.h>

#include "common/err.h"

struct source *
source_open(const struct source_options *o, struct event_base *base,
    struct store *store, struct err *err)
{
	if (strcmp(o->spec, "kube") == 0)
		return source_open_kube(o, base, store, err);
	if (strncmp(o->spec, "dir:", 4) == 0 && o->spec[4] != '\0')
		return source_open_dir(o, o->spec + 4, base, store, err);
	err_set(err, "source %.60s: neither kube nor dir:PATH", o->spec);
	return NULL;
}
