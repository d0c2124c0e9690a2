/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection is two struct vsock that know each other by id, since either may be gone
 * first. Each has one event under way at most, which is about what it says: its SYN, or
 * what stands in its buffer, its FIN behind it. What can't pass is tried again, ever
 * later, as TCP does. A reset is said once, and may be lost.
 *
 * What the kernel checks of RFC 2385 is checked where a segment arrives: the key of the
 * sender against the one that the listener has for its address, or the socket. So is
 * the TTL that is left (RFC 5082).
 */
#include "tests/sim/vtcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/session/tcp_port.h"
#include "common/alloc.h"
#include "tests/sim/world.h"

enum {
	HOSTS = 64,
	ADDRS = 4,
	KEYS = 64,
	TTL_MOST = 255,
	KEY_ROOM = 81,
	BUFFER = 16384,   /* bytes under way */
	SYN_FIRST = 1000, /* ms, doubled each time */
	SYN_TRIES = 7,
	RESEND_FIRST = 200,  /* ms, the same */
	RESEND_MOST = 30000, /* ms */
	GIVE_UP = 924,       /* s, as Linux has it */
	QUEUE_MOST = 5,      /* ms until it is accepted */
	DELAY_MOST = 20,     /* ms, one way, mostly */
	DELAY_LATE = 200,    /* ms, at times */
	PROBES = 4,          /* in the silence that is borne */
	SLOW_STEP = 500,     /* ms between reads of who reads little */
};

enum state {
	DIALING,
	CAME, /* waits to be accepted, or is about to */
	OPEN,
	CLOSING, /* nobody has it any more */
};

struct key {
	struct prefix from;
	char text[KEY_ROOM]; /* "": none */
};

struct vhost {
	struct vtcp *net;
	unsigned index;
	struct addr addrs[ADDRS];
	unsigned n_addrs;
	unsigned hops; /* to all others */
	bool off, deaf;
	unsigned slow;           /* bytes a second; 0: it reads all */
	struct vlisten *listens; /* owned by who opened them */
	void (*dialed)(void *arg, const struct addr *from); /* or NULL */
	void *arg;
};

struct vlisten {
	struct vhost *host;
	struct vlisten *prev, *next;
	bool begun;
	struct addr at; /* all zero: any */
	struct key keys[KEYS];
	unsigned n_keys;
	struct ttl_rule rules[KEYS];
	size_t n_rules;
	void (*waits)(void *arg);
	void *arg;
};

struct vsock {
	struct vsock *prev, *next;
	struct vhost *host;
	struct vlisten *at; /* that it came to; NULL once it is accepted */
	uint64_t id, far, connection;
	enum state state;
	bool waits; /* to be accepted */
	struct addr local, remote;
	char key[KEY_ROOM], first_key[KEY_ROOM];
	unsigned ttl, least_ttl, first_ttl;
	uint8_t out[BUFFER];
	size_t n;
	bool fin, busy, full;
	unsigned tries;
	uint64_t stuck; /* since then nothing was taken; 0: it is */
	unsigned limit; /* s of silence; 0: as the system has it */
	uint64_t heard; /* when a probe last came through */
	const struct vsock_ops *ops;
	void *arg;
};

struct vtcp {
	struct world *w;
	struct vhost *hosts[HOSTS];
	unsigned n_hosts;
	bool cut[HOSTS][HOSTS];
	unsigned loss[HOSTS][HOSTS]; /* of a hundred */
	struct vsock *socks;         /* owned */
	uint64_t last;
};

struct vtcp *
vtcp_new(struct world *w)
{
	struct vtcp *net = xcalloc(1, sizeof(*net));

	net->w = w;
	return net;
}

static void
sock_free(struct vsock *s)
{
	DL_DELETE(s->host->net->socks, s);
	free(s);
}

void
vtcp_free(struct vtcp *net)
{
	world_forget(net->w, net);
	while (net->socks != NULL)
		sock_free(net->socks);
	for (unsigned i = 0; i < net->n_hosts; i++)
		free(net->hosts[i]);
	free(net);
}

static struct vsock *
sock_find(const struct vtcp *net, uint64_t id)
{
	struct vsock *s;

	DL_SEARCH_SCALAR(net->socks, s, id, id);
	return s;
}

static struct vsock *
sock_new(struct vhost *h, enum state state, const struct addr *local,
    const struct addr *remote, const char *key)
{
	struct vsock *s = xcalloc(1, sizeof(*s));

	s->host = h;
	s->id = ++h->net->last;
	s->state = state;
	s->local = *local;
	s->remote = *remote;
	s->ttl = TTL_MOST;
	snprintf(s->key, sizeof(s->key), "%s", key != NULL ? key : "");
	memcpy(s->first_key, s->key, sizeof(s->key));
	DL_APPEND(h->net->socks, s);
	return s;
}

static struct vhost *
host_at(const struct vtcp *net, const struct addr *addr)
{
	for (unsigned i = 0; i < net->n_hosts; i++)
		if (vhost_has(net->hosts[i], addr))
			return net->hosts[i];
	return NULL;
}

bool
vtcp_passes(const struct vhost *from, const struct vhost *to)
{
	return to != NULL && !from->off && !to->off &&
	    !from->net->cut[from->index][to->index];
}

/* As vtcp_passes(), and it was not lost. */
static bool
passes(const struct vhost *from, const struct vhost *to)
{
	if (!vtcp_passes(from, to))
		return false;
	unsigned loss = from->net->loss[from->index][to->index];

	return loss == 0 || rng_below(&from->net->w->rng, 100) >= loss;
}

static unsigned
delay(struct vtcp *net)
{
	struct rng *rng = &net->w->rng;

	return 1 +
	    rng_below(rng, rng_below(rng, 8) == 0 ? DELAY_LATE : DELAY_MOST);
}

/* It is no more, and whoever has it is told. */
static void
die(struct vsock *s, const char *why)
{
	const struct vsock_ops *ops = s->state == CLOSING ? NULL : s->ops;
	void *arg = s->arg;

	sock_free(s);
	if (ops != NULL)
		ops->down(arg, why);
}

/* --- Segments. --- */

static void on_syn(void *arg, uint64_t id);
static void on_data(void *arg, uint64_t id);

static void
on_reset(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s != NULL && !s->host->off)
		die(s,
		    s->state == DIALING ? "Connection refused"
					: "Connection reset by peer");
}

static void
say_reset(struct vtcp *net, uint64_t to)
{
	world_at(net->w, net->w->now + delay(net), on_reset, net, to);
}

static void
again(struct vsock *s, uint64_t ms, world_fn *fn)
{
	struct world *w = s->host->net->w;

	s->busy = true;
	world_at(w, w->now + ms, fn, s->host->net, s->id);
}

/* Who listens for that address itself comes before who listens for any. */
static struct vlisten *
listener_at(const struct vhost *h, const struct addr *addr)
{
	struct vlisten *l, *any = NULL;

	DL_FOREACH (h->listens, l) {
		if (l->begun && addr_eq(&l->at, addr))
			return l;
		if (l->begun && addr_is_zero(&l->at) &&
		    l->at.family == addr->family)
			any = l;
	}
	return any;
}

static const char *
listener_key(const struct vlisten *l, const struct addr *from)
{
	const struct key *key = NULL;

	for (unsigned i = 0; i < l->n_keys; i++)
		if (l->keys[i].text[0] != '\0' &&
		    prefix_contains(&l->keys[i].from, from) &&
		    (key == NULL || l->keys[i].from.len > key->from.len))
			key = &l->keys[i];
	return key != NULL ? key->text : "";
}

static unsigned
listener_least_ttl(const struct vlisten *l, const struct addr *from)
{
	for (size_t i = 0; i < l->n_rules; i++)
		if (prefix_contains(&l->rules[i].from, from))
			return l->rules[i].least;
	return 0;
}

/* Of what it sends, when it is there. */
static unsigned
ttl_left(const struct vsock *s, const struct vhost *to)
{
	unsigned hops = s->host->hops + to->hops;

	return s->ttl > hops ? s->ttl - hops : 0;
}

/* Is its SYN let in there? */
static bool
is_admitted(const struct vsock *s, const struct vlisten *at)
{
	return strcmp(s->key, listener_key(at, &s->local)) == 0 &&
	    ttl_left(s, at->host) >= listener_least_ttl(at, &s->local);
}

static void
on_waits(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s != NULL && s->state == CAME)
		s->at->waits(s->at->arg);
}

static void
on_ack(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);
	const struct vsock *from;

	if (s == NULL)
		return;
	/* It is checked as the SYN was; nobody gets to hear of one that is dropped. */
	from = sock_find(net, s->far);
	if (from != NULL && !is_admitted(from, s->at))
		return;
	s->waits = true;
	world_at(net->w, net->w->now + rng_below(&net->w->rng, QUEUE_MOST),
	    on_waits, net, id);
}

static void
on_syn_ack(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s == NULL || s->state != DIALING)
		return;
	s->state = OPEN;
	s->ops->up(s->arg);
}

static void
shake_hands(struct vsock *s, struct vlisten *at)
{
	struct vtcp *net = s->host->net;
	struct vsock *far =
	    sock_new(at->host, CAME, &s->remote, &s->local, s->key);
	unsigned ms = delay(net);

	far->at = at;
	far->first_ttl = ttl_left(s, at->host);
	far->connection = s->connection = far->id;
	far->far = s->id;
	s->far = far->id;
	world_at(net->w, net->w->now + ms, on_syn_ack, net, s->id);
	ms += delay(net);
	world_at(net->w, net->w->now + ms, on_ack, net, far->id);
}

static void
on_syn(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s == NULL)
		return;
	struct vhost *to = host_at(net, &s->remote);
	bool there = passes(s->host, to);
	struct vlisten *at = there ? listener_at(to, &s->remote) : NULL;

	if (!there || (at != NULL && !is_admitted(s, at))) {
		if (s->tries == SYN_TRIES)
			die(s, "Connection timed out");
		else
			again(s, (uint64_t)SYN_FIRST << s->tries++, on_syn);
	} else if (at != NULL) {
		shake_hands(s, at);
	} else {
		say_reset(net, s->id);
	}
	if ((s = sock_find(net, id)) != NULL && s->far != 0) {
		s->tries = 0;
		s->busy = false;
	}
}

/* It could not be said. */
static void
stay_stuck(struct vsock *s)
{
	struct world *w = s->host->net->w;
	unsigned limit = s->limit > 0 ? s->limit : GIVE_UP;
	uint64_t ms = (uint64_t)RESEND_FIRST << (s->tries < 8 ? s->tries : 8);

	s->tries++;
	if (s->stuck == 0)
		s->stuck = w->now;
	if (w->now - s->stuck >= limit * 1000ull)
		die(s, "Connection timed out");
	else
		again(s, ms < RESEND_MOST ? ms : RESEND_MOST, on_data);
}

static void
say_more(struct vsock *s)
{
	const struct vsock *far = sock_find(s->host->net, s->far);
	bool slow = far != NULL && far->host->slow != 0;

	if (!s->busy && (s->n > 0 || s->fin) && s->state != DIALING)
		again(s, slow ? SLOW_STEP : delay(s->host->net), on_data);
}

/* Often in one piece, sometimes not. */
static void
deliver(struct vsock *s, struct vsock *far)
{
	struct vtcp *net = s->host->net;
	struct rng *rng = &net->w->rng;
	size_t n =
	    rng_below(rng, 8) == 0 ? 1 + rng_below(rng, (uint32_t)s->n) : s->n;
	size_t most = far->host->slow * SLOW_STEP / 1000;
	uint8_t bytes[BUFFER];
	uint64_t id = s->id;
	bool full = s->full;

	if (most != 0 && n > most)
		n = most;
	memcpy(bytes, s->out, n);
	memmove(s->out, s->out + n, s->n - n);
	s->n -= n;
	s->full = false;
	if (far->state == OPEN)
		far->ops->input(far->arg, bytes, n);
	if (full && (s = sock_find(net, id)) != NULL && s->state == OPEN)
		s->ops->writable(s->arg);
}

static void
on_data(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s == NULL)
		return;
	struct vhost *to = host_at(net, &s->remote);
	struct vsock *far = sock_find(net, s->far);

	s->busy = false;
	if (far != NULL)
		to = far->host;
	if (!passes(s->host, to) ||
	    (far != NULL &&
		(strcmp(s->key, far->key) != 0 ||
		    ttl_left(s, to) < far->least_ttl || to->deaf ||
		    far->state == CAME))) {
		stay_stuck(s);
		return;
	}
	s->tries = 0;
	s->stuck = 0;
	if (far == NULL) {
		say_reset(net, s->id);
		return;
	}
	if (s->n > 0) {
		deliver(s, far);
	} else if (s->fin) {
		sock_free(s);
		die(far, "closed by the peer");
	}
	if ((s = sock_find(net, id)) != NULL)
		say_more(s);
}

/* --- Hosts. --- */

struct vhost *
vhost_new(struct vtcp *net, const struct addr *addr)
{
	struct vhost *h = xcalloc(1, sizeof(*h));

	h->net = net;
	h->index = net->n_hosts;
	vhost_add_addr(h, addr);
	net->hosts[net->n_hosts++] = h;
	return h;
}

void
vhost_add_addr(struct vhost *h, const struct addr *addr)
{
	h->addrs[h->n_addrs++] = *addr;
}

const struct addr *
vhost_addr(const struct vhost *h)
{
	return &h->addrs[0];
}

const struct addr *
vhost_addr_to(const struct vhost *h, const struct addr *remote)
{
	for (unsigned i = 0; i < h->n_addrs; i++)
		if (h->addrs[i].family == remote->family &&
		    addr_is_link_local(&h->addrs[i]) ==
			addr_is_link_local(remote))
			return &h->addrs[i];
	return NULL;
}

bool
vhost_has(const struct vhost *h, const struct addr *addr)
{
	for (unsigned i = 0; i < h->n_addrs; i++)
		if (addr_eq(&h->addrs[i], addr))
			return true;
	return false;
}

void
vhost_set_hops(struct vhost *h, unsigned hops)
{
	h->hops = hops;
}

void
vhost_set_power(struct vhost *h, bool on)
{
	struct vsock *s, *next;

	DL_FOREACH_SAFE (h->net->socks, s, next)
		if (on && h->off && s->host == h)
			sock_free(s);
	h->off = !on;
	h->net->w->changes++;
}

bool
vhost_is_sending(const struct vhost *h)
{
	const struct vsock *s;

	DL_FOREACH (h->net->socks, s)
		if (s->host == h && s->state == CLOSING)
			return true;
	return false;
}

/* Whoever is read again says at once that there is room. */
void
vhost_set_deaf(struct vhost *h, bool deaf)
{
	struct vsock *s, *far;

	h->deaf = deaf;
	DL_FOREACH (h->net->socks, s) {
		far = sock_find(h->net, s->far);
		if (!deaf && far != NULL && far->host == h && s->busy &&
		    s->state != DIALING)
			again(s, delay(h->net), on_data);
	}
}

void
vhost_set_slow(struct vhost *h, unsigned bytes)
{
	h->slow = bytes;
}

bool
vhost_is_slow(const struct vhost *h)
{
	return h->slow != 0;
}

bool
vhost_is_deaf(const struct vhost *h)
{
	return h->deaf;
}

void
vhost_hear_dials(struct vhost *h,
    void (*dialed)(void *arg, const struct addr *from), void *arg)
{
	h->dialed = dialed;
	h->arg = arg;
}

void
vtcp_set_cut(
    struct vtcp *net, const struct vhost *a, const struct vhost *b, bool cut)
{
	net->cut[a->index][b->index] = net->cut[b->index][a->index] = cut;
	net->w->changes++;
}

void
vtcp_set_loss(struct vtcp *net, const struct vhost *a, const struct vhost *b,
    unsigned percent)
{
	net->loss[a->index][b->index] = net->loss[b->index][a->index] = percent;
	net->w->changes++;
}

unsigned
vtcp_loss(const struct vhost *a, const struct vhost *b)
{
	return a->net->loss[a->index][b->index];
}

unsigned
vtcp_count(const struct vtcp *net)
{
	const struct vsock *s;
	unsigned n = 0;

	DL_FOREACH (net->socks, s)
		n += s->state == OPEN;
	return n;
}

void
vtcp_reset(struct vtcp *net, const struct vhost *a, const struct vhost *b)
{
	struct vsock *s;

	DL_FOREACH (net->socks, s)
		if ((s->host == a && vhost_has(b, &s->remote)) ||
		    (s->host == b && vhost_has(a, &s->remote)))
			say_reset(net, s->id);
}

/* --- Who listens. --- */

struct vlisten *
vlisten_new(struct vhost *h, void (*waits)(void *arg), void *arg)
{
	struct vlisten *l = xcalloc(1, sizeof(*l));

	l->host = h;
	l->waits = waits;
	l->arg = arg;
	DL_APPEND(h->listens, l);
	return l;
}

void
vlisten_begin(struct vlisten *l, const struct addr *at)
{
	l->at = *at;
	l->begun = true;
}

void
vlisten_set_key(struct vlisten *l, const struct prefix *from, const char *key)
{
	unsigned i = 0;

	while (i < l->n_keys && !prefix_eq(&l->keys[i].from, from))
		i++;
	if (i == l->n_keys)
		l->n_keys++;
	l->keys[i].from = *from;
	snprintf(l->keys[i].text, KEY_ROOM, "%s", key != NULL ? key : "");
}

void
vlisten_set_filter(struct vlisten *l, const struct ttl_rule *rules, size_t n)
{
	l->n_rules = n < KEYS ? n : KEYS;
	for (size_t i = 0; i < l->n_rules; i++)
		l->rules[i] = rules[i];
}

struct vsock *
vlisten_accept(struct vlisten *l)
{
	struct vsock *s;

	DL_FOREACH (l->host->net->socks, s)
		if (s->at == l && s->waits) {
			s->at = NULL;
			s->state = OPEN;
			return s;
		}
	return NULL;
}

void
vlisten_close(struct vlisten *l)
{
	struct vsock *s, *next;

	DL_FOREACH_SAFE (l->host->net->socks, s, next)
		if (s->at == l)
			vsock_abort(s);
	DL_DELETE(l->host->listens, l);
	free(l);
}

/* Where who has that address would come to. */
static const struct vlisten *
listener_to(const struct vhost *h, const struct addr *from)
{
	const struct addr *at = vhost_addr_to(h, from);

	return at != NULL ? listener_at(h, at) : NULL;
}

const char *
vhost_key(const struct vhost *h, const struct addr *addr)
{
	const struct vlisten *l = listener_to(h, addr);
	const char *key = l != NULL ? listener_key(l, addr) : "";

	return key[0] != '\0' ? key : NULL;
}

unsigned
vhost_least_ttl(const struct vhost *h, const struct addr *addr)
{
	const struct vlisten *l = listener_to(h, addr);

	return l != NULL ? listener_least_ttl(l, addr) : 0;
}

bool
vhost_is_listening(const struct vhost *h, const struct addr *from)
{
	return listener_to(h, from) != NULL;
}

/* --- Sockets. --- */

struct vsock *
vsock_dial(struct vhost *h, const struct addr *local, const struct addr *remote,
    const char *key, const struct vsock_ops *ops, void *arg)
{
	struct vsock *s = sock_new(h, DIALING, local, remote, key);
	struct vhost *to = host_at(h->net, remote);

	vsock_use(s, ops, arg);
	again(s, delay(h->net), on_syn);
	if (to != NULL && to->dialed != NULL)
		to->dialed(to->arg, local);
	return s;
}

void
vsock_use(struct vsock *s, const struct vsock_ops *ops, void *arg)
{
	s->ops = ops;
	s->arg = arg;
}

size_t
vsock_send(struct vsock *s, const uint8_t *bytes, size_t n)
{
	size_t room = BUFFER - s->n;

	if (n > room) {
		n = room;
		s->full = true;
	}
	memcpy(s->out + s->n, bytes, n);
	s->n += n;
	say_more(s);
	return n;
}

void
vsock_close(struct vsock *s)
{
	if (s->state != OPEN) {
		vsock_abort(s);
		return;
	}
	s->state = CLOSING;
	s->fin = true;
	say_more(s);
}

void
vsock_abort(struct vsock *s)
{
	struct vtcp *net = s->host->net;
	struct vsock *far = sock_find(net, s->far);

	if (far != NULL && passes(s->host, far->host))
		say_reset(net, far->id);
	sock_free(s);
}

static void
on_probe(void *arg, uint64_t id)
{
	struct vtcp *net = arg;
	struct vsock *s = sock_find(net, id);

	if (s == NULL || s->state != OPEN)
		return;
	struct vsock *far = sock_find(net, s->far);
	struct vhost *to = far != NULL ? far->host : host_at(net, &s->remote);

	if (passes(s->host, to) &&
	    (far == NULL || strcmp(s->key, far->key) == 0)) {
		s->heard = net->w->now;
		if (far == NULL)
			say_reset(net, id);
	}
	if (net->w->now - s->heard >= s->limit * 1000ull)
		die(s, "Connection timed out");
	else
		world_at(net->w, net->w->now + s->limit * 1000ull / PROBES,
		    on_probe, net, id);
}

void
vsock_watch(struct vsock *s, unsigned seconds)
{
	struct vtcp *net = s->host->net;

	s->limit = seconds;
	s->heard = net->w->now;
	if (seconds > 0)
		world_at(net->w, net->w->now + seconds * 1000ull / PROBES,
		    on_probe, net, s->id);
}

void
vsock_set_key(struct vsock *s, const char *key)
{
	snprintf(s->key, sizeof(s->key), "%s", key != NULL ? key : "");
}

void
vsock_set_ttl(struct vsock *s, unsigned ttl, unsigned least)
{
	s->ttl = ttl;
	s->least_ttl = least;
}

unsigned
vsock_first_ttl(const struct vsock *s)
{
	return s->first_ttl;
}

const char *
vsock_first_key(const struct vsock *s)
{
	return s->first_key[0] != '\0' ? s->first_key : NULL;
}

const struct addr *
vsock_local(const struct vsock *s)
{
	return &s->local;
}

const struct addr *
vsock_remote(const struct vsock *s)
{
	return &s->remote;
}

uint64_t
vsock_connection(const struct vsock *s)
{
	return s->connection;
}

bool
vsock_has_far(const struct vsock *s)
{
	const struct vsock *far = sock_find(s->host->net, s->far);

	return far != NULL && far->state != CLOSING;
}
