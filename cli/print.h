/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print - replies as people read them: which columns there are, and what is in them.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

struct json_at;
struct output;

void print_neighbors(struct output *, const struct json_at *reply);
void print_node_neighbors(struct output *, const struct json_at *reply);
void print_routes(struct output *, const struct json_at *reply);
void print_announcements(struct output *, const struct json_at *reply);
void print_services(struct output *, const struct json_at *reply);
void print_status(struct output *, const struct json_at *reply);
void print_addresses(struct output *, const struct json_at *reply);
void print_pools(struct output *, const struct json_at *reply);
void print_service(struct output *, const struct json_at *reply);
void print_explanation(struct output *, const struct json_at *reply);
void print_version(struct output *, const struct json_at *reply);
void print_shutdown(struct output *, const struct json_at *reply);
#endif
