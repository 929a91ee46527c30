#include "backup/pace.h"

#include "base/text.h"
#include <stdio.h>

int dg_pace_parse(struct dg_rate_limit *out, const char *text,
		  struct dg_error *err)
{
	*out = (struct dg_rate_limit){0};
	return text ? dg_rate_limit_parse(out, text, err) : 0;
}

int dg_pace_tell(const struct dg_log *log, const char *doing,
		 const struct dg_rate_limit *limit, uint64_t provisioned,
		 struct dg_error *err)
{
	char of_what[64] = "";
	char count[DG_COUNT_SIZE];
	const char *plural;
	double units;
	int rc = dg_rate_units(&units, limit, provisioned, err);

	if (rc < 0 || units <= 0)
		return rc;
	if (provisioned > 0)
		snprintf(of_what, sizeof(of_what), " of the %s provisioned",
			 dg_format_count(provisioned, count));
	plural = units == 1 && provisioned == 0 ? "" : "s";
	dg_info(log, "%s at most %.15g%s unit%s a second", doing, units,
		of_what, plural);
	return 0;
}
