/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sentence for each plan. A refusal says what is wrong and, behind PLAN_KEEPS, what
 * the Service goes on with; what is good lists the addresses and their group, then what
 * a rule took away. The same state has the same words, or a status would be written for
 * nothing; and what was given up is told for as long as the Service stays as it is, so
 * the words of before are read for that (repeat_given_up()).
 */
#include "allocator/plan/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "allocator/plan/candidates.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/pool.h"
#include "common/api/service.h"
#include "common/utf8.h"

/* In a message, for what message_keeps() adds. */
#define KEEPS_ROOM (sizeof(PLAN_KEEPS) + ADDR_TEXT + sizeof(AND_OTHERS))
#define AND_OTHERS " and others"

__attribute__((format(printf, 3, 4))) bool
message_refuse(struct plan_query *q, enum reason reason, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(q->plan->message, sizeof(q->plan->message), fmt, args);
	va_end(args);
	utf8_mend(q->plan->message, sizeof(q->plan->message));
	q->plan->reason = reason;
	return false;
}

__attribute__((format(printf, 2, 3))) void
message_add(char text[PLAN_MESSAGE], const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + used, PLAN_MESSAGE - used, fmt, args);
	va_end(args);
	utf8_mend(text, PLAN_MESSAGE);
}

/* ---- what is refused ---- */

bool
message_outside(struct plan_query *q, const struct addr *a)
{
	const struct groups *gs = q->groups;
	char text[ADDR_TEXT];

	addr_print(a, text);
	for (size_t i = 0; i < gs->n; i++)
		if (pool_covers(gs->at[i].pool, a))
			return message_refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
			    "%s is excluded from ServiceGroup %s", text,
			    gs->at[i].name);
	return message_refuse(q, REASON_ADDRESS_OUTSIDE_POOLS,
	    "%s is in no pool of any ServiceGroup", text);
}

/* There is nothing to wait for but that the VirtualIP lets it go. */
bool
message_reserved(struct plan_query *q, const struct addr *a)
{
	char text[ADDR_TEXT];

	q->plan->wait = WAIT_ADDRESS;
	q->plan->wait_addr = *a;
	return message_refuse(q, REASON_ADDRESS_IN_USE, "%s is " PLAN_VIP "%s",
	    addr_print(a, text), ipam_reserved_by(q->ipam, a));
}

bool
message_in_use(
    struct plan_query *q, const struct addr *a, const struct tenant *holder)
{
	bool shares = share_key(q->service) != NULL;
	char text[ADDR_TEXT], who[SHARE_HOLDER];

	q->plan->wait = WAIT_ADDRESS;
	q->plan->wait_addr = *a;
	message_refuse(q,
	    shares ? REASON_SHARING_CONFLICT : REASON_ADDRESS_IN_USE,
	    "%s is held by %s", addr_print(a, text),
	    share_holder(q->service, holder->service, who));
	if (shares)
		message_add(q->plan->message, ": %s",
		    sharing_refusal(q->tenant, holder));
	return false;
}

bool
message_no_group(struct plan_query *q)
{
	return message_refuse(q, REASON_GROUP_NOT_FOUND,
	    "there is no ServiceGroup %s", q->request.group);
}

bool
message_closed(struct plan_query *q, const struct group *g)
{
	if (group_allows_namespace(g, q->service->meta.ns))
		return message_refuse(q, REASON_SERVICE_NOT_ALLOWED,
		    "ServiceGroup %s is not for Services with these labels",
		    g->name);
	return message_refuse(q, REASON_NAMESPACE_NOT_ALLOWED,
	    "ServiceGroup %s is not for namespace %s", g->name,
	    q->service->meta.ns);
}

static const char *
families_text(uint8_t families)
{
	return families == 1 << FAMILY_V4 ? "IPv4"
	    : families == 1 << FAMILY_V6  ? "IPv6"
					  : "IPv4 and IPv6";
}

/* No candidate has pools of these families: one is NULL if it was not only one. */
static bool
refuse_lacking(struct plan_query *q, const struct group *one, uint8_t families)
{
	bool both = (families & (families - 1)) != 0;
	char *message = q->plan->message;

	if (one == NULL)
		return message_refuse(q, REASON_FAMILY_MISMATCH,
		    both ? "no ServiceGroup has pools of both %s"
			 : "no pool of %s in any ServiceGroup",
		    families_text(families));
	if ((one->refused & families) == 0)
		return message_refuse(q, REASON_FAMILY_MISMATCH,
		    "no pool of %s in ServiceGroup %s", families_text(families),
		    one->name);
	/* There are such pools, but left out: the fault of the group says why. */
	message_refuse(q, REASON_FAMILY_MISMATCH,
	    "no usable pool of %s in ServiceGroup %s", families_text(families),
	    one->name);
	size_t used = strlen(message) + strlen(": ") + KEEPS_ROOM;

	if (used < PLAN_MESSAGE)
		message_add(
		    message, ": %.*s", (int)(PLAN_MESSAGE - used), one->fault);
	return false;
}

bool
message_missing(struct plan_query *q, uint8_t missing)
{
	const struct group *one =
	    q->only != GROUPS_NONE ? &q->groups->at[q->only] : NULL;
	uint8_t lacking = missing, full = 0;
	bool open = false, pools = false;

	for (size_t i = candidates_next(q, q->first); i < q->end;
	     i = candidates_next(q, i + 1)) {
		if (!group_allows(&q->groups->at[i], q->service))
			continue;
		uint8_t has = 0;

		for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
			if (ipam_capacity(q->ipam, i, f) > 0)
				has |= (uint8_t)(1 << f) & missing;
			if (ipam_available(q->ipam, i, f) == 0)
				full |= (uint8_t)(1 << f) & missing;
		}
		open = true;
		pools = pools || has == missing ||
		    (!query_needs_all(q) && has != 0);
		lacking &= (uint8_t)~has;
	}
	if (one != NULL && !open)
		return message_closed(q, one);
	if (!open)
		return message_refuse(q, REASON_NO_GROUP,
		    "no ServiceGroup assigns by itself to this Service; "
		    "name one in the annotation lbbgp.io/service-group");
	if (!pools) /* each of the families, but not together */
		return refuse_lacking(q, one, lacking != 0 ? lacking : missing);
	q->plan->wait = WAIT_FREE;
	q->plan->wait_group = q->only;
	q->plan->wait_families = full;
	return message_refuse(q, REASON_POOL_EXHAUSTED,
	    "no free %s address in %s%s", families_text(missing),
	    one != NULL ? "ServiceGroup " : "any ServiceGroup",
	    one != NULL ? one->name : "");
}

/* ---- addresses that a rule takes away ---- */

/*
 * Has the Service fewer addresses of this family than before, though it still wants
 * the family and asks for no address of it? Then a rule took them, not its owner.
 */
static bool
is_given_up(const struct plan_query *q, const struct addr *a)
{
	const struct addrs planned = { q->plan->addrs, q->plan->n };
	const struct request *r = &q->request;
	enum family f = a->family;

	return !addrs_has(&planned, a) && query_wants_family(q->service, f) &&
	    query_count_family(r->requested, r->n_requested, f) == 0 &&
	    query_count_family(q->have, q->n_have, f) >
	    query_count_family(planned.at, planned.n, f);
}

/* Which rule takes this address from the Service. Contains no ';'. */
static void
say_why_given_up(
    const struct plan_query *q, const struct addr *a, char text[PLAN_MESSAGE])
{
	const struct tenant *rival = sharing_rival(q->sharing, a, q->tenant);
	const char *vip = ipam_reserved_by(q->ipam, a);
	char who[SHARE_HOLDER];

	if (rival != NULL)
		message_add(text, ", held by %s",
		    share_holder(q->service, rival->service, who));
	else if (vip != NULL)
		message_add(text, ", " PLAN_VIP "%s", vip);
	else if (query_is_reclaimed(q, a))
		message_add(text, ", which no pool has any more");
	else
		message_add(text, ", which is not in ServiceGroup %s",
		    q->request.group);
}

/* What was said of addresses given up, while the Service has the same ones still. */
static void
repeat_given_up(struct plan_query *q)
{
	struct plan *p = q->plan;
	const char *said = q->said;
	size_t same = strlen(p->message);

	if (said == NULL || p->n == 0 || strncmp(said, p->message, same) != 0 ||
	    strncmp(said + same, PLAN_GAVE_UP, strlen(PLAN_GAVE_UP)) != 0)
		return;
	said += same + strlen(PLAN_GAVE_UP);
	message_add(
	    p->message, PLAN_GAVE_UP "%.*s", (int)strcspn(said, ";"), said);
}

/*
 * Appends the addresses that a rule took, the first with its reason. The words stay
 * when the addresses have gone from the status, since nothing else tells of them
 * then.
 */
static void
tell_given_up(struct plan_query *q)
{
	const struct addr *first = NULL;
	char *message = q->plan->message, text[ADDR_TEXT];
	size_t n = q->n_beyond;

	for (size_t i = q->n_have; i-- > 0;)
		if (is_given_up(q, &q->have[i])) {
			first = &q->have[i];
			n++;
		}
	if (n == 0) {
		repeat_given_up(q);
	} else if (first == NULL) {
		message_add(message,
		    PLAN_GAVE_UP
		    "%zu addresses, since a Service has %d at most",
		    n, REQUEST_MAX);
	} else {
		message_add(
		    message, PLAN_GAVE_UP "%s", addr_print(first, text));
		say_why_given_up(q, first, message);
		if (n > 1)
			message_add(message, ", and %zu more", n - 1);
	}
}

/* The first of its addresses that a VirtualIP has too, or any that no pool has. */
static void
tell_retained(struct plan_query *q)
{
	struct plan *p = q->plan;
	char text[ADDR_TEXT];

	for (size_t i = 0; i < p->n; i++) {
		const char *vip = ipam_reserved_by(q->ipam, &p->addrs[i]);

		if (vip == NULL)
			continue;
		message_add(p->message,
		    "; retained, though %s is " PLAN_VIP "%s too",
		    addr_print(&p->addrs[i], text), vip);
		return;
	}
	if (p->retained)
		message_add(p->message, "; retained, no pool has it any more");
}

void
message_good(struct plan_query *q, const char *remark)
{
	struct plan *p = q->plan;
	char one[ADDR_TEXT];

	p->message[0] = '\0';
	for (size_t i = 0; i < p->n; i++)
		message_add(p->message, "%s%s", i > 0 ? ", " : "",
		    addr_print(&p->addrs[i], one));
	if (p->from[0] != '\0')
		message_add(p->message, PLAN_FROM "%s", p->from);
	tell_retained(q);
	tell_given_up(q);
	if (remark[0] != '\0')
		message_add(p->message, "; %s", remark);
}

void
message_keeps(struct plan_query *q)
{
	struct plan *p = q->plan;
	char text[ADDR_TEXT];

	if (p->n > 0)
		message_add(p->message, PLAN_KEEPS "%s%s",
		    addr_print(&p->addrs[0], text), p->n > 1 ? AND_OTHERS : "");
}
