/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_io - lines of the log that never wait for who reads them.
 *
 * A pipe that nobody empties (a stuck container runtime, a terminal on hold) must not
 * stop a daemon whose sessions live on being in time. What can't be written at once is
 * lost; log.h counts it.
 */
#ifndef COMMON_LOG_IO_H
#define COMMON_LOG_IO_H

struct log_io;

/*
 * From here on log.h writes to the descriptor, which is borrowed, in this way. To be
 * called before root is given up: a pipe is opened anew, so that others who have it
 * still write to it as before.
 */
struct log_io *log_io_new(int fd);
void log_io_free(struct log_io *); /* log.h writes to standard error again */
#endif
