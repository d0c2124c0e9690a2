/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_lock_io - one daemon a network namespace keeps the loop guard.
 *
 * A file in /run/lbbgp named by the inode of the namespace, since /run is shared by
 * namespaces, and a lock on it, which ends with the process. Who holds it removes the
 * file in the end, if it may; who waited for that one makes another.
 */
#ifndef BGPD_KERNEL_GUARD_LOCK_IO_H
#define BGPD_KERNEL_GUARD_LOCK_IO_H

#include <stdbool.h>

struct err;
struct guard_lock;

/* who: what a second one is told about us. */
struct guard_lock *guard_lock_new(const char *directory, const char *who);
void guard_lock_free(struct guard_lock *);
/*
 * false and err: another daemon has it. Without a file there is no lock: that is
 * logged, and the guard is kept.
 */
bool guard_lock_take(struct guard_lock *, struct err *);
#endif
