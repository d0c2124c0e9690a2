/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/told.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/control/views.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/session/session.h"
#include "common/err.h"
#include "common/utf8.h"

#define NAMED 3    /* peers that a text names; the rest is a number */
#define REASON 100 /* bytes of why one is not told */

/* Does the peer get what is announced of it? False: why says what is amiss. */
static bool
told_family(const struct view_peer *p, enum family f, struct err *why)
{
	const struct agreed *agreed = session_agreed(p->session);
	enum fsm_state state = session_state(p->session);
	const bool *families = session_config(p->session)->families;
	/* One that was never anything but blocked has no families yet. */
	bool has_some = families[FAMILY_V4] || families[FAMILY_V6];

	if (has_some && !families[f])
		return err_set(why, "spec.families lacks %s", family_name(f));
	if (p->blocked != NULL && agreed == NULL)
		return err_set(why, "blocked, %s", p->blocked);
	if (agreed == NULL || p->member == NULL)
		return err_set(why, "the session is %s", fsm_state_name(state));
	if (!agreed->caps.family[f])
		return err_set(
		    why, "the peer did not agree on %s", family_name(f));
	if (p->mute[f])
		return err_set(why,
		    "the node has no InternalIP of family %s for a next hop",
		    family_name(f));
	return true;
}

static bool
told_prefix(
    const struct view_peer *p, const struct prefix *prefix, struct err *why)
{
	if (!told_family(p, prefix->addr.family, why))
		return false;
	switch (adjout_told(p->member, prefix)) {
	case ADJOUT_SENT:
		return true;
	case ADJOUT_QUEUED:
		return err_set(why, "it is about to be sent");
	case ADJOUT_TOO_LONG:
		return err_set(why, "its attributes fit no message");
	case ADJOUT_KEPT:
		break;
	}
	return err_set(why, "it is not for this peer");
}

size_t
told_add(
    const struct daemon_view *view, const struct prefix *prefix, json_t *row)
{
	json_t *to = json_array(), *not_to = json_array();
	struct err why;

	for (size_t i = 0; prefix != NULL && i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		if (told_prefix(p, prefix, &why))
			json_array_append_new(to, json_string(p->name));
		else
			json_array_append_new(not_to,
			    json_pack("{s:s, s:s}", "neighbor", p->name,
				"reason", why.text));
	}
	size_t n = json_array_size(to);

	json_object_set_new(row, "sentTo", to);
	json_object_set_new(row, "notSentTo", not_to);
	return n;
}

/* The text so far, the next peer, and whether it is named. */
static void
text_add(struct err *text, size_t nth, const char *peer, const char *reason)
{
	size_t n = strlen(text->text);

	if (nth < NAMED)
		snprintf(text->text + n, sizeof(text->text) - n,
		    "%s%.60s: %.*s", nth > 0 ? "; " : "", peer,
		    (int)utf8_cut(reason, REASON), reason);
}

static void
text_end(struct err *text, size_t all)
{
	size_t n = strlen(text->text);

	if (all > NAMED)
		snprintf(text->text + n, sizeof(text->text) - n,
		    "; and %zu more", all - NAMED);
	if (all == 0)
		err_set(text, "no BGPPeer is for this node");
}

void
told_print(const json_t *row, struct err *text)
{
	const json_t *list = json_object_get(row, "notSentTo");
	size_t n = json_array_size(list);

	*text = (struct err){ "" };
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);

		text_add(text, i,
		    json_string_value(json_object_get(o, "neighbor")),
		    json_string_value(json_object_get(o, "reason")));
	}
	text_end(text, n);
}

bool
told_anybody(const struct daemon_view *view, enum family f, struct err *why)
{
	size_t n = view->n_peers;
	struct err one;

	*why = (struct err){ "" };
	for (size_t i = 0; i < view->n_peers; i++) {
		if (told_family(&view->peers[i], f, &one))
			return true;
		text_add(why, i, view->peers[i].name, one.text);
	}
	for (size_t i = 0; i < view->n_ranges; i++)
		if (view->ranges[i].n == 0)
			text_add(why, n++, view->ranges[i].name,
			    "nobody has come from its peerPrefix");
	text_end(why, n);
	return false;
}
