/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_io - the way to the daemon of this node: its control socket.
 */
#ifndef CLI_CLIENT_IO_H
#define CLI_CLIENT_IO_H

#include <stdbool.h>

struct err;

/*
 * The reply to one line, owned; NULL and err: nobody answers there. Each request has a
 * connection of its own, since the daemon does not wait while a pager does.
 */
char *client_ask(const char *path, const char *request, struct err *);
/*
 * Passes on each line that follows on a request. True: one was refused; false: nobody
 * answers, or no longer. Either has err.
 */
bool client_follow(const char *path, const char *request,
    bool (*line)(void *arg, const char *text, struct err *), void *arg,
    struct err *);
#endif
