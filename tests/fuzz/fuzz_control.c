/* SPDX-License-Identifier: Apache-2.0 */
/* A request line. Whatever it is, the reply is one line of JSON with a version. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/control/control.h"
#include "bgpd/session/session.h"
#include "common/rng.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fuzz/fuzz.h"

const char fuzz_name[] = "control";

static void
on_changed(void *arg)
{
	(void)arg;
}

static const struct session_ops session_ops = { .changed = on_changed };

static void
look_at(const char *reply)
{
	json_error_t error;
	json_t *v = json_loads(reply, 0, &error);

	assert(json_integer_value(json_object_get(v, "version")) == 1);
	assert(strchr(reply, '\n') == reply + strlen(reply) - 1);
	json_decref(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct session_config config = { .name = "tor-a",
		.remote = addr_v4(0xc0000202),
		.local_as = 65001,
		.remote_as = 65002,
		.router_id = 1,
		.hold_time = 90,
		.families = { [FAMILY_V4] = true } };
	struct fake_daemon *d = fake_daemon_new();
	struct rng rng;

	rng_init(&rng, 1);
	struct session *s =
	    session_new(&config, &session_ops, NULL, &rng, FAKE_NOW);

	fake_daemon_peer(d, "tor-a", s, true);
	fake_daemon_hears(d, 0, 3);
	struct control_caller caller = { .may_act = size % 2 };
	char *reply = control_answer(
	    &fake_daemon_ops, d, (const char *)bytes, size, &caller);

	look_at(reply);
	free(reply);
	fake_daemon_free(d);
	session_free(s);
	return 0;
}
