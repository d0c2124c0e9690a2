/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_port - the way to those whose health is asked for. Filled by health_io.c,
 * faked by tests.
 */
#ifndef BGPD_HEALTH_HEALTH_PORT_H
#define BGPD_HEALTH_HEALTH_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum health_ask {
	HEALTH_ASK_HTTP,  /* a GET; good: 2xx. Redirections are not followed. */
	HEALTH_ASK_HTTPS, /* the same over TLS */
	HEALTH_ASK_TCP,   /* good: the connection comes about */
	HEALTH_ASK_COMMAND, /* good: it ends with 0 */
	HEALTH_ASKS,
};

struct health_question { /* all of it borrowed for the call */
	enum health_ask ask;
	unsigned timeout; /* ms; no answer by then is a bad one */
	const char *url;  /* of HTTP and HTTPS */
	bool verify;      /* of HTTPS: the server's certificate */
	const char *ca;   /* of HTTPS: whom it is to be from, PEM; NULL: as the
			   system says */
	size_t n_ca;
	const char *host; /* of TCP */
	uint16_t port;
	char *const *argv; /* of a command, ended by NULL; no shell reads it */
};

struct health_port {
	/*
	 * Asks once; the answer bears the id, and never comes from within the call.
	 * A question of the same id is given up.
	 */
	void (*ask)(void *arg, uint32_t id, const struct health_question *);
	/* No answer with that id comes any more. */
	void (*forget)(void *arg, uint32_t id);
	void *arg;
};
#endif
