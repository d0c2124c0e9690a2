/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_thread_io - the thread that sends and hears for BFD, and the lock that it shares
 * with the loop's.
 */
#ifndef BGPD_BFD_BFD_THREAD_IO_H
#define BGPD_BFD_BFD_THREAD_IO_H

#include <stdbool.h>
#include <stdint.h>

struct bfd;
struct bfd_config;
struct bfd_thread;
struct bfd_totals;
struct err;
struct sender;

/*
 * seed: of struct bfd. The thread wants to be served before others (SCHED_RR). NULL and
 * err: there is none.
 */
struct bfd_thread *bfd_thread_new(uint64_t seed, struct err *);
void bfd_thread_free(struct bfd_thread *);      /* also NULL */
void bfd_thread_lock_down(struct bfd_thread *); /* gives up its rights */
uint64_t bfd_thread_now(void);                  /* us, monotonic */

/* The sessions, the caller's until it unlocks. Nothing long may be done with them. */
struct bfd *bfd_thread_lock(struct bfd_thread *);
void bfd_thread_unlock(struct bfd_thread *);
/* Something else is due now. */
void bfd_thread_wake(struct bfd_thread *);
/* Readable when bfd_take() has news: then quiet() comes before that. */
int bfd_thread_told(const struct bfd_thread *);
void bfd_thread_quiet(int fd);

/* By what a session sends, for bfd_link(), which owns it then. Owns fd. */
struct sender *bfd_thread_sender(int fd);
/* The session sends by this from now on, -1: there is no way to send. Owns fd. */
void bfd_thread_link(struct bfd_thread *, uint32_t id, int fd, int scope);
/* errno of what it sent last; 0: it went out, below 0: nothing was sent so far. */
int bfd_thread_failed(struct bfd_thread *, uint32_t id);

/* Of the sockets that packets are heard by the one for this session, as a bit. */
unsigned bfd_thread_hearer(const struct bfd_config *);
/* Opens it; false: err. */
bool
bfd_thread_hear(struct bfd_thread *, const struct bfd_config *, struct err *);
/* Closes all others. */
void bfd_thread_hear_only(struct bfd_thread *, unsigned hearers);

/* Why it has no real-time priority, borrowed; NULL: it has. */
const char *bfd_thread_slow(const struct bfd_thread *);
/* All of the totals. */
void bfd_thread_count(struct bfd_thread *, struct bfd_totals *);
#endif
