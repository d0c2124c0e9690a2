/* SPDX-License-Identifier: Apache-2.0 */
#include "common/source_io.h"

#include <stdlib.h>
#include <string.h>

#include "common/dir/source_dir_io.h"
#include "common/err.h"
#include "common/kube/source_kube_io.h"
#include "common/source/source.h"

static bool
is_dir(const char *spec)
{
	return strncmp(spec, "dir:", 4) == 0 && spec[4] != '\0';
}

char *
source_state_path(const char *spec)
{
	return is_dir(spec) ? source_dir_state(spec + 4) : NULL;
}

bool
source_is_of_files(const struct source_options *o)
{
	const char *list = getenv("KUBECONFIG");

	return is_dir(o->spec) || o->kubeconfig != NULL ||
	    (list != NULL && list[0] != '\0');
}

struct source *
source_open(const struct source_options *o, struct event_base *base,
    struct store *store, struct err *err)
{
	if (strcmp(o->spec, "kube") == 0)
		return source_kube_open(o, base, store, err);
	if (is_dir(o->spec))
		return source_dir_open(o, o->spec + 4, base, store, err);
	err_set(err, "source %.60s: neither kube nor dir:PATH", o->spec);
	return NULL;
}
