/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mend - what our own programs would refuse is taken out of what was made, and
 * told.
 *
 * Each field is judged by itself: a flawed one costs no more than itself, but
 * where an object without it would do more than it should, as open a session
 * without its password or on all nodes.
 */
#ifndef CLI_CONVERT_MEND_H
#define CLI_CONVERT_MEND_H

struct job;

/* What can't be mended is gone. */
void mend_all(struct job *);
#endif
