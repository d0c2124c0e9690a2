/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server on loopback, asked by a TLS client on the same loop; the API server is a
 * scripted one, the way to it the real one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/kube/https_io.h"
#include "common/kube/source_kube_io.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/metrics.h"
#include "common/source/source.h"
#include "tests/fake/fake_api.h"
#include "tests/test.h"
#include "tests/unit/free_port.h"

enum { PATIENCE = 15000 }; /* ms */

#define POST(where, code, text)                                               \
	{                                                                     \
		.method = "POST", .path = where, .status = code, .body = text \
	}
#define WHOSE(text) \
	POST("/apis/authentication.k8s.io/v1/tokenreviews", 201, text)
#define MAY(text) \
	POST("/apis/authorization.k8s.io/v1/subjectaccessreviews", 201, text)
#define PROMETHEUS                                       \
	"{\"status\":{\"authenticated\":true,\"user\":{" \
	"\"username\":\"prometheus\"}}}"
#define ALLOWED "{\"status\":{\"allowed\":true}}"
#define REFUSED "{\"status\":{\"allowed\":false}}"

static struct {
	struct event_base *base;
	struct metrics *metrics;
	struct fake_api *api;
	struct store *store;
	struct source *source;
	struct https *https;
	uint16_t port;
	char where[32];
	char dir[32];
	unsigned warned;

	char reply[4096]; /* of the last request */
	char common_name[64];
	bool handshake, goodbye;
	int version;
	unsigned turns; /* of the loop */
} w;

static void
collect(void *arg, struct metrics_out *out)
{
	(void)arg;
	metrics_value(out, NULL, 0, 7);
}

static const struct metric table[] = {
	{ "lbbgp_seven", "Seven.", METRIC_GAUGE, collect, NULL },
};

static bool
ready(void *arg, struct err *why)
{
	(void)arg;
	(void)why;
	return true;
}

static const struct http_ops ops = { .ready = ready };

static void
listen_to_log(enum log_level level, const char *line)
{
	(void)line;
	w.warned += level == LOG_LEVEL_WARN;
}

static int
setup(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	log_set_sink(listen_to_log);
	w.base = event_base_new();
	w.metrics = metrics_new();
	metrics_add(w.metrics, table, 1, NULL);
	strcpy(w.dir, "/tmp/lbbgp-test.XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	return 0;
}

static int
teardown(void **state)
{
	char *line = xasprintf("rm -r %s", w.dir);

	(void)state;
	source_free(w.source);
	https_free(w.https);
	if (w.store != NULL)
		store_free(w.store);
	if (w.api != NULL)
		fake_api_free(w.api);
	metrics_free(w.metrics);
	event_base_free(w.base);
	assert_int_equal(system(line), 0);
	free(line);
	log_set_sink(NULL);
	return 0;
}

/* ---- who is asked ---- */

static void *
decode(const struct json_t *obj, struct err *err)
{
	(void)obj;
	(void)err;
	return NULL;
}

static void
on_ready(void *arg)
{
	(void)arg;
}

static void
file_write(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* An API server that answers so, and a source that asks it. */
static void
api_start(const struct fake_answer *script)
{
	static const struct store_kind kinds[] = { { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = decode,
	    .free = free } };
	static const struct store_ops store_ops = { .ready = on_ready };
	char *config = xasprintf("%s/config", w.dir);
	struct source_options options = { .program = "lbbgp-test",
		.kubeconfig = config };
	struct err err;

	w.api = fake_api_new(w.base, script);
	char *text = xasprintf("current-context: x\n"
			       "contexts: [{name: x, context: "
			       "{cluster: c, user: u}}]\n"
			       "clusters: [{name: c, cluster: "
			       "{server: 'http://127.0.0.1:%u'}}]\n"
			       "users: [{name: u, user: {token: ours}}]\n",
	    fake_api_port(w.api));
	file_write(config, text);
	free(text);
	w.store = store_new(kinds, 1, &store_ops, NULL);
	w.source = source_kube_open(&options, w.base, w.store, &err);
	assert_non_null(w.source);
	https_ask(w.https, w.source);
	free(config);
}

/* ---- who serves ---- */

static struct https *
try_at(uint16_t port, const char *certificate, bool later, struct err *err)
{
	w.port = port;
	snprintf(w.where, sizeof(w.where), "127.0.0.1:%u", w.port);
	const struct https_options o = { { w.where, certificate }, "node-1",
		w.metrics, 50, later };

	return https_new(w.base, &o, &ops, NULL, err);
}

static struct https *
try(const char *certificate, struct err *err)
{
	return try_at(free_port(), certificate, false, err);
}

static void
serve(const char *certificate)
{
	struct err err = { "" };

	w.https = try(certificate, &err);
	assert_string_equal(err.text, "");
	assert_non_null(w.https);
}

/* A certificate of this name, with a key of that kind, in w.dir. */
static void
certificate_of(const char *name, const char *key)
{
	char *line = xasprintf("openssl req -x509 -newkey %s -nodes -days 2 "
			       "-subj /CN=%s -keyout %s/tls.key "
			       "-out %s/tls.crt 2>/dev/null",
	    key, name, w.dir, w.dir);

	assert_int_equal(system(line), 0);
	free(line);
}

static void
certificate_write(const char *name)
{
	certificate_of(name, "ec -pkeyopt ec_paramgen_curve:P-256");
}

/* ---- who asks ---- */

#define HOST(i) (0x7f000100u + (i)) /* 127.0.1.i */

/* From that address of the loopback interface; 0: from whichever it takes. */
static int
dial_from(uint32_t from)
{
	struct sockaddr_in ours = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(from) };
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(w.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&ours, sizeof(ours)), 0);
	connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	return fd;
}

static int
dial(void)
{
	return dial_from(INADDR_ANY);
}

/* May what returned that be tried again? The loop turns meanwhile. */
static bool
again(SSL *ssl, int rc, uint64_t end)
{
	int why = SSL_get_error(ssl, rc);

	assert_true(loop_now() < end);
	event_base_loop(w.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	w.turns++;
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

static void
certificate_look(SSL *ssl)
{
	X509 *x = SSL_get1_peer_certificate(ssl);

	X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName,
	    w.common_name, sizeof(w.common_name));
	X509_free(x);
}

struct client {      /* what it is able to, and what it does before it asks */
	int version; /* up to this one */
	const char *groups; /* NULL: those of libssl */
	unsigned updates;   /* of its key */
};

static SSL_CTX *
client_context(const struct client *c)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_max_proto_version(ctx, c->version);
	if (c->groups != NULL)
		assert_int_equal(SSL_CTX_set1_groups_list(ctx, c->groups), 1);
	return ctx;
}

/* All at once, so that it waits for us in the kernel. */
static void
client_says(SSL *ssl, const struct client *c, const char *request)
{
	int n = (int)strlen(request);

	for (unsigned i = 0; i < c->updates; i++) {
		assert_int_equal(
		    SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
		assert_int_equal(SSL_do_handshake(ssl), 1);
	}
	assert_int_equal(SSL_write(ssl, request, n), n);
}

/* "": there was no handshake. */
static const char *
ask_by(const struct client *c, const char *request)
{
	SSL_CTX *ctx = client_context(c);
	uint64_t end = loop_now() + PATIENCE;
	SSL *ssl = SSL_new(ctx);
	int fd = dial(), rc, n = 0;

	SSL_set_fd(ssl, fd);
	while ((rc = SSL_connect(ssl)) != 1 && again(ssl, rc, end))
		;
	w.handshake = rc == 1;
	w.turns = 0;
	if (w.handshake) {
		certificate_look(ssl);
		w.version = SSL_version(ssl);
		client_says(ssl, c, request);
	}
	while (w.handshake && n < (int)sizeof(w.reply) - 1) {
		rc = SSL_read(ssl, w.reply + n, (int)sizeof(w.reply) - 1 - n);
		n += rc > 0 ? rc : 0;
		if (rc <= 0 && !again(ssl, rc, end))
			break;
	}
	w.reply[n] = '\0';
	w.goodbye = (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return w.reply;
}

static const char *
ask(const char *request)
{
	return ask_by(&(struct client){ .version = TLS1_3_VERSION }, request);
}

#define GET(path, fields) "GET " path " HTTP/1.1\r\nHost: x\r\n" fields "\r\n"
#define BEARER(token) GET("/metrics", "Authorization: Bearer " token "\r\n")

static void
assert_reply(const char *start, const char *part)
{
	assert_memory_equal(w.reply, start, strlen(start));
	assert_non_null(strstr(w.reply, part));
}

TEST(who_may_gets_the_metrics_and_is_asked_about_once)
{
	static const struct fake_answer script[] = { WHOSE(PROMETHEUS),
		MAY(ALLOWED), { 0 } };

	serve(NULL);
	api_start(script);
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 200", "\nlbbgp_seven 7\n");
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 200", "\nlbbgp_seven 7\n");
	assert_int_equal(fake_api_asked(w.api, "POST", "\"token\":\"abc\""), 1);
	assert_int_equal(
	    fake_api_asked(w.api, "POST", "\"user\":\"prometheus\""), 1);
	assert_true(w.goodbye);
}

TEST(who_may_not_gets_no_metrics)
{
	static const struct fake_answer script[] = { WHOSE(PROMETHEUS),
		MAY(REFUSED), WHOSE("{\"status\":{}}"), { 0 } };

	serve(NULL);
	api_start(script);
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 403", "prometheus may not get /metrics");
	assert_null(strstr(w.reply, "lbbgp_seven"));
	ask(BEARER("other"));
	assert_reply("HTTP/1.1 401", "this bearer token is nobody's");
	assert_non_null(strstr(w.reply, "\r\nWWW-Authenticate: Bearer\r\n"));
	assert_null(strstr(w.reply, "lbbgp_seven"));
	ask(GET("/metrics", ""));
	assert_reply("HTTP/1.1 401", "a bearer token of the cluster is wanted");
	assert_null(strstr(w.reply, "lbbgp_seven"));
}

TEST(without_rights_to_ask_nobody_gets_them)
{
	static const struct fake_answer script[] = {
		POST("tokenreviews", 403,
		    "{\"message\":\"tokenreviews is forbidden\"}"),
		{ 0 }
	};

	serve(NULL);
	api_start(script);
	unsigned before = w.warned;
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 503", "the API server could not be asked");
	assert_null(strstr(w.reply, "forbidden"));
	assert_null(strstr(w.reply, "lbbgp_seven"));
	assert_true(w.warned > before);
}

TEST(without_a_server_to_ask_nobody_gets_them)
{
	serve(NULL);
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 503", "the API server could not be asked");
}

TEST(a_server_that_is_silent_does_not_let_in)
{
	static const struct fake_answer script[] = { { .method = "POST",
							 .path = "tokenreviews",
							 .status = 201,
							 .body = PROMETHEUS,
							 .delay_ms = 60000 },
		{ 0 } };
	uint64_t start;

	serve(NULL);
	api_start(script);
	start = loop_now();
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 503", "the API server could not be asked");
	assert_true(loop_now() - start < 9000);
}

TEST(whether_it_is_well_is_for_everybody)
{
	serve(NULL);
	ask(GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "\r\n\r\nok\n");
	ask(GET("/healthz", ""));
	assert_reply("HTTP/1.1 200", "\r\n\r\nok\n");
	ask(GET("/", ""));
	assert_reply("HTTP/1.1 404", "");
}

TEST(a_head_has_no_body_be_it_late)
{
	static const struct fake_answer script[] = { WHOSE(PROMETHEUS),
		MAY(ALLOWED), { 0 } };

	serve(NULL);
	api_start(script);
	ask("HEAD /metrics HTTP/1.0\r\nAuthorization: Bearer abc\r\n\r\n");
	assert_reply("HTTP/1.1 200", "\r\nContent-Length: ");
	assert_null(strstr(w.reply, "lbbgp_seven"));
}

TEST(who_has_gone_is_not_answered)
{
	static const struct fake_answer script[] = { WHOSE(PROMETHEUS),
		MAY(ALLOWED), { 0 } };
	uint64_t end = loop_now() + PATIENCE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	int fd, rc;

	serve(NULL);
	api_start(script);
	fd = dial();
	SSL_set_fd(ssl, fd);
	while ((rc = SSL_connect(ssl)) != 1 && again(ssl, rc, end))
		;
	assert_true(SSL_write(ssl, BEARER("abc"), strlen(BEARER("abc"))) > 0);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	while (fake_api_asked(w.api, "POST", "prometheus") == 0) {
		assert_true(loop_now() < end);
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
	ask(BEARER("abc"));
	assert_reply("HTTP/1.1 200", "lbbgp_seven 7");
}

TEST(who_waits_when_it_ends_is_dropped)
{
	static const struct fake_answer script[] = { { .method = "POST",
							 .path = "tokenreviews",
							 .status = 201,
							 .body = PROMETHEUS,
							 .delay_ms = 60000 },
		{ 0 } };
	uint64_t end = loop_now() + PATIENCE;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	int fd, rc;

	serve(NULL);
	api_start(script);
	fd = dial();
	SSL_set_fd(ssl, fd);
	while ((rc = SSL_connect(ssl)) != 1 && again(ssl, rc, end))
		;
	assert_true(SSL_write(ssl, BEARER("abc"), strlen(BEARER("abc"))) > 0);
	while (fake_api_asked(w.api, "POST", "abc") == 0) {
		assert_true(loop_now() < end);
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
}

/* ---- TLS ---- */

TEST(plain_http_is_no_answer)
{
	char byte;

	serve(NULL);
	int fd = dial();
	uint64_t end = loop_now() + PATIENCE;

	event_base_loop(w.base, EVLOOP_NONBLOCK);
	assert_true(
	    write(fd, GET("/readyz", ""), strlen(GET("/readyz", ""))) > 0);
	ssize_t n;
	bool http = false;

	while ((n = recv(fd, &byte, 1, MSG_DONTWAIT)) != 0) {
		assert_true(loop_now() < end);
		http |= n == 1 && byte == 'H';
		if (n < 0 && errno == ECONNRESET)
			break;
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
	assert_false(http);
	close(fd);
}

TEST(old_versions_are_refused)
{
	serve(NULL);
	ask_by(
	    &(struct client){ .version = TLS1_1_VERSION }, GET("/readyz", ""));
	assert_false(w.handshake);
	ask_by(
	    &(struct client){ .version = TLS1_2_VERSION }, GET("/readyz", ""));
	assert_true(w.handshake);
	assert_int_equal(w.version, TLS1_2_VERSION);
	ask(GET("/readyz", ""));
	assert_int_equal(w.version, TLS1_3_VERSION);
}

/* The client chooses the group, and the slow ones would take us far longer than him. */
TEST(slow_groups_are_refused)
{
	static const struct {
		const char *groups;
		bool good;
	} rows[] = { { "X25519", true }, { "P-256", true }, { "P-384", true },
		{ "P-521", false }, { "X448", false }, { "ffdhe2048", false },
		{ "ffdhe8192", false } };

	serve(NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct client c = { TLS1_3_VERSION, rows[i].groups, 0 };

		ask_by(&c, GET("/readyz", ""));
		assert_int_equal(w.handshake, rows[i].good);
	}
}

/* Each costs us a turn of the loop, in which all others have theirs. */
TEST(who_renews_his_key_all_the_time_holds_nobody_up)
{
	const struct client c = { .version = TLS1_3_VERSION, .updates = 500 };

	serve(NULL);
	ask_by(&c, GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "ok");
	assert_true(w.turns >= 500);
}

/* As many as there are places, each within a handshake. */
TEST(who_stalls_in_the_handshake_keeps_nobody_out)
{
	static const char hello[] = "\x16\x03\x01\x02\x00\x01";
	int fds[40];

	serve(NULL);
	for (unsigned i = 0; i < 40; i++) {
		fds[i] = dial_from(HOST(1 + i));
		event_base_loop(w.base, EVLOOP_NONBLOCK);
		assert_true(write(fds[i], hello, sizeof(hello) - 1) > 0);
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
	ask(GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "ok");
	for (unsigned i = 0; i < 40; i++)
		close(fds[i]);
}

/* So many, each with an address of its own, or all with the same one. */
static void
dial_all(int *fds, unsigned n, bool alike)
{
	for (unsigned i = 0; i < n; i++) {
		fds[i] = dial_from(HOST(alike ? 1 : 1 + i));
		event_base_loop(w.base, EVLOOP_NONBLOCK);
	}
}

/* How many the server has closed; all of them are, then. */
static unsigned
hang_up(const int *fds, unsigned n)
{
	unsigned closed = 0;
	char byte;

	for (unsigned i = 0; i < n; i++) {
		closed += recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0;
		close(fds[i]);
	}
	return closed;
}

/*
 * All that are accepted but 32 have been closed for those who come later. What a second
 * has no room for waits for the next one.
 */
TEST(handshakes_come_at_a_rate)
{
	struct timeval soon = { 0, 200000 };
	int fds[200];

	serve(NULL);
	dial_all(fds, 200, false);
	event_base_loopexit(w.base, &soon);
	event_base_dispatch(w.base);
	assert_in_range(hang_up(fds, 200), 1, 3 * 50 - 32); /* be it 3 s late */
	ask(GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "ok");
}

/* Nobody waits behind him: he is closed, with no handshake. */
TEST(one_address_does_not_take_all_handshakes)
{
	int fds[200];

	serve(NULL);
	dial_all(fds, 200, true);
	ask(GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "ok");
	assert_in_range(hang_up(fds, 200), 200 - 3 * 10, 200 - 10);
}

/* Which costs little, but is not for nothing. */
TEST(who_is_closed_comes_at_a_rate_too)
{
	uint64_t start = loop_now();
	unsigned closed = 0;
	int fd;

	serve(NULL);
	for (unsigned i = 0; i < 6000; i++) {
		dial_all(&fd, 1, true);
		closed += hang_up(&fd, 1);
	}
	uint64_t seconds = (loop_now() - start) / 1000;

	assert_in_range(closed, 3900, 4000 * (seconds + 1));
}

/* Its files are others: the next who comes sees them. */
TEST(the_certificate_is_read_again)
{
	certificate_write("first");
	serve(w.dir);
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "first");
	certificate_write("second");
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "second");
}

static void
link_to(const char *what, const char *name)
{
	char *at = xasprintf("%s/%s", w.dir, name);
	char *next = xasprintf("%s.next", at);

	assert_int_equal(symlink(what, next), 0);
	assert_int_equal(rename(next, at), 0);
	free(next);
	free(at);
}

/* In a directory of its own, of one size and age whatever is in them. */
static void
certificate_put(const char *name)
{
	char *line = xasprintf("cd %s && mkdir %s && mv tls.* %s && "
			       "truncate -s 4096 %s/* && "
			       "touch -d 2026-01-01 %s/*",
	    w.dir, name, name, name, name);

	certificate_write(name);
	assert_int_equal(system(line), 0);
	free(line);
}

/* Both files at once, behind a link. */
TEST(a_secret_is_read_again_as_the_kubelet_renews_it)
{
	certificate_put("second");
	certificate_put("first");
	link_to("first", "..data");
	link_to("..data/tls.crt", "tls.crt");
	link_to("..data/tls.key", "tls.key");
	serve(w.dir);
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "first");
	link_to("second", "..data");
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "second");
	assert_int_equal(w.warned, 0);
}

TEST(a_bad_certificate_changes_nothing_and_is_told_once)
{
	char *name = xasprintf("%s/tls.crt", w.dir);

	certificate_write("first");
	serve(w.dir);
	file_write(name, "nonsense\n");
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "first");
	ask(GET("/readyz", ""));
	assert_int_equal(w.warned, 1);
	assert_int_equal(unlink(name), 0);
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "first");
	certificate_write("second");
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "second");
	free(name);
}

static void
assert_refused(const char *file, const char *why)
{
	struct err err = { "" };
	char *want = xasprintf("%s/%s: ", w.dir, file);

	assert_null(try(w.dir, &err));
	assert_memory_equal(err.text, want, strlen(want));
	assert_non_null(strstr(err.text, why));
	free(want);
}

TEST(a_start_without_a_good_certificate_fails)
{
	char *key = xasprintf("%s/tls.key", w.dir);
	char *kept = xasprintf("%s/kept.key", w.dir);

	assert_refused("tls.crt", "No such file");
	certificate_write("first");
	assert_int_equal(rename(key, kept), 0);
	assert_refused("tls.key", "No such file");
	certificate_write("second");
	assert_int_equal(rename(kept, key), 0);
	assert_refused("tls.key", "key values mismatch");
	assert_int_equal(rename(key, kept), 0);
	certificate_of("third", "rsa:2048"); /* nor by its kind */
	assert_int_equal(rename(kept, key), 0);
	assert_refused("tls.key", "no certificate assigned");
	free(key);
	free(kept);
}

/* Three primes: it is made in less time. */
TEST(a_key_that_makes_handshakes_slow_is_refused)
{
	certificate_of("slow", "rsa:4104 -pkeyopt rsa_keygen_primes:3");
	assert_refused("tls.key",
	    "a key of 4104 bits makes each handshake too slow: 4096 at most");
}

/* Nobody is asked for a password, which is not known. */
TEST(a_key_with_a_password_is_refused)
{
	char *line = xasprintf("openssl ec -in %s/tls.key -aes128 -passout "
			       "pass:secret -out %s/new 2>/dev/null && "
			       "mv %s/new %s/tls.key",
	    w.dir, w.dir, w.dir, w.dir);

	certificate_write("first");
	assert_int_equal(system(line), 0);
	assert_refused("tls.key", "");
	free(line);
}

/* The loop turns until somebody listens there. */
static void
wait_for_it(void)
{
	uint64_t end = loop_now() + PATIENCE;
	int fd;

	for (;;) {
		struct sockaddr_in sa = { .sin_family = AF_INET,
			.sin_port = htons(w.port),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

		fd = socket(AF_INET, SOCK_STREAM, 0);
		int rc = connect(fd, (struct sockaddr *)&sa, sizeof(sa));

		close(fd);
		if (rc == 0)
			return;
		assert_true(loop_now() < end);
		event_base_loop(w.base, EVLOOP_ONCE);
	}
}

/* It is for watching: what it watches goes on without. */
TEST(a_certificate_may_come_later)
{
	struct err err;

	w.https = try_at(free_port(), w.dir, true, &err);
	assert_non_null(w.https);
	assert_int_equal(w.warned, 1);
	certificate_write("late");
	wait_for_it();
	ask(GET("/readyz", ""));
	assert_string_equal(w.common_name, "late");
	assert_int_equal(w.warned, 1);
}

TEST(a_port_may_become_free_later)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct err err = { "" };

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	assert_null(try_at(ntohs(sa.sin_port), NULL, false, &err));
	assert_non_null(strstr(err.text, "Address already in use"));
	w.https = try_at(ntohs(sa.sin_port), NULL, true, &err);
	assert_non_null(w.https);
	close(fd);
	wait_for_it();
	ask(GET("/readyz", ""));
	assert_reply("HTTP/1.1 200", "ok");
	assert_int_equal(w.warned, 1);
}

TEST(options_that_do_not_fit_are_refused)
{
	const struct https_given off = { "off", NULL }, on = { ":9181", NULL },
				 idle = { "off", "/certificate" },
				 odd = { "host:0", NULL };
	struct err err = { "" };

	assert_true(https_given_check(&off, "dir:/etc/lbbgp", &err));
	assert_true(https_given_check(&on, "kube", &err));
	assert_false(https_given_check(&on, "dir:/etc/lbbgp", &err));
	assert_non_null(strstr(err.text, "--metrics-https: "));
	assert_false(https_given_check(&odd, "kube", &err));
	assert_non_null(strstr(err.text, "--metrics-https: "));
	assert_false(https_given_check(&idle, "kube", &err));
	assert_non_null(strstr(err.text, "--metrics-certificate: "));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_may_gets_the_metrics_and_is_asked_about_once),
		T(who_may_not_gets_no_metrics),
		T(without_rights_to_ask_nobody_gets_them),
		T(without_a_server_to_ask_nobody_gets_them),
		T(a_server_that_is_silent_does_not_let_in),
		T(whether_it_is_well_is_for_everybody),
		T(a_head_has_no_body_be_it_late),
		T(who_has_gone_is_not_answered),
		T(who_waits_when_it_ends_is_dropped),
		T(plain_http_is_no_answer),
		T(old_versions_are_refused),
		T(slow_groups_are_refused),
		T(who_renews_his_key_all_the_time_holds_nobody_up),
		T(who_stalls_in_the_handshake_keeps_nobody_out),
		T(handshakes_come_at_a_rate),
		T(one_address_does_not_take_all_handshakes),
		T(who_is_closed_comes_at_a_rate_too),
		T(the_certificate_is_read_again),
		T(a_secret_is_read_again_as_the_kubelet_renews_it),
		T(a_bad_certificate_changes_nothing_and_is_told_once),
		T(a_start_without_a_good_certificate_fails),
		T(a_key_that_makes_handshakes_slow_is_refused),
		T(a_key_with_a_password_is_refused),
		T(a_certificate_may_come_later),
		T(a_port_may_become_free_later),
		T(options_that_do_not_fit_are_refused),
	};

	signal(SIGPIPE, SIG_IGN); /* as the daemons do */
	return cmocka_run_group_tests_name("https_io", tests, NULL, NULL);
}
