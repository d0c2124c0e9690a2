/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/link_bandwidth.h"

#include <math.h>
#include <string.h>

#include "bgpd/wire/buf.h"

float
link_bandwidth_of(struct rbuf r)
{
	float least = 0;

	while (r.left >= 8) {
		uint8_t type = rbuf_u8(&r), subtype = rbuf_u8(&r);

		rbuf_u16(&r);
		uint32_t bits = rbuf_u32(&r);
		float value;

		memcpy(&value, &bits, sizeof(value));
		if ((type & ~0x40) == 0 && subtype == 0x04 && isfinite(value) &&
		    value > 0 && (least == 0 || value < least))
			least = value;
	}
	return least;
}
