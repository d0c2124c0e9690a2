/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain - replies about one Service, from the objects of the source alone.
 */
#ifndef CLI_EXPLAIN_EXPLAIN_H
#define CLI_EXPLAIN_EXPLAIN_H

struct objects_view;

extern const struct objects_view explain_service; /* why it is as it is */
extern const struct objects_view explain_show;    /* how it is */
#endif
