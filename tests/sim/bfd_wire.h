/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_wire - packets of BFD between hosts of a virtual network: they take their time,
 * stay in order, and go where TCP's segments go, cuts and losses included.
 */
#ifndef TESTS_SIM_BFD_WIRE_H
#define TESTS_SIM_BFD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/bfd.h"
#include "common/prefix.h"

struct bfd_wire; /* private to bfd_wire.c */
struct vhost;
struct world;

struct bfd_datagram {
	struct addr from, to;
	bool multihop;
	uint8_t ttl;     /* with which it arrives */
	uint64_t number; /* of all from there to here; 0: it is of a stranger */
	uint8_t bytes[BFD_LENGTH];
	size_t n;
};

typedef void bfd_wire_hear(void *arg, const struct bfd_datagram *);

struct bfd_wire *bfd_wire_new(struct world *);
void bfd_wire_free(struct bfd_wire *);
/* hear() is for what comes to any address of that host; for good. */
void bfd_wire_join(
    struct bfd_wire *, const struct vhost *, bfd_wire_hear *, void *arg);
/* The arg of whoever has that address; NULL: nobody. */
void *bfd_wire_at(const struct bfd_wire *, const struct addr *);
void bfd_wire_send(
    struct bfd_wire *, const struct vhost *from, const struct bfd_datagram *);
#endif
