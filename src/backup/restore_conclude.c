/* What came of a restore that went through: was everything done? */
#include "backup/restore_job.h"
#include "base/text.h"

static int conclude_verification(const struct dg_restore_job *job,
				 struct dg_error *err)
{
	const struct dg_verification *v = &job->result->verification;
	const uint64_t extra = job->options->mirror ? v->extra : 0;
	char fewer[DG_QUANTITY_SIZE];
	char n[3][DG_COUNT_SIZE];

	if (!v->done)
		return 0;
	if (!v->full && v->missing > 0) {
		dg_error_set(err, DG_EINCOMPLETE,
			     "the table holds %s fewer than the snapshot",
			     dg_format_quantity(v->missing, "item", fewer));
		return dg_error_hint(err, "Give --verify=full to see what is "
					  "missing or expired");
	}
	if (v->missing == 0 && v->different == 0 && extra == 0)
		return 0;
	dg_error_set(err, DG_EINCOMPLETE,
		     "verification differs: missing %s, different or "
		     "changed since %s",
		     dg_format_count(v->missing, n[0]),
		     dg_format_count(v->different, n[1]));
	if (extra > 0)
		dg_error_set(err, DG_EINCOMPLETE,
			     "verification differs: missing %s, different or "
			     "changed since %s, come since or not deleted %s",
			     n[0], n[1], dg_format_count(extra, n[2]));
	return DG_EINCOMPLETE;
}

static int conclude_refused(const struct dg_restore_job *job,
			    struct dg_error *err)
{
	const struct dg_restore_result *result = job->result;
	char a[DG_COUNT_SIZE];
	char b[DG_QUANTITY_SIZE];

	dg_error_set(err, DG_EINCOMPLETE,
		     "refused and not written: %s of %s; see %s",
		     dg_format_count(result->refused, a),
		     dg_format_quantity(result->to_write, "item", b),
		     result->failures_file ? result->failures_file
					   : "the warnings");
	if (!job->refused_for_index)
		return DG_EINCOMPLETE;
	if (job->options->indexes_after)
		return dg_error_hint(
			err, "Items were refused for the key of an index that "
			     "the table has: restore into a new one "
			     "(--table=NAME), or give --changed-only if they "
			     "are in the table already");
	return dg_error_hint(err, "Items were refused for the key of an index: "
				  "restore into a new table (--table=NAME) "
				  "with --indexes=after, which adds the "
				  "indexes once the items are there");
}

static int conclude_indexes(const struct dg_restore_job *job,
			    struct dg_error *err)
{
	const struct dg_restore_result *result = job->result;
	char a[DG_COUNT_SIZE];
	char b[DG_COUNT_SIZE];

	if (result->indexes_added == result->indexes_to_add)
		return 0;
	dg_error_set(err, DG_EINCOMPLETE,
		     "added: %s of %s indexes; the items are in the table",
		     dg_format_count(result->indexes_added, a),
		     dg_format_count(result->indexes_to_add, b));
	return dg_error_hint(err, "The warnings say why; then run it again "
				  "with --changed-only");
}

int dg_restore_conclude(const struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_restore_result *result = job->result;
	char a[DG_COUNT_SIZE];
	char b[DG_QUANTITY_SIZE];

	if (result->refused > 0)
		return conclude_refused(job, err);
	/* Verified or not: each item has to be accounted for. */
	if (result->written < result->to_write)
		return dg_error_set(
			err, DG_EINCOMPLETE, "written: %s of %s",
			dg_format_count(result->written, a),
			dg_format_quantity(result->to_write, "item", b));
	if (result->absent > 0)
		return dg_error_set(
			err, DG_EINCOMPLETE, "%s of %s not in %s",
			dg_format_count(result->absent, a),
			dg_format_quantity(result->absent + result->items,
					   "key", b),
			result->source);
	if (conclude_verification(job, err) < 0)
		return DG_EINCOMPLETE;
	return conclude_indexes(job, err);
}
