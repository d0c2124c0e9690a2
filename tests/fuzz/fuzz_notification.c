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
	bool carries = n.hard && size >= 4;

	assert(n.data.left == size - (carries ? 4 : 2));
	assert(n.text.left <= n.data.left);
	assert(
	    !n.hard || (bytes[0] == ERR_CEASE && bytes[1] == CEASE_HARD_RESET));
	assert(notification_code_name(n.code) != NULL);
	assert(notification_subcode_name(n.code, n.subcode) != NULL);
	return 0;
}
