/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session is given a session_io that keeps, for each dial or caller, a fake_tcp: the
 * conn that has it, and what was said on it, as words. What a test lets the peer say
 * goes to the conn at once; what the session wants to write is pulled when it asks for
 * it, unless TCP is stuck. Time only goes on in fake_sleep(), from one due hour to the
 * next.
 */
#include "tests/fake/fake_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/wire/link_bandwidth.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "common/alloc.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

static struct fake_peer *all[16];
static unsigned count;

static void
add_word(char *text, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	if (len > 0 && len + 1 < FAKE_TEXT)
		text[len++] = ' ';
	va_start(ap, fmt);
	vsnprintf(text + len, FAKE_TEXT - len, fmt, ap);
	va_end(ap);
}

/* --- What the session sends. --- */

static void
spell_nlri(struct fake_tcp *t, struct nlri n, char sign)
{
	char text[PREFIX_TEXT];
	struct prefix prefix;
	uint32_t id;

	while (nlri_next(&n, &prefix, &id))
		add_word(t->said, "%c%s", sign, prefix_print(&prefix, text));
}

static void
spell_update(const struct fake_peer *p, struct fake_tcp *t, struct rbuf body)
{
	const struct update_ctx ctx = {
		.ebgp = p->config.local_as != p->config.remote_as,
		.as4 = true,
		.family = { [FAMILY_V4] = true, [FAMILY_V6] = true },
	};
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct bgp_err err;
	struct update u;

	assert_int_equal(update_parse(body, &ctx, &scratch, &u, &err), UPD_OK);
	for (unsigned i = 0; i < 2; i++) {
		spell_nlri(t, u.unreach[i], '-');
		spell_nlri(t, u.reach[i].nlri, '+');
	}
	if (attrs_has(&u.attrs, ATTR_LOCAL_PREF))
		add_word(t->said, "lp%u", u.attrs.local_pref);
	float bandwidth = link_bandwidth_of(
	    u.attrs.ext_communities, u.attrs.ipv6_ext_communities);

	if (bandwidth >= 0)
		add_word(t->said, "bw%.0f", (double)bandwidth / 125000);
	if (attrs_has_community(&u.attrs, COMMUNITY_GRACEFUL_SHUTDOWN))
		add_word(t->said, "gshut");
	if (u.eor != FAMILY_NONE)
		add_word(t->said, "EOR");
}

static void
hear(struct fake_peer *p, struct fake_tcp *t, struct rbuf bytes)
{
	struct notification n;
	struct bgp_err err;
	struct msg m;

	while (bytes.left > 0) {
		assert_int_equal(
		    msg_cut(&bytes, conn_output_most(t->conn), &m, &err),
		    MSG_WHOLE);
		if (m.type == MSG_UPDATE && p->spells) {
			spell_update(p, t, m.body);
			continue;
		}
		if (m.type != MSG_NOTIFICATION) {
			add_word(t->said, "%s", msg_name(m.type));
			continue;
		}
		assert_true(notification_parse(m.body, &n));
		add_word(t->said, "NOTIFICATION %u/%u", n.code, n.subcode);
		p->hard_resets += n.hard;
		if (n.text.left > 0)
			add_word(t->said, "\"%.*s\"", (int)n.text.left,
			    (const char *)n.text.p);
	}
}

void
fake_flush(struct fake_peer *p)
{
	struct rbuf bytes;

	for (unsigned i = 0; i < p->tcps && !p->stuck; i++) {
		struct fake_tcp *t = &p->tcp[i];

		if (t->conn == NULL || !t->up || !t->wants_write)
			continue;
		while (t->conn != NULL && conn_output(t->conn, &bytes))
			hear(p, t, bytes);
		t->wants_write = false;
		if (t->conn != NULL)
			conn_sent(t->conn, 1, false, p->now);
	}
}

static struct fake_tcp *
tcp_of(struct fake_peer *p, const struct conn *c)
{
	for (unsigned i = 0; i < p->tcps; i++)
		if (p->tcp[i].conn == c)
			return &p->tcp[i];
	return NULL;
}

static struct fake_tcp *
tcp_new(struct fake_peer *p, struct conn *c)
{
	assert_true(p->tcps < FAKE_TCPS);
	p->at = &p->tcp[p->tcps++];
	p->at->conn = c;
	return p->at;
}

static void
on_connect(void *arg, struct conn *c)
{
	tcp_new(arg, c);
}

static void
on_close(void *arg, struct conn *c)
{
	struct fake_peer *p = arg;
	struct fake_tcp *t = tcp_of(p, c);
	struct rbuf bytes;

	if (t == NULL)
		return;
	if (t->up && !p->stuck && conn_output(c, &bytes))
		hear(p, t, bytes);
	add_word(t->said, "CLOSE");
	t->conn = NULL;
}

static void
on_want_write(void *arg, struct conn *c)
{
	struct fake_tcp *t = tcp_of(arg, c);

	if (t != NULL)
		t->wants_write = true;
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	struct fake_peer *p = arg;

	assert_non_null(tcp_of(p, c));
	p->watched = seconds;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct fake_peer *p = arg;

	p->tick_at = at;
}

static void
on_configured(void *arg, uint64_t now)
{
	struct fake_peer *p = arg;

	(void)now;
	p->configured = true;
}

static bool
on_ao(void *arg, const struct conn *c, struct ao_state *state)
{
	const struct fake_peer *p = arg;

	(void)c;
	if (p->ao != NULL)
		*state = *p->ao;
	return p->ao != NULL;
}

static const struct session_io io = {
	.tcp = { on_connect, on_close, on_want_write, on_watch },
	.arm = on_arm,
	.configured = on_configured,
	.ao = on_ao,
};

/* --- What it tells its owner. --- */

static void
on_up(void *arg, const struct agreed *a)
{
	struct fake_peer *p = arg;

	assert_non_null(a);
	add_word(p->news, "up");
}

static void
on_down(void *arg, const struct session_error *why)
{
	struct fake_peer *p = arg;

	add_word(p->news, "down %u/%u", why->code, why->subcode);
	if (p->on_down != NULL)
		p->on_down(p);
}

static void
on_update(void *arg, const struct update *u, enum upd_verdict verdict)
{
	static const char *const costs[] = { "", " discard", " withdraw" };
	struct fake_peer *p = arg;

	add_word(p->news, "update%s%s", u->eor ? " eor" : "", costs[verdict]);
	if (p->on_update != NULL)
		p->on_update(p, u);
}

static void
on_refresh(void *arg, const struct refresh *r)
{
	static const char *const kinds[] = { "refresh", "BoRR", "EoRR" };
	struct fake_peer *p = arg;

	add_word(p->news, "%s %s", kinds[r->kind], family_name(r->family));
}

static bool
on_next(void *arg, struct rbuf *msg)
{
	struct fake_peer *p = arg;

	if (p->updates == 0)
		return false;
	p->updates--;
	*msg = hex("ffffffffffffffffffffffffffffffff 0017 02 0000 0000");
	return true;
}

static void
on_changed(void *arg)
{
	struct fake_peer *p = arg;

	/* What an owner may rely on. */
	if (p->session != NULL &&
	    session_state(p->session) == STATE_ESTABLISHED)
		assert_non_null(session_agreed(p->session));
}

static const struct session_ops ops = {
	.up = on_up,
	.down = on_down,
	.update = on_update,
	.refresh = on_refresh,
	.next = on_next,
	.changed = on_changed,
};

/* --- The peer's part. --- */

struct fake_peer *
fake_new(void)
{
	struct fake_peer *p = xcalloc(1, sizeof(*p));

	p->config = (struct session_config){
		.name = "192.0.2.2",
		.remote = addr_v4(0xc0000202),
		.local_as = LOCAL_AS,
		.remote_as = PEER_AS,
		.router_id = LOCAL_ID,
		.hold_time = 90,
		.families = { [FAMILY_V4] = true },
	};
	p->now = 1000000;
	p->tick_at = NEVER;
	rng_init(&p->rng, 7);
	assert_true(count < sizeof(all) / sizeof(all[0]));
	all[count++] = p;
	return p;
}

void
fake_make(struct fake_peer *p)
{
	p->session = session_new(&p->config, &ops, p, &p->rng, p->now);
}

void
fake_start(struct fake_peer *p)
{
	fake_make(p);
	session_attach(p->session, &io, p);
	session_start(p->session, p->now);
}

struct fake_peer *
fake_adopt(struct session *session, uint64_t now)
{
	struct fake_peer *p = fake_new();

	p->session = session;
	p->config.remote = session_config(session)->remote;
	p->config.remote_as = session_config(session)->remote_as;
	p->now = now;
	session_attach(session, &io, p);
	return p;
}

void
fake_leave(struct fake_peer *p)
{
	fake_flush(p);
	if (p->session != NULL)
		session_detach(p->session);
	p->session = NULL;
	p->tick_at = NEVER;
}

int
fake_teardown(void **state)
{
	(void)state;
	while (count > 0) {
		session_free(all[--count]->session);
		free(all[count]);
	}
	return 0;
}

struct fake_peer *
fake_established(uint16_t hold_time)
{
	struct fake_peer *p = fake_new();

	p->config.hold_time = hold_time;
	fake_start(p);
	fake_connects(p);

	struct bgp_open o = fake_open(p);

	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
	fake_forget(p);
	return p;
}

static const struct addr *
local_addr(void)
{
	static const struct addr local = { FAMILY_V4, { 192, 0, 2, 1 } };

	return &local;
}

void
fake_connects(struct fake_peer *p)
{
	assert_non_null(p->at->conn);
	p->at->up = true;
	conn_tcp_up(p->at->conn, true, local_addr(), &p->config.remote, p->now);
	fake_flush(p);
}

void
fake_refuses(struct fake_peer *p)
{
	conn_tcp_down(p->at->conn, "Connection refused", p->now);
}

bool
fake_arrives(struct fake_peer *p)
{
	struct conn *c =
	    session_accept(p->session, local_addr(), &p->config.remote, p->now);

	if (c == NULL)
		return false;
	tcp_new(p, c);
	p->at->up = p->at->wants_write = true;
	fake_flush(p);
	return true;
}

void
fake_hangs_up(struct fake_peer *p)
{
	conn_tcp_down(p->at->conn, "closed by the peer", p->now);
}

void
fake_tick(struct fake_peer *p)
{
	p->tick_at = NEVER;
	session_tick(p->session, p->now);
	fake_flush(p);
}

void
fake_sleep(struct fake_peer *p, unsigned seconds)
{
	uint64_t until = p->now + seconds * 1000u;

	while (p->tick_at <= until) {
		if (p->tick_at > p->now)
			p->now = p->tick_at;
		fake_tick(p);
	}
	p->now = until;
}

static void
say(struct fake_peer *p, struct rbuf bytes)
{
	assert_non_null(p->at->conn);
	conn_input(p->at->conn, bytes.p, bytes.left, p->now);
	fake_flush(p);
}

void
fake_say_block(struct fake_peer *p, struct rbuf bytes)
{
	say(p, bytes);
}

void
fake_say_bytes(struct fake_peer *p, const char *text)
{
	say(p, hex(text));
}

void
fake_say(struct fake_peer *p, uint8_t type, const char *body)
{
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	size_t start = msg_begin(&w, type);

	wbuf_copy(&w, hex(body));
	assert_true(msg_end(&w, start));
	say(p, exact_copy(room, w.len));
}

struct bgp_open
fake_open(const struct fake_peer *p)
{
	struct bgp_open o = {
		.asn = p->config.remote_as,
		.hold_time = 180,
		.router_id = PEER_ID,
		.has_caps = true,
	};

	o.caps.family[FAMILY_V4] = true;
	o.caps.family[FAMILY_V6] = true;
	o.caps.as4 = true;
	o.caps.route_refresh = true;
	o.caps.restart = p->restart;
	o.caps.long_lived = p->long_lived;
	return o;
}

void
fake_say_open(struct fake_peer *p, const struct bgp_open *o)
{
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));

	assert_true(open_build(&w, o));
	say(p, exact_copy(room, w.len));
}

void
fake_say_keepalive(struct fake_peer *p)
{
	fake_say(p, MSG_KEEPALIVE, "");
}

void
fake_say_notification(struct fake_peer *p, uint8_t code, uint8_t subcode)
{
	char body[8];

	snprintf(body, sizeof(body), "%02x%02x", code, subcode);
	fake_say(p, MSG_NOTIFICATION, body);
}

/* --- Looking. --- */

void
assert_said(struct fake_peer *p, const char *text)
{
	assert_string_equal(p->at->said, text);
	p->at->said[0] = '\0';
}

void
assert_news(struct fake_peer *p, const char *text)
{
	assert_string_equal(p->news, text);
	p->news[0] = '\0';
}

void
fake_forget(struct fake_peer *p)
{
	for (unsigned i = 0; i < p->tcps; i++)
		p->tcp[i].said[0] = '\0';
	p->news[0] = '\0';
}
