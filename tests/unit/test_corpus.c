/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every manifest of tests/corpus gets the verdict, and the reason, that it names. The
 * e2e tests ask a real API server for its verdict on the same files.
 */
#include <glob.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "common/api/service_group.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static const struct kind {
	const char *name;
	void *(*decode)(const json_t *, struct err *);
	void (*free)(void *item);
	bool (*known)(const json_t *, struct err *);
} kinds[] = {
	{ "BGPConfiguration", bgp_configuration_decode, bgp_configuration_free,
	    bgp_configuration_known },
	{ "BGPFilter", bgp_filter_decode, bgp_filter_free, bgp_filter_known },
	{ "BGPPeer", bgp_peer_decode, bgp_peer_free, bgp_peer_known },
	{ "ServiceGroup", service_group_decode, service_group_free,
	    service_group_known },
	{ "VirtualIP", virtual_ip_decode, virtual_ip_free, virtual_ip_known },
};

/* As it is in a folder: unknown fields are refused too, and what is bad in part. */
static bool
accepted(const json_t *obj, struct err *err)
{
	const char *name = json_string_value(json_object_get(obj, "kind"));
	const struct kind *k = kinds;

	while (strcmp(k->name, name) != 0)
		k++;
	if (!k->known(obj, err))
		return false;
	void *item = k->decode(obj, err);

	k->free(item);
	return item != NULL && err->text[0] == '\0';
}

static void
good_one_is_accepted(void **state)
{
	char *text = file_text(*state);
	json_t *obj = manifest(text);
	struct err err = { "" };

	free(text);
	bool good = accepted(obj, &err);

	json_decref(obj);
	assert_string_equal(err.text, "");
	assert_true(good);
}

static void
bad_one_is_refused_for_its_reason(void **state)
{
	static const char mark[] = "# refused: ";
	char *text = file_text(*state);
	json_t *obj = manifest(text);
	struct err err = { "" };

	assert_memory_equal(text, mark, strlen(mark));
	text[strcspn(text, "\n")] = '\0';
	bool good = accepted(obj, &err);

	json_decref(obj);
	if (good || strstr(err.text, text + strlen(mark)) == NULL)
		fail_msg(
		    "said \"%s\", not \"%s\"", err.text, text + strlen(mark));
	free(text);
}

/* Names and paths are borrowed from `found`. */
static size_t
tests_add(struct CMUnitTest *tests, size_t room, const char *dir,
    CMUnitTestFunction test, glob_t *found)
{
	char *pattern = source_path(dir);
	size_t n = 0;

	if (glob(pattern, 0, NULL, found) == 0)
		for (; n < found->gl_pathc && n < room; n++)
			tests[n] = (struct CMUnitTest){
				strrchr(found->gl_pathv[n], '/') + 1, test,
				NULL, NULL, found->gl_pathv[n]
			};
	free(pattern);
	return n;
}

int
main(void)
{
	static struct CMUnitTest tests[1024];
	const size_t room = sizeof(tests) / sizeof(tests[0]);
	glob_t good = { 0 }, bad = { 0 };
	size_t n = tests_add(tests, room, "tests/corpus/good/*.yaml",
	    good_one_is_accepted, &good);

	n += tests_add(tests + n, room - n, "tests/corpus/bad/*.yaml",
	    bad_one_is_refused_for_its_reason, &bad);
	int failed = n == 0 /* the corpus is not where it should be */
	    ? 1
	    : _cmocka_run_group_tests("corpus", tests, n, NULL, NULL);

	globfree(&good);
	globfree(&bad);
	return failed;
}
