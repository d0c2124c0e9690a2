/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe is a check with its clock: it is asked, waits for the answer, and is asked
 * again an interval after the last question, or at the answer when that takes longer.
 * An answer that never comes is a bad one a while after the timeout: nobody may stay
 * healthy because the one who asks is stuck.
 *
 * The checks themselves are the object's, and borrowed; all else is kept here, by the
 * name of the check, when the object changes.
 */
#include "bgpd/vip/probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "bgpd/health/health_port.h"
#include "common/alloc.h"
#include "common/text.h"

#define GRACE 1000 /* ms after the timeout */

struct probe {
	const struct vip_check *check; /* borrowed */
	char *name;                    /* owned; the check's */
	struct check is;
	uint32_t id;
	bool on;        /* it is asked, now and again */
	bool waits;     /* for an answer */
	uint64_t asked; /* when the last question was */
	char *why;      /* owned; the last bad answer, NULL: it was good */
};

struct probes {
	const struct probes_env *env;
	struct probe *at; /* owned */
	size_t n;
	bool any;
	bool each, holder; /* as selected */
};

struct probes *
probes_new(const struct probes_env *env)
{
	struct probes *p = xcalloc(1, sizeof(*p));

	p->env = env;
	return p;
}

static void
probe_stop(struct probes *p, struct probe *probe)
{
	const struct health_port *port = p->env->port;

	if (probe->waits && port != NULL)
		port->forget(port->arg, probe->id);
	probe->on = probe->waits = false;
}

/* What was known says nothing about the time when it is asked again. */
static void
probe_end(struct probes *p, struct probe *probe)
{
	probe_stop(p, probe);
	check_init(&probe->is, probe->check->rise, probe->check->fall);
}

static void
probe_fini(struct probes *p, struct probe *probe)
{
	probe_stop(p, probe);
	free(probe->name);
	free(probe->why);
}

static void
all_free(struct probes *p)
{
	for (size_t i = 0; i < p->n; i++)
		probe_fini(p, &p->at[i]);
	free(p->at);
}

void
probes_free(struct probes *p)
{
	if (p == NULL)
		return;
	all_free(p);
	free(p);
}

/* ---- which there are ---- */

static struct probe *
probe_find(struct probes *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].name != NULL && strcmp(p->at[i].name, name) == 0)
			return &p->at[i];
	return NULL;
}

/* What was known of it is the new one's; a question under way is of the old kind. */
static struct probe
probe_inherit(
    struct probes *p, struct probe *old, const struct vip_check *check)
{
	struct probe is = *old;

	if (old->check->holder != check->holder)
		probe_end(p, &is);
	else if (!vip_check_eq(old->check, check))
		probe_stop(p, &is);
	check_set_terms(&is.is, check->rise, check->fall);
	is.check = check;
	*old = (struct probe){ 0 };
	return is;
}

static struct probe
probe_make(struct probes *p, const struct vip_check *check)
{
	struct probe is = { .check = check,
		.name = xstrdup(check->name),
		.id = p->env->next_id(p->env->arg) };

	check_init(&is.is, check->rise, check->fall);
	return is;
}

void
probes_set(struct probes *p, const struct vip_check *checks, size_t n, bool any)
{
	struct probe *at = xcalloc(n, sizeof(*at));

	for (size_t i = 0; i < n; i++) {
		struct probe *old = probe_find(p, checks[i].name);

		at[i] = old != NULL ? probe_inherit(p, old, &checks[i])
				    : probe_make(p, &checks[i]);
	}
	all_free(p);
	p->at = at;
	p->n = n;
	p->any = any;
}

/* ---- asking ---- */

static bool
is_selected(const struct probes *p, const struct probe *probe)
{
	return probe->check->holder ? p->holder : p->each;
}

static void
probe_start(struct probe *probe, uint64_t now)
{
	probe->on = true;
	probe->asked = now - probe->check->interval; /* is due */
}

void
probes_select(struct probes *p, bool each, bool holder, uint64_t now)
{
	p->each = each;
	p->holder = holder;
	for (size_t i = 0; i < p->n; i++) {
		struct probe *probe = &p->at[i];

		if (is_selected(p, probe) && !probe->on)
			probe_start(probe, now);
		else if (!is_selected(p, probe))
			probe_end(p, probe);
	}
}

static void
probe_take(struct probe *probe, const char *why)
{
	probe->waits = false;
	xreplace(&probe->why, why);
	check_answer(&probe->is, why == NULL);
}

/* False: the Secret has no such authority, so nobody could be verified. */
static bool
question_make(const struct probes *p, const struct vip_check *check,
    struct health_question *q)
{
	static const enum health_ask asks[] = {
		[VIP_ASK_HTTP] = HEALTH_ASK_HTTP,
		[VIP_ASK_HTTPS] = HEALTH_ASK_HTTPS,
		[VIP_ASK_TCP] = HEALTH_ASK_TCP,
		[VIP_ASK_COMMAND] = HEALTH_ASK_COMMAND,
	};

	*q = (struct health_question){ .ask = asks[check->ask],
		.timeout = check->timeout,
		.url = check->url,
		.verify = check->verify,
		.host = check->host,
		.port = check->port,
		.argv = check->argv };
	if (check->ca_secret == NULL)
		return true;
	q->ca = p->env->secret(
	    p->env->arg, check->ca_secret, check->ca_key, &q->n_ca);
	return q->ca != NULL;
}

static void
probe_ask(struct probes *p, struct probe *probe, uint64_t now)
{
	const struct health_port *port = p->env->port;
	struct health_question q;

	probe->asked = now;
	if (question_make(p, probe->check, &q)) {
		probe->waits = true;
		if (port != NULL)
			port->ask(port->arg, probe->id, &q);
		return;
	}
	char *why = xasprintf("Secret %s has no key %s",
	    probe->check->ca_secret, probe->check->ca_key);

	probe_take(probe, why);
	free(why);
}

static uint64_t
probe_due(const struct probe *probe)
{
	const struct vip_check *check = probe->check;

	return probe->asked +
	    (probe->waits ? check->timeout + GRACE : check->interval);
}

uint64_t
probes_tick(struct probes *p, uint64_t now)
{
	uint64_t next = 0;

	for (size_t i = 0; i < p->n; i++) {
		struct probe *probe = &p->at[i];

		if (!probe->on)
			continue;
		if (probe->waits && probe_due(probe) <= now)
			probe_take(probe, "no answer");
		if (!probe->waits && probe_due(probe) <= now)
			probe_ask(p, probe, now);
		if (next == 0 || probe_due(probe) < next)
			next = probe_due(probe);
	}
	return next;
}

bool
probes_answer(struct probes *p, uint32_t id, const char *why, uint64_t now)
{
	for (size_t i = 0; i < p->n; i++) {
		struct probe *probe = &p->at[i];

		if (probe->id != id || !probe->waits)
			continue;
		probe_take(probe, why);
		if (probe_due(probe) <= now)
			probe_ask(p, probe, now);
		return true;
	}
	return false;
}

/* ---- what it comes to ---- */

static bool
is_of_each(const struct probe *probe)
{
	return !probe->check->holder && probe->check->lowers == 0;
}

enum check_state
probes_state(const struct probes *p)
{
	enum check_state *states = xcalloc(p->n, sizeof(*states));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (is_of_each(&p->at[i]))
			states[n++] = p->at[i].is.state;
	enum check_state sum = checks_state(states, n, p->any);

	free(states);
	return sum;
}

bool
probes_holder_failed(const struct probes *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].check->holder && p->at[i].is.state == CHECK_DOWN)
			return true;
	return false;
}

unsigned
probes_lowered(const struct probes *p)
{
	unsigned sum = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].is.state == CHECK_DOWN)
			sum += p->at[i].check->lowers;
	return sum;
}

/* One of the holder holds as long as it has not failed. */
static bool
is_at_fault(const struct probe *probe)
{
	return probe->check->holder || probe->check->lowers > 0
	    ? probe->is.state == CHECK_DOWN
	    : probe->is.state != CHECK_UP;
}

bool
probes_fault(const struct probes *p, char *text, size_t room)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct probe *probe = &p->at[i];

		if (!is_at_fault(probe))
			continue;
		snprintf(text, room, "check %s: %s", probe->name,
		    probe->why != NULL ? probe->why : "no answer yet");
		return true;
	}
	return false;
}

bool
probes_view(const struct probes *p, size_t i, struct probe_view *view)
{
	if (i >= p->n)
		return false;
	const struct probe *probe = &p->at[i];

	*view = (struct probe_view){ probe->check, probe->is.state, probe->on,
		probe->why };
	return true;
}
