/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date - points in time as Kubernetes writes them: RFC 3339 in UTC.
 */
#ifndef COMMON_DATE_H
#define COMMON_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define DATE_TEXT 32 /* room for one as text */

/* Seconds since 1970; a fraction is cut off. */
bool date_parse(const char *text, int64_t *seconds);
/* Whole seconds, as metav1.Time wants it; returns text. */
const char *date_print(int64_t seconds, char text[DATE_TEXT]);
#endif
