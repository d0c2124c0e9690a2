/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/bgp.h"

bool
bgp_refuse(struct bgp_err *err, uint8_t code, uint8_t subcode, const char *what)
{
	return bgp_refuse_data(err, code, subcode, what, (struct rbuf){ 0 });
}

bool
bgp_refuse_data(struct bgp_err *err, uint8_t code, uint8_t subcode,
    const char *what, struct rbuf data)
{
	*err = (struct bgp_err){ code, subcode, what, data };
	return false;
}
