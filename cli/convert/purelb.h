/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelb - PureLB's ServiceGroup and LBNodeAgent, of purelb.io/v1 and v2.
 */
#ifndef CLI_CONVERT_PURELB_H
#define CLI_CONVERT_PURELB_H

struct foreign;
struct job;

void purelb_group(struct job *, struct foreign *);
void purelb_agent(struct job *, struct foreign *); /* after all groups */
/* When all are read. */
void purelb_finish(struct job *);
#endif
