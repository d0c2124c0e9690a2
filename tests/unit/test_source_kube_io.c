/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server as a source, against a scripted one: HTTP, files and the event loop
 * are real.
 */
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/source_kube_io.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "tests/fake/fake_api.h"
#include "tests/test.h"

enum { PATIENCE = 15000 }; /* ms */

#define LIST                                                    \
	"{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[" \
	"{\"metadata\":{\"namespace\":\"web\",\"name\":\"a\","  \
	"\"resourceVersion\":\"3\"}}]}"
#define EVENT(type, name, version)                                            \
	"{\"type\":\"" type                                                   \
	"\",\"object\":{\"metadata\":{\"namespace\":\"web\",\"name\":\"" name \
	"\",\"resourceVersion\":\"" version "\"}}}\n"
#define ANSWER(where, code, text)                                            \
	{                                                                    \
		.method = "GET", .path = where, .status = code, .body = text \
	}
#define WRITTEN "{\"metadata\":{\"resourceVersion\":\"9\"}}"
#define LISTED                                                     \
	{ .method = "GET",                                         \
		.path = "services?resourceVersion=0",              \
		.status = 200,                                     \
		.body = LIST },                                    \
	{                                                          \
		.method = "GET", .path = "watch=1", .status = 200, \
		.open = true                                       \
	}

/* From the newest state, as after SIGHUP. */
#define RELISTED ANSWER("services?limit=500", 200, LIST)
#define WATCHED(version)                                              \
	{                                                             \
		.method = "GET", .path = "&resourceVersion=" version, \
		.status = 200, .open = true                           \
	}

struct world {
	struct event_base *base;
	struct fake_api *api;
	struct store *store;
	struct source *source;
	char dir[32], kubeconfig[64], token[64];
	char said[256]; /* by the store and by writes */
};

static void __attribute__((format(printf, 2, 3)))
say(struct world *w, const char *fmt, ...)
{
	size_t n = strlen(w->said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->said + n, sizeof(w->said) - n, fmt, ap);
	va_end(ap);
}

static void *
decode(const struct json_t *obj, struct err *err)
{
	(void)obj;
	(void)err;
	return xcalloc(1, 1);
}

static void
changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	say(arg, "%s%s ",
	    was == NULL       ? "+"
		: now == NULL ? "-"
			      : "",
	    key->name);
}

static void
ready(void *arg)
{
	say(arg, "ready ");
}

/* Of the second row of the same kind. */
static void
changed_too(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	say(arg, "2");
	changed(arg, key, was, now);
}

enum { SPARE = 2, ALL }; /* its row; rows without the last one */

static const struct store_kind kinds[] = {
	{ .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = decode,
	    .free = free,
	    .changed = changed },
	{ .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = decode,
	    .free = free },
	[SPARE] = { .api = "v1",
	    .kind = "Spare",
	    .plural = "spares",
	    .decode = decode,
	    .free = free,
	    .changed = changed,
	    .spared = true },
	[ALL] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = decode,
	    .free = free,
	    .changed = changed_too },
};

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

static void
file_write(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* cluster: the rest of its row. */
static void
kubeconfig_write_as(
    struct world *w, const char *server, unsigned port, const char *cluster)
{
	char *text = xasprintf("---\n"
			       "current-context: x\n"
			       "contexts: [{name: x, context: "
			       "{cluster: c, user: u}}]\n"
			       "clusters: [{name: c, cluster: "
			       "{server: '%s:%u/'%s}}]\n"
			       "users: [{name: u, user: {tokenFile: token}}]\n",
	    server, port, cluster);

	file_write(w->kubeconfig, text);
	free(text);
}

static void
kubeconfig_write(struct world *w, unsigned port)
{
	kubeconfig_write_as(w, "http://127.0.0.1", port, "");
}

/* The program's name, its kubeconfig and unacked_ms are the world's. */
static struct world *
world_open_of(const struct fake_answer *script, struct source_options options,
    size_t n_kinds)
{
	static const struct store_ops ops = { .ready = ready };
	struct world *w = xcalloc(1, sizeof(*w));
	struct err err;

	options.program = "lbbgp-test";
	options.kubeconfig = w->kubeconfig;
	options.unacked_ms = 1500;

	log_set_sink(quiet);
	strcpy(w->dir, "/tmp/lbbgp-test.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->kubeconfig, sizeof(w->kubeconfig), "%s/config", w->dir);
	snprintf(w->token, sizeof(w->token), "%s/token", w->dir);
	w->base = event_base_new();
	w->api = fake_api_new(w->base, script);
	kubeconfig_write(w, fake_api_port(w->api));
	file_write(w->token, "secret-1\n");
	w->store = store_new(kinds, n_kinds, &ops, w);
	w->source = source_kube_open(&options, w->base, w->store, &err);
	assert_non_null(w->source);
	return w;
}

static struct world *
world_open_as(const struct fake_answer *script, struct source_options options)
{
	return world_open_of(script, options, 1);
}

static struct world *
world_open(const struct fake_answer *script)
{
	return world_open_as(script, (struct source_options){ 0 });
}

static void
world_close(struct world *w)
{
	source_free(w->source);
	store_free(w->store);
	fake_api_free(w->api);
	event_base_free(w->base);
	unlink(w->kubeconfig);
	unlink(w->token);
	rmdir(w->dir);
	free(w);
	log_set_sink(NULL);
}

static void
turn(struct world *w)
{
	event_base_loop(w->base, EVLOOP_ONCE);
}

/* Lets the loop run until all this has been said. */
static void
await(struct world *w, const char *words)
{
	uint64_t end = loop_now() + PATIENCE;

	while (strcmp(w->said, words) != 0 && loop_now() < end)
		turn(w);
	assert_string_equal(w->said, words);
	w->said[0] = '\0';
}

static void
await_asked(struct world *w, const char *method, const char *part, unsigned n)
{
	uint64_t end = loop_now() + PATIENCE;

	while (fake_api_asked(w->api, method, part) < n && loop_now() < end)
		turn(w);
	assert_int_equal(fake_api_asked(w->api, method, part), n);
}

static void
written(void *arg, const struct source_result *result)
{
	static const char *const names[] = { "ok", "conflict", "gone",
		"refused", "retry" };

	say(arg, "%s%s%s ", names[result->code],
	    result->version[0] != '\0' ? ":" : "", result->version);
}

static void
write_status(struct world *w, const char *name, const char *body)
{
	struct source_write write = {
		.how = WRITE_CORE_STATUS, .key = { "web", name }, .body = body
	};

	source_write(w->source, &write, written, w);
}

TEST(list_and_watch_reach_the_store)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);
	struct err why;

	assert_false(source_healthy(w->source, 0, &why));
	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	fake_api_push(w->api, EVENT("ADDED", "b", "6"));
	fake_api_push(w->api, EVENT("DELETED", "a", "7") "{\"type\":");
	await(w, "+b -a ");
	assert_true(source_healthy(w->source, 0, &why));
	world_close(w);
}

TEST(list_may_be_packed_and_a_watch_is_not)
{
	static const char packed[] = /* LIST, by gzip */
	    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56"
	    "\xca\x4d\x2d\x49\x4c\x49\x2c\x49\x54\xb2\xaa\x56"
	    "\x2a\x4a\x2d\xce\x2f\x2d\x4a\x4e\x0d\x4b\x2d\x2a"
	    "\xce\xcc\xcf\x53\xb2\x52\x32\x55\xaa\xd5\x51\xca"
	    "\x2c\x49\xcd\x2d\x56\xb2\x8a\xae\x46\x51\x9c\x97"
	    "\x98\x9b\x5a\x5c\x90\x98\x9c\x0a\x54\x56\x9e\x9a"
	    "\xa4\xa4\x03\x16\x01\x72\x12\x81\x4c\x4c\x93\x8c"
	    "\x95\x6a\x6b\x63\x6b\x01\x20\x0f\x58\x79\x70\x00"
	    "\x00\x00";
	static const struct fake_answer script[] = {
		{ .method = "GET",
		    .path = "services?",
		    .status = 200,
		    .body = packed,
		    .gzip = sizeof(packed) - 1 },
		{ .method = "GET",
		    .path = "watch=1",
		    .status = 200,
		    .open = true,
		    .plain = true },
		{ 0 }
	};
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	fake_api_push(w->api, EVENT("ADDED", "b", "6"));
	await(w, "+b ");
	world_close(w);
}

TEST(rows_of_the_same_kind_share_a_list_and_a_watch)
{
	static const struct fake_answer script[] = { LISTED,
		ANSWER("NotOlderThan", 200, LIST), WATCHED("5"), { 0 } };
	struct world *w =
	    world_open_of(script, (struct source_options){ 0 }, ALL + 1);
	struct err why;

	await(w, "+a 2+a ready "); /* the other kinds are missing */
	await_asked(w, "GET", "services?watch", 1);
	source_relist(w->source, ALL);
	await_asked(w, "GET", "services?watch", 2);
	fake_api_push(
	    w->api, EVENT("ADDED", "b", "6") EVENT("DELETED", "a", "7"));
	await(w, "+b 2+b -a 2-a ");
	assert_true(source_healthy(w->source, 0, &why));
	assert_true(source_healthy(w->source, ALL, &why));
	world_close(w);
}

TEST(watch_goes_on_from_the_newest_version)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "GET",
		    .path = "resourceVersion=6",
		    .status = 200,
		    .body = EVENT("ADDED", "c", "7"),
		    .open = true },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	fake_api_push(w->api, EVENT("ADDED", "b", "6"));
	await(w, "+b ");
	fake_api_close(w->api);
	await(w, "+c ");
	world_close(w);
}

TEST(unknown_kind_is_listed_and_empty)
{
	static const struct fake_answer script[] = { { 0 } };
	struct world *w = world_open(script);

	await(w, "ready ");
	assert_true(store_is_missing(w->store, 0));
	world_close(w);
}

static void
await_missing(struct world *w, size_t kind, bool missing)
{
	uint64_t end = loop_now() + PATIENCE;

	while (store_is_missing(w->store, kind) != missing && loop_now() < end)
		turn(w);
	assert_int_equal(store_is_missing(w->store, kind), missing);
}

/* As by a role that is older than the program. */
TEST(who_may_not_read_a_kind_that_can_be_spared_goes_on_without)
{
	static const struct fake_answer script[] = {
		{ .method = "GET", .path = "services", .status = 403 },
		{ .method = "GET", .path = "spares", .status = 403 },
		{ .method = "GET",
		    .path = "spares?",
		    .status = 200,
		    .body = LIST },
		{ .method = "GET",
		    .path = "services",
		    .status = 200,
		    .body = "{",
		    .open = true },
		{ 0 }
	};
	struct world *w =
	    world_open_of(script, (struct source_options){ 0 }, ALL);
	struct err why;

	await_missing(w, SPARE, true);
	assert_int_equal(fake_api_asked(w->api, "GET", "spares"), 1);
	assert_true(source_is_refused(w->source, SPARE, &why));
	await_missing(w, SPARE, false); /* the right has come */
	await_asked(w, "GET", "services", 2);
	assert_false(store_is_listed(w->store, 0)); /* all else waits for it */
	world_close(w);
}

TEST(renewed_token_is_read_after_a_refusal)
{
	static const struct fake_answer script[] = {
		{ .method = "GET",
		    .path = "services",
		    .status = 401,
		    .token = "Bearer secret-1" },
		{ .method = "GET",
		    .path = "services?",
		    .status = 200,
		    .body = LIST,
		    .token = "Bearer secret-2" },
		{ .method = "GET",
		    .path = "watch=1",
		    .status = 200,
		    .open = true },
		{ 0 },
	};
	struct world *w = world_open(script);

	usleep(250000); /* what has just been read is not read again */
	file_write(w->token, "secret-2");
	await(w, "+a ready ");
	world_close(w);
}

TEST(write_tells_the_new_version)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/api/v1/namespaces/web/services/a/status",
		    .status = 200,
		    .body = WRITTEN },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	write_status(w, "a", "{}");
	assert_string_equal(w->said, "");
	await(w, "ok:9 ");
	write_status(w, "b", "{}");
	await(w, "gone ");
	world_close(w);
}

TEST(writes_to_one_object_keep_their_order)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH", .path = "/a/", .status = 503, .body = "" },
		{ .method = "PATCH", .path = "/a/", .status = 200 },
		{ .method = "PATCH", .path = "/a/", .status = 409 },
		{ .method = "PATCH", .path = "/b/", .status = 422 }, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	write_status(w, "a", "1");
	write_status(w, "a", "2");
	write_status(w, "b", "3");
	await(w, "refused ok conflict ");
	assert_string_equal(fake_api_bodies(w->api, "PATCH"), "1312");
	world_close(w);
}

TEST(busy_server_stops_all_writes_for_a_while)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 429,
		    .retry_after = "1" },
		{ .method = "PATCH", .path = "/b/", .status = 200 },
		{ .method = "PATCH", .path = "/a/", .status = 200 }, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	write_status(w, "a", "1");
	await_asked(w, "PATCH", "", 1);
	turn(w);
	uint64_t start = loop_now();

	while (loop_now() < start + 100)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	write_status(w, "b", "2");
	await(w, "ok ok ");
	assert_in_range(loop_now() - start, 500, 5000);
	world_close(w);
}

static void
turn_for(struct world *w, unsigned ms)
{
	uint64_t end = loop_now() + ms;

	while (loop_now() < end)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
}

TEST(record_goes_out_while_the_server_is_busy)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 429,
		    .retry_after = "9" },
		{ .method = "POST", .path = "/services", .status = 201 },
		{ 0 } };
	struct world *w = world_open(script);
	struct source_write record = {
		.how = WRITE_RECORD, .key = { "web", "lock" }, .body = "{}"
	};

	await(w, "+a ready ");
	write_status(w, "a", "1");
	await_asked(w, "PATCH", "", 1);
	turn_for(w, 100);
	write_status(w, "b", "2");
	source_write(w->source, &record, written, w);
	await(w, "ok ");
	world_close(w);
}

TEST(nothing_but_records_is_sent_beyond_the_fence)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "POST", .path = "/services", .status = 201 },
		{ .method = "PATCH", .path = "/a/", .status = 200 }, { 0 } };
	struct world *w = world_open(script);
	struct source_write record = {
		.how = WRITE_RECORD, .key = { "web", "lock" }, .body = "{}"
	};

	await(w, "+a ready ");
	source_fence(w->source, loop_now());
	write_status(w, "a", "1");
	assert_string_equal(w->said, "");
	await(w, "retry ");
	source_write(w->source, &record, written, w);
	await(w, "ok ");
	source_fence(w->source, UINT64_MAX);
	write_status(w, "a", "2");
	await(w, "ok ");
	assert_string_equal(fake_api_bodies(w->api, "PATCH"), "2");
	world_close(w);
}

TEST(write_is_not_repeated_beyond_the_fence)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH", .path = "/a/", .status = 503 }, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	write_status(w, "a", "1");
	await_asked(w, "PATCH", "", 1); /* again after 375 ms at least */
	source_fence(w->source, loop_now());
	await(w, "retry ");
	turn_for(w, 1000);
	assert_int_equal(fake_api_asked(w->api, "PATCH", ""), 1);
	world_close(w);
}

TEST(write_of_an_earlier_right_is_not_repeated_under_the_next)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH", .path = "/a/", .status = 503 },
		{ .method = "PATCH", .path = "/a/", .status = 200 }, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	source_fence(w->source, loop_now() + 50);
	write_status(w, "a", "1"); /* again after 375 ms at least */
	await_asked(w, "PATCH", "", 1);
	turn_for(w, 100);
	source_fence(w->source, UINT64_MAX);
	await(w, "retry ");
	write_status(w, "a", "2");
	await(w, "ok ");
	assert_int_equal(fake_api_asked(w->api, "PATCH", ""), 2);
	world_close(w);
}

TEST(write_without_an_answer_ends_at_the_fence)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH", .path = "/a/", .open = true },
		{ .method = "GET", .path = "=5", .status = 200, .open = true },
		{ .method = "PATCH", .path = "/a/", .status = 200 }, { 0 } };
	struct world *w = world_open(script);
	uint64_t start = loop_now();

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	source_fence(w->source, start + 300);
	write_status(w, "a", "1");
	await_asked(w, "PATCH", "", 1);
	await(w, "retry ");
	assert_in_range(loop_now() - start, 300, 3000);
	await_asked(w, "GET", "resourceVersion=5", 2); /* on a new connection */
	source_fence(w->source, UINT64_MAX);
	write_status(w, "a", "2");
	await(w, "ok ");
	assert_string_equal(fake_api_bodies(w->api, "PATCH"), "12");
	world_close(w);
}

/* Listens, but answers nobody, and reads only when it is told to. */
struct deaf {
	int fd;
	unsigned port;
};

static struct deaf
deaf_open(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(sin);
	struct deaf d = { .fd = socket(AF_INET, SOCK_STREAM, 0) };

	assert_int_equal(bind(d.fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(d.fd, 8), 0);
	getsockname(d.fd, (struct sockaddr *)&sin, &len);
	d.port = ntohs(sin.sin_port);
	return d;
}

/* How the connection ends that begins with this: an errno, 0: in good order. */
static int
deaf_end_of(const struct deaf *d, const char *start, size_t *n)
{
	char bytes[65536];
	ssize_t got;
	int fd;

	for (;;) {
		fd = accept(d->fd, NULL, NULL);
		assert_true(fd >= 0);
		got = recv(fd, bytes, sizeof(bytes), 0);
		if (got >= 0 && memcmp(bytes, start, strlen(start)) == 0)
			break;
		close(fd);
	}
	for (*n = 0; got > 0; got = recv(fd, bytes, sizeof(bytes), 0))
		*n += (size_t)got;
	int why = got < 0 ? errno : 0;

	close(fd);
	return why;
}

/* Moves there, gives it this to write, and the fence is reached. */
static void
write_into_the_fence(
    struct world *w, const char *server, const struct deaf *d, const char *body)
{
	uint64_t start;

	await(w, "+a ready ");
	kubeconfig_write_as(
	    w, server, d->port, ", insecure-skip-tls-verify: true");
	write_status(w, "a", body); /* ahead of what is listed again */
	source_reload(w->source);
	turn_for(w, 200);
	start = loop_now();
	source_fence(w->source, start + 100);
	await(w, "retry ");
	assert_in_range(loop_now() - start, 100, 3000);
}

/* More than all buffers between us and the server take. */
TEST(kernel_sends_nothing_more_of_a_write_at_the_fence)
{
	enum { MUCH = 16 << 20 };
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);
	struct deaf d = deaf_open();
	char *body = xcalloc(1, MUCH + 1);
	size_t n;

	memset(body, ' ', MUCH);
	write_into_the_fence(w, "http://127.0.0.1", &d, body);
	assert_int_equal(deaf_end_of(&d, "PATCH", &n), ECONNRESET);
	assert_in_range(n, 1, MUCH / 2);
	free(body);
	close(d.fd);
	world_close(w);
}

TEST(write_that_waits_for_its_connection_ends_at_the_fence)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);
	struct deaf d = deaf_open();
	size_t n;

	write_into_the_fence(w, "https://127.0.0.1", &d, "{}");
	assert_int_equal(deaf_end_of(&d, "\x16", &n), ECONNRESET);
	close(d.fd);
	world_close(w);
}

/* As after SIGSTOP: the fence is behind us before the loop runs again. */
TEST(program_that_stood_still_sends_nothing_beyond_the_fence)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	source_fence(w->source, loop_now() + 50);
	write_status(w, "a", "1");
	usleep(100000);
	await(w, "retry ");
	assert_int_equal(fake_api_asked(w->api, "PATCH", ""), 0);
	world_close(w);
}

/* Of the first of our sockets that leads there. */
static int
unacked_of(unsigned port)
{
	for (int fd = 0; fd < 256; fd++) {
		struct sockaddr_in sin = { 0 };
		socklen_t len = sizeof(sin);
		int unacked;

		if (getpeername(fd, (struct sockaddr *)&sin, &len) != 0 ||
		    sin.sin_family != AF_INET || ntohs(sin.sin_port) != port)
			continue;
		len = sizeof(unacked);
		getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked, &len);
		return unacked;
	}
	return -1;
}

TEST(kernel_tries_to_send_for_as_long_as_is_asked)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	assert_int_equal(unacked_of(fake_api_port(w->api)), 1500);
	world_close(w);
}

#define QUIET                   \
	{                       \
		.quiet_ms = 300 \
	}
#define NEVER 600000 /* ms */

TEST(quiet_watch_is_left_alone_while_the_server_is_there)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open_as(script, (struct source_options)QUIET);

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	turn_for(w, 2000);
	assert_int_equal(fake_api_asked(w->api, "GET", "watch=1"), 1);
	assert_in_range(fake_api_asked(w->api, "GET", "/version"), 3, 7);
	world_close(w);
}

TEST(server_that_speaks_is_not_asked)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct source_options patient = { .quiet_ms = 2000 };
	struct world *w = world_open_as(script, patient);

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	for (unsigned i = 0; i < 10; i++) {
		fake_api_push(w->api, EVENT("BOOKMARK", "", "6"));
		turn_for(w, 250);
	}
	assert_int_equal(fake_api_asked(w->api, "GET", "/version"), 0);
	world_close(w);
}

TEST(list_is_not_cut_while_bytes_come)
{
	static const char list[] = LIST;
	static const struct fake_answer script[] = { { .method = "GET",
							 .path = "services?",
							 .status = 200,
							 .open = true },
		{ .method = "GET", .path = "=5", .status = 200, .open = true },
		{ 0 } };
	struct world *w = world_open_as(script, (struct source_options)QUIET);

	await_asked(w, "GET", "services?", 1);
	for (unsigned i = 0; list[i] != '\0'; i++) {
		fake_api_push(w->api, (char[]){ list[i], '\0' });
		turn_for(w, 20);
	}
	fake_api_close(w->api);
	await(w, "+a ready ");
	await_asked(w, "GET", "=5", 1);
	assert_int_equal(fake_api_asked(w->api, "GET", "services?"), 2);
	world_close(w);
}

/* It may be there, and not seen (kube_io.c); no watch is taken for such a one. */
TEST(server_is_asked_soon_where_a_list_stops)
{
	static const struct fake_answer script[] = { { .method = "GET",
							 .path = "services?",
							 .status = 200,
							 .open = true },
		{ .method = "GET", .path = "=5", .status = 200, .open = true },
		{ 0 } };
	struct world *w = world_open(script);

	await_asked(w, "GET", "services?", 1);
	fake_api_push(w->api, "{");
	await_asked(w, "GET", "/version", 1);
	turn_for(w, 1000);
	fake_api_push(w->api, &LIST[1]);
	fake_api_close(w->api);
	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	turn_for(w, 1000);
	assert_int_equal(fake_api_asked(w->api, "GET", "/version"), 1);
	world_close(w);
}

TEST(server_that_stands_still_is_given_up)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open_as(script, (struct source_options)QUIET);
	uint64_t start;

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	fake_api_freeze(w->api);
	start = loop_now();
	await_asked(w, "GET", "limit=1", 1);
	assert_in_range(loop_now() - start, 300, 3000);
	world_close(w);
}

#define UNANSWERED                                                  \
	{                                                           \
		.method = "GET", .path = "/version", .status = 200, \
		.delay_ms = NEVER                                   \
	}
#define BEGUN                                                        \
	{                                                            \
		.method = "GET", .path = "services?", .status = 200, \
		.open = true                                         \
	}

/* By pages a server is asked that can't answer as a whole: this one did not stop. */
TEST(list_whose_connection_we_gave_up_is_asked_for_as_a_whole)
{
	static const struct fake_answer script[] = { BEGUN, UNANSWERED, BEGUN,
		UNANSWERED, BEGUN, UNANSWERED, BEGUN, { 0 } };
	struct world *w = world_open_as(script, (struct source_options)QUIET);

	for (unsigned i = 1; i <= 3; i++) {
		await_asked(w, "GET", "services?", i);
		fake_api_push(w->api, "{\"items\":[");
	}
	await_asked(w, "GET", "services?", 4);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 0);
	world_close(w);
}

static void
write_record(struct world *w)
{
	struct source_write write = { .how = WRITE_RECORD,
		.key = { "web", "a" },
		.body = "{\"metadata\":{\"resourceVersion\":\"3\"}}" };

	source_write(w->source, &write, written, w);
}

TEST(record_without_an_answer_costs_no_watch)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a",
		    .status = 200,
		    .delay_ms = NEVER },
		{ .method = "PATCH",
		    .path = "/a",
		    .status = 200,
		    .delay_ms = NEVER },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	write_record(w);
	await(w, "retry ");
	await_asked(w, "GET", "/version", 1);
	write_record(w);
	await(w, "retry ");
	await_asked(w, "GET", "/version", 2);
	turn_for(w, 200);
	assert_int_equal(fake_api_asked(w->api, "GET", "watch=1"), 1);
	world_close(w);
}

/*
 * A Lease that is to be renewed within 10 s gets another connection by then, though
 * the last byte of a watch came after the record had gone out.
 */
TEST(record_without_an_answer_finds_the_server_that_stands_still)
{
	static const struct fake_answer script[] = { LISTED, { 0 } };
	struct world *w = world_open(script);
	uint64_t start;

	await(w, "+a ready ");
	await_asked(w, "GET", "watch=1", 1);
	fake_api_freeze(w->api);
	start = loop_now();
	write_record(w);
	turn_for(w, 100);
	fake_api_push(w->api, EVENT("ADDED", "b", "6"));
	await(w, "+b ");
	await(w, "retry ");
	await_asked(w, "GET", "limit=1", 1);
	assert_in_range(loop_now() - start, 5000, 9000);
	world_close(w);
}

TEST(relist_ends_the_watch_and_tells_what_has_changed)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "GET",
		    .path = "=5&resourceVersionMatch=NotOlderThan",
		    .status = 200,
		    .body = "{\"metadata\":{\"resourceVersion\":\"8\"},"
			    "\"items\":[]}" },
		{ .method = "GET", .path = "=8", .status = 200, .open = true },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	source_relist(w->source, 0);
	source_relist(w->source, 0);
	await(w, "-a ");
	await_asked(w, "GET", "resourceVersion=8", 1);
	world_close(w);
}

TEST(who_gives_addresses_lists_the_newest_state_in_pages)
{
	static const struct fake_answer script[] = {
		ANSWER("services?limit=500&continue=more", 200, LIST),
		ANSWER("services?limit=500", 200,
		    "{\"metadata\":{\"resourceVersion\":\"5\","
		    "\"continue\":\"more\"},\"items\":[]}"),
		{ .method = "GET", .path = "=5", .status = 200, .open = true },
		ANSWER("services?limit=500", 200,
		    "{\"metadata\":{\"resourceVersion\":\"8\"},"
		    "\"items\":[]}"),
		{ .method = "GET", .path = "=8", .status = 200, .open = true },
		{ 0 }
	};
	struct world *w =
	    world_open_as(script, (struct source_options){ .exclusive = true });

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	source_relist(w->source, 0); /* as after winning the Lease */
	await(w, "-a ");
	await_asked(w, "GET", "resourceVersion=8", 1);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 3);
	assert_int_equal(fake_api_asked(w->api, "GET", "resourceVersion"), 2);
	world_close(w);
}

TEST(gone_either_way_lists_again_and_tells_the_difference)
{
	static const struct fake_answer script[] = { LISTED,
		ANSWER("=5&resourceVersionMatch=NotOlderThan", 200,
		    "{\"metadata\":{\"resourceVersion\":\"8\"},\"items\":["
		    "{\"metadata\":{\"namespace\":\"web\",\"name\":\"a\","
		    "\"resourceVersion\":\"3\"}},"
		    "{\"metadata\":{\"namespace\":\"web\",\"name\":\"b\","
		    "\"resourceVersion\":\"7\"}}]}"),
		ANSWER("resourceVersion=8", 410, "{}"),
		ANSWER("services?limit=500", 200,
		    "{\"metadata\":{\"resourceVersion\":\"9\"},"
		    "\"items\":[]}"),
		{ .method = "GET", .path = "=9", .status = 200, .open = true },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	fake_api_push(w->api,
	    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\","
	    "\"code\":410,\"message\":\"too old\"}}\n");
	await(w, "+b ");
	await(w, "-a -b "); /* the second time no cache is trusted */
	await_asked(w, "GET", "resourceVersion=9", 1);
	world_close(w);
}

TEST(event_is_created_without_an_answer)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "POST",
		    .path = "/api/v1/namespaces/web/events",
		    .status = 201 },
		{ 0 } };
	struct world *w = world_open(script);
	struct source_event event = { .key = { "web", "a" },
		.uid = "",
		.reason = "Tested",
		.message = "m" };

	await(w, "+a ready ");
	source_event(w->source, &event);
	await_asked(w, "POST", "\"reason\":\"Tested\"", 1);
	assert_int_equal(
	    fake_api_asked(w->api, "POST", "\"component\":\"lbbgp-test\""), 1);
	world_close(w);
}

TEST(unfinished_writes_are_given_up_with_the_source)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 200,
		    .open = true },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	write_status(w, "a", "1");
	write_status(w, "a", "2");
	await_asked(w, "PATCH", "", 1);
	write_status(w, "b", "3");
	source_free(w->source);
	w->source = NULL;
	assert_string_equal(w->said, "");
	world_close(w);
}

#define NAMED ", tls-server-name: kubernetes"

/* Under valgrind or with sanitizers: what calls under way use is theirs. */
TEST(reading_the_same_again_ends_no_call)
{
	static const struct fake_answer script[] = { RELISTED, WATCHED("5"),
		RELISTED, WATCHED("5"),
		{ .method = "PATCH", .path = "/a/", .status = 200 }, { 0 } };
	struct world *w = world_open(script);

	kubeconfig_write_as(
	    w, "http://127.0.0.1", fake_api_port(w->api), NAMED);
	source_reload(w->source);
	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	write_status(w, "a", "1");
	event_base_loop(w->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	source_reload(w->source);
	await_asked(w, "PATCH", "", 1);
	await_asked(w, "GET", "resourceVersion=5", 2);
	assert_non_null(strstr(w->said, "ok "));
	world_close(w);
}

#define LIST_OF(version, name, own)                                            \
	"{\"metadata\":{\"resourceVersion\":\"" version                        \
	"\"},\"items\":[{\"metadata\":{\"namespace\":\"web\",\"name\":\"" name \
	"\",\"resourceVersion\":\"" own "\"}}]}"

/* What has the same version may be another object: it was counted twice. */
TEST(state_of_the_past_is_listed_whole)
{
	static const struct fake_answer script[] = { LISTED,
		ANSWER("services?limit=500", 200, LIST_OF("4", "a", "3")),
		WATCHED("4"), { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	fake_api_push(w->api, EVENT("ADDED", "b", "9"));
	fake_api_push(w->api, EVENT("BOOKMARK", "", "4"));
	await(w, "+b a -b ");
	await_asked(w, "GET", "resourceVersion=4", 1);
	world_close(w);
}

TEST(write_that_is_answered_from_the_past_lists_again)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 200,
		    .body = "{\"metadata\":{\"resourceVersion\":\"3\"}}" },
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 200,
		    .body = "{\"metadata\":{\"resourceVersion\":\"2\"}}" },
		ANSWER("services?limit=500", 200, LIST_OF("4", "a", "2")),
		WATCHED("4"), { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	write_status(
	    w, "a", "1"); /* changes nothing: the version that it had */
	await(w, "ok:3 ");
	turn_for(w, 100);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 0);
	write_status(w, "a", "2");
	await(w, "ok:2 a ");
	await_asked(w, "GET", "resourceVersion=4", 1);
	world_close(w);
}

/* Each is followed again for a moment, and the other need not wait for long then. */
TEST(watches_that_end_at_once_do_not_drive_each_other)
{
	static const struct fake_answer list = ANSWER("resourceVersion", 200,
	    "{\"metadata\":{\"resourceVersion\":\"5\"},\"items\":[]}");
	static const struct fake_answer bad = ANSWER("watch=1", 200, "}\n");
	struct fake_answer script[61] = { 0 };

	for (size_t i = 0; i < 30; i++) {
		script[i] = bad;
		script[30 + i] = list;
	}
	struct world *w =
	    world_open_of(script, (struct source_options){ 0 }, 2);

	turn_for(w, 4000);
	assert_in_range(fake_api_asked(w->api, "GET", "watch=1"), 4, 12);
	world_close(w);
}

/* As behind a balancer, while one after the other is restored. */
TEST(servers_of_two_states_are_not_listed_in_a_loop)
{
	static const struct fake_answer script[] = { LISTED, RELISTED,
		WATCHED("5"), RELISTED, WATCHED("5"), { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	fake_api_push(w->api, EVENT("BOOKMARK", "", "4"));
	await_asked(w, "GET", "resourceVersion=5", 2);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 1);
	fake_api_push(w->api, EVENT("BOOKMARK", "", "4"));
	turn_for(w, 500);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 1);
	await_asked(w, "GET", "resourceVersion=5", 3);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 2);
	world_close(w);
}

/* All that waits was given before: each answer would begin the lists anew. */
TEST(what_was_given_before_tells_of_the_past_once)
{
	static const struct fake_answer old = { .method = "PATCH",
		.path = "/a/",
		.status = 200,
		.body = "{\"metadata\":{\"resourceVersion\":\"2\"}}",
		.delay_ms = 100 };
	const struct fake_answer script[] = { LISTED, old, old, old,
		ANSWER("services?limit=500", 200, LIST_OF("4", "a", "2")),
		WATCHED("4"), { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	write_status(w, "a", "1");
	write_status(w, "a", "2");
	write_status(w, "a", "3");
	await(w, "ok:2 a ok:2 ok:2 ");
	turn_for(w, 100);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 1);
	world_close(w);
}

/* What another has written since is no past. */
TEST(answer_that_the_watch_has_overtaken_lists_nothing)
{
	static const struct fake_answer script[] = { LISTED,
		{ .method = "PATCH",
		    .path = "/a/",
		    .status = 200,
		    .body = "{\"metadata\":{\"resourceVersion\":\"8\"}}",
		    .delay_ms = 100 },
		{ 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	write_status(w, "a", "1");
	fake_api_push(w->api, EVENT("MODIFIED", "a", "8"));
	fake_api_push(w->api, EVENT("MODIFIED", "a", "9"));
	await(w, "a a ok:8 ");
	turn_for(w, 100);
	assert_int_equal(fake_api_asked(w->api, "GET", "limit=500"), 0);
	world_close(w);
}

TEST(reload_lists_again)
{
	static const struct fake_answer script[] = { LISTED, RELISTED,
		WATCHED("5"), { 0 } };
	struct world *w = world_open(script);

	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	source_reload(w->source);
	await(w, "a ");
	await_asked(w, "GET", "resourceVersion=5", 2);
	world_close(w);
}

static struct world *
world_watching(const char *cluster)
{
	static const struct fake_answer script[] = { RELISTED, WATCHED("5"),
		RELISTED, WATCHED("5"), { 0 } };
	struct world *w = world_open(script);

	kubeconfig_write_as(
	    w, "http://127.0.0.1", fake_api_port(w->api), cluster);
	source_reload(w->source);
	await(w, "+a ready ");
	await_asked(w, "GET", "resourceVersion=5", 1);
	return w;
}

TEST(another_address_behind_the_same_name_is_gone_to)
{
	struct world *w = world_watching(NAMED);

	kubeconfig_write_as(
	    w, "http://localhost", fake_api_port(w->api), NAMED);
	source_reload(w->source);
	await_asked(w, "GET", "resourceVersion=5", 2);
	world_close(w);
}

TEST(another_proxy_is_gone_through)
{
	struct world *w = world_watching("");
	char *proxy = xasprintf(
	    ", proxy-url: 'http://127.0.0.1:%u'", fake_api_port(w->api));

	kubeconfig_write_as(
	    w, "http://127.0.0.1", fake_api_port(w->api), proxy);
	free(proxy);
	source_reload(w->source);
	await_asked(w, "GET", "http://127.0.0.1", 1);
	world_close(w);
}

TEST(authority_no_longer_verified_takes_a_new_connection)
{
	struct world *w = world_watching("");

	kubeconfig_write_as(w, "http://127.0.0.1", fake_api_port(w->api),
	    ", insecure-skip-tls-verify: true");
	source_reload(w->source);
	await_asked(w, "GET", "resourceVersion=5", 2);
	world_close(w);
}

TEST(absent_server_is_told)
{
	static const struct fake_answer script[] = { { 0 } };
	struct world *w = world_open(script);
	struct err why;
	uint64_t end = loop_now() + PATIENCE;

	kubeconfig_write(w, 1); /* nobody listens there */
	source_reload(w->source);
	do
		turn(w);
	while (!source_healthy(w->source, 0, &why) &&
	    strstr(why.text, "onnect") == NULL && loop_now() < end);
	assert_non_null(strstr(why.text, "onnect"));
	assert_string_equal(w->said, "");
	world_close(w);
}

/* Does it say so of the server of that row, in an identity that is as the last one? */
static bool
is_other(struct world *w, char **identity, unsigned port, const char *cluster)
{
	kubeconfig_write_as(w, "http://127.0.0.1", port, cluster);
	source_reload(w->source);

	char *is = source_identity(w->source);
	bool other = *identity == NULL || strcmp(*identity, is) != 0;

	free(*identity);
	*identity = is;
	return other;
}

#define AUTHORITY(base64) ", certificate-authority-data: " base64

/* Their API is at one address often, as seen from inside. */
TEST(clusters_are_known_by_their_address_and_authority)
{
	static const struct fake_answer script[] = { { 0 } };
	struct world *w = world_open(script);
	char *identity = NULL;

	assert_true(is_other(w, &identity, 1, ""));
	assert_string_equal(identity, "http://127.0.0.1:1");
	assert_true(is_other(w, &identity, 2, ""));
	assert_true(is_other(w, &identity, 2, AUTHORITY("b25l")));
	assert_string_equal(
	    identity, "http://127.0.0.1:2, authority 1a08aa1921ca5caf");
	assert_false(is_other(w, &identity, 2, AUTHORITY("b25l")));
	assert_true(is_other(w, &identity, 2, AUTHORITY("dHdv")));
	free(identity);
	world_close(w);
}

TEST(who_waits_in_vain_is_told_for_which_server)
{
	static const struct fake_answer script[] = { BEGUN, { 0 } };
	struct world *w = world_open(script);
	struct source_wait wait = { loop_now(), 0 };
	char *want = xasprintf("nothing came from http://127.0.0.1:%u for 0 s",
	    fake_api_port(w->api));
	struct err why;

	await_asked(w, "GET", "services?", 1);
	assert_false(
	    source_may_list(w->source, w->store, &wait, loop_now(), &why));
	assert_non_null(strstr(why.text, want));
	free(want);
	world_close(w);
}

TEST(source_without_a_kubeconfig_is_refused)
{
	struct source_options options = { .program = "lbbgp-test",
		.kubeconfig = "/nonexistent/config" };
	struct event_base *base = event_base_new();
	struct store *store =
	    store_new(kinds, 1, &(struct store_ops){ 0 }, NULL);
	struct err err;

	assert_null(source_kube_open(&options, base, store, &err));
	assert_string_equal(
	    err.text, "/nonexistent/config: No such file or directory");
	store_free(store);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_and_watch_reach_the_store),
		cmocka_unit_test(list_may_be_packed_and_a_watch_is_not),
		cmocka_unit_test(watch_goes_on_from_the_newest_version),
		cmocka_unit_test(unknown_kind_is_listed_and_empty),
		cmocka_unit_test(
		    who_may_not_read_a_kind_that_can_be_spared_goes_on_without),
		cmocka_unit_test(
		    rows_of_the_same_kind_share_a_list_and_a_watch),
		cmocka_unit_test(renewed_token_is_read_after_a_refusal),
		cmocka_unit_test(write_tells_the_new_version),
		cmocka_unit_test(writes_to_one_object_keep_their_order),
		cmocka_unit_test(busy_server_stops_all_writes_for_a_while),
		cmocka_unit_test(record_goes_out_while_the_server_is_busy),
		cmocka_unit_test(nothing_but_records_is_sent_beyond_the_fence),
		cmocka_unit_test(write_is_not_repeated_beyond_the_fence),
		cmocka_unit_test(
		    write_of_an_earlier_right_is_not_repeated_under_the_next),
		cmocka_unit_test(write_without_an_answer_ends_at_the_fence),
		cmocka_unit_test(
		    kernel_sends_nothing_more_of_a_write_at_the_fence),
		cmocka_unit_test(
		    write_that_waits_for_its_connection_ends_at_the_fence),
		cmocka_unit_test(
		    program_that_stood_still_sends_nothing_beyond_the_fence),
		cmocka_unit_test(kernel_tries_to_send_for_as_long_as_is_asked),
		cmocka_unit_test(
		    quiet_watch_is_left_alone_while_the_server_is_there),
		cmocka_unit_test(server_that_speaks_is_not_asked),
		cmocka_unit_test(list_is_not_cut_while_bytes_come),
		cmocka_unit_test(server_is_asked_soon_where_a_list_stops),
		cmocka_unit_test(server_that_stands_still_is_given_up),
		cmocka_unit_test(
		    list_whose_connection_we_gave_up_is_asked_for_as_a_whole),
		cmocka_unit_test(record_without_an_answer_costs_no_watch),
		cmocka_unit_test(
		    record_without_an_answer_finds_the_server_that_stands_still),
		cmocka_unit_test(
		    relist_ends_the_watch_and_tells_what_has_changed),
		cmocka_unit_test(
		    who_gives_addresses_lists_the_newest_state_in_pages),
		cmocka_unit_test(
		    gone_either_way_lists_again_and_tells_the_difference),
		cmocka_unit_test(event_is_created_without_an_answer),
		cmocka_unit_test(
		    unfinished_writes_are_given_up_with_the_source),
		cmocka_unit_test(reading_the_same_again_ends_no_call),
		cmocka_unit_test(state_of_the_past_is_listed_whole),
		cmocka_unit_test(
		    write_that_is_answered_from_the_past_lists_again),
		cmocka_unit_test(
		    watches_that_end_at_once_do_not_drive_each_other),
		cmocka_unit_test(
		    servers_of_two_states_are_not_listed_in_a_loop),
		cmocka_unit_test(what_was_given_before_tells_of_the_past_once),
		cmocka_unit_test(
		    answer_that_the_watch_has_overtaken_lists_nothing),
		cmocka_unit_test(reload_lists_again),
		cmocka_unit_test(
		    another_address_behind_the_same_name_is_gone_to),
		cmocka_unit_test(another_proxy_is_gone_through),
		cmocka_unit_test(
		    authority_no_longer_verified_takes_a_new_connection),
		cmocka_unit_test(absent_server_is_told),
		cmocka_unit_test(
		    clusters_are_known_by_their_address_and_authority),
		cmocka_unit_test(who_waits_in_vain_is_told_for_which_server),
		cmocka_unit_test(source_without_a_kubeconfig_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
