/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rib - what the table costs without sockets: CPU time and peak memory of a million
 * prefixes originated, received, kept and passed on.
 *
 *	bench/rib [PREFIXES [TEXT]]	default 1000000; TEXT: rows that have it
 *
 * Each line is a process of its own, so that peaks don't add up. "warm": the routes
 * are there, peers join; from the join to the last message out. Received messages are
 * made on the fly; only parsing and import are timed. "n rules": of a filter, of which
 * the last alone is met. "unused": kept to be shown, then, as they are too many, let go
 * and only counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/cpu.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/path_match.h"
#include "bgpd/rib/policy.h"
#include "bgpd/rib/policy_index.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"

#define FEED 1     /* the source that sends the table */
#define MOST 4096  /* of what is done a part at a time */
#define AT_ONCE 16 /* messages that come; to ask for the time takes a while */

struct bench {
	struct path_table *paths;
	struct rib *rib;
	struct adjout *adjout;
	uint32_t prefixes;
	uint32_t sets;
	struct member *follower;     /* who is sent what comes in, or NULL */
	const struct policy *policy; /* of peers, in and out; NULL: none */
	uint64_t bytes;
	uint64_t messages;
};

struct scenario {
	const char *name;
	void (*run)(struct bench *, const struct scenario *);
	uint32_t sets;
	unsigned peers;
	enum import_mode import;
	uint32_t prefixes; /* 0: as asked for */
	unsigned rules;    /* of the peers' policy; 0: they have none */
};

/* Of this process alone, whatever else the machine does. */
static void
report(const struct bench *b, const struct scenario *s, double ms)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf(
	    "%-44s %9.3f ms %7.1f MB", s->name, ms, (double)u.ru_maxrss / 1024);
	if (b->messages > 0)
		printf("  %llu messages, %.1f MB",
		    (unsigned long long)b->messages, (double)b->bytes / 1e6);
	printf("\n");
}

static struct prefix
nth_prefix(uint32_t n)
{
	struct addr a = addr_v4(0x0a000000u + n);

	return prefix_host(&a);
}

static void
on_wake(void *arg)
{
	(void)arg;
}

static const struct adjout_ops ops = { .wake = on_wake };

static const struct group_key to_ebgp = {
	.families = { [FAMILY_V4] = true },
	.kind = PEER_EBGP,
	.as4 = true,
	.pass_received = true,
	.max_message = MSG_MAX,
	.local_as = 64517,
	.next_hop = { [FAMILY_V4] = { FAMILY_V4, { 192, 0, 2, 1 } } },
};

static struct group_key
key_of(const struct bench *b)
{
	struct group_key key = to_ebgp;

	key.policy = b->policy;
	return key;
}

/*
 * By turns rules of prefixes that are none of ours, and of communities that our paths
 * do not have; the last takes all, and sets something.
 */
static const struct policy *
policy_of(struct bench *b, unsigned n)
{
	struct policy *p = xcalloc(1, sizeof(*p));
	struct policy_rule *rules = xcalloc(n, sizeof(*rules));
	struct path_match *matches = xcalloc(n, sizeof(*matches));
	uint32_t *communities = xcalloc(n, sizeof(*communities));
	struct action med = { .kind = ACTION_MED, .value = { 7 } };

	for (unsigned i = 0; i < n; i++) {
		bool of_prefix = i % 2 == 0 && i + 1 < n;

		communities[i] = 0xfde80000 + i;
		matches[i] =
		    (struct path_match){ .communities = &communities[i],
			    .n_communities = 1 };
		rules[i] = (struct policy_rule){
			.prefix = { .addr = addr_v4(of_prefix ? 0xc6000000 : 0),
			    .len = of_prefix ? 8 : 0 },
			.max_len = 32,
			.verdict = VERDICT_REFUSE,
			.match =
			    of_prefix || i + 1 == n ? 0 : (uint16_t)(i + 1),
			.counter = (uint16_t)i,
		};
	}
	rules[n - 1].verdict = rib_verdict(b->rib, &med, 1);
	*p = (struct policy){ .rules = rules,
		.index = policy_index_of(rules, n),
		.n = n,
		.matches = matches,
		.n_matches = n,
		.hits = xcalloc(n + 1, sizeof(uint64_t)),
		.n_counters = (uint16_t)n };
	return p;
}

static bool
send_one(struct bench *b, struct member *m)
{
	struct rbuf msg;

	if (!adjout_next(m, &msg))
		return false;
	b->messages++;
	b->bytes += msg.left;
	return true;
}

/* All peers take messages in turns, as sockets that are drained equally fast do. */
static void
send_all(struct bench *b, struct member **members, unsigned n)
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned i = 0; i < n; i++)
			more |= send_one(b, members[i]);
	}
}

static void
originate(struct bench *b)
{
	struct path *path = path_local(b->paths,
	    &(struct path_local){
		.communities = (uint32_t[]){ 64517u << 16 | 120 },
		.n_communities = 1,
		.large = (struct large_community[]){ { 64517, 300, 100 } },
		.n_large = 1,
		.local_pref = LOCAL_PREF_DEFAULT,
	    });

	for (uint32_t i = 0; i < b->prefixes; i++) {
		struct prefix p = nth_prefix(i);

		rib_set(b->rib, RIB_LOCAL, &p, path);
	}
	path_unref(path);
}

/* Whatever a table is taken in by, a part at a time. */
static void
fill(struct bench *b)
{
	while (!adjout_fill_some(b->adjout, MOST))
		;
}

static double
send_to_new_peers(struct bench *b, unsigned n)
{
	struct member **members = xcalloc(n, sizeof(struct member *));
	struct group_key key = key_of(b);
	double start = cpu_ms();

	for (unsigned i = 0; i < n; i++)
		members[i] =
		    adjout_join(b->adjout, &key, FEED + 1 + i, &ops, NULL);
	fill(b);
	send_all(b, members, n);

	double ms = cpu_ms() - start;

	for (unsigned i = 0; i < n; i++)
		adjout_leave(members[i]);
	free(members);
	return ms;
}

static void
originate_cold(struct bench *b, const struct scenario *s)
{
	double start = cpu_ms();

	originate(b);
	send_to_new_peers(b, s->peers);
	report(b, s, cpu_ms() - start);
}

static void
originate_warm(struct bench *b, const struct scenario *s)
{
	originate(b);
	report(b, s, send_to_new_peers(b, s->peers));
}

/* One of all prefixes changes at a time; the time is that of one change. */
static void
change_one(struct bench *b, const struct scenario *s)
{
	enum { TIMES = 10000 };

	originate(b);
	struct group_key key = key_of(b);
	struct member *m = adjout_join(b->adjout, &key, FEED + 1, &ops, NULL);
	struct path *path =
	    path_local(b->paths, &(struct path_local){ .local_pref = 100 });

	fill(b);
	send_all(b, &m, 1);
	b->messages = b->bytes = 0;
	double start = cpu_ms();

	for (uint32_t i = 0; i < TIMES; i++) {
		struct prefix p = nth_prefix(i * 7919 % b->prefixes);

		rib_set(b->rib, RIB_LOCAL, &p, path);
		while (send_one(b, m))
			;
	}
	report(b, s, (cpu_ms() - start) / TIMES);
	adjout_leave(m);
	path_unref(path);
}

/* Attributes of the nth set, as a peer would send them. */
static struct rbuf
nth_attrs(uint32_t n, uint8_t *room, size_t size)
{
	uint8_t as_path[32], communities[8];
	struct wbuf path = wbuf_of(as_path, sizeof(as_path));
	struct wbuf list = wbuf_of(communities, sizeof(communities));
	struct wbuf w = wbuf_of(room, size);

	wbuf_u8(&path, AS_SEQUENCE);
	wbuf_u8(&path, 2);
	wbuf_u32(&path, 64512);
	wbuf_u32(&path, 100000 + n % 5000);
	wbuf_u32(&list, n);

	struct attrs a = {
		.as_path = wbuf_read(&path, 0),
		.next_hop.addr = { FAMILY_V4, { 10, 31, 254, 253 } },
		.communities = wbuf_read(&list, 0),
	};

	attrs_build(&w, &a, FAMILY_V4, true);
	return wbuf_read(&w, 0);
}

/* One message of the feed: prefixes from *next on, up to the end of their set. */
static struct rbuf
feed_message(struct bench *b, uint32_t *next, uint8_t room[MSG_MAX])
{
	uint8_t attr_room[256];
	uint32_t per_set = (b->prefixes + b->sets - 1) / b->sets;
	uint32_t end = (*next / per_set + 1) * per_set;
	struct wbuf w = wbuf_of(room, MSG_MAX);
	struct update_out o = { .w = &w, .max = MSG_MAX, .family = FAMILY_V4 };
	struct next_hop hop = { .addr.family = FAMILY_V4 };

	if (end > b->prefixes)
		end = b->prefixes;
	update_out_reach(
	    &o, &hop, nth_attrs(*next / per_set, attr_room, sizeof(attr_room)));
	for (; *next < end; (*next)++) {
		struct prefix p = nth_prefix(*next);

		if (!update_out_add(&o, p.addr.bytes, p.len, 0))
			break;
	}
	update_out_end(&o);
	return wbuf_read(&w, 0);
}

static void
take_message(struct bench *b, struct rbuf bytes)
{
	static const struct update_ctx ctx = {
		.ebgp = true,
		.as4 = true,
		.first_as = true,
		.peer_as = 64512,
		.family = { [FAMILY_V4] = true },
	};
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct msg msg;
	struct update u;
	struct bgp_err err;

	if (msg_cut(&bytes, MSG_MAX, &msg, &err) != MSG_WHOLE ||
	    update_parse(msg.body, &ctx, &scratch, &u, &err) != UPD_OK ||
	    rib_import(b->rib, FEED, &u) != RIB_IMPORTED)
		abort();
}

/* In CPU time. */
static double
take_messages(struct bench *b, const struct rbuf *messages, unsigned n)
{
	double start = cpu_ms();

	for (unsigned i = 0; i < n; i++) {
		take_message(b, messages[i]);
		while (b->follower != NULL && send_one(b, b->follower))
			;
	}
	return cpu_ms() - start;
}

static double
receive_table(struct bench *b, enum import_mode import)
{
	struct rib_source feed = {
		.kind = PEER_EBGP,
		.import = import,
		.asn = 64512,
		.router_id = 1,
		.addr = { FAMILY_V4, { 10, 31, 254, 253 } },
		.policy = b->policy,
	};
	uint8_t room[AT_ONCE][MSG_MAX];
	struct rbuf messages[AT_ONCE];
	double ms = 0;

	rib_add_source(b->rib, FEED, &feed);
	for (uint32_t next = 0; next < b->prefixes;) {
		unsigned n = 0;

		while (n < AT_ONCE && next < b->prefixes) {
			messages[n] = feed_message(b, &next, room[n]);
			n++;
		}
		ms += take_messages(b, messages, n);
	}
	return ms;
}

static void
receive(struct bench *b, const struct scenario *s)
{
	report(b, s, receive_table(b, s->import));
}

static void
pass_on_to_late(struct bench *b, const struct scenario *s)
{
	receive_table(b, IMPORT_ACCEPT);
	report(b, s, send_to_new_peers(b, s->peers));
}

static void
pass_on(struct bench *b, const struct scenario *s)
{
	struct member *m =
	    adjout_join(b->adjout, &to_ebgp, FEED + 1, &ops, NULL);

	b->follower = m;
	report(b, s, receive_table(b, IMPORT_ACCEPT));
	adjout_leave(m);
}

/* A million routes go with their peer; the longest of the calls that it takes. */
static void
forget(struct bench *b, const struct scenario *s)
{
	double longest = 0;
	bool done = false;

	receive_table(b, IMPORT_ACCEPT);
	struct member *m =
	    adjout_join(b->adjout, &to_ebgp, FEED + 1, &ops, NULL);

	fill(b);
	send_all(b, &m, 1);
	b->messages = b->bytes = 0;
	double start = cpu_ms();

	rib_forget_begin(b->rib, FEED);
	while (!done) {
		double before = cpu_ms();

		done = rib_forget_some(b->rib, MOST);
		double took = cpu_ms() - before;

		longest = took > longest ? took : longest;
	}
	report(b, s, cpu_ms() - start);
	printf("%-44s %9.3f ms\n", "  its longest call", longest);
	adjout_leave(m);
}

static const struct scenario scenarios[] = {
	/* name, run, sets, peers, import, prefixes, rules */
	{ "nothing", receive, 1, 0, IMPORT_COUNT, 1, 0 },
	{ "originate to 1 peer, cold", originate_cold, 1, 1, 0, 0, 0 },
	{ "originate to 1 peer, warm", originate_warm, 1, 1, 0, 0, 0 },
	{ "originate 10k to 1 peer, warm", originate_warm, 1, 1, 0, 10000, 0 },
	{ "originate 100k to 1 peer, warm", originate_warm, 1, 1, 0, 100000,
	    0 },
	{ "originate 100k to 8 peers, warm", originate_warm, 1, 8, 0, 100000,
	    0 },
	{ "originate 100k to 64 peers, warm", originate_warm, 1, 64, 0, 100000,
	    0 },
	{ "one prefix changed, each", change_one, 1, 1, 0, 0, 0 },
	{ "receive, 1k sets, import nothing", receive, 1000, 0, IMPORT_COUNT, 0,
	    0 },
	{ "receive, 100k sets, import nothing", receive, 100000, 0,
	    IMPORT_COUNT, 0, 0 },
	{ "receive, 1k sets, unused", receive, 1000, 0, IMPORT_KEEP, 0, 0 },
	{ "receive, 100k sets, unused", receive, 100000, 0, IMPORT_KEEP, 0, 0 },
	{ "receive, 1k sets, keep", receive, 1000, 0, IMPORT_ACCEPT, 0, 0 },
	{ "receive, 100k sets, keep", receive, 100000, 0, IMPORT_ACCEPT, 0, 0 },
	{ "received, 1k sets, to a late peer", pass_on_to_late, 1000, 1, 0, 0,
	    0 },
	{ "received, 100k sets, to a late peer", pass_on_to_late, 100000, 1, 0,
	    0, 0 },
	{ "received, 1k sets, passed on as it comes", pass_on, 1000, 1, 0, 0,
	    0 },
	{ "received, 100k sets, passed on as it comes", pass_on, 100000, 1, 0,
	    0, 0 },
	{ "1k sets, forgotten", forget, 1000, 1, 0, 0, 0 },
	{ "100k sets, forgotten", forget, 100000, 1, 0, 0, 0 },
	{ "originate to 1 peer, warm, 16 rules", originate_warm, 1, 1, 0, 0,
	    16 },
	{ "originate to 1 peer, warm, 512 rules", originate_warm, 1, 1, 0, 0,
	    512 },
	{ "one prefix changed, each, 16 rules", change_one, 1, 1, 0, 0, 16 },
	{ "receive, 1k sets, keep, 16 rules", receive, 1000, 0, IMPORT_ACCEPT,
	    0, 16 },
	{ "receive, 100k sets, keep, 16 rules", receive, 100000, 0,
	    IMPORT_ACCEPT, 0, 16 },
	{ "receive, 100k sets, keep, 512 rules", receive, 100000, 0,
	    IMPORT_ACCEPT, 0, 512 },
};

static void
run(const struct scenario *s, uint32_t prefixes)
{
	struct bench b = {
		.paths = path_table_new(1),
		.prefixes = s->prefixes != 0 ? s->prefixes : prefixes,
		.sets = s->sets,
	};

	b.rib = rib_new(b.paths);
	rib_set_budget(b.rib, (size_t)8 << 30);
	b.adjout = adjout_new(b.rib);
	adjout_start(b.adjout);
	if (s->rules > 0)
		b.policy = policy_of(&b, s->rules);
	s->run(&b, s);
	adjout_free(b.adjout);
	rib_free(b.rib);
	path_table_free(b.paths);
}

int
main(int argc, char **argv)
{
	uint32_t prefixes = argc > 1 ? (uint32_t)atol(argv[1]) : 1000000;
	const char *text = argc > 2 ? argv[2] : "";
	int failed = 0;

	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		int status;

		if (strstr(scenarios[i].name, text) == NULL)
			continue;
		fflush(stdout);
		pid_t child = fork();

		if (child == 0) {
			run(&scenarios[i], prefixes);
			return 0;
		}
		if (waitpid(child, &status, 0) < 0 || status != 0)
			failed = 1;
	}
	return failed;
}
