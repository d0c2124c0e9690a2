/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log where nobody reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/log_io.h"
#include "tests/test.h"

#define MANY 5000 /* lines: more than a pipe or a socket takes */

static char said[1 << 20];

/* All that is there now. */
static const char *
drain(int fd)
{
	size_t n = 0;

	for (;;) {
		ssize_t got = recv(fd, said + n, sizeof(said) - 1 - n,
		    MSG_DONTWAIT); /* a socket */

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	said[n] = '\0';
	return said;
}

static const char *
drain_pipe(int fd)
{
	ssize_t n = read(fd, said, sizeof(said) - 1);

	assert_true(n > 0);
	said[n] = '\0';
	return said;
}

/* Fills what the log writes to; returns how many lines were lost by it. */
static uint64_t
fill(void)
{
	uint64_t before = log_lost();

	alarm(20); /* a log that waits does so for ever */
	for (unsigned i = 0; i < MANY; i++)
		log_info("peer: line %u of a peer that flaps", i);
	alarm(0);
	return log_lost() - before;
}

static void
assert_lost_is_told(const char *text, uint64_t lost)
{
	char line[80];

	snprintf(line, sizeof(line), " warn log: %llu lines are lost, ",
	    (unsigned long long)lost);
	assert_non_null(strstr(text, line));
	assert_true(strstr(text, line) < strstr(text, " info peer: again"));
}

TEST(a_pipe_that_nobody_reads_stops_nothing)
{
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	struct log_io *l = log_io_new(pipes[1]);
	uint64_t lost = fill();

	assert_in_range(lost, 1, MANY - 100);
	drain_pipe(pipes[0]);
	assert_null(strstr(said, "lost"));
	assert_true(said[strlen(said) - 1] == '\n'); /* no half a line */
	log_info("peer: again");
	assert_lost_is_told(drain_pipe(pipes[0]), lost);
	log_io_free(l);
	/* Who else writes to it is not made to fail. */
	assert_int_equal(write(pipes[1], "x", 1), 1);
	close(pipes[0]);
	close(pipes[1]);
}

TEST(a_socket_that_nobody_reads_stops_nothing)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct log_io *l = log_io_new(ends[1]);
	uint64_t lost = fill();

	assert_in_range(lost, 1, MANY - 100);
	drain(ends[0]);
	log_info("peer: again");
	assert_lost_is_told(drain(ends[0]), lost);
	log_io_free(l);
	close(ends[0]);
	close(ends[1]);
}

TEST(a_reader_that_is_gone_stops_nothing)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[0]);
	struct log_io *l = log_io_new(ends[1]);

	assert_int_equal(fill(), MANY);
	log_io_free(l);
	close(ends[1]);
}

TEST(a_file_takes_all_where_it_is)
{
	FILE *f = tmpfile();

	fputs("before\n", f);
	fflush(f);
	struct log_io *l = log_io_new(fileno(f));

	assert_int_equal(fill(), 0);
	log_io_free(l);
	rewind(f);
	assert_non_null(fgets(said, sizeof(said), f));
	assert_string_equal(said, "before\n");
	fclose(f);
}

TEST(the_longest_line_is_whole)
{
	int pipes[2];
	char text[4000];

	assert_int_equal(pipe(pipes), 0);
	memset(text, '\x01', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct log_io *l = log_io_new(pipes[1]);

	log_set_json(true);
	log_warn("%s", text);
	log_set_json(false);
	drain_pipe(pipes[0]);
	assert_in_range(strlen(said), 3000, LOG_LINE_MOST);
	assert_string_equal(said + strlen(said) - 3, "\"}\n");
	log_io_free(l);
	close(pipes[0]);
	close(pipes[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_that_nobody_reads_stops_nothing),
		cmocka_unit_test(a_socket_that_nobody_reads_stops_nothing),
		cmocka_unit_test(a_reader_that_is_gone_stops_nothing),
		cmocka_unit_test(a_file_takes_all_where_it_is),
		cmocka_unit_test(the_longest_line_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
