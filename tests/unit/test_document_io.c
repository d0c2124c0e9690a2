/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of a file, one by one, and what can't be read of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/document_io.h"
#include "common/err.h"

struct world {
	char path[32];
	struct document_file *file;
	struct dir_place place;
	struct err err;
	json_t *doc;
};

static void
begin(struct world *w, const char *text)
{
	strcpy(w->path, "/tmp/document.XXXXXX");
	int fd = mkstemp(w->path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	w->file = document_open(w->path, &w->err);
	assert_non_null(w->file);
}

static enum document_step
next(struct world *w)
{
	json_decref(w->doc);
	w->doc = NULL;
	return document_next(w->file, &w->doc, &w->place, &w->err);
}

static void
end(struct world *w)
{
	json_decref(w->doc);
	document_close(w->file);
	unlink(w->path);
}

static void
documents_come_one_by_one_with_their_lines(void **state)
{
	struct world w = { 0 };

	(void)state;
	begin(&w, "---\n# nothing\n---\na: 1\n---\nb: 2\n");
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_int_equal(w.place.line, 3);
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_non_null(json_object_get(w.doc, "b"));
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

static void
document_after_a_bad_one_is_read(void **state)
{
	struct world w = { 0 };

	(void)state;
	begin(&w, "a: [\n---\nb: 2\n");
	assert_int_equal(next(&w), DOCUMENT_BAD);
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

static void
what_can_not_be_read_is_no_empty_file(void **state)
{
	struct world w = { .path = "" };

	(void)state;
	w.file = document_open("/", &w.err); /* reading it fails */
	assert_non_null(w.file);
	assert_int_equal(next(&w), DOCUMENT_BAD);
	assert_string_equal(w.err.text, "line 1: Is a directory");
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_come_one_by_one_with_their_lines),
		cmocka_unit_test(document_after_a_bad_one_is_read),
		cmocka_unit_test(what_can_not_be_read_is_no_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
