/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a server is found to be away. A peer that vanished is the kernel's to find: it
 * keeps connections alive and waits for acknowledgements (kube_access_io.c). What the
 * kernel can't see, a server that stands still behind an open connection, is found by
 * asking: when the newest byte of all connections is QUIET_MS old, one small request is
 * made, and when nothing at all has come for half as long again, the connections are
 * given up. So a watch may be quiet for as long as it lasts. (HTTP/2 has PING for this,
 * but libcurl sends it for connections of curl_easy_perform() only: curl#12677.)
 *
 * An answer that stops before its end makes one ask sooner, after STOPPED_MS: libcurl
 * 7.88 may have all of it and not know it. Where the last bytes of a stream did not fit
 * into its buffer, the end of the stream is seen only when more comes on the connection
 * (lib/http2.c, cf_h2_recv(): what was paused is not gone on with). The answer to the
 * question is that more.
 *
 * A request that has a shorter limit of its own, as a Lease has, asks when that limit
 * is over. Every other limit ends its own request, and no other.
 */
#include "common/kube/kube_io.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/curl_loop_io.h"
#include "common/err.h"
#include "common/kube/kube.h"
#include "common/kube/kube_access_io.h"
#include "common/log.h"
#include "common/loop_io.h"

#define QUIET_MS 30000   /* without a byte of any call: the server is asked */
#define URGENT_MS 2000   /* for its answer, when a call of a short limit asks */
#define STOPPED_MS 500   /* in the middle of an answer: the server is asked */
#define SILENCE_MS 90000 /* without a byte: the call is ended */
#define CREDS_S 60       /* the credentials are read again so often */
#define CREDS_LEAST_MS 200 /* and no sooner than that on a 401 */
#define BODY_MOST (4u << 20)
/* In use or not: a server that sends GOAWAY now and then leaves idle ones behind. */
#define CONNECTIONS_MOST 2
#define GIVEN_UP "the connection is given up"

struct kube_call {
	struct kube_io *io;
	const struct kube_call_ops *ops;
	void *arg;
	CURL *easy; /* owned; NULL: not started */
	struct kube_access_lists lists;
	struct kube_request request; /* its path owned */
	uint64_t started;
	bool repeated;         /* after a 401, with other credentials */
	struct event *silence; /* owned */
	struct event *stopped; /* owned; while an answer comes that will end */
	char *body;            /* owned; what ops->bytes does not take */
	size_t n, size;
	char error[CURL_ERROR_SIZE];
	struct kube_call *prev, *next; /* in io->waiting or io->running */
};

struct kube_io {
	struct event_base *base;
	struct kube_access *access; /* owned */
	uint64_t refreshed;         /* when its credentials were read */
	bool creds_bad;             /* told */

	struct curl_loop *curl; /* owned */
	struct event *start;    /* owned; does what no callback may do */
	struct event *refresh;  /* owned; reads the credentials again */
	struct kube_call *waiting, *running; /* owned */
	uint64_t fence;
	struct event *limit; /* owned; pending until the fence */
	unsigned fenced;     /* of the running */
	const char
	    *renew; /* why the connections are given up; NULL: they aren't */
	unsigned quiet_ms;
	struct event *quiet;        /* owned; until we look how quiet it is */
	struct kube_call *question; /* is the server there? NULL: not asked */
	uint64_t asked, answer_by;  /* when it was, and its limit */
};

/* Why a call ends without its answer. */
struct call_fault {
	const char *error; /* NULL: none, it ends with what was answered */
	bool silent, given_up, refused; /* as in struct kube_answer */
};

static void
renew_later(struct kube_io *io, const char *why)
{
	io->renew = why;
	event_active(io->start, EV_TIMEOUT, 0);
}

/*
 * Dissolves the connections (connect(2)): what the kernel has of them, unsent or
 * unacknowledged, is gone, and no more can be sent.
 */
static void
socket_reset(void *arg, int fd)
{
	static const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	(void)arg;
	connect(fd, &nowhere, sizeof(nowhere));
}

static void
sockets_reset(struct kube_io *io)
{
	curl_loop_each_socket(io->curl, socket_reset, NULL);
}

/*
 * Is something under way that must not be any more? Asked before libcurl is, which
 * sends whatever it has: we may have stood still.
 */
static bool
is_cut(struct kube_io *io)
{
	if (io->fenced == 0 || loop_now() < io->fence)
		return false;
	sockets_reset(io);
	renew_later(io, GIVEN_UP);
	return true;
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct kube_io *io = arg;

	(void)fd;
	(void)what;
	if (loop_now() < io->fence) /* a timer may come a little early */
		loop_arm(io->limit, io->fence);
	is_cut(io);
}

static long
call_status(const struct kube_call *call)
{
	long http = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &http);
	return http;
}

/* A plugin may have better credentials: what it gave can be revoked at any time. */
static bool
may_repeat(const struct kube_call *call)
{
	return call_status(call) == 401 && !call->repeated &&
	    kube_access_has_plugin(call->io->access);
}

static void
silence_arm(struct kube_call *call)
{
	unsigned ms = call->request.silence_ms;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(call->silence, &tv);
}

static void
stopped_arm(struct kube_call *call)
{
	const struct timeval tv = { 0, STOPPED_MS * 1000 };

	if (!call->request.endless && call != call->io->question)
		event_add(call->stopped, &tv);
}

/* CURLOPT_HEADERFUNCTION: an empty line ends the headers. */
static size_t
header_came(char *bytes, size_t size, size_t n, void *arg)
{
	struct kube_call *call = arg;
	long http = call_status(call);

	(void)size;
	silence_arm(call);
	stopped_arm(call);
	if (n == 2 && bytes[0] == '\r' && http >= 200 &&
	    call->ops->answered != NULL && !may_repeat(call))
		call->ops->answered(call->arg, http);
	return n;
}

static void
body_add(struct kube_call *call, const char *bytes, size_t n)
{
	if (n > BODY_MOST - call->n)
		n = BODY_MOST - call->n;
	if (call->n + n > call->size) {
		call->size = 2 * (call->n + n);
		call->body = xrealloc(call->body, call->size, 1);
	}
	memcpy(call->body + call->n, bytes, n);
	call->n += n;
}

/* CURLOPT_WRITEFUNCTION */
static size_t
body_came(char *bytes, size_t size, size_t n, void *arg)
{
	struct kube_call *call = arg;

	(void)size;
	silence_arm(call);
	stopped_arm(call);
	if (call->ops->bytes != NULL && call_status(call) == 200)
		return call->ops->bytes(call->arg, bytes, n) ? n : 0;
	body_add(call, bytes, n);
	return n;
}

static void
call_free(struct kube_call *call)
{
	if (call->easy != NULL) {
		call->io->fenced -= call->request.fenced;
		curl_loop_remove(call->io->curl, call->easy);
		curl_easy_cleanup(call->easy);
	}
	kube_access_lists_fini(&call->lists);
	event_free(call->silence);
	event_free(call->stopped);
	free(call->request.path);
	free(call->body);
	free(call);
}

static void
creds_refresh(struct kube_io *io, bool refused)
{
	struct err err;
	bool renew = false;
	bool bad = !kube_access_refresh(io->access, refused, &renew, &err);

	io->refreshed = loop_now();
	if (bad && !io->creds_bad)
		log_warn(
		    "kube: %s; the credentials of before are used", err.text);
	io->creds_bad = bad;
	if (renew)
		renew_later(io, GIVEN_UP);
}

static void
on_refresh(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	creds_refresh(arg, false);
}

static void
creds_refused(struct kube_io *io)
{
	if (loop_now() - io->refreshed >= CREDS_LEAST_MS)
		event_active(io->refresh, EV_TIMEOUT, 0);
}

/* Once more from its start, with what the plugin gives now. */
static void
call_repeat(struct kube_call *call)
{
	struct kube_io *io = call->io;

	DL_DELETE(io->running, call);
	io->fenced -= call->request.fenced;
	curl_loop_remove(io->curl, call->easy);
	curl_easy_cleanup(call->easy);
	call->easy = NULL;
	kube_access_lists_fini(&call->lists);
	call->lists = (struct kube_access_lists){ 0 };
	event_del(call->silence);
	event_del(call->stopped);
	call->n = 0;
	call->repeated = true;
	if (io->refreshed <= call->started) /* by another call's 401 */
		creds_refresh(io, true);
	DL_APPEND(io->waiting, call);
	event_active(io->start, EV_TIMEOUT, 0);
}

/* RFC 9110 6.6.1; 0: the answer says no date. */
static int64_t
call_date(const struct kube_call *call)
{
	struct curl_header *header;

	if (curl_easy_header(
		call->easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return 0;
	time_t date = curl_getdate(header->value, NULL);

	return date > 0 ? (int64_t)date : 0;
}

/* The only way in which a running call ends. */
static void
call_end(struct kube_call *call, const struct call_fault *fault)
{
	struct kube_answer a = {
		.http = call_status(call),
		.error = fault->error,
		.silent = fault->silent,
		.given_up = fault->given_up,
		.refused = fault->refused,
		.date = call_date(call),
		.body = call->body,
		.n = call->n,
	};
	curl_off_t retry_s = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_s);
	a.retry_after_ms = retry_s < 3600 ? (unsigned)retry_s * 1000 : 3600000;
	DL_DELETE(call->io->running, call);
	if (a.http == 401 && a.error == NULL)
		creds_refused(call->io);
	call->ops->ended(call->arg, &a);
	call_free(call);
}

/* Is it what is there, rather than what happened on the way? */
static bool
is_refusal(CURLcode code)
{
	static const CURLcode codes[] = { CURLE_UNSUPPORTED_PROTOCOL,
		CURLE_URL_MALFORMAT, CURLE_COULDNT_RESOLVE_PROXY,
		CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PROXY,
		CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
		CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
		CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static void
on_call_ended(void *of, int code)
{
	struct kube_call *call = of;
	struct call_fault fault = { .refused = is_refusal((CURLcode)code) };

	if (code != CURLE_OK)
		fault.error = call->error[0] != '\0'
		    ? call->error
		    : curl_easy_strerror((CURLcode)code);
	if (code == CURLE_OK && may_repeat(call))
		call_repeat(call);
	else
		call_end(call, &fault);
}

static bool
may_go(void *arg)
{
	return !is_cut(arg);
}

static void
curl_open(struct kube_io *io)
{
	static const struct curl_loop_ops ops = { may_go, on_call_ended };

	io->curl = curl_loop_new(io->base, CONNECTIONS_MOST, &ops, io);
}

/*
 * New connections for all that follows: libcurl would go on with one that is dead
 * without knowing it. Calls that are under way end.
 */
static void
connections_renew(struct kube_io *io)
{
	const struct call_fault fault = { .error = io->renew,
		.given_up = true };

	io->renew = NULL;
	sockets_reset(io);
	while (io->running != NULL)
		call_end(io->running, &fault);
	curl_loop_free(io->curl);
	curl_open(io);
}

struct age {
	unsigned ms;
	bool any; /* a byte has come on one */
};

static void
socket_age(void *arg, int fd)
{
	struct age *age = arg;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	if (info.tcpi_bytes_received == 0)
		return;
	if (!age->any || info.tcpi_last_data_recv < age->ms)
		age->ms = info.tcpi_last_data_recv;
	age->any = true;
}

/* ms since the newest byte came on any of them; 0: none has brought one yet. */
static unsigned
connections_age(const struct kube_io *io)
{
	struct age age = { 0 };

	curl_loop_each_socket(io->curl, socket_age, &age);
	return age.ms;
}

static void
question_ended(void *arg, const struct kube_answer *a)
{
	struct kube_io *io = arg;

	io->question = NULL;
	if (a->error != NULL && io->renew == NULL &&
	    connections_age(io) > loop_now() - io->asked)
		renew_later(io, "the API server has been silent for too long");
}

/* Who may not ask is answered, too. */
static void
question_ask(struct kube_io *io, unsigned answer_ms)
{
	static const struct kube_call_ops ops = { .ended = question_ended };
	char path[] = "/version";
	const struct kube_request request = {
		.method = "GET", .path = path, .silence_ms = answer_ms
	};
	uint64_t now = loop_now();

	if (io->question != NULL && io->answer_by <= now + answer_ms)
		return;
	if (io->question != NULL)
		kube_io_drop(io->question);
	io->asked = now;
	io->answer_by = now + answer_ms;
	io->question = kube_io_call(io, &request, &ops, io);
}

static void
on_quiet(evutil_socket_t fd, short what, void *arg)
{
	struct kube_io *io = arg;
	unsigned age = connections_age(io), wait = io->quiet_ms;

	(void)fd;
	(void)what;
	if (io->running == NULL)
		return;
	if (age >= io->quiet_ms)
		question_ask(io, io->quiet_ms / 2);
	else
		wait -= age;
	loop_arm(io->quiet, loop_now() + wait);
}

static void
on_silence(evutil_socket_t fd, short what, void *arg)
{
	struct kube_call *call = arg;
	struct kube_io *io = call->io;
	unsigned limit = call->request.silence_ms;

	(void)fd;
	(void)what;
	if (is_cut(io))
		return;
	if (call != io->question && limit < io->quiet_ms)
		question_ask(io, URGENT_MS);
	call_end(call,
	    &(struct call_fault){
		.error = "nothing came for too long", .silent = true });
}

static void
on_stopped(evutil_socket_t fd, short what, void *arg)
{
	const struct kube_call *call = arg;

	(void)fd;
	(void)what;
	if (!is_cut(call->io))
		question_ask(call->io, call->io->quiet_ms / 2);
}

static void
call_start(struct kube_call *call)
{
	struct kube_io *io = call->io;
	CURL *easy = curl_easy_init();

	call->easy = easy;
	call->started = loop_now();
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_came);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_came);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	kube_access_set(io->access, easy, &call->request, &call->lists);
	DL_APPEND(io->running, call);
	io->fenced += call->request.fenced;
	silence_arm(call);
	if (!evtimer_pending(io->quiet, NULL))
		loop_arm(io->quiet, loop_now() + io->quiet_ms);
	curl_loop_add(io->curl, easy);
}

static void
on_start(evutil_socket_t fd, short what, void *arg)
{
	struct kube_io *io = arg;
	struct kube_call *call;

	(void)fd;
	(void)what;
	if (io->waiting != NULL && kube_access_is_old(io->access) &&
	    loop_now() - io->refreshed >= CREDS_LEAST_MS)
		creds_refresh(io, false);
	if (is_cut(io) || io->renew != NULL)
		connections_renew(io);
	while ((call = io->waiting) != NULL) {
		DL_DELETE(io->waiting, call);
		call_start(call);
	}
}

struct kube_call *
kube_io_call(struct kube_io *io, const struct kube_request *request,
    const struct kube_call_ops *ops, void *arg)
{
	struct kube_call *call = xcalloc(1, sizeof(*call));

	call->io = io;
	call->ops = ops;
	call->arg = arg;
	call->request = *request;
	call->request.path = xstrdup(request->path);
	if (request->silence_ms == 0)
		call->request.silence_ms = SILENCE_MS;
	call->silence = evtimer_new(io->base, on_silence, call);
	call->stopped = evtimer_new(io->base, on_stopped, call);
	DL_APPEND(io->waiting, call);
	event_active(io->start, EV_TIMEOUT, 0);
	return call;
}

void
kube_io_drop(struct kube_call *call)
{
	struct kube_io *io = call->io;

	if (call->easy != NULL)
		DL_DELETE(io->running, call);
	else
		DL_DELETE(io->waiting, call);
	call_free(call);
}

void
kube_io_fence(struct kube_io *io, uint64_t until)
{
	if (until == io->fence)
		return;
	is_cut(io); /* beyond the old one, perhaps */
	io->fence = until;
	if (until != UINT64_MAX)
		loop_arm(io->limit, until);
	else
		event_del(io->limit);
	is_cut(io);
}

struct kube_io *
kube_io_new(struct event_base *base, const struct kube_access_options *options,
    struct err *err)
{
	struct timeval each = { CREDS_S, 0 };

	curl_global_init(CURL_GLOBAL_DEFAULT);
	struct kube_access *access = kube_access_new(options, err);

	if (access == NULL) {
		curl_global_cleanup();
		return NULL;
	}
	struct kube_io *io = xcalloc(1, sizeof(*io));

	io->base = base;
	io->access = access;
	io->refreshed = loop_now();
	io->start = evtimer_new(base, on_start, io);
	io->fence = UINT64_MAX;
	io->limit = evtimer_new(base, on_limit, io);
	io->quiet_ms = QUIET_MS;
	io->quiet = evtimer_new(base, on_quiet, io);
	io->refresh = event_new(base, -1, EV_PERSIST, on_refresh, io);
	event_add(io->refresh, &each);
	curl_open(io);
	return io;
}

static void
calls_drop(struct kube_call **calls)
{
	struct kube_call *call;

	while ((call = *calls) != NULL) {
		DL_DELETE(*calls, call);
		call_free(call);
	}
}

void
kube_io_free(struct kube_io *io)
{
	if (io == NULL)
		return;
	calls_drop(&io->waiting);
	calls_drop(&io->running);
	curl_loop_free(io->curl);
	event_free(io->start);
	event_free(io->limit);
	event_free(io->quiet);
	event_free(io->refresh);
	kube_access_free(io->access);
	free(io);
	curl_global_cleanup();
}

const char *
kube_io_server(const struct kube_io *io)
{
	return kube_access_server(io->access);
}

char *
kube_io_identity(const struct kube_io *io)
{
	return kube_access_identity(io->access);
}

void
kube_io_reload(struct kube_io *io)
{
	struct err err;
	bool renew = false;

	if (!kube_access_reload(io->access, &renew, &err))
		log_warn(
		    "kube: %s; the configuration of before is used", err.text);
	if (renew)
		renew_later(io, GIVEN_UP);
}

void
kube_io_quiet(struct kube_io *io, unsigned ms)
{
	io->quiet_ms = ms;
}
