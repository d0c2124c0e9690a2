/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - rows of the store that explain reads.
 */
#ifndef CLI_EXPLAIN_KINDS_H
#define CLI_EXPLAIN_KINDS_H

enum explain_kind {
	EXPLAIN_SERVICE, /* the first: all that `show service` reads */
	EXPLAIN_GROUP,
	EXPLAIN_NODE,
	EXPLAIN_SLICE,
	EXPLAIN_CONFIGURATION,
	EXPLAIN_PEER,
	EXPLAIN_KINDS
};
#endif
