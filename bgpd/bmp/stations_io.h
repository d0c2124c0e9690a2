/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stations_io - TCP connections to BMP stations.
 */
#ifndef BGPD_BMP_STATIONS_IO_H
#define BGPD_BMP_STATIONS_IO_H

struct clock;
struct event_base;
struct stations;
struct stations_io;
struct stations_port;

/* The clock is borrowed for good. */
struct stations_io *stations_io_new(struct event_base *, const struct clock *);
/* Connections end at once. */
void stations_io_free(struct stations_io *);
/* For whom the port is: set before it is used. NULL: nobody any more. */
void stations_io_serve(struct stations_io *, struct stations *);
const struct stations_port *stations_io_port(const struct stations_io *);
#endif
