/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/kernel/guard_io.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/kernel/guard.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define RETRY_MS 5000 /* after the kernel refused */
#define SETTLE_MS 100 /* after somebody else changed rules */

struct guard_io {
	const struct guard_io_ops *ops;
	void *arg;
	struct nl_sock *ask;    /* owned; requests, answered at once */
	struct nl_sock *listen; /* owned; what others change */
	struct event *heard;    /* owned */
	struct event *again;    /* owned */
	struct prefix *cidrs;   /* owned */
	size_t n_cidrs;
	bool set; /* before it nothing is touched */
	bool bad; /* as told */
};

static bool
nl_fail(struct err *err, const char *what, int rc)
{
	return err_set(err, "%s: %s", what, nl_geterror(rc));
}

/* Reading. */

struct rules {
	struct guard_rule *at; /* owned */
	size_t n;
};

static uint32_t
attr_u32(struct nlattr *const *tb, int type, uint32_t absent)
{
	return tb[type] != NULL ? nla_get_u32(tb[type]) : absent;
}

static enum guard_action
action_of(uint8_t action)
{
	return action == FR_ACT_GOTO       ? GUARD_GOTO
	    : action == FR_ACT_TO_TBL      ? GUARD_LOOKUP
	    : action == FR_ACT_UNREACHABLE ? GUARD_UNREACHABLE
					   : GUARD_OTHER;
}

static struct guard_rule
rule_read(const struct fib_rule_hdr *hdr, struct nlattr *const *tb)
{
	enum family family = hdr->family == AF_INET ? FAMILY_V4 : FAMILY_V6;
	struct guard_rule r = {
		.priority = attr_u32(tb, FRA_PRIORITY, 0),
		.action = action_of(hdr->action),
		.target = attr_u32(tb, FRA_GOTO, 0),
		.suppress =
		    (int32_t)attr_u32(tb, FRA_SUPPRESS_PREFIXLEN, UINT32_MAX),
		.own_packets = tb[FRA_IIFNAME] != NULL &&
		    strcmp(nla_get_string(tb[FRA_IIFNAME]), "lo") == 0,
	};

	if (r.action == GUARD_LOOKUP)
		r.table = attr_u32(tb, FRA_TABLE, hdr->table);
	r.to.addr.family = (uint8_t)family;
	if (tb[FRA_DST] != NULL &&
	    nla_len(tb[FRA_DST]) == (int)family_bytes(family))
		r.to.addr = addr_from(family, nla_data(tb[FRA_DST]));
	r.to.len = hdr->dst_len;
	return r;
}

static int
on_rule(struct nl_msg *msg, void *arg)
{
	struct rules *rules = arg;
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct nlattr *tb[FRA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWRULE ||
	    nlmsg_parse(h, sizeof(struct fib_rule_hdr), tb, FRA_MAX, NULL) < 0)
		return NL_SKIP;
	const struct fib_rule_hdr *hdr = nlmsg_data(h);

	if ((hdr->family != AF_INET && hdr->family != AF_INET6) ||
	    tb[FRA_PROTOCOL] == NULL ||
	    nla_get_u8(tb[FRA_PROTOCOL]) != GUARD_PROTOCOL)
		return NL_OK;
	rules->at = xrealloc(rules->at, rules->n + 1, sizeof(rules->at[0]));
	rules->at[rules->n++] = rule_read(hdr, tb);
	return NL_OK;
}

static bool
rules_read(struct guard_io *g, struct rules *rules, struct err *err)
{
	struct fib_rule_hdr hdr = { .family = AF_UNSPEC };
	int rc =
	    nl_send_simple(g->ask, RTM_GETRULE, NLM_F_DUMP, &hdr, sizeof(hdr));

	*rules = (struct rules){ 0 };
	if (rc < 0)
		return nl_fail(err, "rules: ask", rc);
	nl_socket_modify_cb(g->ask, NL_CB_VALID, NL_CB_CUSTOM, on_rule, rules);
	rc = nl_recvmsgs_default(g->ask);
	return rc >= 0 || nl_fail(err, "rules: read", rc);
}

/* Writing. */

static uint8_t
action_number(enum guard_action action)
{
	static const uint8_t numbers[] = {
		[GUARD_GOTO] = FR_ACT_GOTO,
		[GUARD_LOOKUP] = FR_ACT_TO_TBL,
		[GUARD_UNREACHABLE] = FR_ACT_UNREACHABLE,
		[GUARD_OTHER] = FR_ACT_UNSPEC,
	};

	return numbers[action];
}

/*
 * libnl's own rules know no suppress_prefixlength, so the request is put together
 * attribute by attribute.
 */
static struct nl_msg *
rule_message(const struct guard_rule *r, int type, int flags)
{
	struct fib_rule_hdr hdr = {
		.family = r->to.addr.family == FAMILY_V4 ? AF_INET : AF_INET6,
		.dst_len = r->to.len,
		.action = action_number(r->action),
	};
	struct nl_msg *m = nlmsg_alloc_simple(type, flags);
	bool good = m != NULL &&
	    nlmsg_append(m, &hdr, sizeof(hdr), NLMSG_ALIGNTO) == 0 &&
	    nla_put(m, FRA_DST, (int)family_bytes(r->to.addr.family),
		r->to.addr.bytes) == 0 &&
	    nla_put_u32(m, FRA_PRIORITY, r->priority) == 0 &&
	    nla_put_u8(m, FRA_PROTOCOL, GUARD_PROTOCOL) == 0;

	if (good && r->own_packets)
		good = nla_put_string(m, FRA_IIFNAME, "lo") == 0;
	if (good && r->action == GUARD_GOTO)
		good = nla_put_u32(m, FRA_GOTO, r->target) == 0;
	if (good && r->action == GUARD_LOOKUP)
		good = nla_put_u32(m, FRA_TABLE, r->table) == 0;
	if (good && r->suppress >= 0)
		good = nla_put_u32(m, FRA_SUPPRESS_PREFIXLEN,
			   (uint32_t)r->suppress) == 0;
	if (good)
		return m;
	nlmsg_free(m);
	return NULL;
}

/* tolerated: an error that says it is so already. */
static bool
rule_send(struct guard_io *g, const struct guard_rule *r, int type, int flags,
    int tolerated, struct err *err)
{
	struct nl_msg *m = rule_message(r, type, flags);
	char text[PREFIX_TEXT];

	if (m == NULL)
		return err_set(err, "rules: no memory");
	int rc = nl_send_sync(g->ask, m); /* frees m */

	if (rc >= 0 || rc == -tolerated)
		return true;
	return nl_fail(err, "rule", rc) ||
	    err_prefix(err, "to %s priority %u: ", prefix_print(&r->to, text),
		r->priority);
}

/*
 * A CIDR that the kernel refuses (IPv6 may be switched off) does not hurt the others. Of
 * it no further rule is added: nothing is unreachable without its exceptions.
 */
static bool
add_all(struct guard_io *g, const struct guard_changes *c, struct err *err)
{
	const struct prefix *refused = NULL;

	for (size_t i = 0; i < c->n_add; i++) {
		const struct guard_rule *r = &c->add[i];

		if (refused != NULL && prefix_eq(refused, &r->to))
			continue;
		if (!rule_send(g, r, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL,
			NLE_EXIST, err))
			refused = &r->to;
	}
	return refused == NULL;
}

static bool
delete_all(struct guard_io *g, const struct guard_changes *c, struct err *err)
{
	bool good = true;

	for (size_t i = 0; i < c->n_del; i++)
		good &= rule_send(
		    g, &c->del[i], RTM_DELRULE, 0, NLE_OBJ_NOTFOUND, err);
	return good;
}

static bool
apply(struct guard_io *g, const struct guard_changes *c, struct err *err)
{
	bool added = add_all(g, c, err);
	bool deleted = delete_all(g, c, err);

	if (added && deleted && c->n_add + c->n_del > 0)
		log_info("loop guard: %zu rules added, %zu removed", c->n_add,
		    c->n_del);
	return added && deleted;
}

static bool
reconcile(struct guard_io *g, struct err *err)
{
	struct rules actual;
	struct guard_changes changes = { 0 };
	bool good = rules_read(g, &actual, err);

	if (good) {
		guard_diff(g->cidrs, g->n_cidrs, actual.at, actual.n, &changes);
		good = apply(g, &changes, err);
	}
	guard_changes_fini(&changes);
	free(actual.at);
	return good;
}

static void
soon(struct guard_io *g, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(g->again, &tv);
}

static void
settle(struct guard_io *g)
{
	struct err err = { 0 };
	bool good = reconcile(g, &err);

	if (!good) {
		if (!g->bad)
			log_warn("loop guard: %s", err.text);
		soon(g, RETRY_MS);
	}
	if (good != g->bad)
		return;
	g->bad = !good;
	g->ops->state(g->arg, good ? NULL : err.text);
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;

	(void)fd;
	(void)what;
	if (g->set)
		settle(g);
}

/* Somebody changed rules, perhaps ours; what it was the next look tells. */
static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;

	(void)fd;
	(void)what;
	nl_recvmsgs_default(g->listen);
	if (!event_pending(g->again, EV_TIMEOUT, NULL))
		soon(g, SETTLE_MS);
}

static int
on_anything(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static bool
sockets_open(struct guard_io *g, struct err *err)
{
	int rc;

	g->ask = nl_socket_alloc();
	g->listen = nl_socket_alloc();
	if (g->ask == NULL || g->listen == NULL)
		return err_set(err, "netlink: no memory");
	if ((rc = nl_connect(g->ask, NETLINK_ROUTE)) < 0)
		return nl_fail(err, "netlink", rc);
	nl_socket_disable_seq_check(g->listen);
	nl_socket_modify_cb(
	    g->listen, NL_CB_VALID, NL_CB_CUSTOM, on_anything, NULL);
	if ((rc = nl_connect(g->listen, NETLINK_ROUTE)) < 0 ||
	    (rc = nl_socket_set_nonblocking(g->listen)) < 0 ||
	    (rc = nl_socket_add_memberships(
		 g->listen, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, 0)) < 0)
		return nl_fail(err, "netlink", rc);
	return true;
}

struct guard_io *
guard_io_new(struct event_base *base, const struct guard_io_ops *ops, void *arg,
    struct err *err)
{
	struct guard_io *g = xcalloc(1, sizeof(*g));

	g->ops = ops;
	g->arg = arg;
	if (!sockets_open(g, err)) {
		guard_io_free(g);
		return NULL;
	}
	g->again = evtimer_new(base, on_again, g);
	g->heard = event_new(base, nl_socket_get_fd(g->listen),
	    EV_READ | EV_PERSIST, on_heard, g);
	event_add(g->heard, NULL);
	return g;
}

void
guard_io_free(struct guard_io *g)
{
	if (g == NULL)
		return;
	if (g->heard != NULL)
		event_free(g->heard);
	if (g->again != NULL)
		event_free(g->again);
	nl_socket_free(g->ask);
	nl_socket_free(g->listen);
	free(g->cidrs);
	free(g);
}

void
guard_io_set(struct guard_io *g, const struct prefix *cidrs, size_t n)
{
	struct prefix *copy = xcalloc(n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = cidrs[i];
	free(g->cidrs);
	g->cidrs = copy;
	g->n_cidrs = n;
	g->set = true;
	settle(g);
}

void
guard_io_remove(struct guard_io *g)
{
	guard_io_set(g, NULL, 0);
}
