/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/node_drain.h"

#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "common/api/node.h"
#include "common/err.h"
#include "common/utf8.h"

static bool
part_is(const char *part, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(part, text, n) == 0;
}

/* row: "key[=value][:effect]", as the schema has it; what it leaves out is any. */
static bool
taint_is(const struct node_taint *taint, const char *row)
{
	size_t n = strcspn(row, "=:");

	if (!part_is(row, n, taint->key))
		return false;
	row += n;
	if (*row == '=') {
		n = strcspn(++row, ":");
		if (!part_is(row, n, taint->value))
			return false;
		row += n;
	}
	return *row == '\0' || strcmp(row + 1, taint->effect) == 0;
}

static bool
has_taint(const struct node *node, const char *row, struct err *why)
{
	for (size_t i = 0; i < node->n_taints; i++)
		if (taint_is(&node->taints[i], row))
			return !err_set(why, "the Node has the taint %s",
			    node->taints[i].key);
	return false;
}

static bool
is_tainted(const struct node *node, const struct bgp_configuration *config,
    struct err *why)
{
	const char *const *row = drain_taints_default;

	if (config == NULL) {
		while (*row != NULL && !has_taint(node, *row, why))
			row++;
		return *row != NULL;
	}
	for (size_t i = 0; i < config->drain.n_taints; i++)
		if (has_taint(node, config->drain.taints[i], why))
			return true;
	return false;
}

/* The words of a person, which end up in logs and on terminals. */
const char *
node_drain_annotation(const struct node *node, char room[NODE_DRAIN_TEXT])
{
	if (node->drain == NULL)
		return NULL;
	size_t n = utf8_cut(node->drain, NODE_DRAIN_TEXT - 1);

	memcpy(room, node->drain, n);
	room[n] = '\0';
	utf8_mend(room, NODE_DRAIN_TEXT);
	return room;
}

static bool
is_annotated(const struct node *node, struct err *why)
{
	char room[NODE_DRAIN_TEXT];
	const char *text = node_drain_annotation(node, room);

	if (text == NULL)
		return false;
	return text[0] != '\0'
	    ? !err_set(why, "annotation " NODE_DRAIN ": %s", text)
	    : !err_set(why, "the Node has the annotation " NODE_DRAIN);
}

bool
node_drains(const struct node *node, const struct bgp_configuration *config,
    struct err *why)
{
	if (is_annotated(node, why) || is_tainted(node, config, why))
		return true;
	if (config != NULL && config->drain.when_cordoned && node->cordoned)
		return !err_set(why, "the Node is cordoned");
	return node->shutting_down &&
	    !err_set(why, "the Node says that it shuts down");
}

bool
node_is_excluded(
    const struct node *node, const struct bgp_configuration *config)
{
	return (config == NULL || !config->ignore_exclude_label) &&
	    labels_get(&node->labels, NODE_EXCLUDE_LABEL) != NULL;
}
