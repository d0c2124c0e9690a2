/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/memberships.h"

#include <stdlib.h>
#include <utlist.h>

#include "bgpd/link/link_port.h"
#include "common/alloc.h"
#include "common/prefix.h"

struct membership {
	int index;
	struct addr addr;
	bool wanted, joined;
	struct membership *next;
};

struct memberships {
	const struct link_port *port; /* borrowed */
	struct membership *all;       /* owned; a few an interface */
};

struct memberships *
memberships_new(const struct link_port *port)
{
	struct memberships *m = xcalloc(1, sizeof(*m));

	m->port = port;
	return m;
}

void
memberships_free(struct memberships *m)
{
	struct membership *one, *tmp;

	if (m == NULL)
		return;
	LL_FOREACH_SAFE (m->all, one, tmp)
		free(one);
	free(m);
}

static struct membership *
membership_of(struct memberships *m, int index, const struct addr *addr)
{
	struct membership *one;

	LL_FOREACH (m->all, one)
		if (one->index == index && addr_eq(&one->addr, addr))
			return one;
	one = xcalloc(1, sizeof(*one));
	one->index = index;
	one->addr = *addr;
	LL_PREPEND(m->all, one);
	return one;
}

void
memberships_want(struct memberships *m, int index, const struct addr *group)
{
	membership_of(m, index, group)->wanted = true;
}

void
memberships_settle(struct memberships *m)
{
	struct membership *one, *tmp;

	LL_FOREACH_SAFE (m->all, one, tmp) {
		if (one->wanted != one->joined)
			m->port->join(
			    m->port->arg, one->index, &one->addr, one->wanted);
		one->joined = one->wanted;
		one->wanted = false;
		if (!one->joined) {
			LL_DELETE(m->all, one);
			free(one);
		}
	}
}
