/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns_lock_io - of several daemons in a network namespace one keeps something in its
 * kernel.
 *
 * A file in /run/lbbgp named by the inode of the namespace, since /run is shared by
 * namespaces, and a lock on it, which ends with the process. Nobody but its owner can
 * open it, since even one who may only read could lock it. Who holds it removes the
 * file in the end, if it may and nobody shares it; who waited for that one makes
 * another.
 */
#ifndef BGPD_RUN_NETNS_LOCK_IO_H
#define BGPD_RUN_NETNS_LOCK_IO_H

#include <stdbool.h>

struct err;
struct netns_lock;

#define NETNS_LOCK_WHO \
	256 /* bytes of what a holder says of itself, with a NUL */

/*
 * name: of the file; what: is kept, for the log, a literal; who: what a second one is
 * told about us.
 */
struct netns_lock *netns_lock_new(
    const char *directory, const char *name, const char *what, const char *who);
void netns_lock_free(struct netns_lock *);
/*
 * false and err: another daemon has it. Without a file there is no lock: that is
 * logged, and the thing is kept.
 */
bool netns_lock_take(struct netns_lock *, struct err *);
/*
 * The same, but those who say the same of themselves have it together: it is theirs
 * until the last of them has ended. Waits for a moment where somebody just takes it.
 */
bool netns_lock_share(struct netns_lock *, struct err *);
/* What its holder said of itself; "": nothing yet. */
void netns_lock_holder(const struct netns_lock *, char who[NETNS_LOCK_WHO]);
#endif
