/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/lead/elect.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/lead/lease.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

struct elect {
	struct elect_spec spec;
	struct leader *leader; /* owned */
	bool leads;            /* told by won() or lost() */
	bool reading;          /* a list of the record is on its way */
	bool failing;          /* told */
	struct err refused;    /* why the last write was; "": it was not */
};

struct elect *
elect_new(const struct elect_spec *spec)
{
	struct elect *e = xcalloc(1, sizeof(*e));

	e->spec = *spec;
	e->leader = leader_new(&spec->leader);
	e->reading = true; /* sources begin with a list */
	source_fence(spec->source, 0);
	return e;
}

void
elect_free(struct elect *e)
{
	if (e == NULL)
		return;
	leader_free(e->leader);
	free(e);
}

static uint64_t
now_of(const struct elect *e)
{
	return clock_now(e->spec.clock);
}

void
elect_saw(struct elect *e, const struct lease *lease)
{
	char *was = xstrdup(leader_holder(e->leader));

	leader_saw(e->leader, lease, now_of(e));
	const char *holder = leader_holder(e->leader);

	if (strcmp(holder, was) != 0 &&
	    strcmp(holder, e->spec.leader.identity) != 0)
		log_info("lease: %s%s", holder[0] != '\0' ? "held by " : "free",
		    holder);
	free(was);
	if (lease != NULL && lease->duration == 0)
		log_warn("lease %s/" LEASE_NAME
			 ": no leaseDurationSeconds of 1 to %d: it counts as "
			 "%u",
		    e->spec.leader.ns, LEASE_DURATION_MOST,
		    e->spec.leader.times.lease / 1000);
	e->spec.ops->wake(e->spec.arg);
}

void
elect_listed(struct elect *e, const struct lease *lease)
{
	e->reading = false;
	elect_saw(e, lease);
}

void
elect_resign(struct elect *e)
{
	leader_resign(e->leader);
	e->spec.ops->wake(e->spec.arg);
}

static void
written(void *arg, const struct source_result *result)
{
	static const enum leader_wrote ways[] = {
		[WRITE_OK] = LEADER_DONE,
		[WRITE_CONFLICT] = LEADER_CONFLICT,
		[WRITE_GONE] = LEADER_CONFLICT,
		[WRITE_REFUSED] = LEADER_FAILED,
		[WRITE_RETRY] = LEADER_FAILED,
	};
	struct elect *e = arg;
	enum leader_wrote how = ways[result->code];

	err_set(&e->refused, "%s",
	    result->code == WRITE_REFUSED ? result->message : "");
	if (how == LEADER_FAILED && !e->failing)
		log_warn("lease %s/" LEASE_NAME ": not written: %s",
		    e->spec.leader.ns, result->message);
	else if (how == LEADER_CONFLICT)
		log_debug("lease: not written: %s", result->message);
	e->failing = how == LEADER_FAILED;
	leader_told(e->leader, how, result->version);
	e->spec.ops->wake(e->spec.arg);
}

static void
turn(struct elect *e, bool leads)
{
	if (leads == e->leads)
		return;
	e->leads = leads;
	if (leads) {
		log_info("lease: won, this allocator leads");
		e->spec.ops->won(e->spec.arg);
	} else {
		log_info("lease: this allocator does not lead any more");
		e->spec.ops->lost(e->spec.arg);
	}
}

static void
write_record(struct elect *e, const char *body)
{
	const struct source_write write = { .how = WRITE_RECORD,
		.kind = e->spec.kind,
		.key = { e->spec.leader.ns, LEASE_NAME },
		.body = body };

	source_write(e->spec.source, &write, written, e);
}

void
elect_run(struct elect *e)
{
	uint64_t now = now_of(e);

	source_fence(e->spec.source, leader_until(e->leader));
	turn(e, leader_leads(e->leader, now));
	if (leader_is_blind(e->leader) && !e->reading) {
		e->reading = true;
		source_relist(e->spec.source, e->spec.kind);
	}
	const char *body =
	    leader_next(e->leader, clock_wall(e->spec.clock), now);

	if (body != NULL)
		write_record(e, body);
}

uint64_t
elect_due(const struct elect *e)
{
	return leader_due(e->leader, now_of(e));
}

const char *
elect_holder(const struct elect *e)
{
	return leader_holder(e->leader);
}

bool
elect_is_over(const struct elect *e)
{
	return leader_is_over(e->leader);
}

bool
elect_is_healthy(const struct elect *e, struct err *why)
{
	return e->refused.text[0] == '\0' ||
	    err_set(why, "lease %s/" LEASE_NAME ": not written: %s",
		e->spec.leader.ns, e->refused.text);
}
