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

static bool
in_range(int n, int low, int high)
{
	return n >= low && n <= high;
}

/* The day is in the calendar when the next month begins behind it. */
static bool
is_day(int year, int month, int day)
{
	int64_t first = days_since_epoch(year, month, 1);
	int64_t next =
	    days_since_epoch(month < 12 ? year : year + 1, month % 12 + 1, 1);

	return in_range(day, 1, (int)(next - first));
}

/* A fraction, if there is one, and the zone. */
static bool
is_end(const char *text)
{
	size_t digits = text[0] == '.' ? strspn(text + 1, "0123456789") : 0;

	if (text[0] == '.' && digits == 0)
		return false;
	return strcmp(text + (digits > 0 ? digits + 1 : 0), "Z") == 0;
}

bool
date_parse(const char *text, int64_t *seconds)
{
	int year, month, day, hour, minute, second, used = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day,
		&hour, &minute, &second, &used) != 6 ||
	    year < 1 || !in_range(month, 1, 12) || !is_day(year, month, day) ||
	    !in_range(hour, 0, 23) || !in_range(minute, 0, 59) ||
	    !in_range(second, 0, 60) || !is_end(text + used))
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

	gmtime_r(&t, &tm); /* strftime's %Y does not fill up to four digits */
	size_t n = (size_t)snprintf(text, DATE_TEXT, "%04d", tm.tm_year + 1900);

	strftime(text + n, DATE_TEXT - n, "-%m-%dT%H:%M:%SZ", &tm);
	return text;
}
