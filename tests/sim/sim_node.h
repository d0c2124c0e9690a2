/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_node - a whole node daemon on a virtual clock, with scripted peers and a source
 * in memory.
 *
 * Objects are YAML, several with "---" between. What the daemon writes is laid over
 * them and comes back as an event, as from a real source. All ends in sim_teardown().
 */
#ifndef TESTS_SIM_SIM_NODE_H
#define TESTS_SIM_SIM_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/bgpd.h"
#include "bgpd/bmp/stations.h"
#include "bgpd/fib/gateways_port.h"
#include "bgpd/health/health_port.h"
#include "bgpd/kernel/addresses_port.h"
#include "bgpd/kernel/guard_port.h"
#include "tests/fake/fake_fib.h"
#include "bgpd/link/link_port.h"
#include "bgpd/session/listeners.h"
#include "bgpd/session/session_port.h"
#include "common/clock.h"
#include "tests/fake/fake_peer.h"

#define SIM_PEERS 8
#define SIM_LOG 65536
#define SIM_ADDRS 16
#define SIM_PORTS 4096

struct json_t;
struct sim_write;

struct sim {
	struct bgpd *bgpd;               /* owned */
	struct source *source;           /* owned */
	struct json_t *objects;          /* owned; "kind/ns/name": object */
	struct fake_peer *at[SIM_PEERS]; /* of all sessions so far */
	size_t n;
	uint64_t now, tick_at;
	struct clock clock; /* of now */
	struct session_port tcp;
	struct guard_port guard;
	struct fake_fib kernel; /* its links and routes */
	struct health_port health;
	struct gateways_port gateways;
	bool gateways_wanted; /* somebody wants to know them */
	struct link_port link;
	struct addresses_port addresses;
	struct bfd_port bfd;
	struct stations_port stations;
	struct bfd_view
	    watched;      /* the last session that was set; not known: gone */
	bool slow;        /* BFD has no real-time priority */
	unsigned resumed; /* how often BFD was told that all is set */
	struct peer_listen listen; /* its addresses: listen_at */
	struct scoped_addr listen_at[SIM_ADDRS];
	struct guard *lent; /* to the guard's port; NULL: not yet */
	size_t guarded;     /* CIDRs in the loop guard */
	struct addresses *lent_addresses; /* as lent */
	char url[256];                    /* last asked; "": nobody */
	uint32_t asked;                   /* the id of that question */
	bool unsent;           /* last messages of sessions don't get out */
	bool unsettled;        /* the kernel has not answered */
	unsigned stopped;      /* how often it was told */
	bool stands;           /* as bgpd_ops.stands said last */
	char ports[SIM_PORTS]; /* all that they were asked: "attach a\n" */
	/*
	 * … of the links, but for hellos: "listen 2\n", "announce 192.0.2.9\n",
	 * "vrrp 100\n".
	 */
	char links[SIM_PORTS];
	uint8_t hello[1514]; /* the frame of the last one that was sent */
	size_t n_hello;
	unsigned router_adverts;      /* RFC 4861 4.2: sent so far */
	struct sim_write *unanswered; /* owned; the source's */
	bool away;                    /* the source answers nothing */
	const char *cluster;          /* whose it is; NULL: "" */
	const char *ill[16];          /* why kinds are not followed, by row */
	const char *all_ill;          /* … why none is; NULL: some are */
	unsigned statuses;            /* BGPNodeStatus written */
	unsigned conditions;          /* patches of other objects' status */
	unsigned node_writes;         /* … of the Node */
	const char *node_refuses;     /* … are refused for that; NULL: not */
	unsigned events;
	char told[SIM_PORTS]; /* … of them: "shop AddressHeld: node …\n" */
	uint64_t version;     /* last resourceVersion */
};

/*
 * node1 at 192.0.2.1, AS 65001, the peer "a" at 192.0.2.2 in AS 65002; of a DaemonSet
 * that is there.
 */
struct sim *sim_new(void);            /* nothing is listed yet */
struct sim *sim_new_on_cluster(void); /* the same, from an API server */
/* The same; the kernel is as a run before left it, which ended so many ms ago. */
struct sim *sim_new_behind(uint64_t away);
struct sim *sim_new_on_cluster_behind(uint64_t away); /* both */
/* The same, of another lbbgp, borrowed for good, that is in the namespace "other". */
struct sim *sim_new_of(const struct instance *);
struct sim *sim_started(void);
struct sim *sim_with(const char *yaml); /* and these objects; all is listed */
int sim_teardown(void **state);

void sim_put(struct sim *, const char *yaml);
void sim_drop(struct sim *, const char *kind, const char *name);
void sim_list(struct sim *, const char *kind); /* all that there are now */
void sim_list_all(struct sim *);
void sim_settle(struct sim *); /* what is due now happens */
void sim_sleep(struct sim *, unsigned ms);

/* The peer of that BGPPeer; its tcp is the newest. NULL: there is none. */
struct fake_peer *sim_peer(struct sim *, const char *name);
/* Our dial comes through and all is agreed; what was said is forgotten. */
struct fake_peer *sim_establish(struct sim *, const char *name);
bool sim_is_up(struct sim *, const char *name);

/* eth0, of index SIM_LINK, with the node's addresses, is up. */
#define SIM_LINK 2
void sim_link_up(struct sim *);
/* … and then it has no socket: link_io tells of it as of one that is down. */
void sim_link_unheard(struct sim *);
/* Has the interface the address, by us? */
bool sim_has(const struct sim *, const char *interface, const char *prefix);

/* The state of the BFD session that was set last is another now. */
void sim_bfd(struct sim *, enum bfd_state, bool admin);

/* Whoever was asked last answers. */
void sim_answer(struct sim *, bool good);

/* The message of a standing condition, or "". */
const char *sim_condition(struct sim *, const char *type);
/* Is it in the BGPNodeStatus as it is written, whether or not somebody asks? */
bool sim_has_written(const struct sim *, const char *type);
/* "False: why" of the object's own condition Accepted, or "". */
const char *
sim_accepted(const struct sim *, const char *kind, const char *name);
/* Where it is to listen, in the order they were asked for: "10.0.0.1 fd00::1". */
const char *sim_listens(const struct sim *);
/* Has a line with this text been logged since the start? */
bool sim_logged(const char *text);
#endif
