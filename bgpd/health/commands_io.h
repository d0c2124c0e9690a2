/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands_io - runs the programs of health checks, in a process beside the daemon.
 *
 * The daemon can start no program once it is locked down, and that stays so: a helper
 * is forked while the daemon has read nothing yet, and gives up root and all
 * capabilities for good. What the helper starts has no more rights than itself, so who
 * gets hold of the daemon gains nothing from it: neither the daemon's capabilities nor
 * its sockets. (To let the daemon itself start programs would take a wider filter of
 * system calls on the process that reads the network's bytes.)
 */
#ifndef BGPD_HEALTH_COMMANDS_IO_H
#define BGPD_HEALTH_COMMANDS_IO_H

#include <stdint.h>

struct commands_io;
struct err;
struct event_base;

/* why NULL: it ended with 0; else what became of it, borrowed for the call. */
typedef void commands_io_answered(void *arg, uint32_t id, const char *why);

/*
 * Forks the helper, before anything is open that it is not to have. user: as in struct
 * lockdown, for the helper and what it starts. NULL and err: it can't be.
 */
struct commands_io *commands_io_new(const char *user, struct err *);
/* Once there is a loop; from here on it may be asked. */
void commands_io_attach(struct commands_io *, struct event_base *,
    commands_io_answered *, void *arg);
/* The helper ends, and all that it has started. */
void commands_io_free(struct commands_io *);

/*
 * argv is ended by NULL, argv[0] a path. It has /dev/null for input and output, an
 * environment of nothing but PATH, and a process group of its own, which is killed
 * after timeout ms, and when it has ended. The id is that of none under way.
 */
void commands_io_ask(
    struct commands_io *, uint32_t id, char *const *argv, unsigned timeout);
void commands_io_forget(struct commands_io *, uint32_t id);
#endif
