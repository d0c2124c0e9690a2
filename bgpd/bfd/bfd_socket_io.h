/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_socket_io - the sockets of BFD: one for each session to send by, and one for each
 * family and kind to hear by (RFC 5881 4, 5883 5).
 */
#ifndef BGPD_BFD_BFD_SOCKET_IO_H
#define BGPD_BFD_BFD_SOCKET_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct bfd_config;
struct bfd_from;
struct err;
struct rng;

#define BFD_SINGLE_HOP 3784
#define BFD_MULTIHOP 4784

/*
 * Connected, so that the kernel chooses the source where none is given. source: the
 * port that the session had, if that is free, and then the one that it has; 0: none so
 * far. scope: the index of the interface of a link-local address, else 0. -1 and err:
 * it can't be now.
 */
int bfd_socket_send(const struct bfd_config *, struct rng *, uint16_t *source,
    int *scope, struct err *);
/* Has an interface of the node an address of a subnet with this one? */
bool bfd_socket_is_near(const struct addr *);
/* -1 and err: as a rule somebody else has the port. */
int bfd_socket_hear(enum family, bool multihop, struct err *);

#define BFD_BATCH 32 /* packets that are read at once */

struct bfd_batch; /* room for them */

struct bfd_batch *bfd_batch_new(void);
void bfd_batch_free(struct bfd_batch *);
/* What is there, without waiting. Returns how many. */
size_t bfd_batch_read(struct bfd_batch *, int fd);
/* The bytes of one, borrowed until the next read; from but for multihop. */
const uint8_t *
bfd_batch_at(struct bfd_batch *, size_t i, size_t *n, struct bfd_from *from);
#endif
