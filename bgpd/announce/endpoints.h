/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints - how many endpoints each Service has, here and anywhere.
 *
 * Counted slice by slice, so a change of one slice costs that slice.
 */
#ifndef BGPD_ANNOUNCE_ENDPOINTS_H
#define BGPD_ANNOUNCE_ENDPOINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

struct endpoint_slice;
struct endpoints;

struct tally {
	uint32_t ready, ready_here;
	uint32_t lingering, lingering_here; /* serving and terminating */
};

/* node: our name, copied. */
struct endpoints *endpoints_new(const char *node);
void endpoints_free(struct endpoints *);
/* was and now as in store_kind.changed. */
void endpoints_change(struct endpoints *, const struct endpoint_slice *was,
    const struct endpoint_slice *now);

/*
 * Endpoints that count: the ready ones; only when there is none anywhere, those that
 * still serve while they terminate.
 */
bool endpoints_here(
    const struct endpoints *, const char *ns, const char *service, enum family);
bool endpoints_anywhere(
    const struct endpoints *, const char *ns, const char *service, enum family);
#endif
