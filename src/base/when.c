#include "base/clock.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHEN_MAX 64 /* bytes of such a text */
#define COUNT_MAX 100000

struct unit {
	const char *name;
	int64_t seconds;
	int months;
};

static const struct unit units[] = {
	{"second", 1, 0},  {"minute", 60, 0},   {"hour", 3600, 0},
	{"day", 86400, 0}, {"week", 604800, 0}, {"month", 0, 1},
	{"year", 0, 12},
};

static const struct unit *find_unit(const char *word)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		const size_t len = strlen(units[i].name);

		if (strncmp(word, units[i].name, len) == 0 &&
		    (word[len] == '\0' || strcmp(word + len, "s") == 0))
			return &units[i];
	}
	return NULL;
}

/* Calendar months back; the 31st becomes the month's end or a day of the
 * next, as timegm has it. */
static int64_t go_back(int64_t from, const struct unit *unit, uint64_t n)
{
	time_t seconds = (time_t)(from - unit->seconds * (int64_t)n);
	struct tm tm;

	if (unit->months == 0 || !gmtime_r(&seconds, &tm))
		return seconds;
	tm.tm_mon -= unit->months * (int)n;
	return timegm(&tm);
}

/* "2 weeks ago", "2.weeks.ago", "1 day 12 hours". False: something else. */
static bool parse_relative(char *text, int64_t now, int64_t *out)
{
	char *rest = NULL;
	char *word = strtok_r(text, " .", &rest);
	bool any = false;
	uint64_t n;

	*out = now;
	while (word && strcmp(word, "ago") != 0) {
		const char *name = strtok_r(NULL, " .", &rest);
		const struct unit *unit = name ? find_unit(name) : NULL;

		if (!unit || dg_parse_u64(dg_slice_str(word), &n, NULL) < 0 ||
		    n > COUNT_MAX)
			return false;
		*out = go_back(*out, unit, n);
		any = true;
		word = strtok_r(NULL, " .", &rest);
	}
	return any && (!word || !strtok_r(NULL, " .", &rest));
}

/* "2025-01-27", "2025-01-27 10:00", with seconds and zone or without. */
static bool parse_date(const char *text, bool end_of_day, int64_t *out)
{
	const size_t len = strlen(text);
	const char *rest = "";
	char iso[2 * WHEN_MAX];

	if (len == strlen("2025-01-27"))
		rest = end_of_day ? "T23:59:59Z" : "T00:00:00Z";
	else if (len == strlen("2025-01-27T10:00"))
		rest = ":00Z";
	else if (len == strlen("2025-01-27T10:00:00"))
		rest = "Z";
	snprintf(iso, sizeof(iso), "%s%s", text, rest);
	if (len > 10 && iso[10] == ' ')
		iso[10] = 'T';
	return dg_time_parse_iso(iso, out, NULL) == 0;
}

/* "now", "today", "yesterday", "@1738000000" */
static bool parse_word(const char *text, int64_t now, bool end_of_day,
		       int64_t *out)
{
	const int64_t midnight = now - now % 86400;
	uint64_t n;

	if (strcmp(text, "now") == 0)
		*out = now;
	else if (strcmp(text, "today") == 0)
		*out = end_of_day ? now : midnight;
	else if (strcmp(text, "yesterday") == 0)
		*out = end_of_day ? midnight - 1 : midnight - 86400;
	else if (text[0] == '@' &&
		 dg_parse_u64(dg_slice_str(text + 1), &n, NULL) == 0 &&
		 n < INT64_MAX)
		*out = (int64_t)n;
	else
		return false;
	return true;
}

int dg_time_parse_when(const char *text, int64_t now, bool end_of_day,
		       int64_t *unix_seconds, struct dg_error *err)
{
	const size_t len = strlen(text);
	char copy[WHEN_MAX + 1];

	if (len <= WHEN_MAX) {
		memcpy(copy, text, len + 1);
		if (parse_word(text, now, end_of_day, unix_seconds) ||
		    parse_date(text, end_of_day, unix_seconds) ||
		    parse_relative(copy, now, unix_seconds))
			return 0;
	}
	dg_error_set(err, DG_EINVALID, "'%.64s' is no date", text);
	return dg_error_hint(err, "Write 2025-01-27, 2025-01-27T10:00 (UTC), "
				  "yesterday, 2 weeks ago or @SECONDS");
}
