/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of a file, one by one, and what can't be read of it. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/dir/document_io.h"
#include "common/err.h"
#include "tests/test.h"

struct world {
	char path[32];
	struct document_file *file;
	unsigned line;
	struct err err;
	json_t *doc;
};

/* end: of the file's name, as ".json". */
static void
begin_as(struct world *w, const char *text, const char *end)
{
	snprintf(w->path, sizeof(w->path), "/tmp/document.XXXXXX%s", end);
	int fd = mkstemps(w->path, (int)strlen(end));

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	w->file = document_open(w->path, &w->err);
	assert_non_null(w->file);
}

static void
begin(struct world *w, const char *text)
{
	begin_as(w, text, "");
}

static enum document_step
next(struct world *w)
{
	json_decref(w->doc);
	w->doc = NULL;
	return document_next(w->file, &w->doc, &w->line, &w->err);
}

static void
end(struct world *w)
{
	json_decref(w->doc);
	document_close(w->file);
	unlink(w->path);
}

TEST(documents_come_one_by_one_with_their_lines)
{
	struct world w = { 0 };

	begin(&w, "---\n# nothing\n---\na: 1\n---\nb: 2\n");
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_int_equal(w.line, 3);
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_non_null(json_object_get(w.doc, "b"));
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

TEST(document_after_a_bad_one_is_read)
{
	struct world w = { 0 };

	begin(&w, "a: [\n---\nb: 2\n");
	assert_int_equal(next(&w), DOCUMENT_BAD);
	assert_int_equal(next(&w), DOCUMENT_READ);
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

static void
assert_next(struct world *w, const char *key, unsigned line)
{
	assert_int_equal(next(w), DOCUMENT_READ);
	assert_non_null(json_object_get(w->doc, key));
	assert_int_equal(w->line, line);
}

TEST(json_objects_follow_one_another)
{
	struct world w = { 0 };

	begin_as(&w, " {\"a\":1}{\"b\":\n2}\n\n{\"c\":3}\n\n", ".json");
	assert_next(&w, "a", 1);
	assert_next(&w, "b", 1);
	assert_next(&w, "c", 4);
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

TEST(json_objects_can_stand_among_documents_of_yaml)
{
	struct world w = { 0 };

	begin_as(&w, "x: 1\n---\n{\"a\":1}\n{\"b\":2}\n---\ny: 2\n", ".yaml");
	assert_next(&w, "x", 1);
	assert_next(&w, "a", 3);
	assert_next(&w, "b", 4);
	assert_next(&w, "y", 5);
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

TEST(bad_json_object_ends_its_document)
{
	struct world w = { 0 };

	begin_as(&w, "{\"a\":1}\n{hunter2}\n{\"b\":2}\n---\ny: 2\n", ".yaml");
	assert_next(&w, "a", 1);
	assert_int_equal(next(&w), DOCUMENT_BAD);
	assert_memory_equal(w.err.text, "line 2, column ", 15);
	assert_null(strstr(w.err.text, "hunter2"));
	assert_next(&w, "y", 4);
	end(&w);
}

TEST(fault_of_yaml_that_begins_like_json_is_told)
{
	struct world w = { 0 };

	begin_as(&w, "{{ template }}\n", ".yaml");
	assert_int_equal(next(&w), DOCUMENT_BAD);
	assert_null(strstr(w.err.text, "column"));
	assert_int_equal(next(&w), DOCUMENT_END);
	end(&w);
}

TEST(what_can_not_be_read_is_no_empty_file)
{
	struct world w;

	assert_null(document_open("/", &w.err)); /* reading it fails */
	assert_string_equal(w.err.text, "Is a directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_come_one_by_one_with_their_lines),
		cmocka_unit_test(document_after_a_bad_one_is_read),
		cmocka_unit_test(json_objects_follow_one_another),
		cmocka_unit_test(
		    json_objects_can_stand_among_documents_of_yaml),
		cmocka_unit_test(bad_json_object_ends_its_document),
		cmocka_unit_test(fault_of_yaml_that_begins_like_json_is_told),
		cmocka_unit_test(what_can_not_be_read_is_no_empty_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
