/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An octet for how far the session is, an octet for how many bytes arrive at a
 * time, then what the peer says. Whatever it is, less than a message stays
 * unread, a conn that was closed takes no more, and the session can be stopped, or
 * left for a restart, and freed.
 */
#include <assert.h>
#include <stdlib.h>

#include "bgpd/session/session.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "common/log.h"
#include "common/rng.h"
#include "tests/fuzz/fuzz.h"

const char fuzz_name[] = "session";

static void
on_tcp(void *arg, struct conn *c)
{
	(void)arg;
	(void)c;
}

static void
on_close(void *arg, struct conn *c)
{
	struct rbuf last;

	(void)arg;
	while (conn_output(c, &last))
		assert(last.left <= CONN_OUTPUT_MOST);
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	(void)arg;
	(void)c;
	assert(seconds == 90);
}

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
on_news(void *arg)
{
	(void)arg;
}

static void
on_up(void *arg, const struct agreed *a)
{
	(void)arg;
	assert(a->caps.family[FAMILY_V4] || a->caps.family[FAMILY_V6]);
}

static void
on_down(void *arg, const struct session_error *e)
{
	(void)arg;
	assert(e->at != 0);
	assert(!e->graceful || e->code != ERR_CEASE ||
	    e->subcode != CEASE_HARD_RESET);
}

static void
on_update(void *arg, const struct update *u, enum upd_verdict verdict)
{
	(void)arg;
	(void)u;
	assert(verdict < UPD_RESET);
}

static void
on_refresh(void *arg, const struct refresh *r)
{
	(void)arg;
	assert(r->family == FAMILY_V4 || r->family == FAMILY_V6);
	assert(r->kind < REFRESH_UNKNOWN);
}

static bool
on_next(void *arg, struct rbuf *msg)
{
	(void)arg;
	(void)msg;
	return false;
}

static const struct session_io io = {
	.tcp = { on_tcp, on_close, on_tcp, on_watch },
	.arm = on_arm,
	.configured = on_arm,
};

static const struct session_ops ops = { on_up, on_down, on_update, on_refresh,
	on_next, on_news };

static void
no_line(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

/* Bits of the first octet. */
enum { HOW_FAR = 3, ADD_PATH = 4, EXTENDED = 8, IPV6_HOPS = 16 };

/*
 * How far: 0 stays in OpenSent, 1 goes to OpenConfirm, 2 and 3 to Established. The
 * other bits say what the peer has beside.
 */
static void
advance(struct conn *c, uint8_t how)
{
	uint8_t how_far = how & HOW_FAR;
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open o = {
		.asn = 65002, .hold_time = 90, .router_id = 2, .has_caps = true
	};

	o.caps.family[FAMILY_V4] = o.caps.family[FAMILY_V6] = true;
	o.caps.as4 = how_far == 3;
	o.caps.extended_message = (how & EXTENDED) != 0;
	o.caps.extended_next_hop = (how & IPV6_HOPS) != 0;
	if ((how & ADD_PATH) != 0)
		o.caps.add_path[FAMILY_V4] = o.caps.add_path[FAMILY_V6] =
		    ADD_PATH_SEND;
	o.caps.restart = (struct caps_restart){ .present = how_far == 3,
		.notification = true,
		.family = { false, true, false } };
	if (how_far >= 1)
		assert(open_build(&w, &o));
	if (how_far >= 2)
		assert(keepalive_build(&w));
	assert(conn_input(c, room, w.len, 1) == w.len);
}

static void
feed(struct conn *c, struct rbuf r, size_t step)
{
	const uint8_t *p = r.p;
	size_t seen = 0;

	while (conn_state(c) >= STATE_OPENSENT && seen < r.left) {
		seen = seen + step < r.left ? seen + step : r.left;
		p += conn_input(c, p, (size_t)(r.p + seen - p), 1);
		assert(r.p + seen - p < CONN_INPUT_KEPT ||
		    conn_state(c) < STATE_OPENSENT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct session_config config = { .name = "fuzz",
		.local_as = 65001,
		.remote_as = 65002,
		.router_id = 1,
		.hold_time = 90,
		.restart = { .on = true, .notification = true },
		.add_path_receive = true,
		.extended_messages = true,
		.extended_next_hop = true,
		.passive = true };
	struct rbuf r = rbuf_of(bytes, size);
	uint8_t how = rbuf_u8(&r);
	size_t step = rbuf_u8(&r) + 1u;
	struct rng rng = { 1 };

	log_set_sink(no_line);
	config.families[FAMILY_V4] = config.families[FAMILY_V6] = true;
	config.remote = config.source = addr_v4(1);

	struct session *s = session_new(&config, &ops, NULL, &rng, 1);

	session_attach(s, &io, NULL);
	session_start(s, 1);

	struct conn *c = session_accept(s, &config.source, &config.remote, 1);

	assert(c != NULL);
	advance(c, how);
	if (!r.bad)
		feed(c, r, step);
	if (size % 2 == 0)
		session_leave(s, "end", 1);
	else
		session_stop(s, CEASE_SHUTDOWN, "end", 1);
	assert(session_state(s) == STATE_IDLE);
	session_free(s);
	return 0;
}
