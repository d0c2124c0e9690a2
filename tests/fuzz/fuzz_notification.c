/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a NOTIFICATION. */
#include "bgpd/wire/notification.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "notification";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct notification n;

	if (!notification_parse(rbuf_of(bytes, size), &n)) {
		assert(size < 2);
		return 0;
	}
	assert(n.data.left == size - 2 && n.text.left <= n.data.left);
	assert(notification_code_name(n.code) != NULL);
	assert(notification_subcode_name(n.code, n.subcode) != NULL);
	return 0;
}
