/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port_holder_io - which program listens on a port that we wanted.
 */
#ifndef BGPD_PORT_HOLDER_IO_H
#define BGPD_PORT_HOLDER_IO_H

#include <stdint.h>

struct err;

/*
 * Adds " (bird, pid 123)" to the text, or nothing: other programs' sockets can
 * be seen by root in the same pid namespace only.
 */
void port_holder(uint16_t port, struct err *);
#endif
