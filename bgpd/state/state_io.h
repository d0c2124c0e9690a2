/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_io - the last good state's segments as files, below a directory for each node.
 *
 *	DIRECTORY/NODE/former/17    what a later run goes on from
 *	DIRECTORY/NODE/ours/1       what this run writes until all is listed
 */
#ifndef BGPD_STATE_STATE_IO_H
#define BGPD_STATE_STATE_IO_H

struct err;
struct state_io;
struct state_port;

/*
 * The last part of the directory's path is made if it is not there. NULL and err: it
 * can't be used, or is not ours alone. As the user who will write, after root has been
 * given up.
 */
struct state_io *
state_io_new(const char *directory, const char *node, struct err *);
void state_io_free(struct state_io *);
const struct state_port *state_io_port(const struct state_io *); /* borrowed */
#endif
