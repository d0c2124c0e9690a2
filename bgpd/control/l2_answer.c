/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/l2_answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/l2/l2.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

#define PART 500 /* addresses in one reply */

struct found {
	struct l2_view *at; /* owned */
	size_t n, room;
	const struct addr *only; /* NULL: all */
};

static bool
find_each(void *arg, const struct l2_view *view)
{
	struct found *f = arg;

	if (f->only != NULL && !addr_eq(f->only, &view->addr))
		return true;
	if (f->n == f->room) {
		f->room = f->room * 2 + 16;
		f->at = xrealloc(f->at, f->room, sizeof(*f->at));
	}
	f->at[f->n++] = *view;
	return true;
}

static int
by_address(const void *a, const void *b)
{
	const struct l2_view *x = a, *y = b;
	int order = addr_cmp(&x->addr, &y->addr);

	if (order != 0 || x->interface == NULL || y->interface == NULL)
		return order;
	return strcmp(x->interface, y->interface);
}

static json_t *
mac_view(const struct mac *mac)
{
	char text[MAC_TEXT];

	return json_string(mac_print(mac, text));
}

static json_t *
address_view(const struct daemon_view *view, const struct l2_view *v)
{
	json_t *o = json_object();

	json_object_set_new(o, "address", view_addr(&v->addr));
	json_object_set_new(o, "interface",
	    v->interface != NULL ? json_string(v->interface) : json_null());
	json_object_set_new(o, "state", json_string(l2_state_name(v->state)));
	json_object_set_new(o, "holder",
	    v->holder != NULL ? json_string(v->holder) : json_null());
	json_object_set_new(o, "since",
	    v->since != 0 ? view_time(view, v->since) : json_null());
	json_object_set_new(
	    o, "transitions", json_integer((json_int_t)v->transitions));
	json_object_set_new(o, "conflict",
	    v->has_conflict ? mac_view(&v->conflict) : json_null());
	json_object_set_new(
	    o, "message", v->why != NULL ? json_string(v->why) : json_null());
	return o;
}

struct member_rows {
	const struct daemon_view *view;
	json_t *rows;
};

static bool
member_each(void *arg, const struct l2_member_view *m)
{
	struct member_rows *of = arg;
	json_t *o = json_object();
	uint64_t now = of->view->now;

	json_object_set_new(o, "interface", json_string(m->interface));
	json_object_set_new(o, "node", json_string(m->node));
	json_object_set_new(o, "mac", mac_view(&m->mac));
	json_object_set_new(o, "state", json_string(m->state));
	json_object_set_new(o, "idle", json_boolean(m->idle));
	json_object_set_new(o, "helloAge",
	    json_integer(
		(json_int_t)(now > m->heard_at ? now - m->heard_at : 0)));
	json_object_set_new(o, "interval", json_integer(m->interval));
	json_object_set_new(o, "holds", json_integer(m->n_held));
	json_object_set_new(o, "lost", json_integer(m->lost));
	json_array_append_new(of->rows, o);
	return true;
}

static json_t *
members_view(const struct daemon_view *view)
{
	struct member_rows of = { view, json_array() };

	if (view->l2 != NULL)
		l2_each_member(view->l2, member_each, &of);
	return of.rows;
}

static bool
request_read(const struct json_at *request, struct addr *only, bool *one,
    uint32_t *from, struct err *err)
{
	const char *text = NULL;
	struct json_at list, first;

	if (!json_get_string(request, "address", &text, err) ||
	    !json_get_array(request, "cursor", &list, err))
		return false;
	first = json_at_item(&list, 0);
	if (!json_get_uint32(&first, NULL, 0, UINT32_MAX, from, err))
		return false;
	*one = text != NULL;
	return text == NULL || addr_parse(text, only) ||
	    err_set(err, "address: %.100s: not an address", text);
}

static size_t
part_show(const struct daemon_view *view, const struct found *f, size_t from,
    json_t *rows)
{
	size_t i;

	for (i = from; i < f->n && i < from + PART; i++)
		json_array_append_new(rows, address_view(view, &f->at[i]));
	return i;
}

bool
l2_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	json_t *rows = json_array();
	struct found f = { 0 };
	struct addr only;
	uint32_t from = 0;
	bool one;

	json_object_set_new(reply, "addresses", rows);
	if (!request_read(request, &only, &one, &from, err))
		return false;
	f.only = one ? &only : NULL;
	if (view->l2 != NULL)
		l2_each(view->l2, find_each, &f);
	if (f.n > 0)
		qsort(f.at, f.n, sizeof(*f.at), by_address);
	size_t to = part_show(view, &f, from, rows);
	bool through = to >= f.n;

	json_object_set_new(reply, "cursor",
	    through ? json_null() : json_pack("[I]", (json_int_t)to));
	if (through)
		json_object_set_new(reply, "members", members_view(view));
	free(f.at);
	return !one || f.n > 0 ||
	    err_set(err, "nobody wants that address on a link of node %s",
		view->node);
}
