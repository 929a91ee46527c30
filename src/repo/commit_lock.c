#include "repo/commit_lock.h"
#include "base/digest.h"
#include "base/dir.h"
#include "base/random.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static int path_lock_name(char **out, const struct dg_commit *commit,
			  struct dg_error *err)
{
	unsigned char raw[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];
	char *folder = NULL, *what = NULL;
	int rc = dg_asprintf(&folder, err, "%s/ddbgit/locks",
			     commit->repo->commondir);

	if (!rc)
		rc = dg_mkdirs(folder, err);
	if (!rc)
		rc = dg_asprintf(&what, err, "%s\n%s", commit->ref,
				 commit->path);
	if (!rc)
		rc = dg_sha256(dg_slice_str(what), raw, err);
	if (!rc) {
		dg_hex(raw, sizeof(raw), hex);
		rc = dg_asprintf(out, err, "%s/%s", folder, hex);
	}
	free(folder);
	free(what);
	return rc;
}

int dg_commit_lock_path(struct dg_commit *commit, struct dg_error *err)
{
	struct dg_buf holder = DG_BUF_INIT(1024);
	char *name = NULL;
	int rc = path_lock_name(&name, commit, err);

	if (rc < 0)
		return rc;
	rc = dg_lock_file_take(&commit->path_lock, name, err);
	free(name);
	if (rc == DG_ELOCKED) {
		dg_error_prefix(err, "another backup to '%s' on %s is running",
				*commit->path ? commit->path : ".",
				commit->ref);
		return dg_error_hint(err, "Wait for it to end");
	}
	if (!rc)
		rc = dg_lock_holder(&holder, commit->now_iso, err);
	if (!rc)
		rc = dg_lock_file_write(&commit->path_lock,
					dg_buf_slice(&holder), err);
	dg_buf_free(&holder);
	return rc;
}

static void random_token(git_oid *out)
{
	unsigned char raw[GIT_OID_RAWSZ];
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < sizeof(raw); i++) {
		if (i % 8 == 0)
			word = dg_random_u64();
		raw[i] = (unsigned char)(word >> (i % 8 * 8));
	}
	git_oid_fromraw(out, raw);
}

static int announce_index(struct dg_commit *commit, struct dg_error *err)
{
	static const char *const own[] = {"ddbgit.lock", "ddbgit.index",
					  "ddbgit.index.lock"};
	const char *gitdir = commit->repo->gitdir;
	size_t i;
	int rc = dg_intent_add_lock(&commit->intent, gitdir, "index.lock", err);

	for (i = 0; !rc && i < 3; i++)
		rc = dg_intent_add_temp(&commit->intent, gitdir, own[i], err);
	return rc;
}

static int announce_refs(struct dg_commit *commit, struct dg_error *err)
{
	struct dg_intent *intent = &commit->intent;
	char *name = NULL;
	int rc = 0;

	if (commit->worktree) {
		rc = dg_intent_add_lock(intent, commit->repo->gitdir,
					"HEAD.lock", err);
		if (!rc)
			rc = dg_strdup(&intent->head, commit->ref, err);
	}
	if (!rc)
		rc = dg_asprintf(&name, err, "%s.lock", commit->ref);
	if (!rc)
		rc = dg_intent_add_lock(intent, commit->repo->commondir, name,
					err);
	free(name);
	return rc;
}

int dg_commit_announce(struct dg_commit *commit, bool index, bool refs,
		       struct dg_error *err)
{
	struct dg_intent *intent = &commit->intent;
	int rc = dg_intent_take(intent, commit->repo, commit->clock, err);

	if (rc < 0)
		return rc;
	random_token(&intent->token);
	intent->now_iso = commit->now_iso;
	intent->ref = commit->ref;
	intent->old_tip = commit->tip;
	intent->commit = commit->id;
	if (index)
		rc = announce_index(commit, err);
	if (!rc && refs)
		rc = announce_refs(commit, err);
	if (!rc)
		rc = dg_intent_write(intent, err);
	return rc;
}

static int lock_ref(struct dg_commit *commit, const char *name,
		    struct dg_error *err)
{
	int64_t end = dg_clock_now_ms(commit->clock) + DG_GIT_LOCK_WAIT_MS;
	int rc;

	while ((rc = git_transaction_lock_ref(commit->refs, name)) ==
		       GIT_ELOCKED &&
	       dg_clock_now_ms(commit->clock) < end)
		dg_clock_sleep_ms(commit->clock, DG_GIT_LOCK_PAUSE_MS, NULL,
				  err);
	if (rc == GIT_ELOCKED) {
		dg_error_set(err, DG_ELOCKED,
			     "'%s' is locked: '%s/%s.lock' "
			     "exists",
			     name,
			     strcmp(name, "HEAD") != 0 ? commit->repo->commondir
						       : commit->repo->gitdir,
			     name);
		return dg_error_hint(err, "Wait for the other git command; if "
					  "there is none, remove that file");
	}
	if (rc < 0)
		return dg_git_error(err, rc, "cannot lock '%s'", name);
	return 0;
}

int dg_commit_lock_git(struct dg_commit *commit, struct dg_error *err)
{
	int rc = dg_index_lock(commit, err);

	if (rc < 0)
		return rc;
	rc = git_transaction_new(&commit->refs, commit->repo->git);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot lock references");
	rc = lock_ref(commit, "HEAD", err);
	if (!rc)
		rc = lock_ref(commit, commit->ref, err);
	return rc;
}

void dg_commit_unlock_git(struct dg_commit *commit)
{
	git_transaction_free(commit->refs);
	commit->refs = NULL;
	dg_index_unlock(commit);
	dg_intent_release(&commit->intent);
}
