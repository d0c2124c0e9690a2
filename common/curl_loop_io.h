/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curl_loop_io - libcurl's multi interface on our event loop: libcurl says which
 * sockets and which time it waits for, and is called when they are due. Transfers are
 * its easy handles (CURL *, here void *), each with CURLOPT_PRIVATE set.
 */
#ifndef COMMON_CURL_LOOP_IO_H
#define COMMON_CURL_LOOP_IO_H

#include <stdbool.h>

struct curl_loop;
struct event_base;

struct curl_loop_ops {
	/*
	 * Asked before libcurl is called, which sends whatever it has; false: this
	 * time it is not. NULL: always.
	 */
	bool (*may_go)(void *arg);
	/*
	 * A transfer has ended, well or not: code is a CURLcode. of: its
	 * CURLOPT_PRIVATE. The handle is still the owner's, to be removed.
	 */
	void (*ended)(void *of, int code);
};

/* connections: how many are kept, in use or not; 0: as libcurl sees fit. */
struct curl_loop *curl_loop_new(struct event_base *, long connections,
    const struct curl_loop_ops *, void *arg);
/* All transfers were removed. Its connections are closed; not from within an op. */
void curl_loop_free(struct curl_loop *);
void curl_loop_add(struct curl_loop *, void *easy);
/* One that has not ended is cut off. */
void curl_loop_remove(struct curl_loop *, void *easy);
/* The sockets that libcurl waits for. */
void curl_loop_each_socket(
    const struct curl_loop *, void (*each)(void *arg, int fd), void *arg);
#endif
