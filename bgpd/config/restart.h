/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restart - gracefulRestart of a BGPConfiguration or a BGPPeer: what a node asks its
 * peers to do while a session is gone (RFC 4724, RFC 8538, RFC 9494).
 */
#ifndef BGPD_CONFIG_RESTART_H
#define BGPD_CONFIG_RESTART_H

#include <stdbool.h>
#include <stdint.h>

typedef struct json_t json_t;

struct restart_settings {
	bool enabled;
	uint16_t time;       /* s */
	uint32_t long_lived; /* s; 0: none */
	bool notification;
};

#define RESTART_TIME_DEFAULT 60       /* s */
#define RESTART_TIME_MOST 4095        /* s: 12 bits, RFC 4724 3 */
#define LONG_LIVED_TIME_MOST 16777215 /* s: 24 bits, RFC 9494 3.1 */

/* The table has been applied. obj NULL: the defaults. */
struct restart_settings restart_decode(const json_t *obj);

/* For the tables of both kinds; what: of whom it is, and what is so without it. */
/* clang-format off */
#define RESTART_ROWS(at, what) \
	{ at, FIELD_OBJECT, FIELD_RESETS, \
	  .text = "Graceful restart (RFC 4724): when the daemon ends or is restarted, " \
		  "its peers keep the routes of the node, which forwards on " \
		  "meanwhile, and the node keeps theirs. The peer has to know it, " \
		  "too. " what }, \
	{ at ".enabled", FIELD_BOOL, FIELD_RESETS, .initial = "true", \
	  .text = "Whether it is offered to the peer. Without it routes are withdrawn " \
		  "with the session." }, \
	{ at ".restartTime", FIELD_INT, FIELD_RESETS, \
	  .min = 1, .max = RESTART_TIME_MOST, .initial = "60", \
	  .text = "Seconds that a peer keeps the routes while there is no session: " \
		  "what a restart takes, with the image that may have to be pulled " \
		  "for it. A daemon that is not back by then, or whose node has died " \
		  "with it, costs that long." }, \
	{ at ".longLivedTime", FIELD_INT, FIELD_RESETS, \
	  .max = LONG_LIVED_TIME_MOST, .initial = "0", \
	  .text = "Seconds that a peer keeps the routes behind restartTime, as a last " \
		  "resort if nobody else has better ones (RFC 9494); 0: none." }, \
	{ at ".notification", FIELD_BOOL, FIELD_RESETS, .initial = "false", \
	  .text = "Whether routes stay also when one side ends the session with a " \
		  "NOTIFICATION, as when the hold time is over (RFC 8538). Then what is " \
		  "down for good is said by a Hard Reset. A dead node keeps its traffic " \
		  "for the hold time and restartTime then, unless BFD says so." }
/* clang-format on */

#endif
