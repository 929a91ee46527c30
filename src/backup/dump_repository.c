#include "backup/dump_job.h"

#include "backup/root.h"
#include "base/text.h"
#include "repo/history.h"
#include <stdlib.h>

static int not_a_repository(struct dg_dump_job *job, struct dg_error *err)
{
	dg_error_set(err, DG_EUSAGE,
		     "a commit needs a Git repository, and %s is in none",
		     job->path);
	return dg_error_hint(err, "Run git init in the project, or dump "
				  "without --commit");
}

/* In a bare repository the output is a path in the tree. */
static int bare_path(struct dg_dump_job *job, struct dg_error *err)
{
	const char *output = job->options->output;
	int rc;

	if (!output)
		rc = dg_root_snapshot(&job->tree_path, job->label, err);
	else
		rc = dg_strdup(&job->tree_path,
			       strncmp(output, "./", 2) == 0 ? output + 2
							     : output,
			       err);
	return rc == 0 ? dg_path_check(job->tree_path, err) : rc;
}

/* The output lies in another repository than the one that we stand in. */
static int check_same_repository(const struct dg_dump_job *job,
				 const struct dg_repo *here,
				 struct dg_error *err)
{
	const char *ours = here ? dg_repo_workdir(here) : NULL;
	const char *its = dg_repo_workdir(job->repo);

	if (!ours || !its || strcmp(ours, its) == 0)
		return 0;
	dg_error_set(err, DG_EREFUSED, "%s is inside another repository (%s)",
		     job->path, its);
	return dg_error_hint(err,
			     "Run ddbgit inside that repository: "
			     "ddbgit -C %s dump …",
			     its);
}

int dg_dump_repository_open(struct dg_dump_job *job, struct dg_error *err)
{
	struct dg_repo *here = NULL;
	int rc = dg_repo_open(&here, ".", job->run->log, err);

	if (rc < 0 && rc != DG_ENOTFOUND)
		return rc;
	if (here && !dg_repo_workdir(here)) {
		job->repo = here;
		return bare_path(job, err);
	}
	rc = dg_repo_open(&job->repo, job->path, job->run->log, err);
	if (rc == DG_ENOTFOUND && here)
		rc = dg_error_set(err, DG_EUSAGE,
				  "%s is outside the work tree %s: it cannot "
				  "be committed there",
				  job->path, dg_repo_workdir(here));
	else if (rc == DG_ENOTFOUND)
		rc = not_a_repository(job, err);
	if (rc == 0)
		rc = check_same_repository(job, here, err);
	if (rc == 0)
		rc = dg_repo_relative(&job->tree_path, job->repo, job->path,
				      err);
	dg_repo_close(here);
	return rc;
}

static int find_last(struct dg_dump_job *job, struct dg_error *err)
{
	const struct dg_history_options options = {
		.start = job->ref,
		.path = job->tree_path,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	int rc;

	if (!dg_commit_tip(job->commit))
		return 0;
	rc = dg_history_writer(job->repo, &options, job->last_id, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		return 0;
	}
	if (rc == 0)
		rc = dg_dump_commit_name(&job->last_name, job->repo,
					 job->last_id, err);
	return rc;
}

/* What is committed past the work tree has no path of a file: people read
 * "main:backups/dynamodb/prod". */
static int name_in_branch(struct dg_dump_job *job, struct dg_error *err)
{
	if (dg_commit_uses_worktree(job->commit))
		return 0;
	free(job->path);
	job->path = NULL;
	return dg_asprintf(&job->path, err, "%s:%s", dg_dump_branch(job),
			   job->tree_path);
}

const char *dg_dump_branch(const struct dg_dump_job *job)
{
	static const char heads[] = "refs/heads/";

	if (strncmp(job->ref, heads, strlen(heads)) == 0)
		return job->ref + strlen(heads);
	return job->ref;
}

int dg_dump_commit_open(struct dg_dump_job *job, struct dg_error *err)
{
	char now[DG_TIME_ISO_SIZE];
	struct dg_commit_options options = {
		.branch = job->options->branch,
		.force = job->options->force,
		.owned = dg_snapshot_entries,
		.cancel = job->run->cancel,
		.log = job->run->log,
		.now_iso = now,
		.now = dg_clock_wall_ms(&job->env.clock) / 1000,
		.clock = &job->env.clock,
		.memory = job->reading.memory,
		.temp_dir = job->reading.temp_dir,
	};
	int rc = dg_dump_repository_open(job, err);

	dg_time_iso(options.now, now);
	if (rc == 0)
		rc = dg_repo_branch_ref(&job->ref, job->repo,
					job->options->branch, err);
	options.path = job->tree_path;
	if (rc == 0)
		rc = dg_commit_open(&job->commit, job->repo, &options, err);
	if (rc == 0)
		rc = name_in_branch(job, err);
	if (rc == 0)
		rc = find_last(job, err);
	if (rc == 0)
		rc = dg_dump_tag_plan(job, err);
	return rc;
}

static int refuse_bare(const struct dg_dump_job *job,
		       const struct dg_repo *repo, struct dg_error *err)
{
	dg_error_set(err, DG_EREFUSED, "%s is inside the bare repository %s",
		     job->path, dg_repo_gitdir(repo));
	return dg_error_hint(err, "Dump into it with --commit, or choose "
				  "another --output");
}

/* May the output be written, as far as the repository around `from` can tell?
 * One that cannot be opened is not needed without a commit. */
static int check_output_in(struct dg_dump_job *job, const char *from,
			   struct dg_error *err)
{
	struct dg_repo *repo = NULL;
	char *relative = NULL;
	int rc = 0;

	if (dg_repo_open(&repo, from, NULL, NULL) < 0)
		return 0;
	if (dg_repo_workdir(repo))
		rc = dg_repo_relative(&relative, repo, job->path, err);
	else if (from == job->path)
		rc = refuse_bare(job, repo, err);
	if (rc < 0 && rc != DG_EREFUSED) {
		dg_error_clear(err);
		rc = 0;
	}
	free(relative);
	dg_repo_close(repo);
	return rc;
}

/* The output's own repository knows its .git, the project's its submodules:
 * seen from inside, a submodule is a repository like any other. */
int dg_dump_check_output(struct dg_dump_job *job, struct dg_error *err)
{
	int rc = check_output_in(job, job->path, err);

	return rc == 0 ? check_output_in(job, job->env.root, err) : rc;
}
