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

struct bfd_kept_file;
struct err;

/*
 * The file of this network namespace, made if need be, and kept open, since whoever we
 * are later may not open it. NULL and err: it can't be used, or is not ours alone.
 */
struct bfd_kept_file *bfd_kept_open(const char *dir, struct err *);
void bfd_kept_close(struct bfd_kept_file *); /* also NULL */
/* There is no next run; where the file has to stay it says nothing, at least. */
bool bfd_kept_remove(struct bfd_kept_file *, struct err *);
/*
 * What was written less than BFD_HOLD ago in this boot, owned; once: it is taken out.
 * NULL: there is nothing, and err is "", or it is refused, and err says why. now: us,
 * monotonic.
 */
struct bfd_kept *
bfd_kept_take(struct bfd_kept_file *, size_t *n, uint64_t now, struct err *);
bool bfd_kept_write(struct bfd_kept_file *, const struct bfd_kept *, size_t n,
    uint64_t now, struct err *);
#endif
