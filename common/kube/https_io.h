/* SPDX-License-Identifier: Apache-2.0 */
/*
 * https_io - what http_io serves, by HTTPS: the metrics for whom the cluster lets get
 * them, and for nobody else.
 */
#ifndef COMMON_KUBE_HTTPS_IO_H
#define COMMON_KUBE_HTTPS_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct http_ops;
struct https; /* private to https_io.c */
struct metrics;
struct source;

/* What both programs are told of it; the texts are borrowed for good. */
struct https_given {
	const char *where; /* as that of http_options; "off", as at first */
	const char *certificate; /* a directory, as tls_new() has it, or NULL */
};

#define HTTPS_ROWS(given)                                                     \
	{ .name = "metrics-https",                                            \
		.value = "ADDR:PORT",                                         \
		.help = "where they are by HTTPS, /metrics for who may get "  \
			"it in the cluster, or off (the default)",            \
		.text = &(given)->where },                                    \
	{                                                                     \
		.name = "metrics-certificate", .value = "DIR",                \
		.help = "tls.crt and tls.key for that, read again when they " \
			"change (default: one that nobody signed is made)",   \
		.text = &(given)->certificate                                 \
	}

/* May it be so with this --source? */
bool
https_given_check(const struct https_given *, const char *source, struct err *);

struct https_options {
	struct https_given given;
	const char *name; /* of who serves, in a certificate that is made */
	const struct metrics *metrics; /* borrowed for good */
	unsigned handshakes_most;      /* as that of http_options */
	/*
	 * A port that is taken, or a certificate that is no good, is no failure but is
	 * told, and tried again until it can be served.
	 */
	bool may_come_later;
};

/*
 * What is given has been checked. Of ops, which is borrowed for good, permit is not
 * asked.
 */
struct https *https_new(struct event_base *, const struct https_options *,
    const struct http_ops *, void *arg, struct err *);
/* After the source that it asks. */
void https_free(struct https *);

/* Who decides is asked through this. NULL, as at first: nobody is let in. */
void https_ask(struct https *, struct source *);
#endif
