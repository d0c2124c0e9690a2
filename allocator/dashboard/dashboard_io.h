/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard_io - serves the dashboard by HTTP, and tells browsers when it changes.
 */
#ifndef ALLOCATOR_DASHBOARD_DASHBOARD_IO_H
#define ALLOCATOR_DASHBOARD_DASHBOARD_IO_H

struct dashboard;
struct dashboard_io; /* private to dashboard_io.c */
struct event_base;

/*
 * where: as that of http_options, and checked. A port that is taken is told, and tried
 * again until it is free. Both are borrowed for good.
 */
struct dashboard_io *dashboard_io_new(
    struct event_base *, const char *where, const struct dashboard *);
void dashboard_io_free(struct dashboard_io *); /* before the dashboard */
#endif
