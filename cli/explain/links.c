/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/links.h"

#include <stdlib.h>

#include "bgpd/announce/facts.h"
#include "bgpd/announce/lan.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/want.h"
#include "cli/explain/steps.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/source/store.h"

struct answers {             /* what the node would be told */
	struct lan_want *at; /* owned */
	size_t n;
};

static struct lan_want *
answer_find(const struct answers *a, const struct addr *addr)
{
	for (size_t i = 0; i < a->n; i++)
		if (addr_eq(&a->at[i].addr, addr))
			return &a->at[i];
	return NULL;
}

static void
on_want(void *arg, const struct lan_want *want)
{
	struct answers *a = arg;
	struct lan_want *known = answer_find(a, &want->addr);

	if (known == NULL) {
		a->at = xrealloc(a->at, a->n + 1, sizeof(a->at[0]));
		known = &a->at[a->n++];
	}
	*known = *want;
}

static void
on_gone(void *arg, const struct addr *addr)
{
	struct answers *a = arg;

	*answer_find(a, addr) = a->at[--a->n];
}

static void
on_recheck(void *arg, const struct addr *addr)
{
	(void)arg; /* nobody has asked about other nodes */
	(void)addr;
}

static void
on_hold(void *arg, const char *interface, const struct addr *addr, bool hold)
{
	(void)arg;
	(void)interface;
	(void)addr;
	(void)hold;
}

static const struct lan_ops ops = { on_want, on_gone, on_recheck, on_hold };

static void
answer_explain(
    const struct lan_want *want, const char *node, struct steps *steps)
{
	char addr[ADDR_TEXT];

	addr_print(&want->addr, addr);
	if (want->preference < 0)
		steps_add(steps, "link", "no",
		    "node %s: may not hold %s on its links: %s", node, addr,
		    want->why_not);
	else if (want->preference > 0)
		steps_add(steps, "link", "yes",
		    "node %s: may hold %s on its links, preferred by %d", node,
		    addr, want->preference);
	else
		steps_add(steps, "link", "yes",
		    "node %s: may hold %s on its links", node, addr);
}

static void
sharer_set(struct lan *lan, const struct view *view, const struct service *s)
{
	const struct object_key key = { s->meta.ns, s->meta.name };
	struct wants wants = { 0 };

	announce_service(view, s, &wants);
	lan_set(lan, &key, &wants);
	wants_fini(&wants);
}

void
links_explain(const struct view *view, const struct service *service,
    const struct service *const *sharers, size_t n, struct steps *steps)
{
	struct answers answers = { NULL, 0 };
	struct lan *lan = lan_new(view, &ops, &answers);
	struct wants wants = { 0 };

	for (size_t i = 0; i < n; i++)
		sharer_set(lan, view, sharers[i]);
	announce_service(view, service, &wants);
	for (size_t i = 0; i < wants.n_hosts; i++) {
		const struct lan_want *want =
		    answer_find(&answers, &wants.hosts[i].addr);

		if (want != NULL)
			answer_explain(want, view->node->meta.name, steps);
	}
	wants_fini(&wants);
	lan_free(lan);
	free(answers.at);
}
