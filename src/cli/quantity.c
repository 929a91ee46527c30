#include "cli/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *dg_quantity_items(uint64_t n, char out[DG_QUANTITY_SIZE])
{
	return dg_format_quantity(n, "item", out);
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
