/* SPDX-License-Identifier: Apache-2.0 */
/*
 * permit - who asks for something that is not for everybody, and what becomes of him.
 */
#ifndef COMMON_PERMIT_H
#define COMMON_PERMIT_H

#include <stddef.h>

#include "common/prefix.h"

struct bearer {            /* of a token; all borrowed */
	const char *token; /* NULL: he shows none */
	size_t n;
	struct addr from;
};

enum permit {
	PERMIT_GRANTED,
	PERMIT_UNKNOWN,   /* nobody knows who that is: HTTP 401 */
	PERMIT_FORBIDDEN, /* he is known, and may not: 403 */
	PERMIT_UNCERTAIN, /* who decides could not be asked: 503 */
	PERMIT_WAITS,     /* who decides is being asked */
};
#endif
