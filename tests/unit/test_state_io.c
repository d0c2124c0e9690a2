/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the last good state: whose they are, what is refused, and that one whole
 * set is there at any time. On a real directory below /tmp.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/state/state_io.h"
#include "bgpd/state/state_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "tests/test.h"

struct place {
	char directory[64]; /* "/tmp/…/state" */
	char above[56];
	struct state_io *io;
	const struct state_port *port;
	struct err err;
};

static void
quiet(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static void
place_open(struct place *p)
{
	p->io = state_io_new(p->directory, "node1", &p->err);
	p->port = p->io != NULL ? state_io_port(p->io) : NULL;
}

static void
place_reopen(struct place *p)
{
	state_io_free(p->io);
	place_open(p);
}

static int
setup(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));

	log_set_sink(quiet);
	strcpy(p->above, "/tmp/lbbgp-state-XXXXXX");
	assert_non_null(mkdtemp(p->above));
	snprintf(p->directory, sizeof(p->directory), "%s/state", p->above);
	place_open(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;
	char *command = xasprintf("rm -rf %s", p->above);
	int rc = system(command);

	state_io_free(p->io);
	free(command);
	free(p);
	return rc;
}

static char *
path(const struct place *p, const char *below)
{
	return xasprintf("%s/node1/%s", p->directory, below);
}

static unsigned
mode_of(const struct place *p, const char *below)
{
	char *at = path(p, below);
	struct stat st = { 0 };

	assert_int_equal(stat(at, &st), 0);
	free(at);
	return st.st_mode & 07777;
}

static bool
is_there(const struct place *p, const char *below)
{
	char *at = path(p, below);
	bool there = access(at, F_OK) == 0;

	free(at);
	return there;
}

static void
chmod_to(const struct place *p, const char *below, mode_t mode)
{
	char *at = path(p, below);

	assert_int_equal(chmod(at, mode), 0);
	free(at);
}

static void
append(struct place *p, uint32_t segment, const char *text)
{
	assert_true(p->port->append(
	    p->port->arg, segment, text, strlen(text), &p->err));
}

static void
complete(struct place *p)
{
	assert_true(p->port->complete(p->port->arg, &p->err));
}

static size_t
former(struct place *p, uint32_t *first)
{
	return p->port->former(p->port->arg, first);
}

static void
assert_reads(
    struct place *p, bool is_former, uint32_t segment, const char *want)
{
	size_t n;
	char *bytes =
	    p->port->read(p->port->arg, is_former, segment, &n, &p->err);

	assert_non_null(bytes);
	assert_int_equal(n, strlen(want));
	assert_string_equal(bytes, want);
	free(bytes);
}

static void
assert_unread(struct place *p, uint32_t segment, const char *why)
{
	size_t n;

	assert_null(p->port->read(p->port->arg, true, segment, &n, &p->err));
	assert_non_null(strstr(p->err.text, why));
}

static void
a_complete_set_is_the_next_runs_former(void **state)
{
	struct place *p = *state;
	uint32_t first;

	assert_int_equal(former(p, &first), 0);
	append(p, 1, "one ");
	append(p, 1, "more\n");
	append(p, 2, "two\n");
	assert_reads(p, false, 1, "one more\n");
	complete(p);
	append(p, 2, "still ours\n");
	place_reopen(p);
	assert_int_equal(former(p, &first), 2);
	assert_int_equal(first, 1);
	assert_reads(p, true, 1, "one more\n");
	assert_reads(p, true, 2, "two\nstill ours\n");
	append(p, 1, "new\n");
	assert_reads(p, true, 1, "one more\n");
	complete(p);
	place_reopen(p);
	assert_int_equal(former(p, &first), 1);
	assert_reads(p, true, 1, "new\n");
}

static void
an_unfinished_set_is_dropped(void **state)
{
	struct place *p = *state;
	uint32_t first;

	append(p, 1, "one\n");
	complete(p);
	place_reopen(p);
	append(p, 1, "half");
	place_reopen(p);
	assert_int_equal(former(p, &first), 1);
	assert_reads(p, true, 1, "one\n");
	assert_false(is_there(p, "ours/1"));
}

static void
removed_segments_are_gone(void **state)
{
	struct place *p = *state;
	uint32_t first;

	append(p, 7, "seven\n");
	append(p, 8, "eight\n");
	complete(p);
	p->port->remove(p->port->arg, 7);
	place_reopen(p);
	assert_int_equal(former(p, &first), 1);
	assert_int_equal(first, 8);
}

static void
nobody_else_can_look_into_it(void **state)
{
	struct place *p = *state;
	mode_t was = umask(0);

	state_io_free(p->io);
	assert_int_equal(rmdir(p->directory), -1); /* the node's is in it */
	char *all = xasprintf("rm -rf %s", p->directory);

	assert_int_equal(system(all), 0);
	free(all);
	place_open(p);
	append(p, 1, "secret\n");
	assert_int_equal(mode_of(p, "ours/1"), 0600);
	assert_int_equal(mode_of(p, "ours"), 0700);
	assert_int_equal(mode_of(p, ""), 0700);
	assert_int_equal(mode_of(p, ".."), 0700);
	umask(was);
}

static void
a_directory_that_others_may_read_is_refused(void **state)
{
	struct place *p = *state;

	append(p, 1, "one\n");
	complete(p);
	chmod_to(p, "", 0750);
	place_reopen(p);
	assert_null(p->io);
	assert_string_equal(
	    p->err.text, "node1: mode 0750: others have rights there");
}

static void
a_file_that_others_may_read_is_refused(void **state)
{
	struct place *p = *state;

	append(p, 1, "one\n");
	complete(p);
	chmod_to(p, "former/1", 0640);
	place_reopen(p);
	assert_unread(p, 1, "mode 0640");
}

static void
links_and_foreign_things_are_refused(void **state)
{
	struct place *p = *state;
	uint32_t first;

	append(p, 1, "one\n");
	complete(p);
	place_reopen(p);
	char *at = path(p, "former/1"), *other = path(p, "other");

	assert_int_equal(rename(at, other), 0);
	assert_int_equal(symlink(other, at), 0);
	assert_unread(p, 1, "open: ");
	assert_int_equal(unlink(at), 0);
	assert_int_equal(mkfifo(at, 0600), 0);
	assert_unread(p, 1, "no file of ours");
	assert_int_equal(unlink(at), 0);
	assert_unread(p, 1, strerror(ENOENT));
	free(at);
	free(other);
	at = path(p, "former/notes");
	assert_int_equal(mkdir(at, 0700), 0);
	assert_int_equal(former(p, &first), 0);
	free(at);
}

static void
a_directory_that_is_a_link_is_refused(void **state)
{
	struct place *p = *state;
	char *real = xasprintf("%s/real", p->above);

	state_io_free(p->io);
	assert_int_equal(rename(p->directory, real), 0);
	assert_int_equal(symlink(real, p->directory), 0);
	place_open(p);
	assert_null(p->io);
	free(real);
}

static void
a_second_daemon_of_the_node_gets_none(void **state)
{
	struct place *p = *state;
	struct err err;

	assert_null(state_io_new(p->directory, "node1", &err));
	assert_non_null(
	    strstr(err.text, "another daemon keeps the state of node node1"));
	struct state_io *other = state_io_new(p->directory, "node2", &err);

	assert_non_null(other);
	state_io_free(other);
}

static void
a_lock_that_is_a_link_is_refused(void **state)
{
	struct place *p = *state;
	char *lock = path(p, "lock");

	assert_int_equal(unlink(lock), 0);
	assert_int_equal(symlink("elsewhere", lock), 0);
	place_reopen(p);
	assert_null(p->io);
	assert_ptr_equal(strstr(p->err.text, lock), p->err.text);
	assert_non_null(
	    strstr(p->err.text, ": a symbolic link, which is not "));
	free(lock);
}

static void
a_name_that_leads_elsewhere_is_refused(void **state)
{
	struct place *p = *state;
	struct err err;

	assert_null(state_io_new(p->directory, "../node1", &err));
	assert_null(state_io_new(p->directory, "..", &err));
}

static void
what_is_forgotten_leaves_no_trace(void **state)
{
	struct place *p = *state;

	append(p, 1, "one\n");
	complete(p);
	place_reopen(p);
	append(p, 1, "two\n");
	complete(p);
	append(p, 2, "three\n");
	p->port->forget(p->port->arg, true);
	state_io_free(p->io);
	p->io = NULL;
	assert_int_equal(access(p->directory, F_OK), -1);
}

static void
what_is_given_up_leaves_the_former_set(void **state)
{
	struct place *p = *state;
	uint32_t first;

	append(p, 1, "one\n");
	complete(p);
	place_reopen(p);
	append(p, 1, "two\n");
	p->port->forget(p->port->arg, false);
	assert_reads(p, true, 1, "one\n");
	append(p, 1, "again\n");
	complete(p);
	p->port->forget(p->port->arg, false); /* it was both */
	assert_int_equal(former(p, &first), 0);
	append(p, 5, "anew\n");
	complete(p);
	place_reopen(p);
	assert_reads(p, true, 5, "anew\n");
}

/* As by rm -rf, under a daemon that would write on to nowhere. */
static void
what_is_removed_under_us_is_told_and_kept_anew(void **state)
{
	struct place *p = *state;

	append(p, 1, "one\n");
	complete(p);
	char *command = xasprintf("rm -rf %s/node1/former", p->directory);

	assert_int_equal(system(command), 0);
	free(command);
	assert_false(p->port->append(p->port->arg, 1, "x", 1, &p->err));
	assert_non_null(strstr(p->err.text, "somebody has removed the files"));
	p->port->forget(p->port->arg, false);
	append(p, 2, "anew\n");
	complete(p);
	place_reopen(p);
	assert_reads(p, true, 2, "anew\n");
}

/* Else it would change places with ours, and be in the way of every later run. */
static void
what_is_no_directory_gives_way(void **state)
{
	static const char *const names[] = { "former", "ours" };
	struct place *p = *state;
	uint32_t first;

	for (unsigned i = 0; i < 4; i++) {
		char *at = path(p, names[i % 2]);

		state_io_free(p->io);
		assert_true(rmdir(at) == 0 || errno == ENOENT);
		if (i < 2)
			assert_int_equal(symlink("/tmp", at), 0);
		else
			assert_int_equal(mknod(at, S_IFREG | 0600, 0), 0);
		free(at);
		place_open(p);
		assert_non_null(p->io);
		assert_int_equal(former(p, &first), 0);
		append(p, 1, "one\n");
		complete(p);
		assert_false(is_there(p, "ours"));
		place_reopen(p);
		assert_reads(p, true, 1, "one\n");
		p->port->forget(p->port->arg, true);
		place_reopen(p);
	}
}

static void
a_segment_is_never_written_over(void **state)
{
	struct place *p = *state;

	append(p, 1, "one\n");
	append(p, 2, "two\n");
	assert_false(p->port->append(p->port->arg, 1, "x", 1, &p->err));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_complete_set_is_the_next_runs_former),
		T(an_unfinished_set_is_dropped),
		T(removed_segments_are_gone),
		T(nobody_else_can_look_into_it),
		T(a_directory_that_others_may_read_is_refused),
		T(a_file_that_others_may_read_is_refused),
		T(links_and_foreign_things_are_refused),
		T(a_directory_that_is_a_link_is_refused),
		T(a_second_daemon_of_the_node_gets_none),
		T(a_lock_that_is_a_link_is_refused),
		T(a_name_that_leads_elsewhere_is_refused),
		T(what_is_forgotten_leaves_no_trace),
		T(what_is_given_up_leaves_the_former_set),
		T(what_is_removed_under_us_is_told_and_kept_anew),
		T(what_is_no_directory_gives_way),
		T(a_segment_is_never_written_over),
	};

	return cmocka_run_group_tests_name("state_io", tests, NULL, NULL);
}
