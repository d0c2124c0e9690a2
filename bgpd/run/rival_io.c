/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/run/rival_io.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/run/netns_lock_io.h"
#include "common/alloc.h"
#include "common/err.h"

struct rival_io {
	struct netns_lock *lock; /* owned */
};

static bool
is_alone(const struct rival_io *r, const char *class, struct err *err)
{
	char other[NETNS_LOCK_WHO];
	struct err why;

	if (netns_lock_share(r->lock, &why))
		return true;
	netns_lock_holder(r->lock, other);
	if (strcmp(other, class) == 0)
		return true;
	return err_set(err,
	    "the daemon of another lbbgp, of class %.80s, is in this network "
	    "namespace, where one does all of BGP, BFD, rules and addresses; "
	    "this one is of class %s: choose other nodes for one of the two "
	    "(nodeSelector of its DaemonSet)",
	    other, class);
}

struct rival_io *
rival_io_new(const char *directory, const char *class, struct err *err)
{
	struct rival_io *r = xcalloc(1, sizeof(*r));

	r->lock = netns_lock_new(directory, "class", "another lbbgp", class);
	if (is_alone(r, class, err))
		return r;
	rival_io_free(r);
	return NULL;
}

void
rival_io_free(struct rival_io *r)
{
	if (r == NULL)
		return;
	netns_lock_free(r->lock);
	free(r);
}
