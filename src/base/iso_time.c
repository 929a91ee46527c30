#include "base/clock.h"

#include "base/text.h"
#include <stdio.h>

#define DAY 86400

/* Days since 1970-01-01 of a day of the Gregorian calendar, and back, after
 * Howard Hinnant's "chrono-compatible low-level date algorithms": years begin
 * in March, so that the leap day is the last of its year. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = y / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - 719468;
}

static void civil_from_days(int64_t days, int *y, int *m, int *d)
{
	int64_t z = days + 719468;
	int64_t era = z / 146097;
	int64_t day = z - era * 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	*d = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 3 : month - 9);
	*y = (int)(year + era * 400 + (*m <= 2));
}

void dg_time_iso(int64_t unix_seconds, char out[DG_TIME_ISO_SIZE])
{
	const int64_t first = days_from_civil(1, 1, 1) * DAY;
	const int64_t last = days_from_civil(10000, 1, 1) * DAY - 1;
	char text[96];
	int64_t days, left;
	int y, m, d;

	/* What has no four-digit year is shown as the nearest that has. */
	if (unix_seconds < first)
		unix_seconds = first;
	if (unix_seconds > last)
		unix_seconds = last;
	left = (unix_seconds % DAY + DAY) % DAY;
	days = (unix_seconds - left) / DAY;
	civil_from_days(days, &y, &m, &d);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d,
		 (int)(left / 3600), (int)(left / 60 % 60), (int)(left % 60));
	memcpy(out, text, DG_TIME_ISO_SIZE - 1);
	out[DG_TIME_ISO_SIZE - 1] = '\0';
}

/* Reads text by a pattern of digits (each run of 'd' is one number) and
 * literal characters; NULL where it differs, else what follows. */
static const char *match(const char *text, const char *pattern, int *numbers)
{
	for (; *pattern; pattern++, text++) {
		if (*pattern != 'd') {
			if (*text != *pattern)
				return NULL;
			numbers++;
			continue;
		}
		if (*text < '0' || *text > '9')
			return NULL;
		*numbers = *numbers * 10 + (*text - '0');
	}
	return text;
}

static int days_in_month(int y, int m)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

/* "Z", "+01:00" or "-05:00" at the end: the offset in seconds. */
static bool parse_zone(const char *text, int *offset)
{
	int part[2] = {0};
	const char *end;

	*offset = 0;
	if (text[0] == 'Z')
		return text[1] == '\0';
	if (text[0] != '+' && text[0] != '-')
		return false;
	end = match(text + 1, "dd:dd", part);
	if (!end || *end || part[0] > 23 || part[1] > 59)
		return false;
	*offset = part[0] * 3600 + part[1] * 60;
	if (text[0] == '-')
		*offset = -*offset;
	return true;
}

static bool in_range(const int part[6])
{
	return part[0] > 0 && part[1] >= 1 && part[1] <= 12 && part[2] >= 1 &&
	       part[2] <= days_in_month(part[0], part[1]) && part[3] <= 23 &&
	       part[4] <= 59 && part[5] <= 60;
}

int dg_time_parse_iso(const char *text, int64_t *unix_seconds,
		      struct dg_error *err)
{
	int part[6] = {0};
	const char *rest = match(text, "dddd-dd-ddTdd:dd:dd", part);
	int offset;

	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!rest || !in_range(part) || !parse_zone(rest, &offset))
		return dg_error_set(err, DG_EINVALID,
				    "'%.64s' is no ISO 8601 time", text);
	*unix_seconds = days_from_civil(part[0], part[1], part[2]) * DAY +
			part[3] * 3600 + part[4] * 60 + part[5] - offset;
	return 0;
}
