/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/notification.h"

#include <string.h>

#include "bgpd/wire/msg.h"

static bool
has_text(uint8_t code, uint8_t subcode)
{
	return code == ERR_CEASE &&
	    (subcode == CEASE_SHUTDOWN || subcode == CEASE_RESET);
}

/* RFC 8538 3.1: the data are what would have been said without it. */
static void
unwrap(struct notification *n, struct rbuf *r)
{
	n->hard = n->code == ERR_CEASE && n->subcode == CEASE_HARD_RESET;
	if (!n->hard || r->left < 2)
		return;
	n->code = rbuf_u8(r);
	n->subcode = rbuf_u8(r);
}

bool
notification_parse(struct rbuf r, struct notification *n)
{
	*n = (struct notification){ 0 };
	n->code = rbuf_u8(&r);
	n->subcode = rbuf_u8(&r);
	if (r.bad)
		return false;
	unwrap(n, &r);
	n->data = r;
	if (has_text(n->code, n->subcode) && r.left > 0) {
		size_t length = rbuf_u8(&r);

		n->text = rbuf_cut(&r, length < r.left ? length : r.left);
	}
	return true;
}

bool
notification_build(struct wbuf *w, const struct bgp_err *err)
{
	size_t start = msg_begin(w, MSG_NOTIFICATION);

	wbuf_u8(w, err->code);
	wbuf_u8(w, err->subcode);
	if (w->len - start + err->data.left <= MSG_MAX)
		wbuf_copy(w, err->data);
	return msg_end(w, start);
}

/* How much of a text of n bytes may be sent without cutting a UTF-8 character. */
static size_t
text_cut(const char *text, size_t n)
{
	if (n <= SHUTDOWN_TEXT)
		return n;
	n = SHUTDOWN_TEXT;
	while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void
cease_build(struct wbuf *w, uint8_t subcode, const char *text)
{
	size_t n = text == NULL ? 0 : text_cut(text, strlen(text));

	wbuf_u8(w, ERR_CEASE);
	wbuf_u8(w, subcode);
	if (n > 0 && has_text(ERR_CEASE, subcode)) {
		wbuf_u8(w, (uint8_t)n);
		wbuf_bytes(w, (const uint8_t *)text, n);
	}
}

bool
notification_build_cease(struct wbuf *w, uint8_t subcode, const char *text)
{
	size_t start = msg_begin(w, MSG_NOTIFICATION);

	cease_build(w, subcode, text);
	return msg_end(w, start);
}

bool
notification_build_hard(struct wbuf *w, uint8_t subcode, const char *text)
{
	size_t start = msg_begin(w, MSG_NOTIFICATION);

	wbuf_bytes(w, (uint8_t[]){ ERR_CEASE, CEASE_HARD_RESET }, 2);
	cease_build(w, subcode, text);
	return msg_end(w, start);
}

enum { SUBCODES = 12 };

static const struct {
	const char *name;
	const char *sub[SUBCODES];
} names[] = {
	/* clang-format off */
[ERR_HEADER] = { "Message Header Error", {
	[HEADER_SYNC] = "Connection Not Synchronized",
	[HEADER_LENGTH] = "Bad Message Length",
	[HEADER_TYPE] = "Bad Message Type" } },
[ERR_OPEN] = { "OPEN Message Error", {
	[OPEN_VERSION] = "Unsupported Version Number",
	[OPEN_PEER_AS] = "Bad Peer AS",
	[OPEN_ROUTER_ID] = "Bad BGP Identifier",
	[OPEN_PARAMETER] = "Unsupported Optional Parameter",
	[OPEN_HOLD_TIME] = "Unacceptable Hold Time",
	[OPEN_CAPABILITY] = "Unsupported Capability",
	[OPEN_ROLE] = "Role Mismatch" } },
[ERR_UPDATE] = { "UPDATE Message Error", {
	[UPDATE_LIST] = "Malformed Attribute List",
	[UPDATE_UNKNOWN] = "Unrecognized Well-known Attribute",
	[UPDATE_MISSING] = "Missing Well-known Attribute",
	[UPDATE_FLAGS] = "Attribute Flags Error",
	[UPDATE_LENGTH] = "Attribute Length Error",
	[UPDATE_ORIGIN] = "Invalid ORIGIN Attribute",
	[UPDATE_NEXT_HOP] = "Invalid NEXT_HOP Attribute",
	[UPDATE_OPTIONAL] = "Optional Attribute Error",
	[UPDATE_NETWORK] = "Invalid Network Field",
	[UPDATE_AS_PATH] = "Malformed AS_PATH" } },
[ERR_HOLD_TIMER] = { "Hold Timer Expired", { NULL } },
[ERR_FSM] = { "Finite State Machine Error", {
	[FSM_OPENSENT] = "Unexpected Message in OpenSent",
	[FSM_OPENCONFIRM] = "Unexpected Message in OpenConfirm",
	[FSM_ESTABLISHED] = "Unexpected Message in Established" } },
[ERR_CEASE] = { "Cease", {
	[CEASE_MAX_PREFIXES] = "Maximum Number of Prefixes Reached",
	[CEASE_SHUTDOWN] = "Administrative Shutdown",
	[CEASE_DECONFIGURED] = "Peer De-configured",
	[CEASE_RESET] = "Administrative Reset",
	[CEASE_REJECTED] = "Connection Rejected",
	[CEASE_CONFIG_CHANGE] = "Other Configuration Change",
	[CEASE_COLLISION] = "Connection Collision Resolution",
	[CEASE_RESOURCES] = "Out of Resources",
	[CEASE_HARD_RESET] = "Hard Reset",
	[CEASE_BFD_DOWN] = "BFD Down" } },
[ERR_ROUTE_REFRESH] = { "ROUTE-REFRESH Message Error", {
	[REFRESH_LENGTH] = "Invalid Message Length" } },
[ERR_SEND_HOLD] = { "Send Hold Timer Expired", { NULL } },
	/* clang-format on */
};

enum { CODES = sizeof(names) / sizeof(names[0]) };

const char *
notification_code_name(uint8_t code)
{
	return code < CODES && names[code].name ? names[code].name : "unknown";
}

const char *
notification_subcode_name(uint8_t code, uint8_t subcode)
{
	if (subcode == 0)
		return "unspecific";
	if (code >= CODES || subcode >= SUBCODES || !names[code].sub[subcode])
		return "unknown";
	return names[code].sub[subcode];
}
