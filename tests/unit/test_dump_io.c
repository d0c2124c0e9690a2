/* SPDX-License-Identifier: Apache-2.0 */
/* A dump into a file, part by part, from a child that plays the daemon. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dump_io.h"
#include "common/args.h"
#include "common/err.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define NOW 1700000000u

struct daemon {
	char dir[32];
	char path[64], file[64];
	int fd; /* listens */
	pid_t pid;
};

static int
setup(void **state)
{
	static struct daemon d;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(d.dir, "/tmp/lbbgp-dump-XXXXXX");
	assert_non_null(mkdtemp(d.dir));
	snprintf(d.path, sizeof(d.path), "%s/sock", d.dir);
	snprintf(d.file, sizeof(d.file), "%s/n1.mrt", d.dir);
	strcpy(un.sun_path, d.path);
	d.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(d.fd, (const struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(d.fd, 4), 0);
	*state = &d;
	return 0;
}

static int
teardown(void **state)
{
	struct daemon *d = *state;

	waitpid(d->pid, NULL, 0);
	close(d->fd);
	unlink(d->path);
	unlink(d->file);
	rmdir(d->dir);
	return 0;
}

/* A connection each: wants that request, gives that reply. */
struct exchange {
	const char *request, *reply;
};

static void
serve_one(const struct daemon *d, const struct exchange *x)
{
	char line[256] = "";
	FILE *in = fdopen(accept(d->fd, NULL, NULL), "r+");

	if (fgets(line, sizeof(line), in) == NULL)
		_exit(1);
	line[strcspn(line, "\n")] = '\0';
	fseek(in, 0, SEEK_CUR);
	if (strcmp(line, x->request) == 0)
		fprintf(in, "%s\n", x->reply);
	else
		fprintf(in, "{\"error\":\"asked otherwise\"}\n");
	fclose(in);
}

static void
serve(struct daemon *d, const struct exchange *list, size_t n)
{
	d->pid = fork();
	if (d->pid != 0)
		return;
	for (size_t i = 0; i < n; i++)
		serve_one(d, &list[i]);
	_exit(0);
}

static char *
dump(const struct daemon *d, const char *file, struct err *err, int *code)
{
	json_t *request =
	    json_pack("{s:s, s:s}", "request", "routes", "file", file);
	struct json_at at_request = json_at_root(request);
	char *told = dump_carry_out(d->path, &at_request, NOW, err, code);

	json_decref(request);
	return told;
}

static long
size_of(const char *path)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	long n = ftell(f);

	fclose(f);
	return n;
}

#define ROUTE                                                            \
	"{\"prefix\":\"20.0.0.0/8\",\"neighborName\":null,\"pathID\":0," \
	"\"attributes\":\"QAEBAA==\"}"
#define FIRST "{\"request\":\"routes\",\"raw\":true}"
#define NEXT "{\"request\":\"routes\",\"raw\":true,\"cursor\":[1]}"

static void
all_parts_go_into_the_file(void **state)
{
	static const struct exchange list[] = {
		{ FIRST,
		    "{\"self\":{\"node\":\"n1\",\"routerID\":\"10.0.0.1\"},"
		    "\"peers\":[],\"routes\":[" ROUTE "],\"cursor\":[1]}" },
		{ NEXT,
		    "{\"routes\":[" ROUTE "],\"cursor\":null,"
		    "\"counted\":[\"tor-a\"]}" },
	};
	struct daemon *d = *state;
	struct err err = { "" };
	int code;

	serve(d, list, 2);
	char *told = dump(d, d->file, &err, &code);

	assert_string_equal(err.text, "");
	json_t *reply = json_of(told);

	assert_at(reply, "prefixes", "1");
	assert_at(reply, "routes", "2");
	assert_at(reply, "leftOut", "0");
	assert_at(reply, "counted", "[\"tor-a\"]");
	/* Heads of 12, an index of 10 and a peer of 13, 8 and two entries of 12. */
	assert_int_equal(size_of(d->file), 12 + 10 + 13 + 12 + 8 + 24);
	json_decref(reply);
	free(told);
}

static void
a_refusal_is_told(void **state)
{
	static const struct exchange list[] = { { FIRST,
	    "{\"version\":1,\"error\":\"no neighbor x on node n1\"}" } };
	struct daemon *d = *state;
	struct err err;
	int code;

	serve(d, list, 1);
	assert_null(dump(d, d->file, &err, &code));
	assert_int_equal(code, EXIT_FAILED);
	assert_string_equal(err.text, "no neighbor x on node n1");
}

static void
a_daemon_that_goes_away_is_told(void **state)
{
	struct daemon *d = *state;
	struct err err;
	int code;

	serve(d, NULL, 0);
	close(d->fd);
	d->fd = -1;
	assert_null(dump(d, d->file, &err, &code));
	assert_int_equal(code, EXIT_AWAY);
}

static void
a_file_that_takes_nothing_is_told(void **state)
{
	/* There is more, for which nobody asks any more. */
	static const struct exchange list[] = { { FIRST,
	    "{\"self\":{\"node\":\"n1\"},\"peers\":[],\"routes\":[],"
	    "\"cursor\":[1]}" } };
	struct daemon *d = *state;
	struct err err;
	int code;

	serve(d, list, 1);
	assert_null(dump(d, "/dev/full", &err, &code));
	assert_int_equal(code, EXIT_FAILED);
	assert_string_equal(err.text, "/dev/full: No space left on device");
	assert_null(dump(d, "/nowhere/x", &err, &code));
	assert_string_equal(err.text, "/nowhere/x: No such file or directory");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_parts_go_into_the_file),
		T(a_refusal_is_told),
		T(a_daemon_that_goes_away_is_told),
		T(a_file_that_takes_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
