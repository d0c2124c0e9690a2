/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service - Services stay as they are; what of one is not understood here is
 * told.
 */
#ifndef CLI_CONVERT_SERVICE_H
#define CLI_CONVERT_SERVICE_H

struct foreign;
struct job;

/* That of kubectl, where an object leaves it open. */
const char *service_namespace(const char *ns);
void service_check(struct job *, struct foreign *);
#endif
