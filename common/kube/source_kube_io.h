/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source_kube_io - an API server as a source.
 */
#ifndef COMMON_KUBE_SOURCE_KUBE_IO_H
#define COMMON_KUBE_SOURCE_KUBE_IO_H

struct err;
struct event_base;
struct source;
struct source_options;
struct store;

/* As source_open(). */
struct source *source_kube_open(const struct source_options *,
    struct event_base *, struct store *, struct err *);
#endif
