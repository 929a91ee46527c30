#include "repo/intent.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/intent_recovery.h"
#include <stdlib.h>
#include <sys/stat.h>

#define WAIT_MS 30000

/* Makes <common dir>/ddbgit and names the intent in it. */
static int intent_path(char **out, const struct dg_repo *repo,
		       struct dg_error *err)
{
	char *folder;
	int rc = dg_asprintf(&folder, err, "%s/ddbgit", repo->commondir);

	if (rc < 0)
		return rc;
	rc = dg_mkdirs(folder, err);
	free(folder);
	if (rc < 0)
		return rc;
	return dg_asprintf(out, err, "%s/ddbgit/intent", repo->commondir);
}

static int recover_found(struct dg_lock_file *file, struct dg_repo *repo,
			 struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(DG_INTENT_TEXT_MAX);
	int rc = dg_lock_file_read(file, &text, err);

	if (rc == DG_ELIMIT) {
		dg_warning(repo->log, "'%s' is not ddbgit's: ignored",
			   file->path);
		rc = 0;
	} else if (!rc && text.len) {
		rc = dg_intent_undo(repo, file, dg_buf_str(&text), err);
	}
	dg_buf_free(&text);
	return rc;
}

int dg_intent_take(struct dg_intent *intent, struct dg_repo *repo,
		   struct dg_clock *clock, struct dg_error *err)
{
	char *path = NULL;
	int rc = intent_path(&path, repo, err);

	intent->file = (struct dg_lock_file)DG_LOCK_FILE_INIT;
	if (rc < 0)
		return rc;
	rc = dg_lock_file_wait(&intent->file, path, WAIT_MS, clock, err);
	free(path);
	if (rc == DG_ELOCKED)
		dg_error_prefix(err, "another ddbgit is committing here");
	if (rc < 0)
		return rc;
	rc = recover_found(&intent->file, repo, err);
	if (rc < 0)
		dg_lock_file_abandon(&intent->file);
	return rc;
}

int dg_intent_recover(struct dg_repo *repo, struct dg_error *err)
{
	struct dg_lock_file file = DG_LOCK_FILE_INIT;
	struct stat st;
	char *path = NULL;
	int rc = intent_path(&path, repo, err);

	if (rc < 0)
		return rc;
	if (stat(path, &st) < 0)
		goto done;
	rc = dg_lock_file_take(&file, path, err);
	if (rc == DG_ELOCKED) {
		/* It is alive and minds its own locks. */
		dg_error_clear(err);
		rc = 0;
		goto done;
	}
	if (!rc)
		rc = recover_found(&file, repo, err);
	if (rc < 0)
		dg_lock_file_abandon(&file); /* kept for the next try */
	else
		dg_lock_file_release(&file);
done:
	free(path);
	return rc;
}

static int add_path(char **slots, size_t count, const char *folder,
		    const char *name, struct dg_error *err)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!slots[i])
			return dg_asprintf(&slots[i], err, "%s/%s", folder,
					   name);
	}
	return dg_error_set(err, DG_ELIMIT, "too many locks");
}

int dg_intent_add_lock(struct dg_intent *intent, const char *folder,
		       const char *name, struct dg_error *err)
{
	return add_path(intent->locks, DG_INTENT_LOCKS_MAX, folder, name, err);
}

int dg_intent_add_temp(struct dg_intent *intent, const char *folder,
		       const char *name, struct dg_error *err)
{
	return add_path(intent->temps, DG_INTENT_TEMPS_MAX, folder, name, err);
}

static int add_lock_line(struct dg_buf *text, const char *path, bool taken,
			 struct dg_error *err)
{
	struct stat st;

	if (!taken || lstat(path, &st) < 0)
		return dg_buf_addf(text, err, "lock 0 0 0 0 %s\n", path);
	return dg_buf_addf(text, err, "lock %llu %llu %lld %ld %s\n",
			   (unsigned long long)st.st_dev,
			   (unsigned long long)st.st_ino,
			   (long long)DG_CTIME(&st).tv_sec,
			   (long)DG_CTIME(&st).tv_nsec, path);
}

static int print(struct dg_buf *text, const struct dg_intent *intent,
		 struct dg_error *err)
{
	char old_tip[DG_OID_TEXT], commit[DG_OID_TEXT], token[DG_OID_TEXT];
	size_t i;
	int rc;

	git_oid_tostr(old_tip, sizeof(old_tip), &intent->old_tip);
	git_oid_tostr(commit, sizeof(commit), &intent->commit);
	git_oid_tostr(token, sizeof(token), &intent->token);
	rc = dg_lock_holder(text, intent->now_iso, err);
	if (!rc)
		rc = dg_buf_addf(text, err, "ref %s %s\ncommit %s\ntoken %s\n",
				 old_tip, intent->ref, commit, token);
	if (!rc && intent->head)
		rc = dg_buf_addf(text, err, "head %s\n", intent->head);
	for (i = 0; !rc && i < DG_INTENT_LOCKS_MAX && intent->locks[i]; i++)
		rc = add_lock_line(text, intent->locks[i], intent->taken, err);
	for (i = 0; !rc && i < DG_INTENT_TEMPS_MAX && intent->temps[i]; i++)
		rc = dg_buf_addf(text, err, "temp %s\n", intent->temps[i]);
	if (!rc)
		rc = dg_buf_add_str(text, "end\n", err);
	return rc;
}

int dg_intent_write(struct dg_intent *intent, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(DG_INTENT_TEXT_MAX);
	int rc = print(&text, intent, err);

	if (!rc)
		rc = dg_lock_file_write(&intent->file, dg_buf_slice(&text),
					err);
	dg_buf_free(&text);
	return rc;
}

void dg_intent_release(struct dg_intent *intent)
{
	size_t i;

	dg_lock_file_release(&intent->file);
	for (i = 0; i < DG_INTENT_LOCKS_MAX; i++) {
		free(intent->locks[i]);
		intent->locks[i] = NULL;
	}
	for (i = 0; i < DG_INTENT_TEMPS_MAX; i++) {
		free(intent->temps[i]);
		intent->temps[i] = NULL;
	}
	free(intent->head);
	intent->head = NULL;
	intent->taken = false;
}
