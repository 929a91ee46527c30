/*
 * table-metadata.json of any content: what is accepted says the same when it
 * is printed and read again, without the secrets that an endpoint may carry;
 * and it can be summed up for people.
 */
#include "fuzz_target.h"
#include "snapshot/conflict.h"
#include "snapshot/metadata.h"
#include <stdlib.h>

#define TEXT_MAX ((size_t)1 << 26)

static void check_endpoint(const struct dg_metadata *m)
{
	struct dg_buf once = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf twice = DG_BUF_INIT(TEXT_MAX);
	struct dg_metadata bare = *m;

	check(dg_metadata_endpoint(m, &once, NULL) == 0);
	check(!strpbrk(dg_buf_str(&once), "?#"));
	bare.endpoint_url = (char *)dg_buf_str(&once);
	check(dg_metadata_endpoint(&bare, &twice, NULL) == 0);
	check(dg_slice_equal(dg_buf_slice(&once), dg_buf_slice(&twice)));
	dg_buf_free(&once);
	dg_buf_free(&twice);
}

static void check_printed(const struct dg_metadata *m)
{
	struct dg_buf first = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf second = DG_BUF_INIT(TEXT_MAX);
	struct dg_metadata again;

	check(dg_metadata_print(m, &first, NULL) == 0);
	check(dg_metadata_parse(&again, dg_buf_slice(&first), NULL) == 0);
	check(again.item_count == m->item_count &&
	      again.has_item_count == m->has_item_count);
	check(dg_metadata_print(&again, &second, NULL) == 0);
	check(dg_slice_equal(dg_buf_slice(&first), dg_buf_slice(&second)));
	dg_buf_clear(&second);
	check(dg_summary_print(m, NULL, &second, NULL) == 0 && second.len > 0);
	dg_metadata_free(&again);
	dg_buf_free(&first);
	dg_buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_metadata m;
	struct dg_error err = {0};
	int rc = dg_metadata_parse(&m, text, &err);

	if (rc < 0) {
		check(rc == DG_EINVALID || rc == DG_EUNSUPPORTED);
		check(err.message[0]);
		check(dg_conflict_explain(text, &err) == rc);
		return 0;
	}
	if (m.endpoint_url)
		check_endpoint(&m);
	check_printed(&m);
	dg_metadata_free(&m);
	return 0;
}
