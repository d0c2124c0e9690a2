/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/kernel_view.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/fib/fib.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"

/* Why it is not there, or what goes before it; owned, NULL: nothing. */
static char *
message_of(const struct fib_view *v)
{
	switch (v->state) {
	case FIB_INSTALLED:
		return v->other == NULL
		    ? NULL
		    : xasprintf("a route of protocol %u with metric %u goes "
				"before it",
			  v->other->protocol, v->other->metric);
	case FIB_UNREACHABLE:
		return xstrdup("no link and no route of others leads to its "
			       "next hops");
	case FIB_TAKEN:
		return v->other == NULL
		    ? xstrdup("somebody else has a route with this metric")
		    : xasprintf("protocol %u has a route with metric %u",
			  v->other->protocol, v->other->metric);
	case FIB_REFUSED:
		return xasprintf("the kernel says: %s", strerror(v->error));
	case FIB_OWN:
		return xstrdup("the node announces it, or a prefix that it is "
			       "in, itself");
	case FIB_DEFAULT:
		return xstrdup("spec.learnedRoutes.defaultRoute of the "
			       "BGPConfiguration is Ignore");
	case FIB_NONE:
	case FIB_WAITING:
	case FIB_HELD:
	case FIB_STATES:
		break;
	}
	return NULL;
}

json_t *
kernel_view(const struct daemon_view *view, const struct rib_route *route)
{
	if (view->fib == NULL || !fib_is_on(view->fib) ||
	    route->source == RIB_LOCAL ||
	    !(route->best || route->multipath || route->unreached))
		return NULL;
	struct fib_view v = { .state = FIB_UNREACHABLE };

	if (!route->unreached)
		v = fib_look_up(view->fib, &route->prefix);
	char *message = message_of(&v);
	json_t *out = json_pack("{s:s, s:s?}", "state", fib_state_name(v.state),
	    "message", message);

	free(message);
	return out;
}
