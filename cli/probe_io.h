/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_io - sends packets to peers, to see what comes back: a connection, where there
 * is no session, and datagrams of full size.
 */
#ifndef CLI_PROBE_IO_H
#define CLI_PROBE_IO_H

#include <stddef.h>

struct doctor_probe;

/* Fills in what came of it. Takes some seconds where nothing does. */
void probe_peers(struct doctor_probe *, size_t n);
#endif
