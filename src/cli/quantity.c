#include "cli/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *dg_quantity_count(uint64_t n, char out[DG_QUANTITY_SIZE])
{
	char digits[24];
	const int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *p = out;
	int i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

const char *dg_quantity_items(uint64_t n, char out[DG_QUANTITY_SIZE])
{
	dg_quantity_count(n, out);
	strcat(out, n == 1 ? " item" : " items");
	return out;
}

const char *dg_quantity_bytes(double n, char out[DG_QUANTITY_SIZE])
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	size_t unit = 0;

	if (n < 999.5) {
		snprintf(out, DG_QUANTITY_SIZE, "%.0f bytes", n);
		return out;
	}
	/* 999.95 would be rounded to 1000.0. */
	for (n /= 1000; n >= 999.95 && unit < 3; n /= 1000)
		unit++;
	snprintf(out, DG_QUANTITY_SIZE, "%.1f %s", n, units[unit]);
	return out;
}

const char *dg_quantity_time(uint64_t seconds, char out[DG_QUANTITY_SIZE])
{
	const uint64_t minutes = seconds / 60;

	if (minutes < 60)
		snprintf(out, DG_QUANTITY_SIZE, "%" PRIu64 ":%02u", minutes,
			 (unsigned int)(seconds % 60));
	else
		snprintf(out, DG_QUANTITY_SIZE, "%" PRIu64 ":%02u:%02u",
			 minutes / 60, (unsigned int)(minutes % 60),
			 (unsigned int)(seconds % 60));
	return out;
}

const char *dg_quantity_changes(const struct dg_changes *changes,
				char out[DG_QUANTITY_SIZE])
{
	const char *settings = changes->schema_changed ? ", settings" : "";

	if (changes->kind == DG_CHANGES_NOT_COMPARABLE)
		snprintf(out, DG_QUANTITY_SIZE, "not comparable");
	else
		snprintf(out, DG_QUANTITY_SIZE,
			 "+%" PRIu64 " ~%" PRIu64 " -%" PRIu64 "%s",
			 changes->added, changes->changed, changes->removed,
			 settings);
	return out;
}

/* Digits at the beginning of text; *end is what follows them. */
static bool parse_digits(const char *text, uint64_t *out, const char **end)
{
	uint64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		const uint64_t digit = (uint64_t)(*text - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	*end = text;
	return true;
}

bool dg_quantity_parse(const char *text, uint64_t *out)
{
	const char *end;

	return parse_digits(text, out, &end) && *end == '\0';
}

bool dg_quantity_parse_size(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	static const char lower[] = "kmgt";
	const char *unit;
	const char *end;
	int shift = 0;

	if (!parse_digits(text, out, &end))
		return false;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit)
		shift = 10 * (int)(unit - units + 1);
	unit = *end ? strchr(lower, *end) : NULL;
	if (unit)
		shift = 10 * (int)(unit - lower + 1);
	if (shift > 0) {
		end++;
		if (strcmp(end, "B") == 0 || strcmp(end, "iB") == 0)
			end += strlen(end);
	}
	if (*end != '\0' || *out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}
