/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/health_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bgpd/health/commands_io.h"
#include "bgpd/health/health_port.h"
#include "bgpd/health/url_io.h"
#include "common/alloc.h"

struct refusal {
	struct refusal *next;
	uint32_t id;
};

struct health_io {
	struct url_io *urls;          /* owned */
	struct commands_io *commands; /* borrowed; NULL: not allowed */
	const struct health_io_ops *ops;
	void *arg;
	struct health_port port;
	struct refusal *refused; /* owned; commands that are not run */
	struct event *soon;      /* owned; tells of them from the loop */
};

static void
on_answered(void *arg, uint32_t id, const char *why)
{
	struct health_io *h = arg;

	h->ops->answered(h->arg, id, why);
}

static void
refusal_drop(struct refusal **at)
{
	struct refusal *refusal = *at;

	*at = refusal->next;
	free(refusal);
}

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct health_io *h = arg;

	(void)fd;
	(void)what;
	if (h->refused == NULL)
		return;
	uint32_t id = h->refused->id;

	refusal_drop(&h->refused);
	event_active(h->soon, EV_TIMEOUT, 0); /* for the next one */
	on_answered(
	    h, id, "no command is run: lbbgp-bgpd has no --allow-commands");
}

static void
refuse(struct health_io *h, uint32_t id)
{
	struct refusal *refusal = xcalloc(1, sizeof(*refusal));

	*refusal = (struct refusal){ h->refused, id };
	h->refused = refusal;
	event_active(h->soon, EV_TIMEOUT, 0);
}

/* It is with one of them. */
static void
on_forget(void *arg, uint32_t id)
{
	struct health_io *h = arg;
	struct refusal **at = &h->refused;

	url_io_forget(h->urls, id);
	if (h->commands != NULL)
		commands_io_forget(h->commands, id);
	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	if (*at != NULL)
		refusal_drop(at);
}

static void
on_ask(void *arg, uint32_t id, const struct health_question *question)
{
	struct health_io *h = arg;

	on_forget(h, id);
	if (question->ask != HEALTH_ASK_COMMAND)
		url_io_ask(h->urls, id, question);
	else if (h->commands != NULL)
		commands_io_ask(
		    h->commands, id, question->argv, question->timeout);
	else
		refuse(h, id);
}

struct health_io *
health_io_new(struct event_base *base, struct commands_io *commands,
    const struct health_io_ops *ops, void *arg)
{
	struct health_io *h = xcalloc(1, sizeof(*h));

	h->urls = url_io_new(base, on_answered, h);
	h->commands = commands;
	if (commands != NULL)
		commands_io_attach(commands, base, on_answered, h);
	h->ops = ops;
	h->arg = arg;
	h->soon = event_new(base, -1, 0, on_soon, h);
	h->port = (struct health_port){ on_ask, on_forget, h };
	return h;
}

void
health_io_free(struct health_io *h)
{
	if (h == NULL)
		return;
	while (h->refused != NULL)
		refusal_drop(&h->refused);
	url_io_free(h->urls);
	event_free(h->soon);
	free(h);
}

const struct health_port *
health_io_port(const struct health_io *h)
{
	return &h->port;
}
