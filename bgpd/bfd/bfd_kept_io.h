/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_kept_io - a file that tells the next run of the daemon where BFD sessions stand.
 */
#ifndef BGPD_BFD_BFD_KEPT_IO_H
#define BGPD_BFD_BFD_KEPT_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/bfd/bfd_port.h"

struct err;

/* The descriptor, or -1 and err. path: NULL: there is no telling which, errno. */
int bfd_kept_open(const char *path, struct err *);
/* There is no next run; where the file has to stay it says nothing, at least. */
bool bfd_kept_remove(int fd, const char *path);
/*
 * What was written less than BFD_HOLD ago, owned, NULL when there is nothing; once: it
 * is taken out. now: us, monotonic.
 */
struct bfd_kept *bfd_kept_take(int fd, size_t *n, uint64_t now);
bool bfd_kept_write(int fd, const struct bfd_kept *, size_t n, uint64_t now);
#endif
