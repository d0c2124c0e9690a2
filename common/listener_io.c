/* SPDX-License-Identifier: Apache-2.0 */
#include "common/listener_io.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <string.h>

#include "common/log.h"

#define AGAIN_S 1

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	evconnlistener_enable(arg);
}

static void
on_error(struct evconnlistener *l, void *arg)
{
	struct timeval again = { AGAIN_S, 0 };

	(void)arg; /* evhttp's, for its own */
	log_warn("accept: %s; again in %d s", strerror(errno), AGAIN_S);
	evconnlistener_disable(l);
	event_base_once(
	    evconnlistener_get_base(l), -1, EV_TIMEOUT, on_again, l, &again);
}

void
listener_be_patient(struct evconnlistener *l)
{
	evconnlistener_set_error_cb(l, on_error);
}
