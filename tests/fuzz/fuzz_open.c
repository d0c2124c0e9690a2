/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an OPEN. What is accepted has to be usable, and fit to be sent. */
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "open";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t out[MSG_MAX];
	struct wbuf w = wbuf_of(out, sizeof(out));
	struct bgp_open o;
	struct bgp_err err = { 0 };

	if (!open_parse(rbuf_of(bytes, size), &o, &err)) {
		assert(err.code == ERR_OPEN && err.what != NULL);
		return 0;
	}
	assert(o.asn != 0 && o.asn != AS_TRANS && o.router_id != 0);
	assert(open_build(&w, &o));
	assert(caps_agree(&o.caps, &o.caps).as4 == o.caps.as4);
	return 0;
}
