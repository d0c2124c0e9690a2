/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of messages: an octet that picks the largest size, then the stream. */
#include "bgpd/wire/msg.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "msg";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct rbuf stream = rbuf_of(bytes, size);
	size_t max = rbuf_u8(&stream) & 1 ? MSG_MAX_EXTENDED : MSG_MAX;
	struct bgp_err err;
	struct msg msg;

	for (;;) {
		size_t before = stream.left;
		enum msg_cut cut = msg_cut(&stream, max, &msg, &err);

		if (cut != MSG_WHOLE) {
			assert(stream.left == before);
			return 0;
		}
		assert(stream.left + MSG_HEADER + msg.body.left == before);
	}
}
