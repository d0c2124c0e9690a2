/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgpd/peer/mute.h"
#include "bgpd/peer/session.h"
#include "common/rng.h"

static void
on_changed(void *arg)
{
	(void)arg;
}

static void
a_mute_session_goes_through_its_states_alone(void **state)
{
	static const struct session_ops ops = { .changed = on_changed };
	struct session_config config = { .name = "a",
		.remote = addr_v4(0x0a000009),
		.local_as = 1,
		.remote_as = 2,
		.router_id = 1,
		.hold_time = 90 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 1);
	struct session *s = session_new(&config, &ops, NULL, &rng, 0);

	mute_attach(s);
	session_start(s, 0);
	assert_int_equal(session_state(s), STATE_CONNECT);
	config.hold_time = 9;
	assert_null(session_reconfigure(s, &config, 1));
	session_stop(s, CEASE_SHUTDOWN, NULL, 2);
	assert_int_equal(session_state(s), STATE_IDLE);
	session_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mute_session_goes_through_its_states_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
