/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list or a watch: an octet with what it is (bit 0) and the size of the pieces it
 * comes in, then the text. In pieces it must tell the same as when it comes whole.
 */
#include "common/err.h"
#include "common/kube/kube_watch.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

const char fuzz_name[] = "kube_watch";

struct told {
	unsigned objects, skipped, errors;
	size_t members; /* of all objects */
	bool good, complete;
	char *version; /* owned */
};

static void
told_object(void *arg, enum kube_change change, const struct json_t *obj)
{
	struct told *told = arg;

	told->objects += 1 + (unsigned)change;
	told->members += json_object_size(obj);
}

static void
told_skipped(void *arg, const struct err *err)
{
	struct told *told = arg;

	assert(err->text[0] != '\0');
	told->skipped++;
}

static void
told_error(void *arg, long code, const char *message)
{
	struct told *told = arg;

	(void)code;
	assert(message != NULL);
	told->errors++;
}

static struct told
hear(bool list, const uint8_t *text, size_t size, size_t piece)
{
	static const struct kube_watch_ops ops = {
		.object = told_object,
		.skipped = told_skipped,
		.error = told_error,
	};
	struct told told = { .good = true };
	struct kube_watch *w = list ? kube_watch_new_list(&ops, &told)
				    : kube_watch_new_events(&ops, &told);
	struct err err;

	for (size_t at = 0; at < size && told.good; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		told.good =
		    kube_watch_input(w, (const char *)text + at, n, &err);
	}
	told.complete = kube_watch_complete(w);
	told.version = xstrdup(kube_watch_version(w));
	kube_watch_free(w);
	return told;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size < 2)
		return 0;
	bool list = bytes[0] & 1;
	struct told whole = hear(list, bytes + 1, size - 1, size);
	struct told cut = hear(list, bytes + 1, size - 1, 1 + bytes[0] / 2);

	assert(whole.objects == cut.objects && whole.members == cut.members);
	assert(whole.skipped == cut.skipped && whole.errors == cut.errors);
	assert(whole.good == cut.good && whole.complete == cut.complete);
	assert((whole.version == NULL) == (cut.version == NULL));
	assert(
	    whole.version == NULL || strcmp(whole.version, cut.version) == 0);
	free(whole.version);
	free(cut.version);
	return 0;
}
