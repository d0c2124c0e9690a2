/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request is a word and its arguments; the word is looked up in two tables. Looks
 * read the daemon's view and may be made by everybody who reaches the socket; verbs
 * act, and are for root and the daemon's own user.
 */
#include "bgpd/control/control.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/bfd_view.h"
#include "bgpd/control/bmp_answer.h"
#include "bgpd/control/filters_answer.h"
#include "bgpd/control/l2_answer.h"
#include "bgpd/control/monitor.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/routes_answer.h"
#include "bgpd/control/services.h"
#include "bgpd/control/views.h"
#include "bgpd/control/vips_answer.h"
#include "bgpd/rib/rib.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "config.h"

/* Neighbours: all, or those with an address or a name. */

/* Made of the BGPPeer with that name, which stands for several. */
static bool
is_made_of(const struct view_peer *p, const char *name)
{
	size_t n = strlen(name);

	return strncmp(p->name, name, n) == 0 && p->name[n] == '/';
}

static bool
answer_neighbors(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	json_t *list = json_array();
	const char *who = NULL;

	json_object_set_new(reply, "neighbors", list);
	json_object_set_new(reply, "drain", view_drain(view));
	if (!json_get_string(request, "address", &who, err))
		return false;
	if (who == NULL)
		json_object_set_new(reply, "peerPrefixes", view_ranges(view));
	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		if (who != NULL && !view_peer_is(p, who) && !is_made_of(p, who))
			continue;
		json_t *row = who == NULL ? view_peer_summary(view, p)
					  : view_peer_detail(view, p);

		json_object_set_new(row, "bfd", bfd_view_brief(view, p));
		json_array_append_new(list, row);
	}
	return who == NULL || json_array_size(list) > 0 ||
	    view_peer_exists(view, who, err);
}

static bool
answer_status(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	(void)request;
	(void)err;
	json_object_set_new(reply, "node", json_string(view->node));
	json_object_set_new(
	    reply, "daemonVersion", json_string(PACKAGE_VERSION));
	if (view->class != NULL)
		json_object_set_new(reply, "class", json_string(view->class));
	if (view->ns != NULL)
		json_object_set_new(reply, "namespace", json_string(view->ns));
	json_object_set_new(reply, "asNumber", json_integer(view->asn));
	json_object_set_new(reply, "routerID", view_router_id(view->router_id));
	json_object_set_new(reply, "since", view_time(view, view->started));
	json_object_set_new(
	    reply, "peersConfigured", json_integer((json_int_t)view->n_peers));
	json_object_set_new(reply, "peersEstablished",
	    json_integer((json_int_t)view_established(view)));
	json_object_set_new(reply, "tableBytes",
	    json_integer((json_int_t)rib_bytes(view->rib)));
	json_object_set_new(reply, "tableBudget",
	    json_integer((json_int_t)rib_budget(view->rib)));
	json_object_set_new(reply, "drain", view_drain(view));
	json_object_set_new(reply, "conditions", view_conditions(view));
	return true;
}

/* Watches: what is to be told of. */

/* The name of the neighbour; *name stays NULL where none is asked for. */
static bool
neighbor_watched(const struct daemon_view *view, const struct json_at *request,
    const char **name, struct err *err)
{
	const char *who = NULL;

	if (!json_get_string(request, "neighbor", &who, err))
		return false;
	if (who == NULL)
		return true;
	for (size_t i = 0; i < view->n_peers; i++)
		if (view_peer_is(&view->peers[i], who))
			*name = view->peers[i].name;
	return *name != NULL || view_peer_exists(view, who, err);
}

static bool
answer_monitor(const struct daemon_view *view, const struct json_at *request,
    struct control_caller *caller, json_t *reply, struct err *err)
{
	unsigned *watch = &caller->watch;
	json_t *list = json_array();
	struct json_at kinds;
	unsigned all = 0;

	json_object_set_new(reply, "kinds", list);
	if (!neighbor_watched(view, request, &caller->neighbor, err) ||
	    !json_get_array(request, "kinds", &kinds, err))
		return false;
	for (size_t i = 0; i < json_at_count(&kinds); i++) {
		struct json_at item = json_at_item(&kinds, i);
		const char *name = "";

		if (!json_get_string(&item, NULL, &name, err))
			return false;
		if (monitor_kind_find(name) == 0)
			return err_set(err,
			    "kinds: %.60s: not session, route, announcement "
			    "or bfd",
			    name);
		all |= monitor_kind_find(name);
	}
	*watch = all != 0 ? all : MONITOR_ALL;
	for (unsigned kind = 1; kind <= MONITOR_ALL; kind <<= 1)
		if ((*watch & kind) != 0)
			json_array_append_new(
			    list, json_string(monitor_kind_name(kind)));
	return true;
}

/* Acts. */

static bool
answer_shutdown(const struct control_ops *ops, void *arg)
{
	ops->shutdown(arg);
	return true;
}

static const struct {
	const char *word;
	bool (*answer)(const struct daemon_view *, const struct json_at *,
	    json_t *reply, struct err *);
} looks[] = {
	{ "bfd", bfd_answer },
	{ "bmp", bmp_answer },
	{ "filters", filters_answer },
	{ "l2", l2_answer },
	{ "neighbors", answer_neighbors },
	{ "routes", routes_answer },
	{ "services", services_answer },
	{ "status", answer_status },
	{ "vips", vips_answer },
};

static const struct {
	const char *word;
	bool (*act)(const struct control_ops *, void *arg);
} verbs[] = {
	{ "shutdown", answer_shutdown },
};

struct asker {
	const struct control_ops *ops;
	void *arg;
	struct control_caller *caller;
};

static bool
answer_word(const struct asker *c, const char *word,
    const struct json_at *request, json_t *reply, struct err *err)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (strcmp(word, looks[i].word) == 0)
			return looks[i].answer(
			    c->ops->view(c->arg), request, reply, err);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(word, verbs[i].word) == 0)
			return c->caller->may_act
			    ? verbs[i].act(c->ops, c->arg)
			    : err_set(err,
				  "%s: only root and the daemon's user may",
				  word);
	if (strcmp(word, "monitor") == 0 && c->ops->monitor != NULL)
		return answer_monitor(
		    c->ops->view(c->arg), request, c->caller, reply, err);
	return err_set(err, "request: %.60s: not known", word);
}

static bool
answer_request(const struct asker *c, const json_t *request, json_t *reply,
    struct err *err)
{
	struct json_at at = json_at_root(request);
	const char *word = NULL;
	uint32_t version = 0;

	if (!json_get_uint32(&at, "version", 0, UINT32_MAX, &version, err) ||
	    !json_get_string(&at, "request", &word, err))
		return false;
	if (version != CONTROL_VERSION)
		return err_set(err,
		    "version: %u: this daemon (%s) speaks version %d", version,
		    PACKAGE_VERSION, CONTROL_VERSION);
	if (word == NULL)
		return err_set(err, "request: missing");
	return answer_word(c, word, &at, reply, err);
}

/* A value that was cut may end within a character: JSON has none of that. */
static json_t *
reason_view(const struct err *err)
{
	json_t *reason = json_string(err->text);
	struct err plain = *err;

	for (char *p = plain.text; reason == NULL && *p != '\0'; p++)
		if ((*p & 0x80) != 0)
			*p = '?';
	return reason != NULL ? reason : json_string(plain.text);
}

/* A refusal has nothing but its reason in it. */
static json_t *
refusal(const struct err *err)
{
	return json_pack("{s:i, s:o}", "version", CONTROL_VERSION, "error",
	    reason_view(err));
}

static char *
line_build(const json_t *reply)
{
	char *text = json_dumps(reply, JSON_COMPACT);
	char *line = xasprintf("%s\n", text);

	free(text);
	return line;
}

char *
control_answer(const struct control_ops *ops, void *arg, const char *line,
    size_t n, struct control_caller *caller)
{
	struct asker c = { ops, arg, caller };
	json_t *reply = json_pack("{s:i}", "version", CONTROL_VERSION);
	struct err err = { 0 };
	json_t *request = json_parse(line, n, &err);

	caller->watch = 0;
	if (request == NULL || !answer_request(&c, request, reply, &err)) {
		json_decref(reply);
		reply = refusal(&err);
	}
	char *text = line_build(reply);

	json_decref(request);
	json_decref(reply);
	return text;
}
