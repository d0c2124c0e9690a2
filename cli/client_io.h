/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_io - the line to the daemon of this node: its control socket.
 */
#ifndef CLI_CLIENT_IO_H
#define CLI_CLIENT_IO_H

struct client;
struct err;

/* NULL and err: nobody answers there. */
struct client *client_open(const char *path, struct err *);
void client_free(struct client *);

/* The reply to one line, owned; NULL and err: the daemon went away or is stuck. */
char *client_ask(struct client *, const char *request, struct err *);
#endif
