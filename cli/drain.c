/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/drain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"

#define TIMEOUT_MOST 86400u /* s */
#define PATIENCE 300        /* s, for peers, a busy node, a late status */

char *
drain_reason(int64_t now)
{
	char date[DATE_TEXT];

	return xasprintf("lbbgp drain at %s", date_print(now, date));
}

char *
drain_patch(const struct node *node, enum drain_wish wish, const char *reason)
{
	json_t *value = wish == DRAIN_BEGIN ? json_string(reason) : json_null();

	if (wish == DRAIN_END && node->drain == NULL)
		return NULL;
	json_t *patch =
	    json_pack("{s:{s:s, s:{s:o}}}", "metadata", "resourceVersion",
		node->meta.resource_version, "annotations", NODE_DRAIN, value);
	char *text = json_dumps(patch, JSON_COMPACT);

	json_decref(patch);
	return text;
}

/* "True", "False" or "". */
static const char *
drained_condition(const json_t *status)
{
	const json_t *list = json_object_get(status, "conditions"), *c;
	size_t i;

	json_array_foreach (list, i, c)
		if (strcmp(json_text(c, "type"), "Drained") == 0)
			return json_text(c, "status");
	return "";
}

static bool
is_in_service(const json_t *drain)
{
	const json_t *of = json_object_get(drain, "annotation");

	return !json_is_string(of) &&
	    strcmp(json_text(drain, "state"), "Active") == 0;
}

/* By the annotation of that text, or with it. */
static bool
is_drained(const json_t *status, const json_t *drain, const char *reason)
{
	const char *of =
	    json_string_value(json_object_get(drain, "annotation"));

	return of != NULL && strcmp(of, reason) == 0 &&
	    strcmp(drained_condition(status), "True") == 0;
}

bool
drain_is_done(const void *item, enum drain_wish wish, const char *reason,
    int64_t now, struct err *why)
{
	const json_t *status = item;
	const json_t *drain = json_object_get(status, "drain");
	const char *state = json_text(drain, "state");
	const char *says = json_text(drain, "reason");

	if (status == NULL)
		return err_set(why,
		    "it has no BGPNodeStatus; does lbbgp-bgpd "
		    "run there?");
	if (bgp_node_status_is_stale(status, now))
		return err_set(why,
		    "its BGPNodeStatus is of %s; does "
		    "lbbgp-bgpd run there?",
		    json_text(status, "heartbeat"));
	if (wish == DRAIN_END ? is_in_service(drain)
			      : is_drained(status, drain, reason))
		return true;
	return err_set(why, "it is %s%s%s, as its BGPNodeStatus of %s has it",
	    state[0] != '\0' ? state : "silent", says[0] != '\0' ? ": " : "",
	    says, json_text(status, "heartbeat"));
}

bool
drain_stands(const struct node *node, enum drain_wish wish, const char *reason,
    bool *seen, struct err *why)
{
	const char *says = node != NULL ? node->drain : NULL;
	bool begins = wish == DRAIN_BEGIN;

	if (begins ? says != NULL && strcmp(says, reason) == 0 : says == NULL)
		*seen = true;
	if (!*seen || begins == (says != NULL))
		return true;
	if (node == NULL)
		return err_set(why, "it is gone");
	return err_set(why, "somebody has %s the annotation " NODE_DRAIN,
	    begins ? "taken away" : "written");
}

unsigned
drain_patience(const void *item, enum drain_wish wish)
{
	const json_t *drain = json_object_get(item, "drain");
	json_int_t wait = json_integer_value(json_object_get(drain, "wait"));

	return wish == DRAIN_BEGIN && wait > 0 && wait < TIMEOUT_MOST
	    ? PATIENCE + (unsigned)wait
	    : PATIENCE;
}

char *
drain_reply(const char *node, enum drain_wish wish, bool waited)
{
	json_t *reply = json_pack("{s:i, s:s, s:b, s:b}", "version", 1, "node",
	    node, "drain", wish == DRAIN_BEGIN, "done", waited);
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	return text;
}

static unsigned
unit_of(const char *end)
{
	if (strcmp(end, "h") == 0)
		return 3600;
	if (strcmp(end, "m") == 0)
		return 60;
	return *end == '\0' || strcmp(end, "s") == 0 ? 1 : 0;
}

bool
drain_timeout(const char *text, unsigned *seconds, struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	unsigned unit = unit_of(text + digits);
	unsigned long n = strtoul(text, NULL, 10);

	if (digits == 0 || digits > 6 || unit == 0 || n == 0 ||
	    n * unit > TIMEOUT_MOST)
		return err_set(err,
		    "--timeout: %.60s: not a time from 1s to 24h, as 90s, 5m",
		    text);
	*seconds = (unsigned)n * unit;
	return true;
}
