/* SPDX-License-Identifier: Apache-2.0 */
/*
 * url_io - asks URLs over HTTP and HTTPS, and whether a TCP connection comes about.
 *
 * Each question has a connection of its own: one that is kept would not tell that
 * nobody is let in any more.
 */
#ifndef BGPD_HEALTH_URL_IO_H
#define BGPD_HEALTH_URL_IO_H

#include <stdint.h>

struct event_base;
struct health_question;
struct url_io;

/*
 * why NULL: the answer is good; else why it is not, borrowed for the call. From within
 * it may be asked and forgotten.
 */
typedef void url_io_answered(void *arg, uint32_t id, const char *why);

struct url_io *url_io_new(struct event_base *, url_io_answered *, void *arg);
void url_io_free(struct url_io *); /* tells nobody */
/* Not a command. The id is that of no question which is under way. */
void url_io_ask(struct url_io *, uint32_t id, const struct health_question *);
void url_io_forget(struct url_io *, uint32_t id);
#endif
