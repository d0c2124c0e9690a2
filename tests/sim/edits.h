/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edits - what people change in the objects of a virtual cluster at any time.
 */
#ifndef TESTS_SIM_EDITS_H
#define TESTS_SIM_EDITS_H

#include "tests/sim/scene.h"

/* Of what only some histories have. False: this one has nothing of it. */
bool more_is_edited(struct history *);
void service_is_put(struct history *);
void service_is_dropped(struct history *);
void watch_is_edited(struct history *, unsigned nth);
void peer_is_edited(struct history *);
void password_changes(struct history *);
void secret_comes_and_goes(struct history *);
void addresses_swap(struct history *);
void rival_comes_and_goes(struct history *);
#endif
