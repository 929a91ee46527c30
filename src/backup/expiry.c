#include "backup/expiry.h"

#include "base/text.h"
#include "item/token.h"

int64_t dg_item_expiry(struct dg_slice line, const char *attribute)
{
	struct dg_token t;
	struct dg_slice name;
	struct dg_slice value;
	bool first = true;

	dg_token_init(&t, line);
	if (dg_token_begin_object(&t, NULL) < 0)
		return -1;
	while (dg_token_member(&t, &first, &name, NULL) > 0) {
		uint64_t seconds;

		if (dg_token_value(&t, &value, NULL) < 0)
			return -1;
		if (!dg_slice_equal(name, dg_slice_str(attribute)))
			continue;
		/* {"N":"1735689600"} */
		if (!dg_slice_starts_with(value, DG_SLICE("{\"N\":\"")) ||
		    value.len < 8)
			return -1;
		value = dg_slice_of(value.ptr + 6, value.len - 8);
		for (size_t i = 0; i < value.len; i++)
			if (value.ptr[i] == '.')
				value.len = i;
		return dg_parse_u64(value, &seconds, NULL) == 0 &&
				       seconds < INT64_MAX
			       ? (int64_t)seconds
			       : -1;
	}
	return -1;
}
