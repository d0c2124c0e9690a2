/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff - what a change of objects would do to the sessions of nodes, and to what these
 * are told.
 */
#ifndef CLI_DIFF_DIFF_H
#define CLI_DIFF_DIFF_H

struct objects_view;

/*
 * The request has "objects", to be laid over those of the source; "node", or all are
 * meant; and "onDirectory", that the source is one.
 */
extern const struct objects_view diff_view;
#endif
