#include "backup/hooks_run.h"

#include "backup/environment.h"
#include "base/text.h"
#include "repo/staged.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

#define ENVIRONMENT_FILE_MAX ((size_t)1024 * 1024)
/* AWS's secret keys have 40 characters, session tokens hundreds. What is
 * shorter is a placeholder, or an emulator's "test". */
#define SECRET_LENGTH_MIN 16

struct examination {
	const struct dg_run *run;
	struct dg_staged *staged;
	struct dg_fileset *files; /* the whole index */
	char **folders;           /* of snapshots that are touched */
	size_t folder_count;
	size_t findings;
};

/* "  = 'wJalr…" behind a key: is what it assigns a secret? */
static bool assigns_secret(struct dg_slice rest)
{
	size_t at = 0, len = 0;

	while (at < rest.len && strchr(" \t\"'", rest.ptr[at]))
		at++;
	if (at == rest.len || (rest.ptr[at] != '=' && rest.ptr[at] != ':'))
		return false;
	at++;
	while (at < rest.len && strchr(" \t\"'", rest.ptr[at]))
		at++;
	while (at + len < rest.len && rest.ptr[at + len] &&
	       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789+/=",
		      rest.ptr[at + len]))
		len++;
	return len >= SECRET_LENGTH_MIN;
}

bool dg_hook_has_secret(struct dg_slice text)
{
	static const char *const keys[] = {"AWS_SECRET_ACCESS_KEY",
					   "AWS_SESSION_TOKEN"};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct dg_slice rest = text;
		const size_t len = strlen(keys[i]);
		const char *at;

		while (rest.len > 0 &&
		       (at = memmem(rest.ptr, rest.len, keys[i], len))) {
			at += len;
			rest = dg_slice_of(at,
					   rest.len - (size_t)(at - rest.ptr));
			if (assigns_secret(rest))
				return true;
		}
	}
	return false;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int examine_environment(struct examination *x, const char *path,
			       struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(ENVIRONMENT_FILE_MAX);
	int rc = dg_fileset_read(x->files, path, &text, err);

	/* A symlink, or larger than any such file. */
	if (rc == DG_EINVALID || rc == DG_ELIMIT) {
		dg_error_clear(err);
		rc = 0;
	} else if (rc == 0 && dg_hook_has_secret(dg_buf_slice(&text))) {
		dg_log(x->run->log, DG_LOG_ERROR,
		       "%s has a secret and would be in everybody's clone: "
		       "git rm --cached %s",
		       path, path);
		x->findings++;
	}
	dg_buf_free(&text);
	return rc;
}

/* The length of the folder's name if the path is a snapshot's own file, else
 * -1. "" is a folder, too. */
static ssize_t snapshot_folder(const char *path)
{
	const char *const *own;
	const char *at = path;

	for (;;) {
		const size_t len = strcspn(at, "/");

		for (own = dg_snapshot_entries; *own; own++)
			if (strlen(*own) == len && !strncmp(*own, at, len))
				return at == path ? 0 : at - path - 1;
		if (!at[len])
			return -1;
		at += len + 1;
	}
}

static int note_folder(struct examination *x, const char *path, size_t len,
		       struct dg_error *err)
{
	char **more;
	size_t i;
	int rc;

	for (i = 0; i < x->folder_count; i++)
		if (strlen(x->folders[i]) == len &&
		    !strncmp(x->folders[i], path, len))
			return 0;
	more = realloc(x->folders, (x->folder_count + 1) * sizeof(*more));
	if (!more)
		return dg_error_nomem(err);
	x->folders = more;
	rc = dg_slice_dup(&more[x->folder_count], dg_slice_of(path, len), err);
	x->folder_count += rc == 0;
	return rc;
}

static int visit(void *context, const char *path, bool removed,
		 struct dg_error *err)
{
	struct examination *x = context;
	const ssize_t folder = snapshot_folder(path);
	int rc = 0;

	if (!removed && strncmp(base_name(path), ".env", 4) == 0)
		rc = examine_environment(x, path, err);
	if (rc == 0 && folder >= 0)
		rc = note_folder(x, path, (size_t)folder, err);
	return rc;
}

static int note_name(void *context, const struct dg_fileset_entry *entry,
		     struct dg_error *err)
{
	unsigned int *seen = context;

	(void)err;
	if (!entry->is_folder && strcmp(entry->name, DG_DATA_FILE) == 0)
		*seen |= 1;
	if (!entry->is_folder && strcmp(entry->name, DG_METADATA_FILE) == 0)
		*seen |= 2;
	return 0;
}

/* Only what states its digests can disagree with them; other files of these
 * names may be anything. */
static int states_digests(bool *out, struct dg_fileset *files,
			  struct dg_error *err)
{
	unsigned int seen = 0;
	int rc = files->list(files, "", note_name, &seen, err);

	*out = seen == 3;
	return rc;
}

static int find_fault(struct examination *x, struct dg_fileset *files,
		      struct dg_error *why)
{
	const struct dg_snapshot_options options = {
		.memory = dg_run_memory(x->run),
		.temp_dir = x->run->temp_dir,
		.cancel = x->run->cancel,
	};
	struct dg_snapshot *snapshot = NULL;
	struct dg_snapshot_facts facts = {0};
	int rc = dg_snapshot_open(&snapshot, files, &options, why);

	if (rc == 0)
		rc = dg_snapshot_check(snapshot, &facts, why);
	dg_snapshot_close(snapshot);
	if (rc == 0 && facts.edited)
		return dg_error_set(why, DG_EINVALID,
				    "the items are not those that its "
				    "metadata states");
	if (rc == 0 && facts.schema_edited)
		return dg_error_set(why, DG_EINVALID,
				    "the schema is not the one that its "
				    "metadata states");
	return rc;
}

/* A message about a file begins with its name already. */
static void tell_fault(const struct examination *x, const char *folder,
		       const char *message)
{
	if (strncmp(message, "staged ", strlen("staged ")) == 0)
		dg_log(x->run->log, DG_LOG_ERROR, "%s", message);
	else
		dg_log(x->run->log, DG_LOG_ERROR, "staged snapshot %s: %s",
		       *folder ? folder : ".", message);
}

static int examine_snapshot(struct examination *x, const char *folder,
			    struct dg_error *err)
{
	struct dg_error why = {.code = DG_OK};
	struct dg_fileset *files = NULL;
	bool checkable = false;
	int rc = dg_staged_files(&files, x->staged, folder,
				 dg_run_memory(x->run), err);

	if (rc == 0)
		rc = states_digests(&checkable, files, err);
	if (rc == 0 && checkable) {
		rc = find_fault(x, files, &why);
		if (rc == DG_EINVALID || rc == DG_ENOTFOUND) {
			tell_fault(x, folder, why.message);
			x->findings++;
			rc = 0;
		} else if (rc < 0) {
			dg_error_pass(err, &why);
		}
	}
	dg_fileset_close(files);
	return rc;
}

static int conclude(const struct examination *x, struct dg_error *err)
{
	if (x->findings == 0)
		return 0;
	dg_error_set(err, DG_EREFUSED,
		     "the commit is refused by ddbgit's hook");
	return dg_error_hint(err, "Mend what is named above and stage it "
				  "again, or dump anew; git commit --no-verify "
				  "commits all the same");
}

int dg_hook_pre_commit(const struct dg_run *run, struct dg_repo *repo,
		       struct dg_error *err)
{
	struct examination x = {.run = run};
	size_t i;
	int rc = dg_staged_open(&x.staged, repo, err);

	if (rc == 0)
		rc = dg_staged_files(&x.files, x.staged, "", dg_run_memory(run),
				     err);
	if (rc == 0)
		rc = dg_staged_changes(x.staged, visit, &x, err);
	for (i = 0; rc == 0 && i < x.folder_count; i++)
		rc = examine_snapshot(&x, x.folders[i], err);
	for (i = 0; i < x.folder_count; i++)
		free(x.folders[i]);
	free(x.folders);
	dg_fileset_close(x.files);
	dg_staged_close(x.staged);
	return rc == 0 ? conclude(&x, err) : rc;
}
