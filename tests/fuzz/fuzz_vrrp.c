/* SPDX-License-Identifier: Apache-2.0 */
/* An ADVERTISEMENT of VRRP, over IPv4 and IPv6. What is taken can be said again. */
#include "bgpd/vrrp/vrrp_msg.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "vrrp";

enum { MESSAGE_MOST = 8 + 255 * 16 };

static void
try(struct rbuf r, enum family family)
{
	struct addr src = { .family = (uint8_t)family, .bytes = { 1 } };
	struct addr dst = vrrp_group(family);
	struct vrrp_advert a;

	if (vrrp_advert_parse(r, &src, &dst, &a) != VRRP_GOOD)
		return;

	uint8_t out[MESSAGE_MOST];
	struct wbuf w = wbuf_of(out, sizeof(out));
	struct vrrp_advert again;
	bool said = vrrp_advert_put(&w, &a, &src, &dst);

	assert(said);
	assert(vrrp_advert_parse(wbuf_read(&w, 0), &src, &dst, &again) ==
	    VRRP_GOOD);
	assert(again.vrid == a.vrid && again.priority == a.priority &&
	    again.interval == a.interval && again.plain == a.plain &&
	    rbuf_eq(again.addrs, a.addrs));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	try(rbuf_of(bytes, size), FAMILY_V4);
	try(rbuf_of(bytes, size), FAMILY_V6);
	return 0;
}
