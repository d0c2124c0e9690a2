/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener_io - what a listening socket does when there are no descriptors left.
 */
#ifndef COMMON_LISTENER_IO_H
#define COMMON_LISTENER_IO_H

struct evconnlistener;

/*
 * When accept() fails, it is tried again a second later, not at once and for ever.
 * The listener has to live as long as its loop runs.
 */
void listener_be_patient(struct evconnlistener *);
#endif
