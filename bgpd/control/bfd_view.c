/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/bfd_view.h"

#include <jansson.h>

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "common/err.h"
#include "common/json.h"

static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

bool
bfd_view_of(const struct daemon_view *view, const struct view_peer *p,
    struct bfd_view *v)
{
	if (view->bfd == NULL || p->bfd == 0)
		return false;
	view->bfd->view(view->bfd->arg, p->bfd, v);
	return v->known;
}

/* What it says before that is what RFC 5880 6.8.1 begins with, and not from it. */
static bool
peer_was_heard(const struct bfd_view *v)
{
	return v->remote_mult != 0;
}

static json_t *
brief(const struct daemon_view *view, const struct bfd_view *v)
{
	json_t *o = json_object();

	view_set(o, "state", json_string(bfd_state_name(v->state)));
	view_set(o, "since", view_time(view, v->since));
	if (peer_was_heard(v))
		view_set(o, "remoteState",
		    json_string(bfd_state_name(v->remote_state)));
	view_set(o, "multihop", json_boolean(v->config.multihop));
	view_set_int(o, "transmitInterval", v->tx_us);
	view_set_int(o, "detectionTime", v->detect_us);
	view_set_int(o, "flaps", v->flaps);
	if (v->last_down != BFD_DIAG_NONE)
		view_set(
		    o, "lastDown", json_string(bfd_diag_name(v->last_down)));
	if (v->trouble[0] != '\0')
		view_set(o, "trouble", json_string(v->trouble));
	return o;
}

json_t *
bfd_view_brief(const struct daemon_view *view, const struct view_peer *p)
{
	struct bfd_view v;

	return bfd_view_of(view, p, &v) ? brief(view, &v) : json_null();
}

static json_t *
times(uint64_t tx, uint64_t rx, uint8_t mult)
{
	json_t *o = json_object();

	view_set_int(o, "transmitInterval", tx);
	view_set_int(o, "receiveInterval", rx);
	view_set_int(o, "detectMultiplier", mult);
	return o;
}

static json_t *
row_of(const struct daemon_view *view, const struct view_peer *p,
    const struct bfd_view *v)
{
	json_t *o = brief(view, v);

	view_set(o, "name", json_string(p->name));
	view_set(o, "address", view_neighbor_addr(p));
	return o;
}

static void
set_remote(json_t *o, const struct bfd_view *v)
{
	json_t *remote =
	    times(v->remote_min_tx, v->remote_min_rx, v->remote_mult);

	view_set_int(remote, "discriminator", v->yours);
	view_set(o, "remote", remote);
	view_set(
	    o, "remoteDiagnostic", json_string(bfd_diag_name(v->remote_diag)));
}

static json_t *
detail_of(const struct daemon_view *view, const struct view_peer *p,
    const struct bfd_view *v)
{
	json_t *o = row_of(view, p, v);

	if (peer_was_heard(v))
		set_remote(o, v);
	view_set(o, "configured",
	    times((uint64_t)v->config.tx_ms * 1000,
		(uint64_t)v->config.rx_ms * 1000, v->config.mult));
	view_set(o, "localAddress", view_addr(&v->config.local));
	view_set(o, "diagnostic", json_string(bfd_diag_name(v->diag)));
	view_set_int(
	    o, "minimumTTL", v->config.multihop ? v->config.min_ttl : 255);
	view_set_int(o, "discriminator", v->mine);
	view_set(o, "poll", json_boolean(v->poll));
	view_set_int(o, "sent", v->sent);
	view_set_int(o, "received", v->received);
	view_set_int(o, "refused", v->refused);
	view_set(o, "refusal", text_or_null(v->refusal));
	return o;
}

static json_t *
packets_of(const struct bfd_totals *t)
{
	json_t *o = json_object(), *refused = json_object();

	view_set_int(o, "sent", t->sent);
	view_set_int(o, "received", t->received);
	for (unsigned i = BFD_GOOD + 1; i < BFD_FAULTS; i++)
		if (t->refused[i] != 0)
			view_set_int(refused, bfd_fault_name(i), t->refused[i]);
	view_set(o, "refused", refused);
	return o;
}

static void
answer_totals(const struct daemon_view *view, json_t *reply)
{
	struct bfd_totals t;

	if (view->bfd == NULL)
		return;
	view->bfd->totals(view->bfd->arg, &t);
	view_set(reply, "packets", packets_of(&t));
	view_set(reply, "realTime", json_boolean(t.real_time));
	view_set_int(reply, "wokenLate", t.late);
	view_set_int(reply, "wokenLateMost", t.latest_us);
}

bool
bfd_answer(const struct daemon_view *view, const struct json_at *request,
    json_t *reply, struct err *err)
{
	json_t *list = json_array();
	const char *who = NULL;
	struct bfd_view v;

	view_set(reply, "sessions", list);
	if (!json_get_string(request, "address", &who, err))
		return false;
	answer_totals(view, reply);
	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		if ((who != NULL && !view_peer_is(p, who)) ||
		    !bfd_view_of(view, p, &v))
			continue;
		json_array_append_new(list,
		    who != NULL ? detail_of(view, p, &v) : row_of(view, p, &v));
	}
	return who == NULL || json_array_size(list) > 0 ||
	    err_set(
		err, "no neighbor %.100s with BFD on node %s", who, view->node);
}
