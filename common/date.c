/* SPDX-License-Identifier: Apache-2.0 */
#include "common/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_since_epoch(int64_t year, int month, int day)
{
	/* The year starts in March, so that the leap day is its last. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    719469;
}

bool
date_parse(const char *text, int64_t *seconds)
{
	int year, month, day, hour, minute, second, used = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day,
		&hour, &minute, &second, &used) != 6 ||
	    month < 1 || month > 12 || year < 1 ||
	    strchr("Z.", text[used]) == NULL || text[strlen(text) - 1] != 'Z')
		return false;
	*seconds = days_since_epoch(year, month, day) * 86400 +
	    (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
	return true;
}

const char *
date_print(int64_t seconds, char text[DATE_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, DATE_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}
