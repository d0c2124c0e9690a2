/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patch - lays one JSON object over another: RFC 7396, and what Services need
 * besides.
 */
#ifndef COMMON_PATCH_H
#define COMMON_PATCH_H

struct json_t;

enum patch_rule {
	/*
	 * As Kubernetes' strategic merge does: elements of status.conditions
	 * replace those of the same type, and {"type": T, "$patch": "delete"}
	 * removes one.
	 */
	PATCH_CONDITIONS_BY_TYPE = 1,
	/*
	 * The target is a patch itself: nulls and deletions stay in it, so that
	 * laying the result over an object does what laying one after the other
	 * would. (But an object that was removed and comes back is laid over
	 * the old one: RFC 7396 can't say that.)
	 */
	PATCH_COMPOSE = 2,
};

/*
 * Both are objects; target is changed in place and shares nothing with the
 * patch.
 */
void
patch_lay(struct json_t *target, const struct json_t *patch, unsigned rules);
#endif
