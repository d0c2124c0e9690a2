/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a ROUTE-REFRESH, with and without RFC 7313. */
#include "bgpd/wire/refresh.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "refresh";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	for (int enhanced = 0; enhanced <= 1; enhanced++) {
		struct rbuf body = rbuf_of(bytes, size);
		struct refresh f;
		struct bgp_err err = { 0 };

		if (refresh_parse(body, enhanced, &f, &err))
			assert(
			    f.family < FAMILIES && f.kind <= REFRESH_UNKNOWN);
		else
			assert(err.code != 0 && err.what != NULL);
	}
	return 0;
}
