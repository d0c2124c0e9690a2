/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/holders.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "cli/explain/kinds.h"
#include "cli/explain/steps.h"
#include "common/alloc.h"
#include "common/json.h"
#include "common/prefix.h"
#include "common/source/store.h"

struct search { /* for the nodes that hold an address */
	const char *addr;
	int64_t now;
	FILE *found; /* "n1 (eth0), n2 (eth1)" */
	size_t n;
	size_t heard;       /* nodes whose status is believed */
	const char *beyond; /* one that holds more than its status lists */
};

static void
search_list(struct search *s, const char *node, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *held = json_array_get(list, i);

		if (strcmp(json_text(held, "address"), s->addr) == 0)
			fprintf(s->found, "%s%s (%s)", s->n++ > 0 ? ", " : "",
			    node, json_text(held, "interface"));
	}
}

static bool
status_each(void *arg, const struct object_key *key, const void *item)
{
	struct search *s = arg;
	const json_t *list = json_object_get(item, "heldAddresses");
	const json_t *l2 = json_object_get(item, "l2");
	json_int_t held = json_integer_value(json_object_get(l2, "held"));

	if (bgp_node_status_is_stale(item, s->now))
		return true;
	s->heard++;
	search_list(s, key->name, list);
	if (held > (json_int_t)json_array_size(list))
		s->beyond = key->name;
	return true;
}

static void
none_explain(const struct search *s, struct steps *steps)
{
	if (s->heard == 0)
		steps_add(steps, "holder", "no",
		    "who holds %s is not known: no BGPNodeStatus has been "
		    "written of late",
		    s->addr);
	else if (s->beyond != NULL)
		steps_add(steps, "holder", "no",
		    "no BGPNodeStatus has %s; but node %s holds more "
		    "addresses than its status lists: ask it by `lbbgp show l2 "
		    "%s`",
		    s->addr, s->beyond, s->addr);
	else
		steps_add(steps, "holder", "no",
		    "no node says that it holds %s; a status may be some "
		    "seconds behind. If it stays so, `lbbgp show l2 %s` on a "
		    "node that may hold it says why",
		    s->addr, s->addr);
}

static void
holder_explain(const struct search *s, const char *found, struct steps *steps)
{
	if (s->n == 0)
		none_explain(s, steps);
	else if (s->n == 1)
		steps_add(steps, "holder", "yes", "%s is held by node %s",
		    s->addr, found);
	else
		steps_add(steps, "holder", "no",
		    "%zu say that they hold %s: %s. That is well if each is "
		    "on a link of its own, or for some seconds after a move; "
		    "else they do not hear each other: `lbbgp show l2` on "
		    "each tells whom it hears",
		    s->n, s->addr, found);
}

void
holders_explain(const struct store *store, const struct addr *addrs, size_t n,
    int64_t now, struct steps *steps)
{
	char addr[ADDR_TEXT];

	for (size_t i = 0; i < n; i++) {
		char *found = NULL;
		size_t size;
		struct search s = { .addr = addr_print(&addrs[i], addr),
			.now = now,
			.found = xmemstream(&found, &size) };

		store_each(store, EXPLAIN_STATUS, status_each, &s);
		fclose(s.found);
		holder_explain(&s, found, steps);
		free(found);
	}
}
