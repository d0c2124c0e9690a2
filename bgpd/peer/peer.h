/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - one router of the configuration, between its session and the rib; what it
 * looks like to others. Its functions are for peers.c.
 */
#ifndef BGPD_PEER_PEER_H
#define BGPD_PEER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/config/neighbors.h"
#include "bgpd/config/peering.h"
#include "bgpd/session/session_config.h"
#include "common/prefix.h"

struct adjout;
struct bgp_peer;
struct clock;
struct err;
struct filter_objects;
struct filter_peer;
struct filters;
struct member;
struct peer_restart;
struct peer_verdict;
struct peers;
struct policy;
struct rib;
struct rng;
struct router_found; /* bgpd/link/routers.h */
struct session;
struct session_error;
struct session_port;
struct store;

#define RESET_SPREAD 10000 /* ms: all nodes reset a session within that */

/* As it is shown. Borrowed from the peer. */
struct view_peer {
	const char *name; /* of the BGPPeer */
	const struct session
	    *session; /* its state, timers, counters, last error */
	const struct member
	    *member;     /* what it is sent; NULL: session is down */
	bool leaving;    /* session is up, and about to be left */
	uint32_t source; /* of its routes in the rib */
	const struct peer_restart *restart; /* when End-of-RIB was said */
	uint64_t stale_until; /* ms; routes of an earlier session; 0: none */
	const char *blocked;  /* why it must not run; NULL: it may */
	bool shut;            /* shut down by its configuration */
	const char *doubt;    /* what is hardly meant so; NULL: nothing */
	bool unnumbered;      /* its BGPPeer names an interface */
	bool doubts_password; /* … of its password */
	const char
	    *filter_fault; /* why its filters stay as they were, or NULL */
	const struct policy *import, *export; /* its filters; NULL: none */
	bool unheard; /* only a new session tells what they are to judge anew */
	uint64_t reset_at; /* when what is pending is; 0: nothing is */
	bool comes;        /* from a prefix; it is there for a session */
	uint32_t bfd;      /* id of its BFD session; 0: there is none */
	bool bfd_missing;  /* … but there should be one */
	bool bfd_strict;   /* BGP waits for it */
	/* Families that it agreed, but the node has no next hop for. */
	bool mute[FAMILIES];
};

struct peers_ops {
	/* peers_tick() then. */
	void (*arm)(void *arg, uint64_t at);
	/*
	 * The rib has a source to forget, or adjout a table to take in:
	 * rib_forget_some(), adjout_fill_some().
	 */
	void (*routes_due)(void *arg);
	/* Somebody has come from a prefix: peers_refresh(), from within. */
	void (*came)(void *arg);
	/* Filters are of another AS number than a session: peers_refresh() is due. */
	void (*refresh_due)(void *arg);
	/* Something that people look at has changed. */
	void (*changed)(void *arg);
	/* … of which a session's state or last error. May be NULL. */
	void (*session)(void *arg, const char *peer, const struct session *);
	/*
	 * Its session is up; down, with routes that stay or not. NULL, both, where
	 * nobody wants to know.
	 */
	void (*up)(void *arg, const struct view_peer *);
	void (*down)(void *arg, uint32_t source, const struct session_error *);
	/* The peer is blocked on this node, or (NULL) no longer. */
	void (*blocked)(void *arg, const char *peer, const char *why);
	/* The BGPPeer is refused wherever it is used, or (NULL) it says so wrongly. */
	void (*judged)(void *arg, const struct bgp_peer *, const char *why);
	/* Of that, what has not been written need not be. */
	void (*recanted)(void *arg, const char *peer, const char *why);
	/* The peer has been told all of the first state, End-of-RIB and all. */
	void (*told)(void *arg);
	/* group_key.audience of the sessions of a BGPPeer. NULL: all have the same. */
	uint32_t (*audience)(void *arg, const char *bgp_peer);
	/* Who is behind that interface. NULL: nobody can tell. */
	struct router_found (*router)(void *arg, const char *interface);
	/*
	 * The node's default gateways, by family; borrowed until peers_refresh() is
	 * over. NULL: nobody can tell.
	 */
	const struct neighbor_gateway *(*gateways)(void *arg);
	/*
	 * Its BFD was Up and is Down, since why; NULL: it is Up again. object: the
	 * BGPPeer that it is of, NULL: none.
	 */
	void (*bfd_changed)(
	    void *arg, const char *peer, const char *object, const char *why);
};

struct peers_env { /* borrowed for good */
	const struct store *store;
	struct neighbor_kinds kinds; /* rows of its table */
	size_t kind_secret, kind_filter;
	struct rib *rib;
	struct adjout *adjout;
	struct rng *rng;
	const struct clock *clock;
	const struct session_port *tcp; /* NULL: no session comes up */
	const struct bfd_port *bfd;     /* NULL: nobody watches */
	bool preserved; /* what the node forwards by, since the run before */
};

/* What all peers of the node have in common. */
struct peers_shared {
	struct peers_env env;
	struct filters *filters; /* owned by peers.c */
	const struct peers_ops *ops;
	void *arg;
	struct addr node_ips[FAMILIES]; /* to be next hops */
	uint32_t spread;                /* of the node, below RESET_SPREAD */
	/* The rib is over its budget: somebody is to go. */
	void (*crowded)(struct peers *);
	/* The peer's source is another from now on. */
	uint32_t (*other_source)(struct peers *, uint32_t was);
	struct peers *peers; /* their argument */
};

/* Tells the BGPPeer what it is to be told of itself, as peer_verdict_step() has it. */
void peers_judge(const struct peers_shared *, struct peer_verdict *,
    const struct bgp_peer *object, const char *fault, bool here);

struct peer;

/* source: of its routes in the rib; bfd: the id that its BFD session may have. */
struct peer *peer_new(const struct peers_shared *,
    const struct session_config *, uint32_t source, uint32_t bfd);
void peer_free(struct peer *);              /* no message goes out */
const char *peer_name(const struct peer *); /* borrowed */
/* It is another BGPPeer's, of the same address; the session goes on. */
void peer_rename(struct peer *, const char *name);
/* The BGPPeer that it is of, which it may be made of. */
void peer_set_origin(struct peer *, const struct bgp_peer *);
bool peer_is_at(const struct peer *, const struct bgp_peer *);
/* What its BGPPeer said of where it is; no address with spec.interface. */
struct scoped_addr peer_place(const struct peer *, uint16_t *port);
/* Would anything be lost with it: a session that is up, routes that are kept? */
bool peer_has_something(const struct peer *);
uint32_t peer_source(const struct peer *);

/* The port finds sessions by address, so of two with one address it knows one. */
void peer_attach(struct peer *);
void peer_detach(struct peer *);
bool peer_is_attached(const struct peer *);

/* What the BGPPeer says; borrowed from both. */
struct session_config
peer_config(const struct bgp_peer *, const struct peering *);
void peer_reconfigure(
    struct peer *, const struct session_config *, enum peering_state);
/* What applies to a session that is up without touching it. */
void peer_apply(struct peer *, const struct bgp_peer *);
/* peers_ops.audience() says something else of it. */
void peer_regroup(struct peer *);
/*
 * Its filters, as of these objects, for what peer_apply() does next. False and err:
 * they are not to be had. Then those before stay, if there are any
 * (peer_has_filters()).
 */
bool peer_find_filters(struct peer *, const struct filter_objects *,
    const struct filter_peer *, struct err *);
bool peer_has_filters(const struct peer *);
/* Starts, stops or blocks the session. */
void peer_run(struct peer *, const struct peering *, const struct bgp_peer *);
/* It has no session, keeps nothing of one, and is not kept from having one. */
bool peer_is_idle(const struct peer *);
/* Does it have a session with whoever is behind that interface? */
bool peer_uses(const struct peer *, const char *interface);
/* The interface of its link-local address, borrowed; NULL: it has another one. */
const char *peer_zone(const struct peer *);
/* The node's address of IPv6 is not on the link of the session. */
void peer_set_off_link(struct peer *, bool);
void peer_set_blocked(struct peer *, const char *why); /* NULL: it is not */
bool peer_is_blocked(const struct peer *);
/* "": there is none; of_password: that is what it is about. */
void peer_set_doubt(struct peer *, const char *text, bool of_password);
/*
 * Tells the BGPPeer when what it says of itself is not so; once, until it is another
 * version of it that says so.
 */
void peer_judge(struct peer *, const struct peering *, const struct bgp_peer *);

/* News of the BFD session that has this id. */
bool peer_has_bfd(const struct peer *, uint32_t id);
void peer_bfd(struct peer *, const struct bfd_news *);

/* No session any more; it is told why: the subcode of Cease, a text or NULL. */
void peer_stop(struct peer *, uint8_t subcode, const char *text);
/* … for good, as session_part(). */
void peer_part(struct peer *, const char *text);
bool peer_is_parting(const struct peer *);
/* … for a restart, with Cease 6/2 and the text only where it would not wait for us. */
void peer_leave(struct peer *, const char *text);
bool peer_waits(const struct peer *); /* would it? */
/* That comes as the last thing; to be seen its session is over from now on. */
void peer_set_leaving(struct peer *);
/* It gives way to others in the rib, for a while. False: it is down as it is. */
bool peer_give_way(struct peer *);
/* Resets it when that is due. Returns when it will be, or 0. */
uint64_t peer_tick(struct peer *);
/* Is meant to be up, and has not been told all of the first state. */
bool peer_is_behind(const struct peer *);
/* Is meant to be up; whoever comes from a prefix, while it is there. */
bool peer_is_wanted(const struct peer *);
/* Is up, and has been told all of the first state. */
bool peer_is_told(const struct peer *);
bool peer_is_of_mesh(const struct peer *); /* no BGPPeer says that it is one */
/* By RFC 4724 4.1 has yet to say all that it has. */
bool peer_is_awaited(const struct peer *);
/* Is nobody yet, until somebody is found on its link or as its gateway. */
bool peer_is_sought(const struct peer *);
/*
 * Is up, keeps our routes over a restart, and has had no End-of-RIB in this session. If
 * that ends now it drops what it keeps of us still from before (RFC 4724 4.2).
 */
bool peer_is_owed(const struct peer *);
/* ms: it may keep until then what it was told, if its session ends now or is down. */
uint64_t peer_would_keep_until(const struct peer *);
uint64_t peer_kept_until(const struct peer *); /* session_kept_until() */
struct view_peer peer_view(const struct peer *);
#endif
