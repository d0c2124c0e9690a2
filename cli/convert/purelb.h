/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelb - PureLB's ServiceGroup, of purelb.io/v1 and v2.
 */
#ifndef CLI_CONVERT_PURELB_H
#define CLI_CONVERT_PURELB_H

struct foreign;
struct job;

void purelb_group(struct job *, struct foreign *);
#endif
