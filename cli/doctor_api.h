/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_api - what an API server is asked besides its lists (inquiry.h), and what is
 * wrong by its answers: the server itself, the schemas of our resources, whether the
 * daemons are rolled out and an allocator leads.
 *
 * A question that the server does not answer, as to who has no right to ask it, leaves
 * its check unseen.
 */
#ifndef CLI_DOCTOR_API_H
#define CLI_DOCTOR_API_H

#include <stdint.h>

struct findings;
struct inquiry;
struct instance;
struct json_at;

void doctor_api_ask(struct inquiry *, const struct instance *);
/* s since 1970, by the server; 0: it is not told. */
int64_t doctor_api_date(const struct json_at *request);

/*
 * Each adds one finding or more, of the instance that was asked for; now: s since 1970,
 * by the clock of this machine.
 */
void doctor_api_server(
    const struct json_at *request, int64_t now, struct findings *);
void doctor_api_schemas(const struct json_at *request, struct findings *);
void doctor_api_rollout(const struct json_at *request, struct findings *);
void doctor_api_allocator(const struct json_at *request, struct findings *);
#endif
