/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers - what stands at the other ends of a speaker that is measured.
 *
 *	bench/peers sink ROUTER FIRST COUNT AS PREFIXES [MS]
 *		so many peers, at FIRST and the addresses behind it, that only listen
 *	bench/peers feed ROUTER ADDRESS AS PREFIXES SETS [MS]
 *		one that sends a table: PREFIXES of 32 bits, in SETS of attributes
 *	bench/peers reflect ROUTER ADDRESS AS PREFIXES SETS [MS]
 *		the same from the AS of the router, which is to reflect it
 *
 * They connect, trying again until somebody listens, and stay until they are ended.
 * With MS one of them in turn sends a KEEPALIVE that often, else all every 20 s. What
 * happens is a line on standard output: a word, and when, in ms of CLOCK_MONOTONIC. So
 * what several of these programs saw compares.
 *
 *	open		sink: the KEEPALIVEs are sent that end the handshakes
 *	whole		sink: all peers have all prefixes
 *	changed		sink: an UPDATE came after that, with a prefix
 *	begun		feed: the first UPDATE has come; the table is being sent
 *	sent		feed: its last byte, and a ROUTE-REFRESH behind it, are sent
 *	answered	feed: an UPDATE came after that: who answers takes messages in
 *			their order, so all before has been taken in
 *
 * Prefixes are those behind 11.0.0.0, counted once each, by a bit for each peer. The
 * router has to have one of its own elsewhere: it is what an answer consists of.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/dial.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/nlri.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"

#define FIRST_PREFIX 0x0b000000u /* 11.0.0.0 */
#define BUFFER (256 << 10)
#define HOLD 90     /* s */
#define ALIVE 20000 /* ms between KEEPALIVEs */

struct peer {
	int fd;
	uint32_t id;    /* its address */
	uint8_t *in;    /* owned, BUFFER */
	size_t have;    /* bytes in it */
	uint8_t *bits;  /* owned; prefixes that came */
	uint32_t count; /* of them */
	bool heard;     /* a message has come */
	bool news;      /* an UPDATE with a prefix has come */
};

struct peers {
	struct peer *at;       /* owned */
	struct pollfd *polled; /* owned; as many */
	unsigned n;
	uint32_t as, prefixes;
	bool internal; /* the table is from inside the router's AS */
	int nudge;     /* ms between KEEPALIVEs */
	bool in_turn;  /* one peer at a time sends one */
	unsigned turn; /* the next to do so */
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
say_at(const char *word, double ms)
{
	printf("%s %.3f\n", word, ms);
	fflush(stdout);
}

static void
say(const char *word)
{
	say_at(word, now_ms());
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- connections ---- */

static void
put(struct peer *p, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(p->fd, bytes, n);

		if (wrote <= 0)
			die("write");
		bytes += wrote;
		n -= (size_t)wrote;
	}
}

static void
put_open(struct peer *p, uint32_t as)
{
	uint8_t bytes[MSG_MAX];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bgp_open open = { .asn = as,
		.hold_time = HOLD,
		.router_id = p->id,
		.has_caps = true };

	open.caps.family[FAMILY_V4] = true;
	open.caps.as4 = true;
	open.caps.route_refresh = true;
	open_build(&w, &open);
	put(p, bytes, w.len);
}

static void
put_keepalive(struct peer *p)
{
	uint8_t bytes[MSG_HEADER];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	keepalive_build(&w);
	put(p, bytes, w.len);
}

/* ---- what comes ---- */

static void
count_prefix(struct peer *p, uint32_t n)
{
	uint8_t bit = (uint8_t)(1 << n % 8);

	if ((p->bits[n / 8] & bit) != 0)
		return;
	p->bits[n / 8] |= bit;
	p->count++;
}

static void
on_update(struct peers *all, struct peer *p, struct rbuf body)
{
	struct prefix prefix;
	uint32_t id;

	rbuf_cut(&body, rbuf_u16(&body));
	rbuf_cut(&body, rbuf_u16(&body));
	struct nlri nlri = { .bytes = body, .family = FAMILY_V4 };

	while (nlri_next(&nlri, &prefix, &id)) {
		struct rbuf a = rbuf_of(prefix.addr.bytes, 4);
		uint32_t n = rbuf_u32(&a) - FIRST_PREFIX;

		p->news = true;
		if (prefix.len == 32 && n < all->prefixes)
			count_prefix(p, n);
	}
}

static void
on_bytes(struct peers *all, struct peer *p)
{
	struct rbuf stream = rbuf_of(p->in, p->have);
	struct bgp_err err;
	struct msg m;
	enum msg_cut cut;

	while ((cut = msg_cut(&stream, MSG_MAX, &m, &err)) == MSG_WHOLE &&
	    m.type != MSG_NOTIFICATION) {
		p->heard = true;
		if (m.type == MSG_UPDATE)
			on_update(all, p, m.body);
	}
	if (cut == MSG_WHOLE && m.body.left >= 2)
		fprintf(stderr, "peers: NOTIFICATION %u/%u\n", m.body.p[0],
		    m.body.p[1]);
	if (cut == MSG_BAD)
		fprintf(stderr, "peers: %s\n", err.what);
	if (cut != MSG_MORE)
		exit(1);
	memmove(p->in, stream.p, stream.left);
	p->have = stream.left;
}

static void
take(struct peers *all, struct peer *p)
{
	ssize_t got = read(p->fd, p->in + p->have, BUFFER - p->have);

	if (got <= 0)
		die("read");
	p->have += (size_t)got;
	on_bytes(all, p);
}

static void
keep_alive(struct peers *all)
{
	static double next;

	if (now_ms() < next)
		return;
	next = now_ms() + all->nudge;
	if (all->in_turn) {
		put_keepalive(&all->at[all->turn++ % all->n]);
		return;
	}
	for (unsigned i = 0; i < all->n; i++)
		put_keepalive(&all->at[i]);
}

/* One round of what is there to be read; alive: of peers that are established. */
static void
turn(struct peers *all, bool alive)
{
	for (unsigned i = 0; i < all->n; i++)
		all->polled[i] =
		    (struct pollfd){ .fd = all->at[i].fd, .events = POLLIN };
	if (poll(all->polled, all->n, all->nudge) < 0)
		die("poll");
	for (unsigned i = 0; i < all->n; i++)
		if (all->polled[i].revents != 0)
			take(all, &all->at[i]);
	if (alive)
		keep_alive(all);
}

/* ---- all of them ---- */

static bool
all_heard(const struct peers *all)
{
	for (unsigned i = 0; i < all->n; i++)
		if (!all->at[i].heard)
			return false;
	return true;
}

static bool
all_whole(const struct peers *all)
{
	for (unsigned i = 0; i < all->n; i++)
		if (all->at[i].count < all->prefixes)
			return false;
	return true;
}

/* Nobody is behind the others: each sends its KEEPALIVE when all have an OPEN. */
static void
begin(struct peers *all, uint32_t router, uint32_t first)
{
	all->at = xcalloc(all->n, sizeof(*all->at));
	all->polled = xcalloc(all->n, sizeof(*all->polled));
	for (unsigned i = 0; i < all->n; i++) {
		struct peer *p = &all->at[i];

		p->id = first + i;
		p->in = xcalloc(1, BUFFER);
		p->bits = xcalloc(1, all->prefixes / 8 + 1);
		p->fd = dial(p->id, router);
		put_open(p, all->as);
	}
	while (!all_heard(all))
		turn(all, false);
	double start = now_ms();

	for (unsigned i = 0; i < all->n; i++)
		put_keepalive(&all->at[i]);
	say_at("open", start);
}

static void
sink(struct peers *all)
{
	while (!all_whole(all))
		turn(all, true);
	say("whole");
	for (;;) {
		all->at[0].news = false;
		turn(all, true);
		if (all->at[0].news)
			say("changed");
	}
}

/* ---- the table ---- */

/* Attributes that differ from those of all other sets by a community. */
static struct rbuf
nth_attrs(const struct peers *all, uint32_t set, uint8_t *room, size_t size)
{
	uint8_t as_path[16], communities[4];
	struct wbuf path = wbuf_of(as_path, sizeof(as_path));
	struct wbuf list = wbuf_of(communities, sizeof(communities));
	struct wbuf w = wbuf_of(room, size);

	wbuf_u8(&path, AS_SEQUENCE);
	wbuf_u8(&path, all->internal ? 1 : 2);
	if (!all->internal)
		wbuf_u32(&path, all->as);
	wbuf_u32(&path, 100000 + set % 5000);
	wbuf_u32(&list, set);

	struct attrs a = {
		.as_path = wbuf_read(&path, 0),
		.next_hop.addr = addr_v4(all->at[0].id),
		.communities = wbuf_read(&list, 0),
	};
	if (all->internal) {
		a.has |= ATTR_BIT(ATTR_LOCAL_PREF);
		a.local_pref = 100;
	}

	attrs_build(&w, &a, FAMILY_V4, true);
	return wbuf_read(&w, 0);
}

/* One message with prefixes from *next on, up to the end of their set. */
static void
put_some(struct wbuf *w, const struct peers *all, uint32_t sets, uint32_t *next)
{
	uint8_t room[256];
	uint32_t per_set = (all->prefixes + sets - 1) / sets;
	uint32_t end = (*next / per_set + 1) * per_set;
	struct update_out o = { .w = w, .max = MSG_MAX, .family = FAMILY_V4 };
	struct next_hop hop = { .addr.family = FAMILY_V4 };

	if (end > all->prefixes)
		end = all->prefixes;
	update_out_reach(
	    &o, &hop, nth_attrs(all, *next / per_set, room, sizeof(room)));
	for (; *next < end; (*next)++) {
		struct addr a = addr_v4(FIRST_PREFIX + *next);

		if (!update_out_add(&o, a.bytes, 32, 0))
			break;
	}
	update_out_end(&o);
}

/* All of it, made before anything is timed. */
static struct wbuf
table(const struct peers *all, uint32_t sets)
{
	size_t size = (size_t)all->prefixes * 6 + (size_t)sets * 256 + MSG_MAX;
	struct wbuf w = wbuf_of(xcalloc(1, size), size);
	struct refresh again = { .family = FAMILY_V4 };

	for (uint32_t next = 0; next < all->prefixes;)
		put_some(&w, all, sets, &next);
	eor_build(&w, FAMILY_V4);
	refresh_build(&w, &again);
	if (w.bad)
		abort();
	return w;
}

static void
await_news(struct peers *all)
{
	all->at[0].news = false;
	while (!all->at[0].news)
		turn(all, true);
}

static void
feed(struct peers *all, uint32_t sets)
{
	struct wbuf whole = table(all, sets);

	await_news(all);
	say("begun");
	put(&all->at[0], whole.p, whole.len);
	say("sent");
	await_news(all);
	say("answered");
	free(whole.p);
	for (;;)
		turn(all, true);
}

/* ---- what is asked for ---- */

static uint32_t
number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n == 0 || n > UINT32_MAX) {
		fprintf(stderr, "peers: %s: no number above 0\n", text);
		exit(2);
	}
	return (uint32_t)n;
}

static int
usage(void)
{
	fputs(
	    "Usage: peers sink ROUTER FIRST COUNT AS PREFIXES [MS]\n"
	    "       peers feed|reflect ROUTER ADDRESS AS PREFIXES SETS [MS]\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	bool sinks = argc > 1 && strcmp(argv[1], "sink") == 0;

	bool internal = argc > 1 && strcmp(argv[1], "reflect") == 0;

	if (argc < 7 || argc > 8 ||
	    (!sinks && !internal && strcmp(argv[1], "feed") != 0))
		return usage();
	struct peers all = {
		.n = sinks ? number(argv[4]) : 1,
		.as = number(argv[4 + sinks]),
		.internal = internal,
		.prefixes = number(argv[5 + sinks]),
		.nudge = argc == 8 ? (int)number(argv[7]) : ALIVE,
		.in_turn = argc == 8,
	};

	begin(&all, dial_address(argv[2]), dial_address(argv[3]));
	if (sinks)
		sink(&all);
	feed(&all, number(argv[6]));
	return 0;
}
