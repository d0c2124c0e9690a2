/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot_io - a mark that outlives the process but not the boot: what the node forwards
 * by stands as the process before us, in this network namespace, has left it.
 *
 * A file in /run/lbbgp with the kernel's boot id in it and, below it, when that process
 * ended. It is opened at the start, as whoever we are then.
 */
#ifndef BGPD_BOOT_IO_H
#define BGPD_BOOT_IO_H

#include <stdbool.h>
#include <stdint.h>

struct boot_io;

/*
 * root: where /proc is, "" but in tests. Where the mark can't be kept that is logged,
 * and nothing is ever taken for preserved.
 */
struct boot_io *boot_io_new(const char *root, const char *directory);
void boot_io_free(struct boot_io *);
/* Did the mark of this boot stand when we came? */
bool boot_io_preserved(const struct boot_io *);
/*
 * For how long nobody was there, in ms; 0: not known, as the one before did not end by
 * itself, or there was none.
 */
uint64_t boot_io_away(const struct boot_io *);
/* It stands from now on; or no longer. */
void boot_io_set(struct boot_io *, bool stands);
/* We end and are to be back: where the mark stands, it says when that was. */
void boot_io_ended(struct boot_io *);
#endif
