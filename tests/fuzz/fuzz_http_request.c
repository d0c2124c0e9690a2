/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request, as bytes of any kind. */
#include "common/err.h"
#include "common/http_request.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "http_request";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes;
	size_t head = http_head_length(text, size);
	struct http_request r;
	struct err err;

	assert(head <= size);
	if (head > 0 && http_request_parse(text, head, &r, &err))
		assert(memchr(r.path, '\0', sizeof(r.path)) != NULL &&
		    strchr(r.path, ' ') == NULL &&
		    (r.token == NULL || /* in the head, and not empty */
			(r.token > text && r.n_token > 0 &&
			    r.token + r.n_token < text + head)) &&
		    (r.host == NULL || r.host + r.n_host < text + head) &&
		    (r.query == NULL || r.query + r.n_query < text + head));
	return 0;
}
