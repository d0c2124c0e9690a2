/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene - a virtual cluster: nodes, routers, an intruder, the objects, and what the
 * people who look after it want just now.
 *
 * BGPPeer "r<j>" is about one of the routers, which one can change; its password is in
 * Secret "s<j>". Routers follow what is written there after a while, as people do.
 */
#ifndef TESTS_SIM_SCENE_H
#define TESTS_SIM_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/rng.h"
#include "tests/sim/meshes.h"
#include "tests/sim/policies.h"
#include "tests/sim/router.h"
#include "tests/sim/taught.h"

enum {
	NODES = 6,
	USUAL_NODES = 3, /* where they are no peers of each other */
	ROUTERS = 3,
	SERVICES = 8,
	PASSWORDS = 4,       /* 0 is none */
	FOR_LONG_MOST = 400, /* s */
};

struct allocators;
struct bfd_wire;
struct daemon;
struct etcd;
struct plane;
struct vhost;
struct vsock;
struct vtcp;
struct world;

enum watch { /* BFD, as a BGPPeer asks for it */
	WATCH_NONE,
	WATCH_50, /* three packets of 50 ms */
	WATCH_300,
	WATCH_STRICT, /* as the one before; BGP waits for it */
	WATCHES
};

struct wish {                              /* a BGPPeer */
	unsigned router;                   /* whose address it has */
	unsigned password;                 /* 0: none */
	unsigned hold_time, connect_retry; /* s */
	bool near;                         /* ttlSecurity */
	enum watch watch;
	bool shut, rival, no_secret, gone, wrong_as;
	struct naming filters;
};

struct history {
	struct world *w;
	struct vtcp *net;
	struct etcd *etcd;
	struct plane *plane;
	struct bfd_wire *bfd; /* NULL: nobody has it */
	struct allocators *allocators;
	struct daemon *nodes[NODES];
	struct router *routers[ROUTERS];
	unsigned n_nodes, n_routers;
	bool planned;
	bool wide;     /* addresses are announced by aggregates */
	bool weighted; /* and by the endpoints of nodes */
	unsigned restart_time, drain_wait; /* s */
	bool notification;                 /* RFC 8538 is on */
	unsigned long_lived;               /* s, of RFC 9494; 0: it is off */
	bool racks;  /* each router uses the nodes of its own, fabric.h */
	bool second; /* sessions over IPv4 are from the node's second address */
	struct wish peers[ROUTERS];
	bool filtered;         /* there are BGPFilters */
	struct naming filters; /* of the BGPConfiguration */
	char rules[FILTERS][POLICY_RULES_TEXT];
	bool missing[FILTERS];
	struct mesh mesh;
	unsigned max_announcers; /* of prefixes of Services; 0: all nodes are */
	uint32_t ready;          /* daemons, as Kubernetes has it */
	bool teaches;            /* routers do */
	bool learns, learns_default; /* nodes take it, at present */
	uint32_t taught[ROUTERS];    /* taught.h */
	bool link_down[NODES][TAUGHT_LINKS];
	uint32_t taken[NODES]; /* of taught.h, by others' routes */
	struct taught_run runs[NODES];
	uint64_t own_seen[NODES], own_since[NODES]; /* taught_judge()'s own */
	uint32_t asn[ROUTERS];                      /* of the routers */
	bool waits[ROUTERS];        /* nodes don't dial that one */
	bool drained[NODES];        /* they are to be */
	uint64_t past_until[NODES]; /* ms: its source has shown the past */
	struct vhost *intruder;
	struct vsock *intrusion; /* NULL: none is under way */
	struct rng rng;          /* of the step under way */
	unsigned troubles;       /* with the network, ever */
	uint64_t
	    stopped[NODES]; /* since when, ms; 0: it runs, or was not told to */
	bool had_session[NODES][ROUTERS]; /* … then, and so can be told of it */
	/* Since when one side has a connection that the other has not; 0: no. */
	uint64_t lonely[NODES][ROUTERS][2];
	uint64_t lonely_one[NODES][ROUTERS][2]; /* which connection */
	uint64_t compared[NODES][ROUTERS]; /* the last connection that was */
	uint64_t strict[NODES][ROUTERS];   /* the last that was asked for BFD */
	bool at_rest;                      /* no session may end any more */
};

/*
 * planned: routers know of graceful restarts, nothing is wrong, and nothing may be
 * lost.
 */
struct history *scene_new(uint64_t seed, bool aloud, bool planned);
void scene_free(struct history *);

/* Writes them anew; what has changed is heard of. */
void scene_put_node(struct history *, unsigned nth);
void scene_put_configuration(struct history *);
void scene_put_reflectors(struct history *); /* the BGPPeer, and the Nodes */
unsigned scene_drain_wait(struct history *); /* s */
unsigned scene_long_lived(struct history *); /* s, any but 0 */
/* The router teaches these from now on, those that it can. */
void scene_teach(struct history *, unsigned router, uint32_t set);
void scene_put_group(struct history *); /* the ServiceGroup */
void scene_put_filter(struct history *, unsigned nth);
void scene_put_peer(struct history *, unsigned nth);
void scene_put_secret(struct history *, unsigned nth);
/* policy "Cluster" or "Local"; endpoints: bits of nodes. */
void scene_put_service(
    struct history *, unsigned nth, const char *policy, unsigned endpoints);
void scene_drop_service(struct history *, unsigned nth);
/* People adapt the routers, soon. */
void scene_adapt_routers(struct history *);
/* The password that a router is to have by now; NULL: none. */
const char *scene_password(const struct history *, unsigned router);
/* All faults are over, and everything runs. */
void scene_heal(struct history *);
unsigned
scene_router_octet(unsigned nth); /* its number, and in its addresses */
const struct addr *scene_router_addr(const struct history *, unsigned nth);
/* policies_told() of that one; all and no words where nothing is filtered. */
bool scene_told(const struct history *, unsigned router, uint64_t *takes,
    struct words words[64]);
#endif
