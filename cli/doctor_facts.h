/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_facts - what can be seen on a node: what its daemon says, what the kernel has,
 * and what came of packets to its peers.
 *
 * doctor_io.c gathers them, the checks of doctor.c and doctor_kernel.c judge them.
 */
#ifndef CLI_DOCTOR_FACTS_H
#define CLI_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"
#include "common/prefix.h"

#define FACT_UNSEEN (-1) /* of a number that could not be read */

struct doctor_link {
	char name[16];
	int mtu;       /* bytes */
	int rp_filter; /* 0, 1 (strict), 2 (loose): conf/NAME/rp_filter */
	bool up;
	bool leads_out; /* a default route goes by it */
};

/* Of IPv4. */
struct doctor_route {
	struct prefix to;
	char link[16];
	int metric;
};

/* Who listens on the port that the daemon wants, 179. */
struct doctor_listener {
	bool seen;        /* the kernel's table could be read */
	bool any;         /* somebody listens */
	char program[16]; /* its name; "": it is in another container */
};

enum doctor_way {   /* packets of full size to a peer */
	WAY_UNSEEN, /* it does not answer small ones either */
	WAY_WHOLE,  /* pass */
	WAY_NARROW, /* are too large, says somebody on the way */
	WAY_SILENT, /* vanish */
};

/* A peer that was sent packets, and what came of it. */
struct doctor_probe {
	const char *name, *address, *local; /* borrowed; local may be "" */
	int port;
	bool up; /* its session is; no connection was tried then */
	int tcp; /* errno of the connection; 0: it was made */
	enum doctor_way way;
	int mtu,
	    narrow; /* bytes of the packets; those that pass, of WAY_NARROW */
};

/* All borrowed. Numbers are as the kernel has them, or FACT_UNSEEN. */
struct doctor_facts {
	const char *version; /* of this program */
	const char *silence; /* why the daemon doesn't answer; NULL: it has */
	/* Its replies to "status" and "neighbors"; NULL with silence. */
	const struct json_at *status, *neighbors;
	struct doctor_listener listener;
	int forward_v4, forward_v6, disable_v6;
	int rp_filter;                 /* conf/all */
	int arp_ignore;                /* the same */
	int64_t tracked, tracked_most; /* connections (conntrack) */
	const struct doctor_link *links;
	size_t n_links;
	const struct doctor_route *routes; /* those that lead somewhere */
	size_t n_routes;
	const char *const
	    *programs; /* that run here, each once, ended by NULL */
	bool sees_all; /* … on the whole node, not in this container alone */
	bool probed;   /* that was asked for; else there are no probes */
	const struct doctor_probe *probes;
	size_t n_probes;
};

/* A text of a reply; "": there is none, or no reply (NULL). */
const char *doctor_text(const struct json_at *, const char *field);
/* The items of a list; none where there is none. */
struct json_at doctor_list(const struct json_at *, const char *field);
#endif
