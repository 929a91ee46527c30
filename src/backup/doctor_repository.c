#include "backup/doctor.h"

#include "backup/guard.h"
#include "base/dir.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct aspect {
	const char *name;
	const char *fine;
};

static const struct aspect aspects[DG_COMMIT_ASPECTS] = {
	[DG_COMMIT_BRANCH] = {"branch", NULL},
	[DG_COMMIT_INDEX] = {"index", "can be written"},
	[DG_COMMIT_IGNORED] = {"ignore rules", "let the snapshot in"},
	[DG_COMMIT_ATTRIBUTES] = {"attributes", "no filter on the snapshot"},
};

static void report_findings(struct dg_doctor *doctor,
			    const struct dg_commit_findings *found)
{
	const char *branch = found->ref ? found->ref : "?";
	const bool refused = found->why[DG_COMMIT_BRANCH].code != DG_OK;
	size_t i;

	if (strncmp(branch, "refs/heads/", 11) == 0)
		branch += 11;
	for (i = 0; i < DG_COMMIT_ASPECTS; i++) {
		if (found->why[i].code != DG_OK)
			dg_doctor_error(doctor, aspects[i].name,
					DG_CHECK_FAILED, &found->why[i]);
		else if (i == DG_COMMIT_BRANCH)
			dg_doctor_ok(doctor, aspects[i].name, "%s", branch);
		else if (!refused)
			dg_doctor_ok(doctor, aspects[i].name, "%s",
				     aspects[i].fine);
		/* Without a branch the others were not looked at. */
	}
}

static void examine_commit(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	const struct dg_commit_options options = {
		.path = job->tree_path,
		.owned = dg_snapshot_entries,
		.cancel = doctor->run.cancel,
		.log = &doctor->log,
		.memory = job->reading.memory,
	};
	struct dg_commit_findings found;
	struct dg_error why = {.code = DG_OK};

	if (dg_commit_probe(&found, job->repo, &options, &why) < 0)
		dg_doctor_error(doctor, "branch", DG_CHECK_FAILED, &why);
	else
		report_findings(doctor, &found);
	dg_commit_findings_free(&found);
}

static void examine_author(struct dg_doctor *doctor)
{
	struct dg_error why = {.code = DG_OK};
	char *identity = NULL;
	bool known = false;

	if (dg_repo_identity(&identity, &known, doctor->job.repo, &why) < 0)
		dg_doctor_error(doctor, "author", DG_CHECK_FAILED, &why);
	else if (known)
		dg_doctor_ok(doctor, "author", "%s", identity);
	else
		dg_doctor_say(doctor, "author", DG_CHECK_WARNING,
			      "git config user.name 'Your Name'; "
			      "git config user.email you@example.com",
			      "Git knows none: commits will be by %s",
			      identity);
	free(identity);
}

/* The nearest directory that exists, which the rest would be made in. */
static int nearest_existing(char **out, const char *path, struct dg_error *err)
{
	struct stat st;
	char *slash;
	int rc = dg_strdup(out, path, err);

	while (rc == 0 && stat(*out, &st) < 0 && errno == ENOENT &&
	       (slash = strrchr(*out, '/')) && slash != *out)
		*slash = '\0';
	return rc;
}

static void examine_writable(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	struct dg_error why = {.code = DG_OK};
	char *folder = NULL;
	int rc = nearest_existing(&folder, job->path, &why);

	if (rc == 0 && access(folder, W_OK | X_OK) < 0)
		rc = dg_error_errno(&why, errno, "cannot write to '%s'",
				    folder);
	if (rc < 0)
		dg_doctor_error(doctor, "snapshot", DG_CHECK_FAILED, &why);
	else
		dg_doctor_ok(doctor, "snapshot", "none yet in %s", job->path);
	free(folder);
}

/* The snapshot that a dump would replace: of the same table? */
static void examine_snapshot(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	struct dg_error why = {.code = DG_OK};
	struct dg_fileset *files = NULL;
	char items[DG_QUANTITY_SIZE];
	int rc;

	if (dg_dir_fileset_open(&files, job->path, NULL) == 0 &&
	    access(job->path, W_OK | X_OK) == 0)
		rc = dg_dump_load_earlier(job, files, &why);
	else
		rc = 0;
	dg_fileset_close(files);
	if (rc == 0 && !job->has_earlier) {
		examine_writable(doctor);
		return;
	}
	if (rc == 0 && doctor->has_environment)
		rc = dg_guard_same_table(&job->env, &job->earlier, job->path,
					 &why);
	if (rc < 0)
		dg_doctor_error(doctor, "snapshot", DG_CHECK_FAILED, &why);
	else
		dg_doctor_ok(doctor, "snapshot", "%s: %s of %s", job->path,
			     dg_format_quantity(job->earlier.item_count, "item",
						items),
			     job->earlier.dump_date ? job->earlier.dump_date
						    : "an unknown date");
}

void dg_doctor_repository(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	struct dg_error why = {.code = DG_OK};
	const char *where;

	if (!doctor->has_paths) {
		dg_doctor_say(doctor, "repository", DG_CHECK_SKIPPED, NULL,
			      "not looked at: which project is not known");
		return;
	}
	if (dg_dump_repository_open(job, &why) < 0) {
		dg_doctor_error(doctor, "repository", DG_CHECK_FAILED, &why);
		examine_snapshot(doctor);
		return;
	}
	where = dg_repo_workdir(job->repo);
	dg_doctor_ok(doctor, "repository", "%s%s",
		     where ? where : dg_repo_gitdir(job->repo),
		     where ? "" : " (bare)");
	examine_commit(doctor);
	examine_author(doctor);
	if (where)
		examine_snapshot(doctor);
}
