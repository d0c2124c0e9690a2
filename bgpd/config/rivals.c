/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/rivals.h"

#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "common/api/node.h"
#include "common/source/store.h"

struct choice {
	const struct node *node;
	const struct bgp_configuration *chosen, *rival;
};

/* "default" is for nodes that no other one selects. */
static bool
choose_each(void *arg, const struct object_key *key, const void *item)
{
	struct choice *choice = arg;
	const struct bgp_configuration *c = item, *has = choice->chosen;

	if (strcmp(key->name, "default") == 0) {
		if (has == NULL)
			choice->chosen = c;
		return true;
	}
	if (choice->node == NULL ||
	    !selector_matches(&c->nodes, &choice->node->labels))
		return true;
	if (has == NULL || strcmp(has->meta.name, "default") == 0) {
		choice->chosen = c;
	} else if (meta_age_cmp(&c->meta, &has->meta) < 0) {
		choice->rival = has;
		choice->chosen = c;
	} else {
		choice->rival = c;
	}
	return true;
}

const struct bgp_configuration *
rivals_configuration(const struct store *store, size_t kind,
    const struct node *node, const struct bgp_configuration **rival)
{
	struct choice choice = { .node = node };

	store_each(store, kind, choose_each, &choice);
	*rival = choice.rival;
	return choice.chosen;
}
