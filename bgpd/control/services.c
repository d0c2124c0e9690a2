/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each Service has a row for each prefix that it wants, or that it would want: which
 * announcement carries it (its own, or one that covers it), to whom that was sent and
 * to whom not, and why. The reason is the verdict of announce/, in its words, with what
 * routers are told beside the prefix that matters to who asks: how much this node can
 * take, and that it goes. Rows come in parts, by a cursor, as there may be many.
 */
#include "bgpd/control/services.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/attributes.h"
#include "bgpd/control/told.h"
#include "bgpd/control/views.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/json.h"
#include "common/source/store.h"

/* ---- one row ---- */

struct carrier { /* the announcement that packets for an address come by */
	struct prefix prefix;
	bool is;    /* there is one */
	bool exact; /* it is the want's own */
};

static struct carrier
carrier_find(const struct daemon_view *view, const struct want *want)
{
	struct carrier c = { .is = false };

	c.is = announce_cover(view->announce, &want->prefix, &c.prefix);
	c.exact = c.is && prefix_eq(&c.prefix, &want->prefix);
	return c;
}

/* Who wants it is content with a wider one only where that does it by design. */
static bool
carries(const struct carrier *c, const struct want *want)
{
	return c->exact || (c->is && want->verdict == VERDICT_COVERED);
}

static char *
why(const struct carrier *c, const struct want *want)
{
	const char *text = verdict_text(want->verdict);
	bool wanted = verdict_announces(want->verdict);
	char prefix[PREFIX_TEXT];

	if (c->exact)
		return wanted
		    ? xstrdup(text)
		    : xasprintf("%s, but it is announced for another", text);
	if (wanted)
		return xstrdup("a Service with policy Local has the address, "
			       "and its endpoints are on other nodes");
	if (!c->is)
		return xstrdup(text);
	return xasprintf(want->verdict == VERDICT_COVERED
		? "%s: %s"
		: "%s; but %s covers it and is announced",
	    text, prefix_print(&c->prefix, prefix));
}

/* Takes both. */
static char *
text_add(char *text, char *more)
{
	char *both = xasprintf("%s; %s", text, more);

	free(text);
	free(more);
	return both;
}

/* Why, how much of it, and that it will soon not be so, owned. */
static char *
because(const struct daemon_view *view, const struct carrier *c,
    const struct want *want)
{
	const struct attributes *told =
	    carries(c, want) ? announce_told(view->announce, &c->prefix) : NULL;
	char *text = why(c, want);

	if (told == NULL)
		return text;
	if (told->bandwidth > 0)
		text = text_add(text,
		    xasprintf(
			"link bandwidth %" PRIu32 " Mbit/s", told->bandwidth));
	if (attributes_have_shutdown(told))
		text = text_add(text, xstrdup("with GRACEFUL_SHUTDOWN"));
	return text;
}

/* How it went with those that it was to be sent to. */
static void
reason_set(json_t *row, const struct want *want, bool wanted, size_t sent,
    const char *text)
{
	const char *name = verdict_name(want->verdict);
	bool all = json_array_size(json_object_get(row, "notSentTo")) == 0;
	struct err not_to;

	told_print(row, &not_to);
	if (!wanted)
		json_object_set_new(row, "message", json_string(text));
	else if (sent == 0)
		json_object_set_new(row, "message",
		    json_sprintf("%s; sent to nobody: %s", text, not_to.text));
	else if (!all)
		json_object_set_new(row, "message",
		    json_sprintf("%s; not sent to %s", text, not_to.text));
	else
		json_object_set_new(row, "message", json_string(text));
	json_object_set_new(row, "reason",
	    json_string(wanted && sent == 0 ? "SentToNobody" : name));
}

static json_t *
row_begin(const struct service *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "namespace", json_string(s->meta.ns));
	json_object_set_new(o, "name", json_string(s->meta.name));
	return o;
}

static json_t *
want_view(const struct daemon_view *view, const struct service *s,
    const struct want *want)
{
	struct carrier c = carrier_find(view, want);
	bool wanted = carries(&c, want);
	json_t *o = row_begin(s);
	char text[PREFIX_TEXT], *reason = because(view, &c, want);
	size_t sent = told_add(view, wanted ? &c.prefix : NULL, o);

	json_object_set_new(
	    o, "prefix", json_string(prefix_print(&want->prefix, text)));
	json_object_set_new(o, "announcedBy",
	    c.is ? json_string(prefix_print(&c.prefix, text)) : json_null());
	json_object_set_new(o, "announced", json_boolean(sent > 0));
	reason_set(o, want, wanted, sent, reason);
	free(reason);
	return o;
}

static bool
is_ours(const struct daemon_view *view, const struct service *s)
{
	const struct instance own = { view->ns, view->class };

	return view->class == NULL || instance_serves(&own, s->class);
}

/* It is not announced, and has no address that might be. */
static json_t *
waiting_view(const struct daemon_view *view, const struct service *s)
{
	bool ours = is_ours(view, s);
	json_t *o = row_begin(s);

	told_add(view, NULL, o);
	json_object_set_new(o, "prefix", json_null());
	json_object_set_new(o, "announcedBy", json_null());
	json_object_set_new(o, "announced", json_false());
	json_object_set_new(
	    o, "reason", json_string(ours ? "NoAddress" : "OtherClass"));
	json_object_set_new(o, "message",
	    ours ? json_string("it has no address yet")
		 : json_sprintf(
		       "it is of another class: spec.loadBalancerClass: %s",
		       s->class != NULL ? s->class : "(none)"));
	return o;
}

/* ---- the list ---- */

enum {
	PART = 1000, /* of a reply: ROW and 1 for each peer, of each row */
	ROW = 4,
	VISITS =
	    5000, /* Services looked at for a reply, but for those skipped */
};

struct service_list {
	const struct daemon_view *view;
	const char *only; /* "namespace/name"; NULL: all */
	size_t skip;      /* shown before; 0: the walk starts behind them */
	size_t seen, visits;
	char *from; /* owned; "namespace/name" where the last reply ended */
	const struct service *last; /* looked at; NULL: none yet */
	uint32_t part; /* of its rows, those shown; 0: all of them */
	json_t *rows;  /* borrowed; the reply's */
	bool full;
};

/* What a row tells of the peers is most of it where there are many. */
static bool
rows_are_full(const struct service_list *l)
{
	return json_array_size(l->rows) * (ROW + l->view->n_peers) >= PART;
}

/* False: the reply is full, and shows a part of them. */
static bool
list_wants(struct service_list *l, const struct service *s,
    const struct claims *claims)
{
	size_t i = l->part, n = claims_count(claims);

	for (; i < n && !rows_are_full(l); i++) {
		struct want want = announce_want(l->view->announce, claims, i);

		json_array_append_new(l->rows, want_view(l->view, s, &want));
	}
	l->full = i < n;
	l->part = l->full ? (uint32_t)i : 0;
	return !l->full;
}

/* Those that neither want nor will ever get a route of their own are left out. */
static bool
list_service(void *arg, const struct object_key *key, const struct service *s)
{
	struct service_list *l = arg;

	l->full = l->visits == VISITS || rows_are_full(l);
	if (l->full)
		return false;
	l->visits += l->skip == 0;
	l->last = s;
	const struct claims *claims =
	    announce_of_service(l->view->announce, key);
	size_t n = claims_count(claims);

	if (n == 0 && s->type != SERVICE_LOAD_BALANCER)
		return true;
	if (l->skip > 0) {
		l->skip--;
		return true;
	}
	l->seen += l->part == 0;
	if (n == 0)
		json_array_append_new(l->rows, waiting_view(l->view, s));
	return list_wants(l, s, claims);
}

/*
 * [how many were shown, "namespace/name" of the last one looked at, its rows if not
 * all]
 */
static bool
cursor_read(
    const struct json_at *request, struct service_list *l, struct err *err)
{
	struct json_at list;
	uint32_t seen = 0, part = 0;
	const char *last = NULL;

	if (!json_get_array(request, "cursor", &list, err))
		return false;
	struct json_at first = json_at_item(&list, 0);
	struct json_at second = json_at_item(&list, 1);
	struct json_at third = json_at_item(&list, 2);

	if (!json_get_uint32(&first, NULL, 0, UINT32_MAX, &seen, err) ||
	    !json_get_string(&second, NULL, &last, err) ||
	    !json_get_uint32(&third, NULL, 0, UINT32_MAX, &part, err))
		return false;
	l->seen = seen;
	l->from = xstrdup(last);
	l->part = part;
	return true;
}

/* False: the reply is full. */
static bool
list_rest(struct service_list *l, const struct object_key *key)
{
	const struct service *s = announce_service_at(l->view->announce, key);
	bool more = l->part == 0 || s == NULL || list_service(l, key, s);

	if (more)
		l->part = 0; /* it may be gone */
	return more;
}

/* On from the Service where the last reply ended. False: it is not known. */
static bool
list_from(struct service_list *l, const struct object_key *key)
{
	return !list_rest(l, key) ||
	    announce_each_service_after(
		l->view->announce, key, list_service, l);
}

static void
list_one(struct service_list *l, const struct object_key *key)
{
	const struct service *s = announce_service_at(l->view->announce, key);

	if (s != NULL)
		list_service(l, key, s);
}

/* Cuts "namespace/name" in two; false: it is none. */
static bool
key_cut(char *name, struct object_key *key)
{
	char *slash = name != NULL ? strchr(name, '/') : NULL;

	if (slash == NULL)
		return false;
	*slash = '\0';
	*key = (struct object_key){ name, slash + 1 };
	return true;
}

/*
 * What was looked at is not walked over again. The Service where the last reply ended
 * may be gone; then as many as were shown are left out.
 */
static void
list_walk(struct service_list *l)
{
	char *name = xstrdup(l->only != NULL ? l->only : l->from);
	struct object_key key;
	bool known = key_cut(name, &key);

	if (l->only != NULL) {
		if (known)
			list_one(l, &key);
	} else if (!known || !list_from(l, &key)) {
		l->part = 0;
		l->skip = l->seen;
		announce_each_service(l->view->announce, list_service, l);
	}
	free(name);
}

static json_t *
cursor_view(const struct service_list *l)
{
	json_t *cursor;

	if (!l->full)
		return json_null();
	cursor = json_pack("[I, o]", (json_int_t)l->seen,
	    json_sprintf("%s/%s", l->last->meta.ns, l->last->meta.name));
	if (l->part > 0)
		json_array_append_new(cursor, json_integer(l->part));
	return cursor;
}

bool
services_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	struct service_list l = { .view = view, .rows = json_array() };
	bool good;

	json_object_set_new(reply, "services", l.rows);
	good = json_get_string(request, "service", &l.only, err) &&
	    cursor_read(request, &l, err);
	if (good)
		list_walk(&l);
	if (good && l.only != NULL && l.seen == 0)
		good =
		    err_set(err, "no service %.200s with an address", l.only);
	json_object_set_new(reply, "cursor", cursor_view(&l));
	free(l.from);
	return good;
}
