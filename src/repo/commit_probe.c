#include "base/text.h"
#include "repo/commit_state.h"
#include <stdlib.h>
#include <unistd.h>

/* Git's own lock: a commit would wait for it, and in vain if it is stale. */
static int check_index_lock(const struct dg_commit *commit,
			    struct dg_error *err)
{
	char *lock = NULL;
	int rc = dg_asprintf(&lock, err, "%s/index.lock", commit->repo->gitdir);

	if (!rc && access(lock, F_OK) == 0) {
		rc = dg_error_set(err, DG_ELOCKED,
				  "Git's index is locked: '%s' exists", lock);
		dg_error_hint(err, "Wait for the Git command that made it; if "
				   "none is running, remove it");
	}
	free(lock);
	return rc;
}

static void probe_worktree(struct dg_commit *commit,
			   struct dg_commit_findings *out)
{
	struct dg_error *index = &out->why[DG_COMMIT_INDEX];

	if (dg_commit_check_index(commit, true, index) < 0 ||
	    check_index_lock(commit, index) < 0)
		return;
	(void)dg_commit_check_index(commit, false,
				    &out->why[DG_COMMIT_IGNORED]);
}

int dg_commit_probe(struct dg_commit_findings *out, struct dg_repo *repo,
		    const struct dg_commit_options *options,
		    struct dg_error *err)
{
	struct dg_commit *commit = calloc(1, sizeof(*commit));
	struct dg_error *why;
	int rc;

	memset(out, 0, sizeof(*out));
	why = out->why;
	if (!commit)
		return dg_error_nomem(err);
	rc = dg_commit_take_options(commit, repo, options, err);
	if (rc < 0)
		goto done;
	if (dg_commit_check_branch(commit, options->branch,
				   &why[DG_COMMIT_BRANCH]) == 0) {
		if (commit->worktree)
			probe_worktree(commit, out);
		(void)dg_commit_check_attributes(commit,
						 &why[DG_COMMIT_ATTRIBUTES]);
	}
	if (commit->ref)
		rc = dg_strdup(&out->ref, commit->ref, err);
done:
	dg_commit_close(commit);
	return rc;
}

void dg_commit_findings_free(struct dg_commit_findings *findings)
{
	free(findings->ref);
	findings->ref = NULL;
}
