/*
 * Dates as commits, metadata and people give them: one that is accepted is the
 * same when it is printed and read again.
 */
#include "base/clock.h"
#include "fuzz_target.h"
#include <stdlib.h>

#define NOW 1738000000
#define YEAR_1 (-INT64_C(62135596800))
#define YEAR_10000 INT64_C(253402300800)

static void check_seconds(int64_t seconds)
{
	char iso[DG_TIME_ISO_SIZE];
	int64_t again;

	dg_time_iso(seconds, iso);
	check(dg_time_parse_iso(iso, &again, NULL) == 0);
	if (seconds >= YEAR_1 && seconds < YEAR_10000)
		check(again == seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_string(data, size);
	int64_t seconds, when;
	bool is_iso;

	is_iso = dg_time_parse_iso(text, &seconds, NULL) == 0;
	if (is_iso)
		check_seconds(seconds);
	for (int end_of_day = 0; end_of_day < 2; end_of_day++) {
		struct dg_error err = {0};
		int rc = dg_time_parse_when(text, NOW, end_of_day, &when, &err);

		check(rc == 0 || (rc == DG_EINVALID && err.hint[0]));
		if (rc == 0)
			check_seconds(when);
		/* A fraction may have any length, a date of people not. */
		check(!is_iso || strlen(text) > 64 ||
		      (rc == 0 && when == seconds));
	}
	free(text);
	return 0;
}
