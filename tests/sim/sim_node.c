/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's ports end here: each session gets a scripted peer (fake_peer), the guard
 * and the health checks are noted as words, and the source is a table of JSON objects.
 * A write of the daemon waits until it is answered, is then laid over its object, and
 * comes back as an event. Time goes on in sim_sleep(), from one due hour of the daemon
 * or of a peer to the next; all that is due at one moment is done before the next one.
 */
#include "tests/sim/sim_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bgpd/control/views.h"
#include "bgpd/kernel/addresses.h"
#include "bgpd/kernel/guard.h"
#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/patch.h"
#include "common/source/source.h"
#include "common/source/store.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

#define WALL 1769817600000 /* 2026-01-31 */

struct sim_write {
	struct sim_write *next;
	enum source_how how;
	char *key;    /* owned; of the object */
	json_t *body; /* owned */
	source_done *done;
	void *arg;
};

static struct sim *running; /* by sim_new(), until sim_teardown() */
static char logged[SIM_LOG];

static const char scenario[] =
    "apiVersion: v1\nkind: Node\n"
    "metadata: {name: node1, labels: {rack: a}, uid: u1}\n"
    "spec: {podCIDRs: [10.33.5.0/24]}\n"
    "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n"
    "---\n"
    "apiVersion: apps/v1\nkind: DaemonSet\n"
    "metadata: {namespace: lbbgp-system, name: lbbgp-bgpd}\n"
    "---\n"
    "apiVersion: v1\nkind: Namespace\n"
    "metadata: {name: lbbgp-system}\n"
    "---\n"
    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
    "metadata: {name: default}\n"
    "spec: {asNumber: 65001, serviceExternalIPs: [{cidr: 10.33.192.0/18}]}\n"
    "---\n"
    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
    "metadata: {name: a}\n"
    "spec: {peerIP: 192.0.2.2, asNumber: 65002}\n";

static void
on_log(enum log_level level, const char *text)
{
	size_t used = strlen(logged);

	(void)level;
	snprintf(logged + used, sizeof(logged) - used, "%s\n", text);
}

bool
sim_logged(const char *text)
{
	return strstr(logged, text) != NULL;
}

/* --- The ports. --- */

static void __attribute__((format(printf, 2, 3)))
note(struct sim *s, const char *fmt, ...)
{
	size_t used = strlen(s->ports);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->ports + used, sizeof(s->ports) - used, fmt, ap);
	va_end(ap);
}

static uint64_t
sim_now(void *arg)
{
	const struct sim *s = arg;

	return s->now;
}

static int64_t
sim_wall(void *arg)
{
	const struct sim *s = arg;

	return WALL + (int64_t)s->now;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct sim *s = arg;

	s->tick_at = at;
}

static void *
on_attach(void *arg, struct session *session)
{
	struct sim *s = arg;
	struct fake_peer *p = fake_adopt(session, s->now);

	assert_true(s->n < SIM_PEERS);
	note(s, "attach %s\n", session_config(session)->name);
	p->spells = true;
	s->at[s->n++] = p;
	return p;
}

static void
on_detach(void *arg, void *link)
{
	const struct fake_peer *p = link;

	note(arg, "detach %s\n", session_config(p->session)->name);
	fake_leave(link);
}

static void
on_listen(void *arg, const struct peer_listen *listen)
{
	struct sim *s = arg;

	assert_true(listen->n <= SIM_ADDRS);
	note(s, "listen %zu\n", listen->port != 0 ? listen->n : 0);
	s->listen = *listen;
	s->listen.at = s->listen_at;
	if (listen->n > 0)
		memcpy(s->listen_at, listen->at,
		    listen->n * sizeof(s->listen_at[0]));
}

static void
on_guard(void *arg, struct guard *guard)
{
	struct sim *s = arg;

	s->lent = guard;
	s->guarded = guard_count(guard);
	note(s, "guard %zu\n", s->guarded);
}

static void
on_bfd_set(void *arg, const struct bfd_config *config)
{
	struct sim *s = arg;
	char text[SCOPED_ADDR_TEXT];

	note(s, "bfd %s %u %u %u\n", scoped_addr_print(&config->remote, text),
	    config->tx_ms, config->rx_ms, config->mult);
	s->watched = (struct bfd_view){ .known = true,
		.config = *config,
		.state = BFD_DOWN,
		.since = s->now };
}

static void
on_bfd_unset(void *arg, uint32_t id)
{
	struct sim *s = arg;

	assert_int_equal(id, s->watched.config.id);
	note(s, "bfd none\n");
	s->watched.known = false;
}

static void
on_bfd_end(void *arg)
{
	struct sim *s = arg;

	if (s->watched.known)
		note(s, "bfd end\n");
	s->watched.known = false;
}

static void
on_bfd_hold(void *arg)
{
	struct sim *s = arg;

	if (s->watched.known)
		note(s, "bfd hold\n");
	s->watched.known = false;
}

static void
on_bfd_resumed(void *arg)
{
	struct sim *s = arg;

	s->resumed++;
	if (s->watched.known)
		note(s, "bfd resumed\n");
}

static void
on_bfd_view(void *arg, uint32_t id, struct bfd_view *view)
{
	struct sim *s = arg;

	*view = s->watched;
	view->known &= id == s->watched.config.id;
}

static void
on_bfd_totals(void *arg, struct bfd_totals *t)
{
	struct sim *s = arg;

	*t = (struct bfd_totals){ .real_time = !s->slow,
		.trouble = "no rights" };
}

/* Nobody ever comes. */
static void *
on_invite(void *arg, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *of)
{
	(void)from;
	(void)config;
	(void)burst;
	(void)ops;
	(void)of;
	return arg;
}

static void
on_invitation_set(void *arg, void *invitation,
    const struct session_config *config, unsigned burst)
{
	(void)config;
	(void)burst;
	assert_ptr_equal(invitation, arg);
}

static void
on_invitation_end(void *arg, void *invitation)
{
	assert_ptr_equal(invitation, arg);
}

static bool
on_is_flushed(void *arg)
{
	const struct sim *s = arg;

	return !s->unsent;
}

static bool
on_is_idle(void *arg)
{
	const struct sim *s = arg;

	return !s->unsettled;
}

static void
on_stopped(void *arg)
{
	struct sim *s = arg;

	s->stopped++;
}

static void
note_link(struct sim *s, const char *word, const char *what)
{
	size_t used = strlen(s->links);

	snprintf(
	    s->links + used, sizeof(s->links) - used, "%s %s\n", word, what);
}

static void
on_link_listen(void *arg, const int *index, size_t n)
{
	char text[16] = "";

	if (n > 0)
		snprintf(text, sizeof(text), "%d", index[0]);
	note_link(arg, "listen", text);
}

/* Announcements are told once: a burst of them is one. */
static void
on_link_send(void *arg, int index, const uint8_t *bytes, size_t n)
{
	struct sim *s = arg;
	struct frame frame;
	char text[ADDR_TEXT];

	assert_int_equal(index, SIM_LINK);
	assert_true(frame_parse(bytes, n, &frame));
	if (frame.kind == FRAME_HELLO) {
		memcpy(s->hello, bytes, n);
		s->n_hello = n;
	}
	if (frame.kind == FRAME_ARP && !frame.arp.reply &&
	    addr_eq(&frame.arp.sender, &frame.arp.target)) {
		addr_print(&frame.arp.target, text);
		if (strstr(s->links, text) == NULL)
			note_link(s, "announce", text);
	} else if (frame.kind == FRAME_ROUTER) {
		s->router_adverts += frame.router.advert;
	} else if (frame.kind == FRAME_VRRP) {
		snprintf(text, sizeof(text), "%u", frame.ip.payload[2]);
		note_link(s, "vrrp", text);
	}
}

static void
on_link_join(void *arg, int index, const struct addr *group, bool in)
{
	(void)arg;
	(void)index;
	(void)group;
	(void)in;
}

static void
on_link_hush(void *arg, int index, bool hushed)
{
	(void)index;
	note_link(arg, "hush", hushed ? "yes" : "no");
}

static void
tell_of_link(struct sim *s, bool up)
{
	struct prefix at[] = { { addr_v4(0xc0000201), 24 },
		{ { FAMILY_V6, { 0xfe, 0x80, [15] = 1 } }, 64 } };
	struct interface eth0 = { .name = "eth0",
		.index = SIM_LINK,
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.up = up,
		.mtu = 1500,
		.at = at,
		.n = 2 };

	bgpd_interfaces(s->bgpd, &eth0, 1);
}

void
sim_link_up(struct sim *s)
{
	bgpd_unheard(s->bgpd, NULL);
	tell_of_link(s, true);
}

void
sim_link_unheard(struct sim *s)
{
	bgpd_unheard(s->bgpd, "eth0: no packet socket");
	tell_of_link(s, false);
}

/* A kernel that does what it is asked to at once. */
static void
place(struct addresses *addresses, const struct addresses_change *c)
{
	struct addresses_link own = {
		.index = SIM_LINK + 1, .up = true, .ours = true
	};

	addresses_made(addresses, c, 0);
	snprintf(own.name, sizeof(own.name), "%s", c->interface);
	if (c->step == ADDRESSES_MAKE)
		addresses_found_link(addresses, &own);
	else if (c->step == ADDRESSES_ADD)
		addresses_found(
		    addresses, c->index, &c->at, ADDRESSES_PROTOCOL);
	else if (c->step == ADDRESSES_DELETE)
		addresses_lost(addresses, c->index, &c->at);
	else
		addresses_lost_link(addresses, c->index);
}

static void
on_settle_addresses(void *arg, struct addresses *addresses)
{
	struct sim *s = arg;
	struct addresses_link eth0 = {
		.index = SIM_LINK, .name = "eth0", .up = true
	};
	struct addresses_change change;

	if (s->lent_addresses == NULL) {
		addresses_forget(addresses);
		addresses_found_link(addresses, &eth0);
		addresses_compare(addresses);
	}
	s->lent_addresses = addresses;
	while (addresses_next(addresses, &change, 1) > 0)
		place(addresses, &change);
}

bool
sim_has(const struct sim *s, const char *interface, const char *prefix)
{
	struct prefix at;
	struct err err;

	assert_true(prefix_parse(prefix, &at, &err));
	return s->lent_addresses != NULL &&
	    addresses_is_placed(s->lent_addresses, interface, &at);
}

static void
on_watch(void *arg, bool on)
{
	struct sim *s = arg;

	s->gateways_wanted = on;
}

static void
on_ask(void *arg, uint32_t id, const struct health_question *question)
{
	struct sim *s = arg;

	note(s, "ask %u %s\n", id, question->url);
	s->asked = id;
	snprintf(s->url, sizeof(s->url), "%s", question->url);
}

static void
on_forget(void *arg, uint32_t id)
{
	struct sim *s = arg;

	note(s, "forget %u\n", id);
	if (id == s->asked)
		s->url[0] = '\0';
}

void
sim_answer(struct sim *s, bool good)
{
	assert_string_not_equal(s->url, "");
	bgpd_probed(s->bgpd, s->asked, good ? NULL : "bad");
}

static void
on_stands(void *arg, bool stands)
{
	struct sim *s = arg;

	s->stands = stands;
}

static const struct bgpd_ops bgpd_ops = {
	.arm = on_arm, .stopped = on_stopped, .stands = on_stands
};

/* --- The source. --- */

static char *
object_key(const char *kind, const char *ns, const char *name)
{
	return xasprintf("%s/%s/%s", kind, ns, name);
}

static const char *
text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static size_t
kind_of(struct sim *s, const json_t *object)
{
	size_t kind = store_kind_find(bgpd_store(s->bgpd),
	    text_at(object, "apiVersion"), text_at(object, "kind"));

	assert_true(kind != SIZE_MAX);
	return kind;
}

/* Takes over the object, and tells of it once its kind is listed. */
static void
object_set(struct sim *s, json_t *object)
{
	json_t *meta = json_object_get(object, "metadata");
	char *key = object_key(text_at(object, "kind"),
	    text_at(meta, "namespace"), text_at(meta, "name"));
	size_t kind = kind_of(s, object);
	char version[32];

	snprintf(
	    version, sizeof(version), "%llu", (unsigned long long)++s->version);
	json_object_set_new(meta, "resourceVersion", json_string(version));
	json_object_set_new(s->objects, key, object);
	if (store_is_listed(bgpd_store(s->bgpd), kind))
		store_put(bgpd_store(s->bgpd), kind, object);
	free(key);
}

static void
source_take(
    void *impl, const struct source_write *write, source_done *done, void *arg)
{
	struct sim *s = *(struct sim **)impl;
	struct sim_write **end = &s->unanswered, *w = xcalloc(1, sizeof(*w));
	size_t n;
	const char *kind =
	    store_kinds(bgpd_store(s->bgpd), &n)[write->kind].kind;

	while (*end != NULL)
		end = &(*end)->next;
	*end = w;
	w->how = write->how;
	w->key = object_key(kind, write->key.ns, write->key.name);
	w->body = json_loads(write->body, 0, NULL);
	w->done = done;
	w->arg = arg;
	assert_non_null(w->body);
}

/* "remove" of a taint alone; what is tested has to be so. */
static bool
carry_out_operations(json_t *node, const json_t *operations)
{
	json_t *taints =
	    json_object_get(json_object_get(node, "spec"), "taints");
	const json_t *op;
	size_t i, at;

	json_array_foreach (operations, i, op) {
		assert_int_equal(
		    sscanf(text_at(op, "path"), "/spec/taints/%zu", &at), 1);
		if (strcmp(text_at(op, "op"), "remove") == 0)
			json_array_remove(taints, at);
		else if (strcmp(text_at(json_array_get(taints, at), "key"),
			     text_at(op, "value")) != 0)
			return false;
	}
	return true;
}

/* Why it is refused, or NULL. */
static const char *
carry_out_node(struct sim *s, const struct sim_write *w)
{
	json_t *copy = json_deep_copy(json_object_get(s->objects, w->key));
	bool good = true;

	s->node_writes++;
	if (s->node_refuses == NULL && w->how == WRITE_OPERATIONS)
		good = carry_out_operations(copy, w->body);
	else if (s->node_refuses == NULL)
		patch_lay(copy, w->body, PATCH_CONDITIONS_BY_TYPE);
	if (s->node_refuses == NULL && good)
		object_set(s, copy);
	else
		json_decref(copy);
	return good ? s->node_refuses : "the test failed";
}

static void
carry_out(struct sim *s, const struct sim_write *w)
{
	json_t *copy = json_deep_copy(json_object_get(s->objects, w->key));

	json_t *status = json_object_get(w->body, "status");

	if (w->how == WRITE_OBJECT) {
		s->statuses++;
		if (copy != NULL && status != NULL) /* and no metadata */
			json_object_set(copy, "status", status);
		else
			patch_lay(copy = copy != NULL ? copy : json_object(),
			    w->body, 0);
		object_set(s, copy);
	} else if (copy != NULL) {
		s->conditions++;
		json_object_update_recursive(copy, w->body);
		object_set(s, copy);
	}
}

static void
source_hear(void *impl, const struct source_event *event)
{
	struct sim *s = *(struct sim **)impl;
	size_t used = strlen(s->told);

	snprintf(s->told + used, sizeof(s->told) - used, "%s%s %s: %s\n",
	    event->warning ? "! " : "", event->key.name, event->reason,
	    event->message);
	s->events++;
}

static enum source_state
source_say_state(const void *impl, size_t kind, struct err *why)
{
	const struct sim *s = *(struct sim *const *)impl;

	if (s->all_ill != NULL)
		return err_set(why, "%s", s->all_ill), SOURCE_FAULTY;
	if (kind >= sizeof(s->ill) / sizeof(s->ill[0]) || s->ill[kind] == NULL)
		return SOURCE_FOLLOWED;
	err_set(why, "%s", s->ill[kind]);
	return SOURCE_FAULTY;
}

static char *
source_say_identity(const void *impl)
{
	struct sim *const *self = impl;

	return xstrdup((*self)->cluster != NULL ? (*self)->cluster : "");
}

static const struct source_ops source_ops = {
	.write = source_take,
	.event = source_hear,
	.state = source_say_state,
	.identity = source_say_identity,
	.free = free,
};

static void
answer_writes(struct sim *s)
{
	while (s->unanswered != NULL && !s->away) {
		struct sim_write *w = s->unanswered;
		const char *why = NULL;

		s->unanswered = w->next;
		if (strncmp(w->key, "Node/", 5) == 0)
			why = carry_out_node(s, w);
		else
			carry_out(s, w);
		w->done(w->arg,
		    &(struct source_result){
			why != NULL ? WRITE_REFUSED : WRITE_OK,
			why != NULL ? why : "", "" });
		json_decref(w->body);
		free(w->key);
		free(w);
	}
}

void
sim_put(struct sim *s, const char *yaml)
{
	for (const char *end; yaml != NULL; yaml = end) {
		end = strstr(yaml, "---\n");
		size_t n = end != NULL ? (size_t)(end - yaml) : strlen(yaml);
		struct err err = { "" };
		json_t *object = yaml_parse(yaml, n, 1, &err);

		assert_string_equal(err.text, "");
		object_set(s, object);
		end = end != NULL ? end + 4 : NULL;
	}
}

void
sim_drop(struct sim *s, const char *kind, const char *name)
{
	bool system =
	    strcmp(kind, "Secret") == 0 || strcmp(kind, "DaemonSet") == 0;
	const char *ns = system            ? "lbbgp-system"
	    : strcmp(kind, "Service") == 0 ? "web"
					   : "";
	char *at = object_key(kind, ns, name);
	json_t *object = json_object_get(s->objects, at);
	struct object_key key = { ns, name };

	assert_non_null(object);
	store_drop(bgpd_store(s->bgpd), kind_of(s, object), &key);
	json_object_del(s->objects, at);
	free(at);
}

void
sim_list(struct sim *s, const char *name)
{
	struct store *store = bgpd_store(s->bgpd);
	size_t n, kind = 0;
	const struct store_kind *kinds = store_kinds(store, &n);
	const char *key;
	json_t *object;

	while (strcmp(kinds[kind].kind, name) != 0)
		kind++;
	store_list_begin(store, kind);
	json_object_foreach (s->objects, key, object)
		if (strcmp(text_at(object, "kind"), name) == 0)
			store_put(store, kind, object);
	store_list_end(store, kind);
}

void
sim_list_all(struct sim *s)
{
	size_t n;
	const struct store_kind *kinds = store_kinds(bgpd_store(s->bgpd), &n);

	for (size_t i = 0; i < n; i++)
		sim_list(s, kinds[i].kind);
	sim_settle(s);
}

/* --- Time. --- */

static void
set_now(struct sim *s, uint64_t now)
{
	s->now = now;
	for (size_t i = 0; i < s->n; i++)
		s->at[i]->now = now;
}

static uint64_t
next_due(const struct sim *s)
{
	uint64_t at = s->tick_at;

	for (size_t i = 0; i < s->n; i++)
		if (s->at[i]->tick_at < at)
			at = s->at[i]->tick_at;
	return at;
}

static void
run_due(struct sim *s)
{
	if (s->tick_at <= s->now) {
		s->tick_at = NEVER;
		bgpd_tick(s->bgpd);
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i]->session != NULL && s->at[i]->tick_at <= s->now)
			fake_tick(s->at[i]);
	answer_writes(s);
}

void
sim_settle(struct sim *s)
{
	answer_writes(s);
	while (next_due(s) <= s->now)
		run_due(s);
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i]->session != NULL)
			fake_flush(s->at[i]);
}

void
sim_sleep(struct sim *s, unsigned ms)
{
	uint64_t until = s->now + ms;

	sim_settle(s);
	while (next_due(s) <= until) {
		set_now(s, next_due(s));
		sim_settle(s);
	}
	set_now(s, until);
}

/* --- Birth and death. --- */

static void
on_station_dial(void *arg, uint32_t id, const struct addr *addr, uint16_t port)
{
	char text[ADDR_TEXT];

	note(arg, "station %u %s %u\n", id, addr_print(addr, text), port);
}

static void
on_station_end(void *arg, uint32_t id)
{
	note(arg, "station %u ends\n", id);
}

static void
on_station_wake(void *arg, uint32_t id)
{
	(void)arg;
	(void)id;
}

static struct sim *
begin(
    bool on_dir, bool preserved, uint64_t away, const struct instance *instance)
{
	const struct bgpd_options options = {
		.node = "node1",
		.instance = *instance,
		.on_dir = on_dir,
		.daemonset = "lbbgp-bgpd",
		.seed = 7,
		.preserved = preserved,
		.away = away,
	};
	struct sim *s = xcalloc(1, sizeof(*s));
	struct sim **self = xcalloc(1, sizeof(*self));
	const struct bgpd_ports ports = { .clock = &s->clock,
		.tcp = &s->tcp,
		.guard = &s->guard,
		.fib = &s->kernel.port,
		.gateways = &s->gateways,
		.health = &s->health,
		.link = &s->link,
		.addresses = &s->addresses,
		.stations = &s->stations,
		.bfd = &s->bfd };

	assert_null(running);
	running = s;
	logged[0] = '\0';
	log_set_sink(on_log);
	s->now = 1000000;
	s->clock = (struct clock){ sim_now, sim_wall, s };
	s->tcp = (struct session_port){ .attach = on_attach,
		.detach = on_detach,
		.listen = on_listen,
		.invite = on_invite,
		.invitation_set = on_invitation_set,
		.invitation_end = on_invitation_end,
		.is_flushed = on_is_flushed,
		.arg = s };
	fake_fib_init(&s->kernel);
	s->guard = (struct guard_port){ on_guard, on_is_idle, s };
	s->gateways = (struct gateways_port){ on_watch, s };
	s->health = (struct health_port){ on_ask, on_forget, s };
	s->link = (struct link_port){ .listen = on_link_listen,
		.send = on_link_send,
		.join = on_link_join,
		.hush = on_link_hush,
		.arg = s };
	s->addresses =
	    (struct addresses_port){ on_settle_addresses, on_is_idle, s };
	s->bfd = (struct bfd_port){ on_bfd_set, on_bfd_unset, on_bfd_end,
		on_bfd_hold, on_bfd_resumed, on_bfd_view, on_bfd_totals, s };
	s->stations = (struct stations_port){ on_station_dial, on_station_end,
		on_station_wake, on_is_flushed, s };
	s->tick_at = NEVER;
	s->objects = json_object();
	s->bgpd = bgpd_new(&options, &ports, &bgpd_ops, s);
	store_set_strict(bgpd_store(s->bgpd));
	*self = s;
	s->source = source_new(&source_ops, self);
	bgpd_set_source(s->bgpd, s->source);
	sim_put(s, scenario);
	return s;
}

struct sim *
sim_new(void)
{
	return begin(true, false, 0, &instance_default);
}

struct sim *
sim_new_behind(uint64_t away)
{
	return begin(true, true, away, &instance_default);
}

struct sim *
sim_new_on_cluster(void)
{
	return begin(false, false, 0, &instance_default);
}

struct sim *
sim_new_of(const struct instance *instance)
{
	return begin(true, false, 0, instance);
}

struct sim *
sim_new_on_cluster_behind(uint64_t away)
{
	return begin(false, true, away, &instance_default);
}

struct sim *
sim_started(void)
{
	struct sim *s = sim_new();

	sim_list_all(s);
	return s;
}

struct sim *
sim_with(const char *yaml)
{
	struct sim *s = sim_new();

	sim_put(s, yaml);
	sim_list_all(s);
	return s;
}

int
sim_teardown(void **state)
{
	struct sim *s = running;

	running = NULL;
	s->away = false;
	answer_writes(s);
	source_free(s->source);
	bgpd_free(s->bgpd);
	json_decref(s->objects);
	free(s);
	log_set_sink(NULL);
	return fake_teardown(state);
}

/* --- Peers, and looking. --- */

struct fake_peer *
sim_peer(struct sim *s, const char *name)
{
	for (size_t i = s->n; i-- > 0;) {
		const struct session *session = s->at[i]->session;

		if (session != NULL &&
		    strcmp(session_config(session)->name, name) == 0)
			return s->at[i];
	}
	return NULL;
}

struct fake_peer *
sim_establish(struct sim *s, const char *name)
{
	struct fake_peer *p = sim_peer(s, name);

	assert_non_null(p);
	if (session_config(p->session)->remote_as_rule == REMOTE_AS_NUMBER)
		p->config.remote_as = session_config(p->session)->remote_as;
	fake_connects(p);

	struct bgp_open open = fake_open(p);

	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_true(sim_is_up(s, name));
	sim_settle(s);
	fake_forget(p);
	return p;
}

void
sim_bfd(struct sim *s, enum bfd_state state, bool admin)
{
	struct bfd_news news = { s->watched.config.id, (uint8_t)state,
		BFD_DIAG_EXPIRED, s->watched.state == BFD_UP, admin };

	s->watched.state = (uint8_t)state;
	s->watched.since = s->now;
	s->watched.received++;
	if (news.fell)
		s->watched.last_down = BFD_DIAG_EXPIRED;
	bgpd_bfd(s->bgpd, &news);
	sim_settle(s);
}

bool
sim_is_up(struct sim *s, const char *name)
{
	struct fake_peer *p = sim_peer(s, name);

	return p != NULL && session_state(p->session) == STATE_ESTABLISHED;
}

const char *
sim_listens(const struct sim *s)
{
	static char text[SIM_ADDRS * ADDR_TEXT];
	char addr[SCOPED_ADDR_TEXT];

	text[0] = '\0';
	for (size_t i = 0; i < s->listen.n && s->listen.port != 0; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s",
		    i > 0 ? " " : "",
		    scoped_addr_print(&s->listen.at[i], addr));
	}
	return text;
}

const char *
sim_condition(struct sim *s, const char *type)
{
	const struct daemon_view *view = bgpd_view(s->bgpd);

	for (size_t i = 0; i < view->n_conditions; i++)
		if (strcmp(view->conditions[i].type, type) == 0)
			return view->conditions[i].message;
	return "";
}

bool
sim_has_written(const struct sim *s, const char *type)
{
	const json_t *status = json_object_get(
	    json_object_get(s->objects, "BGPNodeStatus//node1"), "status");
	const json_t *c;
	size_t i;

	json_array_foreach (json_object_get(status, "conditions"), i, c)
		if (strcmp(json_string_value(json_object_get(c, "type")),
			type) == 0)
			return true;
	return false;
}

const char *
sim_accepted(const struct sim *s, const char *kind, const char *name)
{
	static char text[512];
	char *key = object_key(kind, "", name);
	const json_t *status =
	    json_object_get(json_object_get(s->objects, key), "status");
	const json_t *c =
	    json_array_get(json_object_get(status, "conditions"), 0);

	snprintf(text, sizeof(text), "%s: %s", text_at(c, "status"),
	    text_at(c, "message"));
	free(key);
	return c != NULL ? text : "";
}
