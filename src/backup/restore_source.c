#include "backup/restore_source.h"

#include "backup/root.h"
#include "base/text.h"
#include <stdlib.h>
#include <sys/stat.h>

/* ---- which folder of a revision ------------------------------------ */

struct candidates {
	const char *from;   /* only snapshots of this environment */
	struct dg_buf list; /* ", "-separated, for the message */
	char *only;
	size_t count;
};

/* "backups/dynamodb/prod" and "backups/dynamodb/prod@other" are prod's. */
static bool is_of_environment(const char *path, const char *environment)
{
	const char *last = strrchr(path, '/');
	size_t len = strlen(environment);

	last = last ? last + 1 : path;
	return strncmp(last, environment, len) == 0 && last[len] == '\0';
}

static int add_candidate(void *context, const char *path, struct dg_error *err)
{
	struct candidates *found = context;
	int rc = 0;

	if (found->from && !is_of_environment(path, found->from))
		return 0;
	if (found->count++ == 0)
		return dg_strdup(&found->only, path, err);
	if (found->count == 2)
		rc = dg_buf_add_str(&found->list, found->only, err);
	/* The message has room for a few; all of them are counted. */
	if (rc == 0 && found->list.len < 512)
		rc = dg_buf_addf(&found->list, err, ", %s", path);
	return rc;
}

static int only_candidate(char **path, struct dg_revision *revision,
			  const char *from, struct dg_error *err)
{
	struct candidates found = {.from = from, .list = DG_BUF_INIT(65536)};
	int rc = dg_revision_find(revision, DG_DATA_FILE, DG_PARTS_FOLDER,
				  add_candidate, &found, err);

	if (rc == 0 && found.count == 0) {
		rc = dg_error_set(
			err, DG_ENOTFOUND, "commit %.7s holds no snapshot%s%s",
			dg_revision_id(revision),
			from ? " of environment " : "", from ? from : "");
		dg_error_hint(err, "ddbgit log lists the commits that do");
	} else if (rc == 0 && found.count > 1) {
		rc = dg_error_set(err, DG_EUSAGE,
				  "commit %.7s holds %zu snapshots: %s",
				  dg_revision_id(revision), found.count,
				  dg_buf_str(&found.list));
		dg_error_hint(err, "Say which with --from=ENV or --path=DIR");
	} else if (rc == 0) {
		*path = found.only;
		found.only = NULL;
	}
	free(found.only);
	dg_buf_free(&found.list);
	return rc;
}

static int given_path(char **path, const char *given, struct dg_error *err)
{
	size_t len;
	int rc;

	if (strncmp(given, "./", 2) == 0)
		given += 2;
	len = strlen(given);
	while (len > 0 && given[len - 1] == '/')
		len--;
	rc = dg_slice_dup(path, dg_slice_of(given, len), err);
	if (rc == 0)
		rc = dg_path_check(*path, err);
	if (rc < 0)
		return dg_error_set(err, DG_EUSAGE,
				    "--path '%s' is no path in a tree", given);
	return 0;
}

int dg_snapshot_choose(char **path, struct dg_revision *revision,
		       const struct dg_snapshot_choice *choice,
		       struct dg_error *err)
{
	char *own = NULL;
	int rc;

	*path = NULL;
	if (choice->path)
		return given_path(path, choice->path, err);
	if (choice->from)
		return only_candidate(path, revision, choice->from, err);
	rc = dg_message_trailer(&own, dg_revision_message(revision),
				"Ddbgit-Path", err);
	if (rc == 0 && own && dg_path_check(own, NULL) == 0) {
		*path = own;
		return 0;
	}
	free(own);
	return rc == 0 ? only_candidate(path, revision, NULL, err) : rc;
}

/* ---- opening ------------------------------------------------------- */

static struct dg_snapshot_options reading(const struct dg_run *run)
{
	return (struct dg_snapshot_options){
		/* The other half is for writing, then for verifying. */
		.memory = dg_run_memory(run) / 2,
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
		.log = run->log,
		.progress = run->progress,
	};
}

static int open_revision(struct dg_restore_source *source,
			 const struct dg_environment *env,
			 const struct dg_restore_options *options,
			 struct dg_error *err)
{
	const struct dg_snapshot_choice choice = {.from = options->from,
						  .path = options->path};
	const struct dg_snapshot_options how = reading(env->run);
	char *path = NULL;
	int rc = dg_repo_open(&source->repo, ".", env->run->log, err);

	if (rc == DG_ENOTFOUND)
		dg_error_hint(err, "--rev reads from the Git repository around "
				   "the current directory");
	if (rc == 0)
		rc = dg_revision_open(&source->revision, source->repo,
				      options->revision, err);
	if (rc == 0)
		rc = dg_snapshot_choose(&path, source->revision, &choice, err);
	if (rc == 0)
		rc = dg_asprintf(&source->name, err, "%s:%s", options->revision,
				 path);
	if (rc == 0)
		rc = dg_revision_files(&source->tree, source->revision, path,
				       how.memory, err);
	if (rc == 0)
		rc = dg_snapshot_open(&source->snapshot, source->tree, &how,
				      err);
	free(path);
	return rc;
}

/* *below: the end of *out that is below the root. */
static int directory_of(char **out, char **below,
			const struct dg_environment *env, const char *label,
			struct dg_error *err)
{
	int rc = dg_root_snapshot(below, label, err);

	return rc == 0 ? dg_root_path(out, env->root, *below, err) : rc;
}

/* <env>@<table>/ if --table names another and that exists, else <env>/. */
static int default_directory(char **out, char **below,
			     const struct dg_environment *env,
			     struct dg_error *err)
{
	char *label = NULL;
	struct stat st;
	int rc = dg_environment_label(&label, env, err);

	if (rc == 0)
		rc = directory_of(out, below, env, label, err);
	if (rc == 0 && strcmp(label, env->name) != 0 && stat(*out, &st) < 0) {
		free(*out);
		free(*below);
		*out = *below = NULL;
		rc = directory_of(out, below, env, env->name, err);
	}
	free(label);
	return rc;
}

static int open_directory(struct dg_restore_source *source,
			  const struct dg_environment *env,
			  const struct dg_restore_options *options,
			  struct dg_error *err)
{
	const struct dg_snapshot_options how = reading(env->run);
	char *below = NULL;
	int rc = options->source
			 ? dg_strdup(&source->name, options->source, err)
			 : default_directory(&source->name, &below, env, err);

	if (rc == 0)
		rc = dg_snapshot_dir_open(&source->dir, source->name, below,
					  DG_SNAPSHOT_DIR_READ, env->run->log,
					  err);
	if (rc == 0)
		rc = dg_snapshot_open(&source->snapshot,
				      dg_snapshot_dir_files(source->dir), &how,
				      err);
	free(below);
	if (rc == DG_ENOTFOUND) {
		dg_error_set(err, rc, "no snapshot in %s: it holds no %s",
			     source->name, DG_DATA_FILE);
		dg_error_hint(err,
			      "Make one with ddbgit dump --env=%s, or "
			      "name another with --source or --rev",
			      env->name);
	}
	return rc;
}

int dg_restore_source_open(struct dg_restore_source *source,
			   const struct dg_environment *env,
			   const struct dg_restore_options *options,
			   struct dg_error *err)
{
	memset(source, 0, sizeof(*source));
	if (options->revision && options->source)
		return dg_error_set(err, DG_EUSAGE,
				    "--source and --rev exclude each other");
	if (options->from && options->path)
		return dg_error_set(err, DG_EUSAGE,
				    "--from and --path exclude each other");
	if (!options->revision && (options->from || options->path))
		return dg_error_set(err, DG_EUSAGE,
				    "--from and --path need --rev");
	if (options->revision)
		return open_revision(source, env, options, err);
	return open_directory(source, env, options, err);
}

void dg_restore_source_close(struct dg_restore_source *source)
{
	dg_snapshot_close(source->snapshot);
	dg_fileset_close(source->tree);
	dg_snapshot_dir_close(source->dir);
	dg_revision_close(source->revision);
	dg_repo_close(source->repo);
	free(source->name);
	memset(source, 0, sizeof(*source));
}
