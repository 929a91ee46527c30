/*
 * How the items are laid out, where the user leaves it to us. Hosts warn of
 * files above 50 MiB, and changes to them are dear, so a dump that commits
 * goes chunked there. A snapshot that is chunked stays so until it is well
 * below: a table that hovers about the limit must not change its layout every
 * day.
 */
#include "backup/dump_job.h"

#include "dynamodb/live_source.h"

#define CHUNKED_ABOVE ((uint64_t)50 << 20)
#define SINGLE_BELOW (CHUNKED_ABOVE / 2)

static bool is_auto(const struct dg_dump_options *options)
{
	return !options->layout || strcmp(options->layout, "auto") == 0;
}

int dg_dump_check_layout(const struct dg_dump_options *options,
			 struct dg_error *err)
{
	if (is_auto(options) ||
	    strcmp(options->layout, DG_LAYOUT_SINGLE) == 0 ||
	    strcmp(options->layout, DG_LAYOUT_CHUNKED) == 0)
		return 0;
	return dg_error_set(err, DG_EUSAGE, "unknown layout '%s'",
			    options->layout);
}

/* What stands there now. */
struct earlier {
	bool known; /* there is a snapshot, and it can be read */
	bool chunked;
};

/* *out is left alone where there is no snapshot. */
static int look(struct earlier *out, struct dg_fileset *files,
		struct dg_error *err)
{
	struct dg_error cause = {0};
	const char *name = NULL;
	int rc;

	if (!files)
		return 0;
	rc = dg_snapshot_layout(&name, files, &cause);
	if (rc == 0)
		*out = (struct earlier){true,
					strcmp(name, DG_LAYOUT_CHUNKED) == 0};
	/* What is unreadable there is replaced, or refused elsewhere. */
	if (rc != DG_ENOMEM && rc != DG_ECANCELLED)
		return 0;
	return dg_error_pass(err, &cause);
}

/* In the commit to build upon, else in the directory. */
static int find_earlier(const struct dg_dump_job *job, struct earlier *out,
			struct dg_error *err)
{
	int rc = 0;

	*out = (struct earlier){false, false};
	if (job->dir)
		rc = look(out, dg_snapshot_dir_files(job->dir), err);
	if (rc == 0 && job->commit)
		rc = look(out, dg_commit_tip(job->commit), err);
	return rc;
}

int dg_dump_choose_layout(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_live_stats stats;
	struct earlier earlier;
	bool chunked;
	int rc;

	if (!is_auto(job->options)) {
		job->layout = job->options->layout;
		return 0;
	}
	rc = find_earlier(job, &earlier, err);
	dg_live_source_stats(job->live, &stats);
	if (earlier.chunked)
		chunked = stats.sort.bytes >= SINGLE_BELOW;
	else
		chunked = job->commits && stats.sort.bytes > CHUNKED_ABOVE;
	job->layout = chunked ? DG_LAYOUT_CHUNKED : DG_LAYOUT_SINGLE;
	job->layout_changes = earlier.known && earlier.chunked != chunked;
	return rc;
}

void dg_dump_tell_layout(const struct dg_dump_job *job)
{
	const struct dg_log *log = job->run->log;

	if (!job->layout_changes || job->result->unchanged)
		return;
	if (strcmp(job->layout, DG_LAYOUT_CHUNKED) == 0)
		dg_info(log, "The items pass 50 MiB and stand in chunks now "
			     "(--layout=single leaves them in one file)");
	else
		dg_info(log, "The items are below 25 MiB and stand in one "
			     "file again (--layout=chunked leaves them in "
			     "chunks)");
}
