/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_load - many routes for a sim_node: the addresses of 11.0.0.0/8, one after the
 * other.
 */
#ifndef TESTS_SIM_SIM_LOAD_H
#define TESTS_SIM_SIM_LOAD_H

#include <stdint.h>

struct fake_peer;
struct sim;

/* Its peer sends as many from the nth on, and before `end`, as one UPDATE holds. */
uint32_t sim_say_routes(struct fake_peer *, uint32_t nth, uint32_t end);
/* A Local Service has these n as externalIPs. */
void sim_put_bulk(struct sim *, uint32_t nth, uint32_t n);
#endif
