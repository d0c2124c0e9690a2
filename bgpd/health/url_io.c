/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question is one easy handle of libcurl, which ends by an answer or by its timeout.
 * Names are looked up by libcurl's threads, so that no session waits for them.
 *
 * A TCP check is an HTTP request that ends when it is connected.
 *
 * libcurl begins with the first question: with its TLS it takes 2 MB, and most nodes
 * that read a directory never ask one.
 */
#include "bgpd/health/url_io.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/health/health_port.h"
#include "common/alloc.h"
#include "common/curl_loop_io.h"

#define BODY_MOST 65536 /* bytes that are read; the status has come before */

struct url_question {
	struct url_question *next;
	struct url_io *io;
	uint32_t id;
	CURL *easy; /* owned */
	size_t body;
	bool connects_only;
	char error[CURL_ERROR_SIZE];
};

struct url_io {
	struct event_base *base; /* borrowed */
	url_io_answered *answered;
	void *arg;
	struct curl_loop *curl;   /* owned; NULL: nothing has been asked */
	struct url_question *all; /* owned */
};

/* ---- how one ends ---- */

static void
question_free(struct url_question *q)
{
	curl_loop_remove(q->io->curl, q->easy);
	curl_easy_cleanup(q->easy);
	free(q);
}

static struct url_question **
question_find(struct url_io *u, uint32_t id)
{
	struct url_question **at = &u->all;

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

/* NULL: good. A body that was cut came behind a status. */
static const char *
question_fault(
    const struct url_question *q, CURLcode code, char *text, size_t room)
{
	long status = 0;

	curl_easy_getinfo(q->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK &&
	    (code != CURLE_WRITE_ERROR || q->body <= BODY_MOST))
		return q->error[0] != '\0' ? q->error
					   : curl_easy_strerror(code);
	if (q->connects_only || (status >= 200 && status < 300))
		return NULL;
	snprintf(text, room, "HTTP status %ld", status);
	return text;
}

static void
question_ended(void *of, int code)
{
	struct url_question *q = of;
	struct url_io *u = q->io;
	char text[32];
	const char *why = question_fault(q, (CURLcode)code, text, sizeof(text));

	*question_find(u, q->id) = q->next;
	u->answered(u->arg, q->id, why);
	question_free(q);
}

static const struct curl_loop_ops curl_ops = { .ended = question_ended };

/* ---- questions ---- */

/* An option that this libcurl lacks would be a check that is none. */
static void
must(CURLcode code)
{
	if (code != CURLE_OK)
		abort();
}

/* CURLOPT_WRITEFUNCTION */
static size_t
body_came(char *bytes, size_t size, size_t n, void *arg)
{
	struct url_question *q = arg;

	(void)bytes;
	q->body += size * n;
	return q->body <= BODY_MOST ? size * n : 0;
}

static void
set_tls(CURL *easy, const struct health_question *asked)
{
	struct curl_blob ca = { (void *)asked->ca, asked->n_ca,
		CURL_BLOB_COPY };

	must(curl_easy_setopt(
	    easy, CURLOPT_SSL_VERIFYPEER, asked->verify ? 1L : 0L));
	must(curl_easy_setopt(
	    easy, CURLOPT_SSL_VERIFYHOST, asked->verify ? 2L : 0L));
	must(curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	if (asked->ca == NULL)
		return;
	must(curl_easy_setopt(easy, CURLOPT_CAINFO, NULL));
	must(curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
	must(curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca));
}

static void
set_target(CURL *easy, const struct health_question *asked)
{
	bool bare = strchr(asked->host != NULL ? asked->host : "", ':') != NULL;
	char *url = asked->ask == HEALTH_ASK_TCP
	    ? xasprintf("http://%s%s%s:%u/", bare ? "[" : "", asked->host,
		  bare ? "]" : "", asked->port)
	    : xstrdup(asked->url);

	must(curl_easy_setopt(easy, CURLOPT_URL, url));
	must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    asked->ask == HEALTH_ASK_HTTPS ? "https" : "http"));
	must(curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY,
	    asked->ask == HEALTH_ASK_TCP ? 1L : 0L));
	free(url);
}

static void
set_rest(struct url_question *q, unsigned timeout)
{
	CURL *easy = q->easy;

	must(curl_easy_setopt(easy, CURLOPT_PRIVATE, q));
	must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, q->error));
	must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_came));
	must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, q));
	must(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	/* Else the end of a question would wait for its name to be found. */
	must(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
	must(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout));
	must(curl_easy_setopt(easy, CURLOPT_PROXY, ""));
	must(curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L));
	must(curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L));
	must(curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
	must(curl_easy_setopt(easy, CURLOPT_USERAGENT, "lbbgp-bgpd"));
}

void
url_io_ask(struct url_io *u, uint32_t id, const struct health_question *asked)
{
	struct url_question *q = xcalloc(1, sizeof(*q));

	if (u->curl == NULL)
		u->curl = curl_loop_new(u->base, 0, &curl_ops, u);
	*q = (struct url_question){ .next = u->all,
		.io = u,
		.id = id,
		.easy = curl_easy_init(),
		.connects_only = asked->ask == HEALTH_ASK_TCP };
	if (q->easy == NULL)
		abort();
	set_target(q->easy, asked);
	set_tls(q->easy, asked);
	set_rest(q, asked->timeout);
	u->all = q;
	curl_loop_add(u->curl, q->easy);
}

void
url_io_forget(struct url_io *u, uint32_t id)
{
	struct url_question **at = question_find(u, id), *q = *at;

	if (q == NULL)
		return;
	*at = q->next;
	question_free(q);
}

/* ---- birth and death ---- */

struct url_io *
url_io_new(struct event_base *base, url_io_answered *answered, void *arg)
{
	struct url_io *u = xcalloc(1, sizeof(*u));

	u->base = base;
	u->answered = answered;
	u->arg = arg;
	return u;
}

void
url_io_free(struct url_io *u)
{
	if (u == NULL)
		return;
	while (u->all != NULL)
		url_io_forget(u, u->all->id);
	curl_loop_free(u->curl);
	free(u);
}
