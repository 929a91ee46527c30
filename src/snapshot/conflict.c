#include "snapshot/conflict.h"
#include <string.h>

/* File by file, with --ours, a merge would leave a mixture: what merged
 * cleanly stays as it was merged. */
int dg_conflict_hint(struct dg_error *err)
{
	return dg_error_hint(
		err, "Git's conflict markers stand in it. Take the whole "
		     "folder of one side and finish the merge:\n"
		     "git checkout --no-overlay HEAD -- FOLDER (or "
		     "MERGE_HEAD, for theirs)\n"
		     "Or read an unmerged revision with --rev");
}

static bool is_marked(struct dg_slice text)
{
	const char *p = text.ptr;
	const char *end = p + text.len;

	while (p < end) {
		const struct dg_slice rest = dg_slice_of(p, (size_t)(end - p));

		if (dg_slice_starts_with(rest, DG_SLICE("<<<<<<< ")))
			return true;
		p = memchr(p, '\n', rest.len);
		if (!p)
			return false;
		p++;
	}
	return false;
}

int dg_conflict_explain(struct dg_slice text, struct dg_error *err)
{
	if (!err)
		return 0;
	return is_marked(text) ? dg_conflict_hint(err) : (int)err->code;
}
