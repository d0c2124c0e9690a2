/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ready - whether a node does all that it is to do, in one word for who waits for it.
 *
 * It is the condition Ready of a BGPNodeStatus. Each single thing that is amiss has a
 * condition of its own beside it.
 */
#ifndef BGPD_CONTROL_READY_H
#define BGPD_CONTROL_READY_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;

/*
 * Does it have a configuration, may it announce Services, and is each session up that
 * is to be? reason: a literal, why not; message: the same for people.
 */
bool ready_judge(
    const struct daemon_view *, const char **reason, struct err *message);
/* Is one of them not up, whatever else is amiss? */
bool ready_lacks_session(const struct daemon_view *);
/* The condition, owned; it is so since view->ready_since. */
json_t *ready_condition(const struct daemon_view *);
#endif
