/* SPDX-License-Identifier: Apache-2.0 */
/* What a source may send, as the record goes: doc/rules.md 3. */
#include "allocator/lead/elect.h"
#include "allocator/lead/lease.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"
#include "tests/test.h"

enum { RENEW = 10000 }; /* ms */

struct rim { /* the clock, and a source that carries out nothing by itself */
	uint64_t now, fence;
	source_done *done; /* NULL: nothing is under way */
	void *done_arg;
	unsigned won, lost;
	struct source *source;
	struct elect *elect;
	struct clock clock;
};

static void
rim_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct rim *r = impl;

	assert_int_equal(w->how, WRITE_RECORD);
	r->done = done;
	r->done_arg = arg;
}

static void
rim_fence(void *impl, uint64_t until)
{
	((struct rim *)impl)->fence = until;
}

static void
rim_free(void *impl)
{
	(void)impl;
}

static uint64_t
rim_now(void *arg)
{
	return ((struct rim *)arg)->now;
}

static int64_t
rim_wall(void *arg)
{
	(void)arg;
	return 1767225600000;
}

static void
rim_wake(void *arg)
{
	(void)arg;
}

static void
rim_won(void *arg)
{
	((struct rim *)arg)->won++;
}

static void
rim_lost(void *arg)
{
	((struct rim *)arg)->lost++;
}

static void
rim_open(struct rim *r)
{
	static const struct source_ops source_ops = {
		.write = rim_write, .fence = rim_fence, .free = rim_free
	};
	static const struct elect_ops ops = {
		.wake = rim_wake, .won = rim_won, .lost = rim_lost
	};

	*r = (struct rim){ .now = 1000,
		.fence = UINT64_MAX,
		.clock = { rim_now, rim_wall, r } };
	r->source = source_new(&source_ops, r);
	const struct elect_spec spec = { .leader = { .ns = "lbbgp-system",
					     .identity = "me",
					     .times = { 15000, RENEW, 2000 },
					     .seed = 1 },
		.source = r->source,
		.clock = &r->clock,
		.ops = &ops,
		.arg = r };

	r->elect = elect_new(&spec);
}

static void
rim_close(struct rim *r)
{
	source_free(r->source);
	elect_free(r->elect);
}

/* What was sent is carried out, and the answer comes `later` ms after that. */
static void
answered(struct rim *r, unsigned later)
{
	static const struct source_result good = { WRITE_OK, "", "1" };

	assert_non_null(r->done);
	r->now += later;
	r->done(r->done_arg, &good);
	r->done = NULL;
	elect_run(r->elect);
}

TEST(nothing_is_sent_before_the_record_is_ours)
{
	struct rim r;

	rim_open(&r);
	assert_int_equal(r.fence, 0);
	elect_listed(r.elect, NULL);
	elect_run(r.elect);
	assert_int_equal(r.fence, 0);
	assert_int_equal(r.won, 0);
	rim_close(&r);
}

TEST(the_source_is_told_when_the_right_to_write_ends)
{
	struct rim r;

	rim_open(&r);
	elect_listed(r.elect, NULL);
	elect_run(r.elect);
	answered(&r, 700); /* counted from when it was sent */
	assert_int_equal(r.won, 1);
	assert_int_equal(r.fence, 1000 + RENEW);
	r.now = 4000;
	elect_run(r.elect);
	assert_int_equal(r.fence, 1000 + RENEW);
	answered(&r, 300);
	assert_int_equal(r.fence, 4000 + RENEW);
	r.now = 4000 + RENEW;
	elect_run(r.elect);
	assert_int_equal(r.lost, 1);
	assert_true(r.fence <= r.now);
	rim_close(&r);
}

TEST(who_resigns_sends_nothing_more)
{
	struct rim r;

	rim_open(&r);
	elect_listed(r.elect, NULL);
	elect_run(r.elect);
	answered(&r, 10);
	elect_resign(r.elect);
	elect_run(r.elect);
	assert_int_equal(r.fence, 0);
	assert_int_equal(r.lost, 1);
	rim_close(&r);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_before_the_record_is_ours),
		cmocka_unit_test(
		    the_source_is_told_when_the_right_to_write_ends),
		cmocka_unit_test(who_resigns_sends_nothing_more),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
