/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_port - the way to those whose health is asked for. Filled by health_io.c,
 * faked by tests.
 */
#ifndef BGPD_HEALTH_HEALTH_PORT_H
#define BGPD_HEALTH_HEALTH_PORT_H

#include <stdint.h>

struct health_port {
	/*
	 * Asks the URL once, http://HOST[:PORT][/PATH]; the answer bears the id, and
	 * never comes from within the call. A question of the same id is given up.
	 */
	void (*ask)(void *arg, uint32_t id, const char *url);
	/* No answer with that id comes any more. */
	void (*forget)(void *arg, uint32_t id);
	void *arg;
};
#endif
