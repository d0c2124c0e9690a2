/* SPDX-License-Identifier: Apache-2.0 */
/* The source with real files in a directory of its own, and the event loop. */
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/source/store.h"
#include "common/source_io.h"
#include "tests/test.h"

#define PATIENCE 20000 /* ms; a disk that others write to, too, may be slow */
#define A_WHILE 150    /* ms in which every change would be told */

static char top[] = "/tmp/lbbgp-dir-XXXXXX"; /* holds m and m.state */
static const char *source_path;              /* of the source, in there */
static char news[16384];                     /* what the store told */
static char warned[512];
static char version[64]; /* of the last object decoded */
static void (*on_change)(const struct object_key *); /* or NULL */
static void (*on_warning)(void);                     /* or NULL */
static int (*on_open)(const char *path); /* or NULL; an errno: it fails */
static struct event_base *base;

/* A program: a store of three kinds on the source, one of them read twice. */
struct program {
	struct store *store;
	struct source *source;
};

enum { SERVICE, PEER, GROUP, ANY_GROUP, KINDS };

/* In place of the C library's. */
FILE *
fopen(const char *path, const char *mode)
{
	int flags = mode[0] == 'w' ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;

	errno = on_open != NULL ? on_open(path) : 0;
	int fd = errno == 0 ? open(path, flags | O_CLOEXEC, 0644) : -1;
	return fd >= 0 ? fdopen(fd, mode) : NULL;
}

static void
remember(enum log_level level, const char *text)
{
	if (level <= LOG_LEVEL_WARN)
		snprintf(warned, sizeof(warned), "%s", text);
	if (level <= LOG_LEVEL_WARN && on_warning != NULL)
		on_warning();
}

static void
tell(const char *fmt, ...)
{
	size_t n = strlen(news);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(news + n, sizeof(news) - n, fmt, ap);
	va_end(ap);
}

/* The item is "<spec.v>:<status.s>". */
static void *
decode(const json_t *obj, struct err *err)
{
	const json_t *spec = json_object_get(obj, "spec");
	const json_t *status = json_object_get(obj, "status");
	json_int_t v = json_integer_value(json_object_get(spec, "v"));
	const char *s = json_string_value(json_object_get(status, "s"));

	if (v < 0) {
		err_set(err, "spec.v: below 0");
		return NULL;
	}
	snprintf(version, sizeof(version), "%s",
	    json_string_value(json_object_get(
		json_object_get(obj, "metadata"), "resourceVersion")));
	return xasprintf("%d%s%s", (int)v, s ? ":" : "", s ? s : "");
}

/* Another row of the same kind may see something else in it. */
static void *
decode_name(const json_t *obj, struct err *err)
{
	(void)err;
	return xasprintf("is %s",
	    json_string_value(
		json_object_get(json_object_get(obj, "metadata"), "name")));
}

static void
changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	(void)arg;
	tell("%s/%s %s>%s\n", key->ns, key->name, was ? (const char *)was : "",
	    now ? (const char *)now : "");
	if (on_change != NULL)
		on_change(key);
}

static void
ready(void *arg)
{
	(void)arg;
	tell("ready\n");
}

/* In these tests 7 stands for a field that does not exist. */
static bool
known(const json_t *obj, struct err *err)
{
	const json_t *spec = json_object_get(obj, "spec");

	return json_integer_value(json_object_get(spec, "v")) != 7 ||
	    err_set(err, "spec.w: unknown field");
}

static const struct store_kind kinds[KINDS] = {
	{ .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = decode,
	    .free = free,
	    .changed = changed,
	    .known = known },
	{ .api = "lbbgp.io/v1",
	    .kind = "BGPPeer",
	    .plural = "bgppeers",
	    .decode = decode,
	    .free = free,
	    .changed = changed },
	{ .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = decode,
	    .free = free,
	    .changed = changed },
	{ .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = decode_name,
	    .free = free,
	    .changed = changed },
};

static const struct store_ops ops = { .ready = ready };

static char *
at(const char *name)
{
	return xasprintf("%s/%s", top, name);
}

static void
write_file(const char *name, const char *fmt, ...)
{
	char *path = at(name);
	FILE *f = fopen(path, "w");
	va_list ap;

	assert_non_null(f);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
	free(path);
}

static void
make_directory(const char *name)
{
	char *path = at(name);

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static void
move(const char *from, const char *to)
{
	char *a = at(from), *b = at(to);

	assert_int_equal(rename(a, b), 0);
	free(a);
	free(b);
}

static void
remove_file(const char *name)
{
	char *path = at(name);

	assert_int_equal(remove(path), 0);
	free(path);
}

static bool
is_there(const char *name)
{
	char *path = at(name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static char *
read_file(const char *name)
{
	char *path = at(name);
	FILE *f = fopen(path, "r");
	char *text = xcalloc(1, 1 << 16);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	free(path);
	return text;
}

/* One manifest as text, in a buffer of its own. */
static const char *
svc(const char *name, int v)
{
	static char text[4][256];
	static unsigned next;
	char *out = text[next++ % 4];

	snprintf(out, sizeof(text[0]),
	    "apiVersion: v1\nkind: Service\nmetadata:\n"
	    "  name: %s\n  namespace: web\nspec: {v: %d}\n",
	    name, v);
	return out;
}

static void
turn(unsigned ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(base, &tv);
	event_base_dispatch(base);
}

/* Until the store has told just this. */
static void
assert_news(const char *text)
{
	uint64_t end = loop_now() + PATIENCE;

	while (strcmp(news, text) != 0 && loop_now() < end)
		turn(2);
	assert_string_equal(news, text);
	news[0] = '\0';
}

static void
assert_quiet(void)
{
	turn(A_WHILE);
	assert_string_equal(news, "");
}

static void
assert_warned(const char *part)
{
	uint64_t end = loop_now() + PATIENCE;

	while (strstr(warned, part) == NULL && loop_now() < end)
		turn(2);
	if (strstr(warned, part) == NULL)
		assert_string_equal(warned, part);
	warned[0] = '\0';
}

static bool
open_program(struct program *p, bool exclusive, struct err *err)
{
	char *spec = xasprintf("dir:%s/%s/", top, source_path);
	struct source_options o = {
		.spec = spec, .program = "lbbgp-test", .exclusive = exclusive
	};

	p->store = store_new(kinds, KINDS, &ops, NULL);
	p->source = source_open(&o, base, p->store, err);
	free(spec);
	return p->source != NULL;
}

static void
start(struct program *p)
{
	struct err err;

	assert_true(open_program(p, true, &err));
}

static void
stop(struct program *p)
{
	source_free(p->source);
	store_free(p->store);
}

static void
remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		char *child = xasprintf("%s/%s", path, e->d_name);
		remove_tree(child);
		remove(child);
		free(child);
	}
	if (dir != NULL)
		closedir(dir);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(top + sizeof(top) - 7, "XXXXXX");
	assert_non_null(mkdtemp(top));
	make_directory("m");
	source_path = "m";
	news[0] = warned[0] = '\0';
	on_change = NULL;
	on_warning = NULL;
	on_open = NULL;
	log_set_sink(remember);
	base = event_base_new();
	return base != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	event_base_free(base);
	remove_tree(top);
	remove(top);
	return 0;
}

static int
fail_once(const char *path)
{
	bool ours = strstr(path, "/m/a.yaml") != NULL;

	if (ours)
		on_open = NULL;
	return ours ? EMFILE : 0;
}

TEST(file_that_once_could_not_be_opened_is_read_by_the_next_walk)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	turn(A_WHILE); /* it is no more young */
	on_open = fail_once;
	start(&p);
	assert_news("ready\n");
	assert_warned("m/a.yaml: Too many open files");
	write_file("m/b.yaml", "%s", svc("u", 1));
	assert_news("web/u >1\nweb/x >1\n");
	stop(&p);
}

static int
remove_first(const char *path)
{
	if (strstr(path, "/m/a.yaml") != NULL) {
		on_open = NULL;
		remove_file("m/a.yaml");
	}
	return 0;
}

TEST(file_removed_before_it_is_opened_is_no_fault)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	on_open = remove_first;
	start(&p);
	assert_news("ready\n");
	assert_string_equal(warned, "");
	stop(&p);
}

TEST(right_to_read_a_file_is_noticed)
{
	char *path = at("m/a.yaml");
	struct program p;

	assert_int_equal(chmod(top, 0755), 0);
	write_file("m/a.yaml", "%s", svc("x", 1));
	assert_int_equal(chmod(path, 0), 0);
	start(&p);
	uid_t user = geteuid();
	assert_true(user != 0 || seteuid(65534) == 0);
	assert_news("ready\n");
	assert_warned("m/a.yaml: Permission denied");
	assert_int_equal(seteuid(user), 0);
	turn(A_WHILE);
	assert_string_equal(news, "");
	assert_int_equal(chmod(path, 0644), 0);
	assert_news("web/x >1\n");
	stop(&p);
	free(path);
}

TEST(every_manifest_is_told_before_ready)
{
	struct program p;

	make_directory("m/sub");
	make_directory("m/sub/sub");
	make_directory("m/.git");
	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("u", 2));
	write_file("m/sub/b.json",
	    "{\"apiVersion\":\"lbbgp.io/v1\",\"kind\":\"BGPPeer\","
	    "\"metadata\":{\"name\":\"tor\"},\"spec\":{\"v\":3}}");
	write_file("m/sub/sub/c.yml",
	    "apiVersion: v1\nkind: List\nitems:\n"
	    "- {apiVersion: v1, kind: Service, metadata: {name: d}}\n"
	    "- {apiVersion: v1, kind: Pod, metadata: {name: e}}\n");
	write_file("m/.hidden.yaml", "%s", svc("h", 9));
	write_file("m/.git/f.yaml", "%s", svc("h", 9));
	write_file("m/notes.txt", "%s", svc("h", 9));
	start(&p);
	assert_string_equal(news, "");
	assert_news("web/x >1\nweb/u >2\n/tor >3\ndefault/d >0\nready\n");
	stop(&p);
}

TEST(each_row_of_a_kind_has_what_is_of_that_kind)
{
	struct program p;

	write_file("m/a.json",
	    "{\"apiVersion\":\"lbbgp.io/v1\",\"kind\":\"ServiceGroup\","
	    "\"metadata\":{\"name\":\"blue\"},\"spec\":{\"v\":3}}");
	start(&p);
	assert_news("/blue >3\n/blue >is blue\nready\n");
	remove_file("m/a.json");
	assert_news("/blue 3>\n/blue is blue>\n");
	stop(&p);
}

TEST(changes_of_files_are_followed)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	write_file("m/a.yaml", "%s---\n%s", svc("x", 2), svc("u", 1));
	assert_news("web/x 1>2\nweb/u >1\n");
	write_file(
	    "m/a.yaml", "# moved down\n\n%s---\n%s", svc("x", 2), svc("u", 3));
	assert_news("web/u 1>3\n");
	move("m/a.yaml", "m/b.yaml");
	assert_quiet();
	move("m/b.yaml", "m/b.txt");
	assert_news("web/x 2>\nweb/u 3>\n");
	write_file(".new", "%s", svc("z", 1));
	move(".new", "m/z.yaml");
	assert_news("web/z >1\n");
	remove_file("m/z.yaml");
	assert_news("web/z 1>\n");
	stop(&p);
}

static uint64_t
ms_until_told(int v)
{
	char *told = xasprintf("web/x %d>%d\n", v - 1, v);
	uint64_t start = loop_now();

	write_file("m/a.yaml", "%s", svc("x", v));
	assert_news(told);
	free(told);
	return loop_now() - start;
}

/* Long before the time for which a file that went is waited for. */
TEST(a_file_that_is_whole_is_read_soon)
{
	struct program p;
	int v = 1;

	write_file("m/a.yaml", "%s", svc("x", v));
	start(&p);
	assert_news("web/x >1\nready\n");
	turn(A_WHILE);
	while (ms_until_told(++v) >= 40) { /* the machine was busy */
		assert_true(v < 40);
		turn(A_WHILE);
	}
	stop(&p);
}

/* Away for some ms, while the loop turns. False: the machine was busy, for longer. */
static bool
write_anew(int v)
{
	uint64_t start = loop_now();

	remove_file("m/a.yaml");
	event_base_loop(base, EVLOOP_NONBLOCK);
	usleep(25000);
	event_base_loop(base, EVLOOP_NONBLOCK);
	write_file("m/a.yaml", "%s", svc("x", v));
	return loop_now() - start < 40;
}

TEST(a_file_that_is_removed_and_written_anew_was_never_gone)
{
	struct program p;
	int v = 2;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	turn(A_WHILE);
	while (!write_anew(v++)) {
		assert_true(v < 40);
		turn(A_WHILE);
		news[0] = '\0';
	}
	turn(A_WHILE);
	assert_null(strstr(news, ">\n"));
	assert_non_null(strstr(news, ">"));
	news[0] = '\0';
	stop(&p);
}

TEST(directories_come_and_go)
{
	struct program p;

	start(&p);
	assert_news("ready\n");
	make_directory("m/a");
	make_directory("m/a/b");
	write_file("m/a/b/x.yaml", "%s", svc("x", 1));
	assert_news("web/x >1\n");
	move("m/a", "m/c");
	assert_quiet();
	write_file("m/c/b/x.yaml", "%s", svc("x", 2));
	assert_news("web/x 1>2\n");
	move("m/c", "elsewhere");
	assert_news("web/x 2>\n");
	write_file("elsewhere/b/x.yaml", "%s", svc("x", 3));
	assert_quiet();
	move("elsewhere", "m/c");
	assert_news("web/x >3\n");
	stop(&p);
}

TEST(half_written_file_hurts_nobody)
{
	struct program p;
	struct err why;

	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("u", 1));
	start(&p);
	assert_news("web/x >1\nweb/u >1\nready\n");
	char *path = at("m/a.yaml");
	FILE *f = fopen(path, "w"); /* truncated, and not closed yet */
	assert_quiet();
	write_file("m/b.yaml", "%s", svc("w", 1)); /* all is looked at */
	assert_news("web/w >1\n");
	assert_quiet();
	fprintf(f, "%s---\napiVersion: v1\nkind: {", svc("x", 2));
	fclose(f);
	assert_news("web/x 1>2\n");
	assert_warned("m/a.yaml: line 10: ");
	assert_false(source_healthy(p.source, SERVICE, &why));
	assert_non_null(strstr(why.text, "a.yaml: line 10: "));
	write_file("m/a.yaml", "%s", svc("x", 2));
	assert_news("web/u 1>\n");
	assert_true(source_healthy(p.source, SERVICE, &why));
	free(path);
	stop(&p);
}

TEST(empty_file_that_is_being_written_is_left_alone)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	remove_file("m/a.yaml");
	char *path = at("m/a.yaml");
	FILE *f = fopen(path, "w");
	assert_quiet();
	fprintf(f, "%s", svc("x", 2));
	fclose(f);
	assert_news("web/x 1>2\n");
	free(path);
	stop(&p);
}

TEST(bad_object_leaves_its_last_value)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	write_file("m/a.yaml", "%s", svc("x", -1));
	assert_warned("Service web/x: spec.v: below 0; the last good one");
	assert_quiet();
	assert_int_equal(store_count_refused(p.store, SERVICE), 1);
	stop(&p);
}

TEST(zero_byte_in_a_text_hurts_nothing_else)
{
	struct program p;

	write_file("m/a.json",
	    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":"
	    "{\"name\":\"x\",\"annotations\":{\"a\":\"\\u0000\"}},"
	    "\"spec\":{\"v\":1}}");
	start(&p);
	assert_news("default/x >1\nready\n");
	stop(&p);
}

TEST(slip_in_a_kind_takes_nothing_away)
{
	struct program p;

	write_file("m/a.yaml", "%s",
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
	    "metadata: {name: a}\nspec: {v: 1}\n");
	start(&p);
	assert_news("/a >1\nready\n");
	write_file("m/a.yaml", "%s",
	    "apiVersion: lbbgp.io/v1\nkind: BGPPear\n"
	    "metadata: {name: a}\nspec: {v: 2}\n");
	turn(A_WHILE);
	assert_warned("a.yaml: line 1: kind: \"BGPPear\": lbbgp.io/v1 has");
	assert_news("");
	stop(&p);
}

TEST(unknown_field_is_refused_by_name)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 7));
	start(&p);
	assert_news("ready\n");
	assert_warned("Service web/x: spec.w: unknown field");
	stop(&p);
}

TEST(first_path_wins_when_an_object_is_there_twice)
{
	struct program p;

	write_file("m/b.yaml", "%s", svc("x", 1));
	write_file("m/c.yaml", "%s", svc("x", 2));
	start(&p);
	turn(A_WHILE);
	assert_string_equal(
	    store_get(p.store, SERVICE, &(struct object_key){ "web", "x" }),
	    "1");
	assert_non_null(strstr(news, "ready\n"));
	news[0] = '\0';
	assert_warned("Service web/x: defined in b.yaml (line 1) and again in "
		      "c.yaml (line 1), which is ignored");
	write_file("m/a.yaml", "%s", svc("x", 3));
	assert_news("web/x 1>3\n");
	remove_file("m/a.yaml");
	assert_news("web/x 3>1\n");
	remove_file("m/b.yaml");
	assert_news("web/x 1>2\n");
	stop(&p);
}

TEST(nameless_manifest_is_reported)
{
	struct program p;

	write_file(
	    "m/a.yaml", "%s---\nkind: Service\napiVersion: v1\n", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	assert_warned("m/a.yaml: line 7: Service: metadata.name: missing");
	write_file("m/a.yaml", "%s---\nno: manifest\n", svc("x", 1));
	assert_warned("line 7: not a manifest: apiVersion or kind is missing");
	stop(&p);
}

/* What the last write was answered. */
struct answer {
	bool came;
	enum source_code code;
	char version[64];
};

static void
on_answer(void *arg, const struct source_result *result)
{
	struct answer *a = arg;

	a->came = true;
	a->code = result->code;
	snprintf(a->version, sizeof(a->version), "%s", result->version);
}

static enum source_code
put(struct program *p, enum source_how how, size_t kind, const char *ns,
    const char *name, const char *body, struct answer *a)
{
	struct source_write w = {
		.how = how, .kind = kind, .key = { ns, name }, .body = body
	};
	uint64_t end = loop_now() + PATIENCE;

	a->came = false;
	source_write(p->source, &w, on_answer, a);
	assert_false(a->came);
	while (!a->came && loop_now() < end)
		turn(2);
	assert_true(a->came);
	return a->code;
}

TEST(status_is_laid_over_the_manifest)
{
	struct program p, other;
	struct answer a;
	struct err err;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	assert_true(open_program(&other, false, &err));
	assert_news("web/x >1\nready\n");
	assert_int_equal(
	    put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x",
		"{\"spec\":{\"v\":9},\"status\":{\"s\":\"up\"}}", &a),
	    WRITE_OK);
	assert_news("web/x 1>1:up\nweb/x 1>1:up\n");
	assert_string_equal(a.version, version);
	assert_true(is_there("m.state/Service/web/x.json"));
	write_file("m/a.yaml", "%s", svc("x", 2));
	assert_news("web/x 1:up>2:up\nweb/x 1:up>2:up\n");
	assert_int_equal(put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x",
			     "{\"status\":{\"s\":null}}", &a),
	    WRITE_OK);
	assert_news("web/x 2:up>2\nweb/x 2:up>2\n");
	stop(&other);
	stop(&p);
}

TEST(status_outlives_a_restart)
{
	struct program p;
	struct answer a;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x",
	    "{\"status\":{\"s\":\"up\"}}", &a);
	stop(&p);
	news[0] = '\0';
	start(&p);
	assert_news("web/x >1:up\nready\n");
	stop(&p);
}

TEST(patch_without_its_manifest_is_removed)
{
	struct program p;
	struct answer a;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x",
	    "{\"status\":{\"s\":\"up\"}}", &a);
	assert_news("web/x 1>1:up\n");
	remove_file("m/a.yaml");
	assert_news("web/x 1:up>\n");
	assert_false(is_there("m.state/Service/web/x.json"));
	stop(&p);
}

static void
make_state(const char *text)
{
	make_directory("m.state");
	make_directory("m.state/Service");
	make_directory("m.state/Service/web");
	write_file("m.state/Service/web/x.json", "%s", text);
}

#define STATUS_UP "{\"status\":{\"s\":\"up\"}}"

static enum source_code
put_up(struct program *p)
{
	struct answer a;

	return put(p, WRITE_CORE_STATUS, SERVICE, "web", "x", STATUS_UP, &a);
}

TEST(unreadable_file_keeps_the_patches)
{
	struct program p;

	make_state(STATUS_UP);
	write_file("m/a.yaml", "kind: {");
	start(&p);
	assert_news("ready\n");
	assert_true(is_there("m.state/Service/web/x.json"));
	write_file("m/a.yaml", "%s", svc("x", 1));
	assert_news("web/x >1:up\n");
	stop(&p);
}

TEST(state_that_cannot_be_read_is_not_written_over)
{
	struct program p;
	struct err why;

	make_state("{\"status\":{\"t\":\"kept\"}}");
	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	write_file("m.state/Service/web/x.json", "{\"status\":{\"t\":\"ke");
	assert_warned("x.json: line 1: not JSON; what is known stays");
	assert_int_equal(put_up(&p), WRITE_RETRY);
	assert_quiet();
	assert_false(source_healthy(p.source, SERVICE, &why));
	assert_string_equal(why.text, "Service/web/x.json: line 1: not JSON");
	write_file("m.state/Service/web/x.json",
	    "{\"status\":{\"t\":\"kept\",\"s\":\"mended\"}}");
	assert_news("web/x 1>1:mended\n");
	assert_true(source_healthy(p.source, SERVICE, &why));
	assert_int_equal(put_up(&p), WRITE_OK);
	char *text = read_file("m.state/Service/web/x.json");
	assert_non_null(strstr(text, "kept"));
	free(text);
	stop(&p);
}

/* Who gives out addresses must know of all that are taken. */
TEST(allocator_waits_for_a_state_that_cannot_be_read)
{
	struct program p;
	struct err why;

	make_state("{");
	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("u", 1));
	start(&p);
	assert_news("web/u >1\n");
	assert_warned("x.json: line 1: not JSON");
	assert_quiet();
	assert_false(store_is_listed(p.store, SERVICE));
	assert_false(source_healthy(p.source, SERVICE, &why));
	assert_int_equal(put_up(&p), WRITE_RETRY);
	write_file("m.state/Service/web/x.json", STATUS_UP);
	assert_news("web/x >1:up\nready\n");
	stop(&p);
}

TEST(object_whose_state_cannot_be_read_holds_up_no_reader)
{
	struct program p;
	struct err err;

	make_state("{");
	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("u", 1));
	assert_true(open_program(&p, false, &err));
	assert_news("web/u >1\nready\n");
	assert_quiet();
	remove_file("m.state/Service/web/x.json");
	assert_news("web/x >1\n");
	stop(&p);
}

TEST(states_below_a_directory_that_cannot_be_read_are_waited_for)
{
	char *service = at("m.state/Service");
	struct program p;

	assert_int_equal(chmod(top, 0755), 0);
	make_state(STATUS_UP);
	write_file("m/a.yaml", "%s", svc("x", 1));
	uid_t user = geteuid();
	assert_int_equal(chmod(service, 0), 0);
	start(&p);
	assert_true(user != 0 || seteuid(65534) == 0);
	assert_warned("m.state/Service: Permission denied");
	assert_quiet();
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(chmod(service, 0755), 0);
	source_reload(p.source);
	assert_news("web/x >1:up\nready\n");
	stop(&p);
	free(service);
}

TEST(stale_version_is_a_conflict)
{
	struct program p;
	struct answer a;
	char body[256];

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	snprintf(body, sizeof(body),
	    "{\"metadata\":{\"resourceVersion\":\"%s\"},"
	    "\"status\":{\"s\":\"up\"}}",
	    version);
	assert_int_equal(
	    put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x", body, &a),
	    WRITE_OK);
	assert_int_equal(
	    put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x", body, &a),
	    WRITE_CONFLICT);
	stop(&p);
}

TEST(written_state_reads_back_as_it_was)
{
	struct program p;
	struct answer a;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x",
	    "{\"status\":{\"s\":\"up\",\"conditions\":"
	    "[{\"type\":\"B\",\"reason\":\"A\"}],\"a\":0}}",
	    &a);
	assert_news("web/x 1>1:up\n");
	assert_quiet();
	source_reload(p.source);
	assert_quiet();
	assert_string_equal(a.version, version);
	stop(&p);
}

TEST(write_that_cannot_be_is_told_why)
{
	struct program p;
	struct answer a;

	start(&p);
	assert_news("ready\n");
	assert_int_equal(
	    put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x", "{}", &a),
	    WRITE_GONE);
	assert_int_equal(
	    put(&p, WRITE_OBJECT, PEER, "", "x", "no json", &a), WRITE_REFUSED);
	stop(&p);
}

TEST(whole_object_needs_no_manifest)
{
	struct program p;
	struct answer a;
	static const char body[] =
	    "{\"apiVersion\":\"lbbgp.io/v1\",\"kind\":\"BGPPeer\","
	    "\"metadata\":{\"name\":\"n\"},\"spec\":{\"v\":4}}";

	start(&p);
	assert_news("ready\n");
	assert_int_equal(
	    put(&p, WRITE_OBJECT, PEER, "", "n", body, &a), WRITE_OK);
	assert_news("/n >4\n");
	assert_true(is_there("m.state/BGPPeer/_/n.json"));
	assert_int_equal(put(&p, WRITE_STATUS, PEER, "", "n",
			     "{\"status\":{\"s\":\"up\"}}", &a),
	    WRITE_OK);
	assert_news("/n 4>4:up\n");
	stop(&p);
	start(&p);
	assert_news("/n >4:up\nready\n");
	stop(&p);
}

TEST(second_allocator_is_refused)
{
	struct program one, two;
	struct err err;

	start(&one);
	assert_false(open_program(&two, true, &err));
	assert_non_null(strstr(
	    err.text, "m.state/.lock: held by another lbbgp-test, process "));
	stop(&two);
	stop(&one);
	assert_true(open_program(&two, true, &err));
	stop(&two);
}

/* Even who may only read could hold it; a version before let others do so. */
TEST(lock_is_for_nobody_else_to_read)
{
	char *path = at("m.state/.lock");
	struct program p;
	struct stat st;

	for (unsigned i = 0; i < 2; i++) {
		start(&p);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		stop(&p);
		assert_int_equal(chmod(path, 0644), 0);
	}
	free(path);
}

/* What it leads to would be emptied. */
TEST(lock_that_is_a_link_is_refused)
{
	char *target = at("elsewhere"), *path = at("m.state/.lock");
	struct program p;
	struct err err;

	make_directory("m.state");
	assert_int_equal(symlink(target, path), 0);
	assert_false(open_program(&p, true, &err));
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, ": a symbolic link, which is not "));
	stop(&p);
	free(path);
	free(target);
}

TEST(second_allocator_is_refused_after_the_state_was_removed)
{
	struct program one, two;
	struct err err;

	write_file("m/a.yaml", "%s", svc("x", 1));
	assert_true(open_program(&one, true, &err));
	assert_news("web/x >1\nready\n");
	move("m.state", "elsewhere");
	assert_int_equal(put_up(&one), WRITE_OK);
	assert_false(open_program(&two, true, &err));
	stop(&two);
	stop(&one);
}

TEST(lock_that_another_one_took_meanwhile_ends_the_writing)
{
	struct program one, two;
	struct err err;

	write_file("m/a.yaml", "%s", svc("x", 1));
	assert_true(open_program(&one, true, &err));
	assert_news("web/x >1\nready\n");
	remove_file("m.state/.lock");
	assert_true(open_program(&two, true, &err));
	assert_int_equal(put_up(&one), WRITE_RETRY);
	stop(&two);
	assert_int_equal(put_up(&one), WRITE_OK);
	stop(&one);
}

TEST(missing_directory_is_refused)
{
	struct program p;
	struct err err;

	remove_file("m");
	assert_false(open_program(&p, false, &err));
	assert_non_null(strstr(err.text, "/m: No such file or directory"));
	stop(&p);
}

TEST(directory_that_goes_away_takes_nothing_with_it)
{
	struct program p;
	struct err why;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	move("m", "elsewhere");
	assert_warned("what is known stays");
	assert_quiet();
	assert_false(source_healthy(p.source, PEER, &why));
	write_file("elsewhere/a.yaml", "%s", svc("x", 2));
	move("elsewhere", "m");
	assert_news("web/x 1>2\n");
	assert_true(source_healthy(p.source, PEER, &why));
	stop(&p);
}

TEST(reload_reads_everything_again)
{
	struct program p;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	source_reload(p.source);
	assert_quiet();
	write_file("m/a.yaml", "%s", svc("x", 2));
	source_reload(p.source);
	assert_news("web/x 1>2\n");
	stop(&p);
}

/* A mounted ConfigMap is links into a directory that is turned over. */
TEST(mounted_config_map_is_followed)
{
	struct program p;
	char *link = at("m/a.yaml"), *data = at("m/..data"), *tmp = at("m/..t");

	make_directory("m/..1");
	make_directory("m/..2");
	write_file("m/..1/a.yaml", "%s", svc("x", 1));
	write_file("m/..2/a.yaml", "%s", svc("x", 2));
	assert_int_equal(symlink("..1", data), 0);
	assert_int_equal(symlink("..data/a.yaml", link), 0);
	start(&p);
	assert_news("web/x >1\nready\n");
	assert_int_equal(symlink("..2", tmp), 0);
	assert_int_equal(rename(tmp, data), 0);
	assert_news("web/x 1>2\n");
	stop(&p);
	free(link);
	free(data);
	free(tmp);
}

/* How many the kernel keeps for us. */
static unsigned
events_most(void)
{
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	unsigned n = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &n), 1);
	fclose(f);
	return n;
}

TEST(events_that_the_kernel_dropped_are_made_up_for)
{
	struct program p;

	start(&p);
	assert_news("ready\n");
	write_file("m/.there", "nothing that we would look at");
	for (unsigned n = events_most() / 4 + 1; n > 0; n--) {
		move("m/.there", "m/.back");
		move("m/.back", "m/.there");
	}
	write_file("m/a.yaml", "%s", svc("x", 1)); /* not told */
	assert_news("web/x >1\n");
	stop(&p);
}

static void
link_to(const char *target, const char *name)
{
	char *path = at(name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

TEST(links_to_directories_are_followed)
{
	struct program p;

	make_directory("far");
	make_directory("far2");
	write_file("far/a.yaml", "%s", svc("x", 1));
	write_file("far2/a.yaml", "%s", svc("x", 2));
	link_to("../far", "m/sub");
	start(&p);
	assert_news("web/x >1\nready\n");
	write_file("far/b.yaml", "%s", svc("u", 1));
	assert_news("web/u >1\n");
	link_to("../far2", "m/.next");
	move("m/.next", "m/sub"); /* leads elsewhere at once */
	assert_news("web/u 1>\nweb/x 1>2\n");
	write_file("far2/a.yaml", "%s", svc("x", 3));
	assert_news("web/x 2>3\n");
	remove_file("m/sub");
	assert_news("web/x 3>\n");
	remove_file("far/b.yaml");
	link_to("../far", "m/new");
	assert_news("web/x >1\n");
	stop(&p);
}

/* As git-sync brings a new commit; PATH is the link, or leads over it. */
static void
turn_over(const char *path)
{
	struct program p;

	source_path = path;
	make_directory("one");
	make_directory("two");
	make_directory("one/m");
	make_directory("two/m");
	write_file("one/m/a.yaml", "%s", svc("x", 1));
	write_file("two/m/a.yaml", "%s", svc("x", 2));
	link_to("one", "link");
	start(&p);
	assert_news("web/x >1\nready\n");
	link_to("two", "next");
	move("next", "link");
	assert_news("web/x 1>2\n");
	write_file("two/m/a.yaml", "%s", svc("x", 3));
	assert_news("web/x 2>3\n");
	write_file("one/m/a.yaml", "%s", svc("x", 4));
	assert_quiet();
	stop(&p);
}

TEST(path_that_is_a_link_is_followed)
{
	turn_over("link");
}

TEST(path_over_a_link_is_followed)
{
	turn_over("link/m");
}

/* Before the loop has heard that there is a directory for it. */
TEST(state_taken_away_at_once_is_noticed)
{
	static const char up[] = "{\"status\":{\"s\":\"up\"}}";
	struct source_write write = { .how = WRITE_CORE_STATUS,
		.kind = SERVICE,
		.key = { "web", "x" },
		.body = up };
	struct program p;
	struct answer a;

	write_file("m/a.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	source_write(p.source, &write, on_answer, &a);
	remove_file("m.state/Service/web/x.json");
	turn(A_WHILE);
	assert_int_equal(
	    put(&p, WRITE_CORE_STATUS, SERVICE, "web", "x", up, &a), WRITE_OK);
	assert_true(is_there("m.state/Service/web/x.json"));
	stop(&p);
}

TEST(target_of_a_link_that_is_moved_away_is_noticed)
{
	struct program p;

	make_directory("v1");
	write_file("v1/a.yaml", "%s", svc("x", 1));
	link_to("../v1", "m/app");
	start(&p);
	assert_news("web/x >1\nready\n");
	move("v1", "v1.old");
	assert_news("web/x 1>\n");
	move("v1.old", "v1");
	source_reload(p.source);
	assert_news("web/x >1\n");
	stop(&p);
}

TEST(links_that_lead_in_circles_are_told)
{
	struct program p;

	make_directory("m/sub");
	write_file("m/sub/a.yaml", "%s", svc("x", 1));
	link_to("..", "m/sub/up");
	link_to("../m", "m/self");
	start(&p);
	assert_news("web/x >1\nready\n");
	assert_warned("the same directory as");
	stop(&p);
}

/* Whichever is found first. */
TEST(directory_counts_before_links_to_it)
{
	struct program p;

	link_to("s", "m/a");
	make_directory("m/s");
	link_to("s", "m/z");
	write_file("m/s/x.yaml", "%s", svc("x", 1));
	start(&p);
	assert_news("web/x >1\nready\n");
	write_file("m/s/x.yaml", "%s", svc("x", 2));
	assert_news("web/x 1>2\n");
	remove_file("m/a");
	remove_file("m/z");
	assert_quiet();
	write_file("m/s/x.yaml", "%s", svc("x", 3));
	assert_news("web/x 2>3\n");
	stop(&p);
}

TEST(second_link_counts_when_the_first_is_gone)
{
	struct program p;

	make_directory("far");
	write_file("far/x.yaml", "%s", svc("x", 1));
	link_to("../far", "m/a");
	link_to("../far", "m/b");
	start(&p);
	assert_news("web/x >1\nready\n");
	remove_file("m/a");
	turn(A_WHILE);
	write_file("far/x.yaml", "%s", svc("x", 2));
	turn(A_WHILE);
	remove_file("m/b");
	turn(A_WHILE);
	assert_non_null(strstr(news, "web/x "));
	assert_string_equal(news + strlen(news) - 9, "web/x 2>\n");
	stop(&p);
}

/* Two writes within one tick of the kernel's clock, and of the same size. */
TEST(change_that_leaves_no_mark_on_the_file_is_found)
{
	struct program p;

	start(&p);
	assert_news("ready\n");
	for (int i = 10; i < 22; i++) {
		char file[16], name[8], was[32], now[32];

		snprintf(file, sizeof(file), "m/%d.yaml", i);
		snprintf(name, sizeof(name), "x%d", i);
		snprintf(was, sizeof(was), "web/%s >1\n", name);
		snprintf(now, sizeof(now), "web/%s 1>2\n", name);
		write_file(file, "%s", svc(name, 1));
		source_reload(p.source);
		while (strcmp(news, was) != 0)
			event_base_loop(base, EVLOOP_ONCE);
		news[0] = '\0';
		write_file(file, "%s", svc(name, 2));
		assert_news(now);
	}
	stop(&p);
}

static void
write_many(const char *name, int n, int v)
{
	char *text = xcalloc((size_t)n + 1, 128), *to = text;
	char object[16];

	for (int i = 0; i < n; i++) {
		snprintf(object, sizeof(object), "x%d", i);
		to += sprintf(to, "---\n%s", svc(object, v));
	}
	write_file(name, "%s", text);
	free(text);
}

/* Turns of the loop until the store holds so many, none of which waits. */
static unsigned
turns_until(const struct program *p, size_t count)
{
	uint64_t end = loop_now() + PATIENCE;
	unsigned turns = 0;

	while (store_count(p->store, SERVICE) != count && loop_now() < end) {
		event_base_loop(base, EVLOOP_ONCE);
		turns++;
	}
	assert_int_equal(store_count(p->store, SERVICE), count);
	return turns;
}

TEST(loop_has_its_turn_while_many_are_read)
{
	struct program p;

	write_many("m/a.yaml", 3000, 1);
	start(&p);
	assert_true(turns_until(&p, 3000) > 3);
	stop(&p);
}

static void
write_status(struct source *s, const char *name)
{
	static struct answer ignored;
	struct source_write w = { .how = WRITE_CORE_STATUS,
		.kind = SERVICE,
		.key = { "web", name },
		.body = "{\"status\":{\"s\":\"up\"}}" };

	source_write(s, &w, on_answer, &ignored);
}

static struct source *written_to; /* by those below */

static void
write_status_once(const struct object_key *key)
{
	const char *now = news + strlen(news) - strlen(":up\n");

	if (strcmp(now, ":up\n") != 0)
		write_status(written_to, key->name);
	news[0] = '\0';
}

/* How often a file was opened since the last call. */
static unsigned
openings(int inotify)
{
	char buf[4096] __attribute__((aligned(8)));
	unsigned count = 0;
	ssize_t n;

	while ((n = read(inotify, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *ev = (const void *)p;

			count += (ev->mask & IN_OPEN) != 0;
			p += sizeof(*ev) + ev->len;
		}
	return count;
}

TEST(list_is_parsed_once_though_its_objects_are_written_to)
{
	const int n = 300;
	char *text = xcalloc((size_t)n + 1, 128), *to = text;
	char *path = at("m/a.yaml");
	struct program p;

	start(&p);
	assert_news("ready\n");
	to += sprintf(to, "apiVersion: v1\nkind: List\nitems:\n");
	for (int i = 0; i < n; i++)
		to += sprintf(to,
		    "- {apiVersion: v1, kind: Service, "
		    "metadata: {name: x%d, namespace: web}}\n",
		    i);
	write_file("m/a.yaml", "%s", text);
	int inotify = inotify_init1(IN_NONBLOCK);
	assert_true(
	    inotify_add_watch(inotify, path, IN_OPEN | IN_CLOSE_NOWRITE) >= 0);
	written_to = p.source;
	on_change = write_status_once;
	assert_true(turns_until(&p, (size_t)n) > 1);
	assert_true(openings(inotify) < 10);
	close(inotify);
	stop(&p);
	free(path);
	free(text);
}

static void
write_status_of_u(const struct object_key *key)
{
	if (strcmp(key->name, "x") == 0)
		write_status(written_to, "u");
}

TEST(write_that_overtakes_the_telling_is_told_with_it)
{
	struct program p;

	start(&p);
	assert_news("ready\n");
	written_to = p.source;
	on_change = write_status_of_u;
	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("u", 1));
	assert_news("web/x >1\nweb/u >1:up\n");
	assert_quiet();
	stop(&p);
}

static void
make_u(const struct object_key *key)
{
	static struct answer ignored;
	struct source_write w = { .how = WRITE_OBJECT,
		.kind = SERVICE,
		.key = { "web", "u" },
		.body = "{\"apiVersion\":\"v1\",\"kind\":\"Service\","
			"\"metadata\":{\"name\":\"u\",\"namespace\":\"web\"},"
			"\"spec\":{\"v\":2}}" };

	if (strcmp(key->name, "a") == 0)
		source_write(written_to, &w, on_answer, &ignored);
}

TEST(object_made_before_it_was_told_gone_stays)
{
	struct program p;
	struct answer a;

	write_file("m/a.yaml", "%s---\n%s", svc("a", 1), svc("u", 1));
	start(&p);
	assert_news("web/a >1\nweb/u >1\nready\n");
	put(&p, WRITE_CORE_STATUS, SERVICE, "web", "u", STATUS_UP, &a);
	assert_news("web/u 1>1:up\n");
	written_to = p.source;
	on_change = make_u;
	remove_file("m/a.yaml");
	assert_news("web/a 1>\nweb/u 1:up>2:up\n");
	assert_quiet();
	assert_true(is_there("m.state/Service/web/u.json"));
	stop(&p);
}

static void
put_b_back(const struct object_key *key)
{
	(void)key;
	on_change = NULL;
	write_file("m/b.yaml", "%s", svc("b", 1));
	write_file("m.state/Service/web/b.json", STATUS_UP);
	usleep(20000); /* more than the work between two looks at events */
}

/* What is gone for sure when the telling begins may be back before its end. */
TEST(state_that_comes_back_while_others_are_told_gone_stays)
{
	struct program p;

	make_directory("m.state");
	make_directory("m.state/Service");
	make_directory("m.state/Service/web");
	write_file("m/a.yaml", "%s---\n%s---\n%s", svc("a", 1), svc("c", 1),
	    svc("d", 1));
	start(&p);
	assert_news("web/a >1\nweb/c >1\nweb/d >1\nready\n");
	on_change = put_b_back;
	remove_file("m/a.yaml");
	assert_news("web/a 1>\nweb/c 1>\nweb/d 1>\nweb/b >1:up\n");
	assert_true(is_there("m.state/Service/web/b.json"));
	stop(&p);
}

/* Else an object that moves would seem to be gone for a moment. */
TEST(nothing_is_told_before_all_is_read)
{
	struct program p;

	write_file("m/z.yaml", "%s", svc("moving", 1));
	start(&p);
	assert_news("web/moving >1\nready\n");
	write_many("m/a.yaml", 1500, 1);
	remove_file("m/z.yaml");
	write_file("m/zz.yaml", "%s", svc("moving", 2));
	turns_until(&p, 1501);
	assert_null(strstr(news, "moving 1>\n"));
	stop(&p);
}

/* Moves the directory, which has x, while a walk is on its way to it. */
static void
move_in_a_walk(const char *from, const char *to, int v)
{
	write_many("m/a.yaml", 3000, v);
	event_base_loop(base, EVLOOP_ONCE); /* hears of it */
	event_base_loop(base, EVLOOP_ONCE); /* a slice: reads a part of it */
	move(from, to);
}

static void
make_with_status(void)
{
	make_directory("m.state");
	make_directory("m.state/Service");
	make_directory("m.state/Service/web");
	write_file(
	    "m.state/Service/web/sub.json", "{\"status\":{\"s\":\"up\"}}");
	make_directory("m/sub");
	write_file("m/sub/x.yaml", "%s", svc("sub", 1));
}

static void
start_with_status(struct program *p)
{
	make_with_status();
	start(p);
	assert_news("web/sub >1:up\nready\n");
}

TEST(what_is_moved_during_a_walk_is_not_gone)
{
	struct program p;

	start_with_status(&p);
	move_in_a_walk("m/sub", "m/sub2", 1);
	turns_until(&p, 3001);
	turn(A_WHILE);
	assert_null(strstr(news, "web/sub "));
	news[0] = '\0';
	remove_file("m/sub2/x.yaml");
	assert_news("web/sub 1:up>\n");
	assert_false(is_there("m.state/Service/web/sub.json"));
	stop(&p);
}

static void
move_sub(void)
{
	on_warning = NULL;
	move("m/sub", "m/sub2");
}

/* Also when the loop has not heard of that before the walk's end. */
TEST(status_of_what_is_moved_in_the_first_walk_stays)
{
	struct program p;

	make_with_status();
	write_file("m/a.yaml", "%s---\n%s", svc("x", 1), svc("x", 2));
	on_warning = move_sub; /* of x, while a.yaml is read */
	start(&p);
	assert_news("web/x >1\nready\nweb/sub >1:up\n");
	assert_true(is_there("m.state/Service/web/sub.json"));
	stop(&p);
}

/* Then its routes go for a moment, since nobody can tell. */
TEST(status_of_what_is_moved_in_each_walk_stays)
{
	static const char *const name[2] = { "m/sub", "m/sub2" };
	struct object_key last = { "web", "x2999" }, key = { "web", "sub" };
	struct program p;
	char now[16];

	start_with_status(&p);
	for (int i = 0; store_get(p.store, SERVICE, &key) != NULL; i++) {
		uint64_t end = loop_now() + PATIENCE;
		const char *told;

		assert_true(i < 100);
		/* Above 7, which known() refuses. */
		move_in_a_walk(name[i % 2], name[(i + 1) % 2], 10 + i);
		snprintf(now, sizeof(now), "%d", 10 + i);
		while ((told = store_get(p.store, SERVICE, &last)) == NULL ||
		    strcmp(told, now) != 0) {
			assert_true(loop_now() < end);
			turn(1);
		}
	}
	news[0] = '\0';
	assert_news("web/sub >1:up\n");
	assert_true(is_there("m.state/Service/web/sub.json"));
	stop(&p);
}

/* Its names can be read, and nothing more; a superuser's rights would be enough. */
TEST(directory_without_the_right_to_enter_keeps_its_objects)
{
	char *sub = at("m/sub");
	struct program p;
	struct err why;

	assert_int_equal(chmod(top, 0755), 0);
	make_directory("m/sub");
	make_directory("m/sub/sub");
	write_file("m/sub/x.yaml", "%s", svc("x", 1));
	write_file("m/sub/sub/u.yaml", "%s", svc("u", 1));
	start(&p);
	turn(A_WHILE);
	news[0] = '\0';
	assert_int_equal(chmod(sub, 0444), 0);
	write_file("m/a.yaml", "%s", svc("a", 1)); /* all is looked at */
	uid_t user = geteuid();
	assert_true(user != 0 || seteuid(65534) == 0);
	assert_news("web/a >1\n");
	assert_quiet();
	assert_int_equal(seteuid(user), 0);
	assert_false(source_healthy(p.source, SERVICE, &why));
	assert_non_null(strstr(why.text, "Permission denied"));
	assert_int_equal(chmod(sub, 0755), 0);
	write_file("m/sub/x.yaml", "%s", svc("x", 2));
	assert_news("web/x 1>2\n");
	assert_true(source_healthy(p.source, SERVICE, &why));
	stop(&p);
	free(sub);
}

TEST(events_are_lines)
{
	struct program p;
	struct source_event e = { SERVICE, { "web", "x" }, "", true,
		"PoolExhausted", "no \"free\" address" };

	start(&p);
	source_event(p.source, &e);
	char *text = read_file("m.state/events.log");
	json_t *v = json_loads(text, 0, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(v, "reason")), "PoolExhausted");
	assert_string_equal(
	    json_string_value(json_object_get(v, "type")), "Warning");
	assert_string_equal(json_string_value(json_object_get(v, "message")),
	    "no \"free\" address");
	json_decref(v);
	free(text);
	stop(&p);
}

TEST(too_large_an_object_is_refused)
{
	struct program p;
	char *big = xcalloc(1, STORE_OBJECT_MAX + 1);

	memset(big, 'x', STORE_OBJECT_MAX);
	write_file("m/a.json",
	    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":"
	    "{\"name\":\"x\",\"namespace\":\"web\"},\"big\":\"%s\"}",
	    big);
	start(&p);
	assert_news("ready\n");
	assert_warned("Service web/x: larger than 16 MiB");
	free(big);
	stop(&p);
}

TEST(files_of_people_are_told_from_a_pods)
{
	struct source_options o = { .spec = "kube" };

	unsetenv("KUBECONFIG");
	assert_false(source_is_of_files(&o));
	setenv("KUBECONFIG", "", 1);
	assert_false(source_is_of_files(&o));
	setenv("KUBECONFIG", "/etc/kubernetes/admin.conf", 1);
	assert_true(source_is_of_files(&o));
	unsetenv("KUBECONFIG");
	o.kubeconfig = "admin.conf";
	assert_true(source_is_of_files(&o));
	assert_true(source_is_of_files(
	    &(struct source_options){ .spec = "dir:/etc/lbbgp" }));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(file_that_once_could_not_be_opened_is_read_by_the_next_walk),
		T(file_removed_before_it_is_opened_is_no_fault),
		T(right_to_read_a_file_is_noticed),
		T(every_manifest_is_told_before_ready),
		T(each_row_of_a_kind_has_what_is_of_that_kind),
		T(changes_of_files_are_followed),
		T(a_file_that_is_whole_is_read_soon),
		T(a_file_that_is_removed_and_written_anew_was_never_gone),
		T(directories_come_and_go),
		T(half_written_file_hurts_nobody),
		T(empty_file_that_is_being_written_is_left_alone),
		T(bad_object_leaves_its_last_value),
		T(zero_byte_in_a_text_hurts_nothing_else),
		T(slip_in_a_kind_takes_nothing_away),
		T(unknown_field_is_refused_by_name),
		T(first_path_wins_when_an_object_is_there_twice),
		T(nameless_manifest_is_reported),
		T(status_is_laid_over_the_manifest),
		T(status_outlives_a_restart),
		T(patch_without_its_manifest_is_removed),
		T(unreadable_file_keeps_the_patches),
		T(state_that_cannot_be_read_is_not_written_over),
		T(allocator_waits_for_a_state_that_cannot_be_read),
		T(object_whose_state_cannot_be_read_holds_up_no_reader),
		T(states_below_a_directory_that_cannot_be_read_are_waited_for),
		T(stale_version_is_a_conflict),
		T(written_state_reads_back_as_it_was),
		T(write_that_cannot_be_is_told_why),
		T(whole_object_needs_no_manifest),
		T(second_allocator_is_refused),
		T(lock_is_for_nobody_else_to_read),
		T(lock_that_is_a_link_is_refused),
		T(second_allocator_is_refused_after_the_state_was_removed),
		T(lock_that_another_one_took_meanwhile_ends_the_writing),
		T(missing_directory_is_refused),
		T(directory_that_goes_away_takes_nothing_with_it),
		T(reload_reads_everything_again),
		T(mounted_config_map_is_followed),
		T(events_that_the_kernel_dropped_are_made_up_for),
		T(links_to_directories_are_followed),
		T(path_that_is_a_link_is_followed),
		T(path_over_a_link_is_followed),
		T(target_of_a_link_that_is_moved_away_is_noticed),
		T(links_that_lead_in_circles_are_told),
		T(directory_counts_before_links_to_it),
		T(second_link_counts_when_the_first_is_gone),
		T(state_taken_away_at_once_is_noticed),
		T(change_that_leaves_no_mark_on_the_file_is_found),
		T(loop_has_its_turn_while_many_are_read),
		T(list_is_parsed_once_though_its_objects_are_written_to),
		T(write_that_overtakes_the_telling_is_told_with_it),
		T(object_made_before_it_was_told_gone_stays),
		T(state_that_comes_back_while_others_are_told_gone_stays),
		T(nothing_is_told_before_all_is_read),
		T(what_is_moved_during_a_walk_is_not_gone),
		T(status_of_what_is_moved_in_the_first_walk_stays),
		T(status_of_what_is_moved_in_each_walk_stays),
		T(directory_without_the_right_to_enter_keeps_its_objects),
		T(events_are_lines),
		T(too_large_an_object_is_refused),
		cmocka_unit_test(files_of_people_are_told_from_a_pods),
	};

	return cmocka_run_group_tests_name("source_dir", tests, NULL, NULL);
}
