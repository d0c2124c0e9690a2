/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint_slice - where a Service's endpoints are, and in which state.
 */
#ifndef COMMON_API_ENDPOINT_SLICE_H
#define COMMON_API_ENDPOINT_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/meta.h"
#include "common/prefix.h"

struct endpoint {
	uint32_t node; /* for endpoint_node() */
	bool ready;    /* true or absent: publishNotReadyAddresses is in it */
	bool serving;
	bool terminating;
};

struct endpoint_slice { /* all that it points to is in its block of memory */
	const char *ns;
	const char *service; /* name, in ns; "" when it belongs to none */
	enum family family;  /* FAMILY_NONE: addresses are host names */
	uint32_t n_endpoints;
	struct endpoint endpoints[];
};

/* "": it is on no node we know of. */
const char *
endpoint_node(const struct endpoint_slice *, const struct endpoint *);

/* These two fit into a row of a store's table of kinds. err: what can't be read. */
void *endpoint_slice_decode(const json_t *, struct err *);
void endpoint_slice_free(void *slice);
#endif
