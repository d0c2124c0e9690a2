/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one virtual router does. vrouter_event() is the only writer of the state: the
 * table of vrrp_fsm.c says what an event does, and actions[] carries it out. Facts are
 * sorted out before: hear() decides whether another router is better or worse, and
 * move() whether this one can take part at all.
 *
 * Beyond RFC 9568:
 *
 * A master that is not to be one any more gives up (priority 0) and yields: its
 * addresses stay, and are answered for, until it hears of another master. A backup
 * waits for its skew time meanwhile, so that is how long is waited at most: an
 * interval, for the slowest of them. One that can't go on, as its interface is down,
 * ends at once.
 *
 * A preemption may be delayed: from the first ADVERTISEMENT of a worse master on, for
 * that time, it is followed as if it were better.
 *
 * Priority 0 sets the timer of a backup only if that follows who says it, or nobody
 * yet. After a split has healed, the worse of two masters may end while the better one
 * goes on, and nobody needs to take over.
 *
 * A process that stood still (suspended, out of CPU) finds its timer long past. A
 * backup then waits once more before it takes over, since what was heard meanwhile is
 * still to be read; a master proclaims its addresses again, since others may have.
 *
 * Version 3 over IPv4 has two checksums (vrrp_msg.h). What was heard last is what is
 * said; without that, the one with the pseudo-header, as keepalived and FRR want it.
 */
#include "bgpd/vrrp/vrouter.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/link/link_port.h"
#include "bgpd/vrrp/vrrp_counters.h"
#include "bgpd/vrrp/vrrp_timers.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"

#define MESSAGE_MAX (8 + VRRP_ADDRS_MAX * 16 + 8)
#define YIELD_SLACK 100 /* ms; for the first ADVERTISEMENT of who follows */
#define LEAVE_MAX 1500  /* ms; of the 2 s that the process has to end */
#define LATE 1000       /* ms; a timer so late had no chance to be stopped */

struct vrouter *
vrouter_new(const char *name, const struct vrouter_common *common)
{
	struct vrouter *r = xcalloc(1, sizeof(*r));

	r->name = xstrdup(name);
	r->common = common;
	r->state = VRRP_INITIALIZE;
	r->since = clock_now(common->clock);
	return r;
}

void
vrouter_free(struct vrouter *r)
{
	if (r == NULL)
		return;
	vrrp_config_fini(&r->config);
	free(r->name);
	free(r);
}

static uint64_t
now(const struct vrouter *r)
{
	return clock_now(r->common->clock);
}

/* What it says. */

static void
send_to(struct vrouter *r, const struct vrrp_advert *a, const struct addr *dst)
{
	const struct link_port *port = r->common->port;
	uint8_t message[MESSAGE_MAX], out[FRAME_MAX];
	struct wbuf w = wbuf_of(message, sizeof(message));
	struct mac to = frame_group_mac(dst);

	if (!vrrp_advert_put(&w, a, &r->place.source, dst))
		return;
	if (r->config.n_peers > 0) {
		port->send_vrrp(port->arg, r->place.index, &r->place.source,
		    dst, message, w.len);
		return;
	}
	struct frame_ip ip = { .src = r->place.source,
		.dst = *dst,
		.protocol = FRAME_PROTOCOL_VRRP,
		.ttl = 255,
		.payload = message,
		.n = w.len };
	size_t n = frame_put_ip(out, &r->place.mac, &to, &ip);

	port->send(port->arg, r->place.index, out, n);
}

static void
advertise(struct vrouter *r, uint8_t priority)
{
	struct vrrp_advert a = { .version = r->config.version,
		.vrid = r->config.vrid,
		.priority = priority,
		.interval = r->config.interval,
		.plain = r->plain,
		.addrs = rbuf_of(r->addrs, r->addrs_size) };
	struct addr group = vrrp_group(vrrp_config_family(&r->config));

	if (r->config.n_peers == 0)
		send_to(r, &a, &group);
	for (size_t i = 0; i < r->config.n_peers; i++)
		send_to(r, &a, &r->config.peers[i]);
	r->common->counters->sent++;
}

static struct proclaimer
proclaimer_of(const struct vrouter *r)
{
	return (struct proclaimer){ .port = r->common->port,
		.index = r->place.index,
		.mac = r->place.mac };
}

static void
proclaim_due(struct vrouter *r)
{
	struct proclaimer p = proclaimer_of(r);

	if (burst_is_due(&r->burst, now(r)))
		for (size_t i = 0; i < r->config.n_addrs; i++)
			proclaim(&p, &r->config.addrs[i]);
}

void
vrouter_answer(const struct vrouter *r, const struct frame *f)
{
	struct proclaimer p = proclaimer_of(r);

	for (size_t i = 0; i < r->config.n_addrs; i++)
		if (vrrp_has_addrs(r->state) && !r->place.kernel_has[i])
			proclaim_answer(&p, &r->config.addrs[i], f);
}

/* Actions, in the order of enum vrrp_action. */

static void
do_send(struct vrouter *r)
{
	advertise(r, r->config.priority);
}

static void
do_send_zero(struct vrouter *r)
{
	advertise(r, 0);
	r->common->counters->sent_zero++;
}

static void
do_proclaim(struct vrouter *r)
{
	burst_start(&r->burst, now(r));
	proclaim_due(r);
}

static void
do_learn_own(struct vrouter *r)
{
	r->master = (struct vrouter_master){ .interval = r->config.interval };
}

static void
do_learn(struct vrouter *r)
{
	r->master = r->heard;
}

static void
do_arm_send(struct vrouter *r)
{
	r->deadline = now(r) + r->config.interval;
}

static void
do_arm_skew(struct vrouter *r)
{
	r->deadline = now(r) +
	    vrrp_skew_time(
		r->config.version, r->config.priority, r->master.interval);
	r->given_up = true;
}

static uint32_t
down_interval(const struct vrouter *r)
{
	return vrrp_down_interval(
	    r->config.version, r->config.priority, r->master.interval);
}

static void
do_arm_down(struct vrouter *r)
{
	r->deadline = now(r) + down_interval(r);
	r->given_up = false;
}

/* As long as a backup of the lowest priority waits. */
static void
do_arm_yield(struct vrouter *r)
{
	r->deadline = now(r) +
	    vrrp_skew_time(r->config.version, 0, r->config.interval) +
	    YIELD_SLACK;
}

static void
do_disarm(struct vrouter *r)
{
	r->deadline = 0;
}

static void (*const actions[])(struct vrouter *) = { do_send, do_send_zero,
	do_proclaim, do_learn_own, do_learn, do_arm_send, do_arm_skew,
	do_arm_down, do_arm_yield, do_disarm };

static void
enter(struct vrouter *r, enum vrrp_state state, const char *why)
{
	r->state = state;
	r->why = why;
	r->since = now(r);
	r->news = true;
	r->transitions++;
	r->preempt_at = 0;
	if (state == VRRP_MASTER)
		r->common->counters->masters++;
	else
		burst_stop(&r->burst);
	log_info("vrrp %s: %s of %u on %s: %s", r->name, vrrp_state_name(state),
	    r->config.vrid, r->config.interface, why);
}

static void
vrouter_event(struct vrouter *r, enum vrrp_event ev, const char *why)
{
	struct vrrp_step step = vrrp_next(r->state, ev);

	if (step.next != r->state)
		enter(r, step.next, why);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (step.actions & 1u << i)
			actions[i](r);
}

/* Where it is, and what it is to be. */

static bool
is_owner(const struct vrouter *r)
{
	return r->config.priority == VRRP_OWNER;
}

static void
proclaim_anew(struct vrouter *r)
{
	burst_stop(&r->burst);
	do_proclaim(r);
}

void
vrouter_stop(struct vrouter *r, const char *why)
{
	vrouter_event(r, VRRP_EV_STOP, why);
}

static bool
runs(const struct vrouter *r)
{
	return r->state == VRRP_BACKUP || r->state == VRRP_MASTER;
}

static const char *
start_reason(const struct vrouter *r)
{
	if (r->state == VRRP_YIELDING)
		return "it may again, and nobody has followed";
	return is_owner(r) ? "the addresses are its own"
			   : "it starts, and listens for a master";
}

static void
start(struct vrouter *r)
{
	const char *why =
	    r->place.hindrance != NULL ? r->place.hindrance : r->place.fault;

	if (why == NULL && !runs(r)) {
		vrouter_event(r,
		    is_owner(r) ? VRRP_EV_START_OWNER : VRRP_EV_START,
		    start_reason(r));
	} else if (r->state == VRRP_INITIALIZE && r->why != why) {
		r->why = why;
		r->news = true;
	}
}

static void
hurry(struct vrouter *r)
{
	uint64_t end = now(r) + LEAVE_MAX;

	if (r->state == VRRP_YIELDING && r->deadline > end)
		r->deadline = end;
}

/* A master gives up from where it was; another MAC there is only to be told. */
void
vrouter_move(struct vrouter *r, const struct vrouter_place *place)
{
	bool other_mac =
	    r->state == VRRP_MASTER && !mac_eq(&place->mac, &r->place.mac);

	if (place->hindrance != NULL)
		vrouter_stop(r, place->hindrance);
	else if (place->index != r->place.index)
		vrouter_stop(r, "its interface is another one");
	else if (place->fault != NULL)
		vrouter_event(r, VRRP_EV_GIVE_UP, place->fault);
	r->place = *place;
	start(r);
	if (place->leaving)
		hurry(r);
	if (other_mac && r->state == VRRP_MASTER)
		proclaim_anew(r);
}

static void
addrs_fill(struct vrouter *r)
{
	struct wbuf w = wbuf_of(r->addrs, sizeof(r->addrs));
	enum family family = vrrp_config_family(&r->config);

	for (size_t i = 0; i < r->config.n_addrs; i++)
		wbuf_bytes(&w, r->config.addrs[i].bytes, family_bytes(family));
	r->addrs_size = w.len;
}

/* A master says at once what is new. */
static void
tell_change(struct vrouter *r, const struct vrrp_config *was)
{
	bool same_addrs = vrrp_config_same_addrs(&r->config, was);

	if (r->state != VRRP_MASTER ||
	    (same_addrs && r->config.priority == was->priority &&
		r->config.interval == was->interval))
		return;
	do_send(r);
	do_arm_send(r);
	if (!same_addrs)
		proclaim_anew(r);
}

void
vrouter_configure(struct vrouter *r, const struct vrrp_config *c)
{
	struct vrrp_config was = r->config;
	bool stays = was.n_addrs > 0 && vrrp_config_same_place(&was, c);

	if (!stays)
		vrouter_stop(r, "it is set up anew");
	r->config = vrrp_config_dup(c);
	addrs_fill(r);
	r->complained = 0;
	tell_change(r, &was);
	vrrp_config_fini(&was);
}

/* What it hears. */

static bool
has_addr(const struct addr *addrs, size_t n, const struct addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&addrs[i], addr))
			return true;
	return false;
}

/* By multicast from anybody, or from a peer to us. */
static bool
came_as_agreed(const struct vrouter *r, const struct frame_ip *ip)
{
	const struct vrrp_config *c = &r->config;
	struct addr group = vrrp_group(vrrp_config_family(c));

	if (addr_eq(&ip->src, &r->place.source))
		return false;
	if (c->n_peers == 0)
		return addr_eq(&ip->dst, &group);
	return has_addr(c->peers, c->n_peers, &ip->src) &&
	    addr_eq(&ip->dst, &r->place.source);
}

static bool
has_our_addrs(const struct vrouter *r, struct rbuf theirs)
{
	enum family family = vrrp_config_family(&r->config);
	unsigned size = family_bytes(family);

	if (theirs.left != r->addrs_size)
		return false;
	while (theirs.left > 0) {
		struct addr a = addr_from(family, rbuf_bytes(&theirs, size));

		if (!has_addr(r->config.addrs, r->config.n_addrs, &a))
			return false;
	}
	return true;
}

static enum vrrp_fault
fault_of(const struct vrouter *r, const struct vrrp_advert *a,
    const struct frame_ip *ip)
{
	if (ip->ttl != 255) /* RFC 9568 7.1 */
		return VRRP_TTL;
	if (a->version != r->config.version)
		return VRRP_VERSION;
	if (!came_as_agreed(r, ip))
		return VRRP_SENDER;
	if (a->version == 2 && a->interval != r->config.interval)
		return VRRP_INTERVAL; /* RFC 3768 7.1 */
	return has_our_addrs(r, a->addrs) ? VRRP_GOOD : VRRP_ADDRESSES;
}

/*
 * Other addresses are a mistake of somebody's, but not one that makes two masters
 * better: RFC 9568 7.1 takes the packet, RFC 3768 7.1 only the owner's.
 */
static bool
is_fatal(enum vrrp_fault fault, const struct vrrp_advert *a)
{
	return fault != VRRP_GOOD &&
	    !(fault == VRRP_ADDRESSES &&
		(a->version == 3 || a->priority == VRRP_OWNER));
}

/* A backup that hears of a master of that priority: is it to be followed? */
static bool
is_followed(struct vrouter *r, uint8_t priority)
{
	if (priority >= r->config.priority) {
		r->preempt_at = 0;
		return true;
	}
	if (r->preempt_at == 0)
		r->preempt_at = now(r) + r->config.preempt_delay;
	return !r->config.preempt || now(r) < r->preempt_at;
}

/* RFC 9568 6.4.3: of equal ones the one with the greater address is better. */
static bool
beats_us(const struct vrouter *r, const struct vrouter_master *m)
{
	if (m->priority != r->config.priority)
		return m->priority > r->config.priority;
	return addr_cmp(&m->addr, &r->place.source) > 0;
}

static enum vrrp_event
event_of(struct vrouter *r, const struct vrouter_master *m)
{
	bool stranger = r->state == VRRP_BACKUP &&
	    r->master.addr.family != FAMILY_NONE &&
	    !addr_eq(&m->addr, &r->master.addr);

	if (m->priority == 0)
		return stranger ? VRRP_EV_HEARD_WORSE : VRRP_EV_HEARD_ZERO;
	return (r->state == VRRP_MASTER ? beats_us(r, m)
					: is_followed(r, m->priority))
	    ? VRRP_EV_HEARD_BETTER
	    : VRRP_EV_HEARD_WORSE;
}

void
vrouter_complain(
    struct vrouter *r, enum vrrp_fault fault, const struct addr *src)
{
	char text[ADDR_TEXT];

	if (r->complained & 1u << fault)
		return;
	r->complained |= 1u << fault;
	log_warn("vrrp %s: an ADVERTISEMENT of %s: %s", r->name,
	    addr_print(src, text), vrrp_fault_text(fault));
}

enum vrrp_fault
vrouter_hear(
    struct vrouter *r, const struct vrrp_advert *a, const struct frame_ip *ip)
{
	enum vrrp_fault fault = fault_of(r, a, ip);

	if (fault != VRRP_GOOD)
		vrouter_complain(r, fault, &ip->src);
	if (is_fatal(fault, a) || (is_owner(r) && runs(r))) /* RFC 9568 7.1 */
		return fault;
	r->plain = a->plain;
	r->heard = (struct vrouter_master){ .addr = ip->src,
		.priority = a->priority,
		.interval = a->interval };
	r->common->counters->received_zero += a->priority == 0;
	vrouter_event(r, event_of(r, &r->heard),
	    r->state == VRRP_YIELDING ? "another router is master"
				      : "a better router is master");
	return fault;
}

/* Time. */

/* Whether the timer of a backup is to be believed; twice in a row it always is. */
static bool
stood_still(struct vrouter *r, uint64_t late)
{
	bool again = r->was_late;

	r->was_late = late > LATE && late > r->master.interval;
	return r->was_late && !again;
}

static const char *
timer_reason(const struct vrouter *r)
{
	if (r->state == VRRP_YIELDING)
		return "nobody has followed";
	return r->given_up ? "the master has given up" : "no master is heard";
}

static void
timer_fires(struct vrouter *r, uint64_t late)
{
	bool still = stood_still(r, late);

	if (r->state == VRRP_BACKUP && still) {
		do_arm_down(r);
		return;
	}
	vrouter_event(r, VRRP_EV_TIMER, timer_reason(r));
	if (r->state == VRRP_MASTER && still)
		do_proclaim(r);
}

void
vrouter_tick(struct vrouter *r)
{
	if (r->deadline != 0 && now(r) >= r->deadline)
		timer_fires(r, now(r) - r->deadline);
	proclaim_due(r);
}

uint64_t
vrouter_due(const struct vrouter *r)
{
	uint64_t timer = r->deadline != 0 ? r->deadline : UINT64_MAX;

	return r->burst.at != 0 && r->burst.at < timer ? r->burst.at : timer;
}
