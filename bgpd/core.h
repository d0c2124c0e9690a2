/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core - struct bgpd from inside, for the files that do what bgpd.h says.
 */
#ifndef BGPD_CORE_H
#define BGPD_CORE_H

#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/drain.h"
#include "bgpd/health/health.h"
#include "bgpd/jobs.h"
#include "bgpd/rib/rib.h"
#include "bgpd/state/state_header.h"
#include "bgpd/status/readiness.h"
#include "bgpd/status/standing.h"
#include "bgpd/status/writes.h"
#include "common/api/meta.h"
#include "common/rng.h"
#include "common/source/store.h"

/* Rows of the table of kinds. */
enum kind {
	KIND_NODE,
	KIND_CONFIGURATION,
	KIND_PEER,
	KIND_SECRET,
	KIND_GROUP,
	KIND_SERVICE,
	KIND_SLICE,
	KIND_BLOCK,
	KIND_SERVICE_CIDR,
	KIND_STATUS,
	KIND_VIRTUAL_IP,
	KIND_FILTER,
	/* Read only where options.daemonset says that we are one. */
	KIND_DAEMONSET,
	KIND_NAMESPACE,
	KINDS
};

/* Rows of the table of jobs. */
enum bgpd_job {
	JOB_GUARD,
	JOB_PEERS,
	JOB_TELLS,
	JOB_HOLDINGS,
	JOB_STATUS, /* behind what it tells of */
	JOB_RESETS,
	JOB_ANNOUNCE,
	JOB_HANDOVER,
	JOB_HEALTH,
	JOB_DRAIN,
	JOB_NODE_READY,
	JOB_BMP,
	JOB_ROUTES,
	JOB_AWAIT,
	JOB_LEARNED, /* behind what they follow from */
	JOB_L2,
	JOB_ROUTERS,
	JOB_VRRP,
	JOB_VIPS,
	JOB_VIP_STATUS,
	JOB_ADDRESSES, /* behind what asks for them */
	JOB_RECALL,
	JOB_STALE,
	JOB_STATE,
	JOB_LAST_WORDS, /* a restart waits for them */
	JOB_STOP,       /* beside it nothing is due */
	JOBS
};

struct bgp_configuration;
struct holdings;
struct l2_view;
struct monitor;
struct lan_ops;
struct lan_want;
struct node;
struct prefix;
struct router_found;
struct session;
struct session_error;
struct state_log;
struct state_port;
struct state_recall;
struct status;
struct tells;

struct fib;

struct deaf {
	struct scoped_addr at; /* as in struct peer_listen */
	char *why;             /* owned */
};

/* What outlives the process, and what counts while there is no API server. */
struct last_state {
	const struct state_port *port; /* NULL: nothing is kept, … */
	char *unkept;                  /* owned; … for this reason, or NULL */
	char *cluster;                 /* owned; in the header */
	struct state_header header;
	struct state_log *log;       /* owned */
	struct state_recall *recall; /* owned; NULL: none is under way */
	uint64_t again_at;           /* after a fault it is kept anew then */
	uint64_t again_wait;         /* ms until then */
	bool to_list[KINDS];         /* … and is complete after these */
	bool missing[KINDS];         /* as the server said last */
	uint64_t suspect; /* since when the API server may be away; 0: no */
	bool stale;       /* that is longer than spec.staleAfter */
};

/* What our Node says of us, and the write of that which has no answer yet. */
struct node_ready {
	struct readiness readiness;
	enum readiness_write writing;
	bool status;         /* … that the condition is to say, */
	char *message, *uid; /* owned; … with this message, in this Node */
	unsigned unanswered; /* writes; above 1 only at the end */
	char *unwritten;     /* owned; why the last one was refused, or NULL */
};

struct bgpd {
	struct bgpd_options options;
	struct bgpd_ports ports;
	const struct bgpd_ops *ops;
	void *arg;
	struct rng rng;
	struct store *store;       /* owned */
	size_t n_kinds;            /* in it: the first rows of the table */
	struct source *source;     /* borrowed */
	struct announce *announce; /* owned */
	struct path_table *paths;  /* owned */
	struct rib *rib;           /* owned */
	struct adjout *adjout;     /* owned */
	struct monitor *monitor;   /* owned */
	struct stations *stations; /* owned; NULL: there is no way to them */
	struct bmp_listener {
		struct rib_listener listener;
		bool listens;
	} best, routes; /* for stations that want the table; what peers sent */
	uint32_t table_asn, table_id; /* as stations know it; 0: not */
	struct peers *peers;          /* owned */
	struct health health;
	char *health_url;    /* owned; NULL: nobody is asked */
	bool asked;          /* … and has not answered */
	struct guard *guard; /* owned */
	bool guarding;       /* … and it is the port's */
	bool unguarding;     /* … to take away, for good */
	struct neighbor_gateway
	    gateways[FAMILIES]; /* default ones, by family */
	struct fib *fib;        /* owned; learned routes */
	bool learning;          /* … and the port's */
	uint64_t held_until;    /* ms: what an earlier run left of them */
	bool awaiting;          /* routes of others are awaited, or were */
	uint64_t await_until;   /* ms; … at most */
	char *uninstalled;      /* owned; why they can't be, or NULL */
	struct addr *own_addrs; /* owned; in the rib's identity */
	struct deaf *deaf;      /* owned; where it does not listen */
	size_t n_deaf;
	char *unguarded;   /* owned; why the guard is not in place */
	struct l2 *l2;     /* owned; NULL: there is no way to the links, */
	struct vrrp *vrrp; /* … nor this one, then, */
	struct routers *routers;     /* … nor this one */
	struct vips *vips;           /* owned */
	struct holdings *holdings;   /* owned; of Services */
	struct addresses *addresses; /* owned; of interfaces */
	bool addresses_cleared;      /* for good: none is wanted any more */
	char *unplaced; /* owned; why not all of them are in place */
	char *unheard;  /* owned; where nobody is heard, and why */
	uint64_t started;
	struct jobs jobs;
	bool listed;            /* every kind has been */
	uint64_t ran_at;        /* when that was */
	struct drain drain;     /* of this node */
	bool drained;           /* … and all peers have been sent that */
	struct drain exclusion; /* of single Services, by the exclude label */
	uint64_t drained_since; /* that this is so, or no longer; 0: ever */
	bool resumed;           /* BFD knows whom of before it has no more */
	bool ready;             /* the first state has been announced */
	bool stands;            /* … to one peer at least */
	enum bgpd_phase phase;
	bool restarting; /* it ends, but not for good, as far as is known */
	uint64_t
	    words_until;  /* a restart waits so long; 0: none is asked for */
	uint64_t stop_at; /* when the end waits no longer */
	struct status *status; /* owned */
	struct tells *tells;   /* owned; what is to be written into resources */
	struct writes writes;  /* … and what has no answer yet */
	/* What the last object says of itself that was refused as a whole. */
	struct conditions bad;
	enum kind bad_kind; /* KINDS: there is none */
	char *bad_name;     /* owned */
	struct node_ready node_ready;
	struct last_state last_state;
	struct daemon_view view;
	struct standing standing;
	bool
	    status_of_other; /* our BGPNodeStatus, and we have not written so */
	bool was_ready;      /* at the last look at the view */
	uint64_t ready_since; /* it is so; 0: from the start on */
};

/* objects.c */
extern const struct store_kind bgpd_kinds[KINDS];
void bgpd_kind_missing(void *arg, size_t kind, bool missing);

/* core.c: all is listed; work that is marked, and done soon after. */
void bgpd_all_listed(void *arg);
/* Into the resource, unless it says so by now; why NULL: it is accepted. */
void bgpd_tell(struct bgpd *, enum kind, const char *name, const struct meta *,
    const char *why);
uint64_t bgpd_now(const struct bgpd *);
void bgpd_mark(struct bgpd *, enum bgpd_job, uint64_t at);
void bgpd_mark_peers(struct bgpd *);
void bgpd_mark_status(struct bgpd *);
void bgpd_mark_handover(struct bgpd *);
void bgpd_mark_guard(struct bgpd *);
void bgpd_mark_health(struct bgpd *);
void bgpd_mark_stop(struct bgpd *); /* and nothing else any more */

/* await.c */
/* Whom we tell of others' routes is told that it was all when others have said all. */
void bgpd_apply_await(struct bgpd *, const struct bgp_configuration *);
uint64_t bgpd_run_await(void *arg, uint64_t now);
/* BFD is told that all peers of the run before are there that come back, once. */
void bgpd_end_resuming(struct bgpd *);

/* data_plane.c */
/* The data plane is asked as the configuration in force says. */
void bgpd_apply_health(struct bgpd *);
uint64_t bgpd_run_health(void *arg, uint64_t now);
void bgpd_hold_end(struct bgpd *); /* End-of-RIB, while more is to come */

/* draining.c */
/* Our Node or the configuration in force is another one; all is listed. */
void bgpd_apply_drain(struct bgpd *);
uint64_t bgpd_run_drain(void *arg, uint64_t now);
void bgpd_view_drain(const struct bgpd *, struct view_drain *);

/*
 * last_state.c: what is known is kept, and recalled when the API server is not there.
 */
extern const struct store_ops bgpd_store_ops; /* arg: the daemon */
void bgpd_keep_missing(struct bgpd *, size_t kind, bool missing);
void bgpd_keep_all(struct bgpd *);     /* everything is listed */
void bgpd_keep_last(struct bgpd *);    /* the program ends */
void bgpd_keep_nothing(struct bgpd *); /* the node is left for good */
/*
 * Is anything in force only because it was recalled? Then nothing is written into
 * resources of that kind: others may have been there since.
 */
bool bgpd_is_recalled(const struct bgpd *);
void bgpd_apply_stale(struct bgpd *); /* spec.staleAfter may be another one */
uint64_t bgpd_run_recall(void *arg, uint64_t now);
uint64_t bgpd_run_stale(void *arg, uint64_t now);
uint64_t bgpd_run_state(void *arg, uint64_t now);
void bgpd_state_conditions(struct bgpd *); /* for bgpd_view() */
void bgpd_last_state_fini(struct bgpd *);

/* learned.c */
void bgpd_learned_init(struct bgpd *);
void bgpd_learned_fini(struct bgpd *); /* before the rib */
void bgpd_mark_learned(struct bgpd *);
/* The configuration in force; NULL: there is none. */
void bgpd_apply_learned(struct bgpd *, const struct bgp_configuration *);
void bgpd_clear_learned(struct bgpd *); /* for good; no job is needed for it */
bool bgpd_learned_is_idle(const struct bgpd *);
void bgpd_learned_conditions(struct bgpd *); /* for bgpd_view() */
uint64_t bgpd_run_learned(void *arg, uint64_t now);

/* gateway.c: for struct peers_ops; arg is the daemon. NULL: nobody can tell. */
void bgpd_gateways_init(struct bgpd *);
const struct neighbor_gateway *bgpd_gateways_known(void *arg);
void
bgpd_apply_gateways(struct bgpd *); /* peers may want them now, or no more */

/* listen.c */
void bgpd_apply_listen(struct bgpd *, const struct node *,
    const struct bgp_configuration *); /* NULL: nowhere */

/*
 * lan.c: what has to do with the node's links, and the roads between its parts.
 *
 *	announce (Services) --\                   /-> link port -> frames
 *	                       +-> l2, vrrp -----+
 *	vips (VirtualIPs) ----/                   \-> who holds what: announce, vips
 *	announce, vips -> addresses -> addresses port -> interfaces
 *	vips -> announce -> BGP
 */
/* For struct announce_ops; arg is the daemon. */
extern const struct lan_ops bgpd_lan_ops;

void bgpd_lan_init(struct bgpd *);
void bgpd_lan_fini(struct bgpd *);
void bgpd_lan_start(struct bgpd *); /* all is listed */
/* The configuration in force, a Secret or our Node is another one. */
void bgpd_lan_configure(struct bgpd *);
void bgpd_lan_node_changed(
    struct bgpd *, const struct node *was, const struct node *is);

/* Others take over what this node holds on its links. For a restart the rest stays. */
void bgpd_lan_stop(struct bgpd *, bool for_good);
/* For good: nothing of ours stays on interfaces. */
void bgpd_lan_leave(struct bgpd *);
/*
 * The router behind an interface; and the interfaces where peers are wanted may be
 * others now. arg: the daemon.
 */
struct router_found bgpd_router(void *arg, const char *interface);
void bgpd_apply_links(struct bgpd *);
/* While it stops no job runs: what is due is done. */
void bgpd_lan_drain(struct bgpd *);
bool bgpd_lan_is_idle(const struct bgpd *); /* nothing is to be waited for */

/* An address is wanted on the links; nothing is done where there is no way to them. */
void bgpd_l2_set(struct bgpd *, const struct lan_want *);
/* Who may hold it is to be asked again; NULL: of any address. arg: the daemon. */
void bgpd_l2_recheck(void *arg, const struct addr *);
/* The interface is to have the address, or need no longer: each time it is told. */
void
bgpd_hold(struct bgpd *, const char *interface, const struct prefix *, bool on);

/*
 * lan_events.c: l2 says this now of an address that Services have; NULL: they want it
 * no more. It becomes an event of theirs, if it is news.
 */
void bgpd_lan_tell(struct bgpd *, const struct addr *, const struct l2_view *);

/* lan_vips.c */
struct vips *bgpd_vips_new(struct bgpd *);
void bgpd_announce_vips(struct bgpd *); /* communities may be others now */

/* Rows of the table of jobs. */
uint64_t bgpd_run_holdings(void *arg, uint64_t now);
uint64_t bgpd_run_l2(void *arg, uint64_t now);
uint64_t bgpd_run_vrrp(void *arg, uint64_t now);
uint64_t bgpd_run_routers(void *arg, uint64_t now);
uint64_t bgpd_run_vips(void *arg, uint64_t now);
uint64_t bgpd_run_vip_status(void *arg, uint64_t now);
uint64_t bgpd_run_addresses(void *arg, uint64_t now);

/* bfd_conditions.c, for conditions.c; the view is filled. */
void bgpd_bfd_conditions(struct bgpd *);
/* peer_conditions.c, the same. */
void bgpd_peer_conditions(struct bgpd *);

/* bmp_feed.c: what happens, for BMP stations. */
void bgpd_bmp_init(struct bgpd *); /* the rib is there */
void bgpd_bmp_fini(struct bgpd *);
/* The configuration in force or our node; NULL: there is none. */
void bgpd_apply_bmp(
    struct bgpd *, const struct node *, const struct bgp_configuration *);
void bgpd_bmp_up(void *arg, const struct view_peer *);
void bgpd_bmp_down(void *arg, uint32_t source, const struct session_error *);
uint64_t bgpd_run_bmp(void *arg, uint64_t now);

/* watch.c */
void bgpd_watch_init(struct bgpd *); /* the rib is there */
void bgpd_watch_session(void *arg, const char *peer, const struct session *);

/* node_ready.c: spec.nodeReadiness */
void bgpd_node_ready_init(struct bgpd *);
void bgpd_node_ready_fini(struct bgpd *);
void bgpd_mark_node_ready(struct bgpd *); /* sessions or our Node changed */
uint64_t bgpd_run_node_ready(void *arg, uint64_t now);
/* Sessions end for good; for_us: since we are uninstalled. */
void bgpd_end_node_ready(struct bgpd *, bool for_us);
bool bgpd_node_ready_is_quiet(const struct bgpd *);
void bgpd_node_ready_conditions(struct bgpd *); /* for bgpd_view() */

/* stop.c */
uint64_t bgpd_run_last_words(void *arg, uint64_t now);
uint64_t bgpd_run_stop(void *arg, uint64_t now);
#endif
