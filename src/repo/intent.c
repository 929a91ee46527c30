#include "repo/intent.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/intent_recovery.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
	intent->log = repo->log;
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

static int add_lock_line(struct dg_buf *text, const char *path,
			 const struct dg_lock_trace *trace,
			 struct dg_error *err)
{
	return dg_buf_addf(text, err, "lock %llu %llu %lld %ld %s\n",
			   trace->dev, trace->ino, trace->ctime_s,
			   trace->ctime_ns, path);
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
		rc = add_lock_line(text, intent->locks[i], &intent->traces[i],
				   err);
	for (i = 0; !rc && i < DG_INTENT_TEMPS_MAX && intent->temps[i]; i++)
		rc = dg_buf_addf(text, err, "temp %s\n", intent->temps[i]);
	if (!rc)
		rc = dg_buf_add_str(text, "end\n", err);
	return rc;
}

static void trace_locks(struct dg_intent *intent)
{
	struct stat st;
	size_t i;

	for (i = 0; i < DG_INTENT_LOCKS_MAX && intent->locks[i]; i++) {
		if (lstat(intent->locks[i], &st) == 0)
			intent->traces[i] = dg_lock_trace_of(&st);
	}
}

int dg_intent_write(struct dg_intent *intent, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(DG_INTENT_TEXT_MAX);
	int rc;

	if (intent->taken)
		trace_locks(intent);
	rc = print(&text, intent, err);
	if (!rc)
		rc = dg_lock_file_write(&intent->file, dg_buf_slice(&text),
					err);
	dg_buf_free(&text);
	return rc;
}

/* Somebody else may hold a lock of that name by now. */
static bool is_left(const struct dg_intent *intent, const char *path,
		    const struct dg_lock_trace *trace)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (st.st_size > 0)
		return dg_lock_holds(path, &intent->token) ||
		       dg_lock_holds(path, &intent->commit);
	return dg_lock_trace_fits(trace, &st);
}

/* Lists, of the locks, only those of ours that cannot be removed. */
static size_t keep_left_locks(struct dg_intent *intent)
{
	size_t i, n = 0;

	for (i = 0; i < DG_INTENT_LOCKS_MAX && intent->locks[i]; i++) {
		char *path = intent->locks[i];

		intent->locks[i] = NULL;
		if (!is_left(intent, path, &intent->traces[i]) ||
		    unlink(path) == 0) {
			free(path);
			continue;
		}
		dg_warning(intent->log,
			   "'%s' could not be removed: the next run that "
			   "commits here will try again",
			   path);
		intent->locks[n++] = path;
	}
	return n;
}

static bool has_left_temps(const struct dg_intent *intent)
{
	bool left = false;
	size_t i;

	for (i = 0; i < DG_INTENT_TEMPS_MAX && intent->temps[i]; i++)
		left |= unlink(intent->temps[i]) < 0 && errno != ENOENT;
	return left;
}

/* Only what it held itself is listed then, so that nothing else is ever taken
 * for it. */
static void clean_up(struct dg_intent *intent)
{
	bool left = has_left_temps(intent);

	if (keep_left_locks(intent) > 0 || left) {
		intent->taken = true;
		if (dg_intent_write(intent, NULL) == 0)
			dg_lock_file_abandon(&intent->file);
	}
}

void dg_intent_release(struct dg_intent *intent)
{
	size_t i;

	if (intent->file.path)
		clean_up(intent);
	dg_lock_file_release(&intent->file);
	memset(intent->traces, 0, sizeof(intent->traces));
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
