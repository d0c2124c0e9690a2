/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_others - other load balancers at work in the cluster, by their objects.
 */
#ifndef CLI_DOCTOR_OTHERS_H
#define CLI_DOCTOR_OTHERS_H

struct findings;
struct inquiry;
struct json_at;

void doctor_others_ask(struct inquiry *);
void doctor_others(const struct json_at *request, struct findings *);
#endif
