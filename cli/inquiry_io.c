/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inquiry_io.h"

#include <event2/event.h>
#include <jansson.h>
#include <stdlib.h>

#include "cli/inquiry.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube/kube.h"
#include "common/kube/kube_access_io.h"
#include "common/kube/kube_io.h"
#include "common/source/source.h"
#include "config.h"

#define SILENCE_MS 10000 /* without a byte of an answer */

struct errands {
	struct event_base *base;
	size_t open; /* questions */
};

struct asking {
	struct errands *of;
	json_t *question; /* borrowed */
	char *post;       /* owned */
};

static void
answer_take(json_t *question, const struct kube_answer *a)
{
	struct err err = { "" };
	json_t *body = NULL;

	if (a->error != NULL || a->http / 100 != 2)
		kube_answer_text(a, &err);
	else
		body = json_parse(a->body != NULL ? a->body : "", a->n, &err);
	json_object_set_new(question, "http", json_integer(a->http));
	json_object_set_new(question, "date", json_integer(a->date));
	if (body != NULL)
		json_object_set_new(question, "body", body);
	else
		json_object_set_new(question, "error", json_string(err.text));
}

static void
on_ended(void *arg, const struct kube_answer *a)
{
	struct asking *asking = arg;

	answer_take(asking->question, a);
	if (--asking->of->open == 0)
		event_base_loopbreak(asking->of->base);
}

static void
ask(struct asking *asking, struct kube_io *io)
{
	static const struct kube_call_ops ops = { .ended = on_ended };
	const json_t *q = asking->question;
	const json_t *post = json_object_get(q, "post");
	struct kube_request request = { .method = "GET",
		.silence_ms = SILENCE_MS };

	if (post != NULL) {
		asking->post = json_dumps(post, JSON_COMPACT);
		request.method = "POST";
		request.type = "application/json";
		request.body = asking->post;
	}
	request.path = xstrdup(json_string_value(json_object_get(q, "path")));
	kube_io_call(io, &request, &ops, asking);
	free(request.path);
}

static void
ask_all(struct errands *errands, struct kube_io *io, json_t *questions)
{
	size_t n = json_object_size(questions), i = 0;
	struct asking *list = xcalloc(n, sizeof(*list));
	const char *key;
	json_t *question;

	errands->open = n;
	json_object_foreach (questions, key, question) {
		list[i] = (struct asking){ errands, question, NULL };
		ask(&list[i++], io);
	}
	if (n > 0)
		event_base_dispatch(errands->base);
	for (i = 0; i < n; i++)
		free(list[i].post);
	free(list);
}

bool
inquiry_carry_out(const struct source_options *options, struct inquiry *inquiry,
    struct err *err)
{
	struct errands errands = { .base = event_base_new() };
	char *agent = xasprintf("%s/%s", options->program, PACKAGE_VERSION);
	const struct kube_access_options access = { options->kubeconfig, agent,
		options->unacked_ms, options->person };
	struct kube_io *io = kube_io_new(errands.base, &access, err);

	if (io != NULL)
		ask_all(&errands, io, inquiry_json(inquiry));
	kube_io_free(io);
	free(agent);
	event_base_free(errands.base);
	return io != NULL;
}
