/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/link/unheard.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/link/interface.h"
#include "common/alloc.h"

void
unheard_fini(struct unheard *u)
{
	free(u->all);
	*u = (struct unheard){ 0 };
}

static struct unheard_one *
find(const struct unheard *u, int index)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->all[i].index == index)
			return &u->all[i];
	return NULL;
}

bool
unheard_has(const struct unheard *u, int index)
{
	return find(u, index) != NULL;
}

bool
unheard_add(struct unheard *u, int index, const struct err *why)
{
	if (unheard_has(u, index))
		return false;
	u->all = xrealloc(u->all, u->n + 1, sizeof(u->all[0]));
	u->all[u->n++] = (struct unheard_one){ index, *why };
	return true;
}

bool
unheard_remove(struct unheard *u, int index)
{
	struct unheard_one *one = find(u, index);

	if (one == NULL)
		return false;
	*one = u->all[--u->n];
	return true;
}

void
unheard_keep(
    struct unheard *u, bool (*is_there)(void *arg, int index), void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < u->n; i++)
		if (is_there(arg, u->all[i].index))
			u->all[kept++] = u->all[i];
	u->n = kept;
}

struct interface *
unheard_mask(const struct unheard *u, const struct interface *list, size_t n)
{
	struct interface *masked = xcalloc(n + 1, sizeof(*masked));

	for (size_t i = 0; i < n; i++) {
		masked[i] = list[i];
		if (unheard_has(u, list[i].index))
			masked[i].up = false;
	}
	return masked;
}

bool
unheard_print(const struct unheard *u, const struct interface *list, size_t n,
    struct err *out)
{
	*out = (struct err){ 0 };
	for (size_t i = n; i-- > 0;) {
		const struct unheard_one *one = find(u, list[i].index);

		if (one != NULL)
			err_prefix(out, "%s: %s%s", list[i].name, one->why.text,
			    out->text[0] != '\0' ? "; " : "");
	}
	return out->text[0] != '\0';
}
