#include "base/text.h"
#include "repo/git.h"
#include "repo/object_reader.h"
#include "repo/open_check.h"
#include "repo/staged.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define WINDOW_SIZE ((size_t)1 << 20)
#define WINDOWS_MAPPED ((size_t)16 << 20)
#define OBJECT_CACHE ((ssize_t)16 << 20)
/* Of one tree in it: the folder of all chunks is looked at for each chunk. */
#define TREE_CACHED ((size_t)256 << 10)
#define OWNER_MISMATCH (-36) /* GIT_EOWNER */

int dg_repo_init(struct dg_error *err)
{
	int rc = git_libgit2_init();

	if (rc < 0)
		return dg_git_error(err, rc, "cannot start libgit2");
	/* Flushing is copied by the reference database when it is opened, the
	 * windows bound what of a pack counts as our resident memory. */
	rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	if (!rc)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_SIZE);
	if (!rc)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT,
				      WINDOWS_MAPPED);
	if (!rc)
		rc = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, OBJECT_CACHE);
	if (!rc)
		rc = git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT,
				      GIT_OBJECT_TREE, TREE_CACHED);
	if (rc < 0) {
		dg_git_error(err, rc, "cannot set up libgit2");
		git_libgit2_shutdown();
		return err ? (int)err->code : DG_EFAILED;
	}
	return 0;
}

void dg_repo_shutdown(void)
{
	git_libgit2_shutdown();
}

/* The path itself or the nearest of its parents that is a directory. */
static int existing_directory(char **out, const char *path,
			      struct dg_error *err)
{
	struct stat st;
	char *slash;
	int rc = dg_strdup(out, *path ? path : ".", err);

	if (rc < 0)
		return rc;
	while (stat(*out, &st) < 0 || !S_ISDIR(st.st_mode)) {
		slash = strrchr(*out, '/');
		if (!slash) {
			free(*out);
			return dg_strdup(out, ".", err);
		}
		if (slash == *out && !slash[1])
			break;
		slash[slash == *out ? 1 : 0] = '\0';
	}
	return 0;
}

static int refuse_owner(const char *start, struct dg_error *err)
{
	git_buf found = {0};
	const char *where = start;
	char *suffix;

	if (!git_repository_discover(&found, start, 1, NULL)) {
		suffix = strstr(found.ptr, "/.git/");
		if (suffix && !suffix[6])
			*suffix = '\0';
		where = found.ptr;
	}
	dg_error_set(err, DG_EREFUSED,
		     "the repository '%s' belongs to another user", where);
	dg_error_hint(err,
		      "If you trust it: git config --global --add "
		      "safe.directory '%s'",
		      where);
	git_buf_dispose(&found);
	return DG_EREFUSED;
}

struct extension {
	const char *words;
	const char *what;
	const char *hint;
};

static const struct extension extensions[] = {
	{"objectformat", "names objects by SHA-256",
	 "use a repository with SHA-1 object names, Git's default, for "
	 "backups"},
	{"refstorage", "keeps its references in the reftable format",
	 "convert it: git refs migrate --ref-format=files"},
	{"partialclone", "is a partial clone",
	 "use a full clone (git clone without --filter)"},
	{"worktreeconfig", "has a configuration for each work tree",
	 "git config --unset extensions.worktreeConfig, after moving what "
	 ".git/config.worktree holds"},
};

static int refuse_extension(const char *start, struct dg_error *err)
{
	const git_error *last = git_error_last();
	size_t i;

	for (i = 0; last && i < sizeof(extensions) / sizeof(*extensions); i++) {
		if (!strstr(last->message, extensions[i].words))
			continue;
		dg_error_set(err, DG_EREFUSED,
			     "the repository at '%s' %s, which libgit2 cannot "
			     "open",
			     start, extensions[i].what);
		return dg_error_hint(err, "%s", extensions[i].hint);
	}
	return dg_git_error(err, -1, "cannot open the repository at '%s'",
			    start);
}

static int refuse_open(int rc, const char *start, struct dg_error *err)
{
	const git_error *last = git_error_last();
	int klass = last ? last->klass : GIT_ERROR_NONE;

	/* Without any safe.directory, 1.5 reports that key as not found. */
	if (rc == OWNER_MISMATCH ||
	    (rc == GIT_ENOTFOUND && klass == GIT_ERROR_CONFIG))
		return refuse_owner(start, err);
	if (rc == GIT_ENOTFOUND) {
		dg_error_set(err, DG_ENOTFOUND,
			     "'%s' is not inside a Git repository", start);
		return dg_error_hint(err, "Make one with `git init`, or go "
					  "into one");
	}
	return refuse_extension(start, err);
}

/* Without slashes at the end, symlinks resolved. */
static int own_path(char **out, const char *path, struct dg_error *err)
{
	size_t len;

	*out = realpath(path, NULL);
	if (!*out && errno == ENOMEM)
		return dg_error_nomem(err);
	if (*out)
		return 0;
	len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	return dg_slice_dup(out, dg_slice_of(path, len), err);
}

/* Without that folder libgit2 puts a pack into the root of the file system.
 * On a repository that cannot be written nothing is packed either. */
static void make_pack_folder(const struct dg_repo *repo)
{
	struct dg_error ignored;
	char *folder;

	if (dg_asprintf(&folder, &ignored, "%s/objects/pack", repo->commondir) <
	    0)
		return;
	(void)!mkdir(folder, 0777);
	free(folder);
}

/* Where the repository is that was just opened, and what it is refused for. */
static int take_paths(struct dg_repo *repo, struct dg_error *err)
{
	const char *workdir = git_repository_workdir(repo->git);
	int rc = own_path(&repo->gitdir, git_repository_path(repo->git), err);

	if (!rc)
		rc = own_path(&repo->commondir,
			      git_repository_commondir(repo->git), err);
	if (!rc && workdir)
		rc = own_path(&repo->workdir, workdir, err);
	return rc ? rc : dg_repo_check_config(repo, err);
}

static int open_at(struct dg_repo **out, const char *start, unsigned int flags,
		   const struct dg_log *log, struct dg_error *err)
{
	struct dg_repo *repo = calloc(1, sizeof(*repo));
	int rc;

	*out = NULL;
	if (!repo)
		return dg_error_nomem(err);
	repo->log = log;
	pthread_mutex_init(&repo->readers_lock, NULL);
	/* .git or the backups' folder may be a volume of its own. */
	rc = git_repository_open_ext(
		&repo->git, start, flags | GIT_REPOSITORY_OPEN_CROSS_FS, NULL);
	rc = rc < 0 ? refuse_open(rc, start, err) : take_paths(repo, err);
	if (rc < 0)
		dg_repo_close(repo);
	else
		*out = repo;
	return rc;
}

int dg_repo_open(struct dg_repo **out, const char *path,
		 const struct dg_log *log, struct dg_error *err)
{
	char *start = NULL;
	int rc = existing_directory(&start, path, err);

	*out = NULL;
	if (!rc)
		rc = open_at(out, start, 0, log, err);
	free(start);
	if (!rc)
		rc = dg_repo_check_variables(*out, err);
	if (rc < 0) {
		dg_repo_close(*out);
		*out = NULL;
		return rc;
	}
	make_pack_folder(*out);
	return 0;
}

int dg_repo_open_hook(struct dg_repo **out, const struct dg_log *log,
		      struct dg_error *err)
{
	const char *named = getenv("GIT_DIR");

	if (named && *named)
		return open_at(out, named, GIT_REPOSITORY_OPEN_NO_SEARCH, log,
			       err);
	return open_at(out, ".", 0, log, err);
}

void dg_repo_close(struct dg_repo *repo)
{
	if (!repo)
		return;
	dg_object_readers_free(repo->readers);
	pthread_mutex_destroy(&repo->readers_lock);
	git_repository_free(repo->git);
	free(repo->workdir);
	free(repo->gitdir);
	free(repo->commondir);
	free(repo);
}

const char *dg_repo_workdir(const struct dg_repo *repo)
{
	return repo->workdir;
}

const char *dg_repo_gitdir(const struct dg_repo *repo)
{
	return repo->gitdir;
}

const char *dg_repo_commondir(const struct dg_repo *repo)
{
	return repo->commondir;
}

int dg_repo_create(const char *path, struct dg_error *err)
{
	git_repository_init_options options = {
		.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION,
		.flags = GIT_REPOSITORY_INIT_NO_REINIT |
			 GIT_REPOSITORY_INIT_EXTERNAL_TEMPLATE,
	};
	git_repository *git = NULL;
	int rc;

	rc = git_repository_init_ext(&git, path, &options);
	git_repository_free(git);
	return rc < 0 ? dg_git_error(err, rc,
				     "cannot make a Git repository in '%s'",
				     path)
		      : 0;
}

int dg_repo_tracks(bool *out, struct dg_repo *repo, const char *path,
		   struct dg_error *err)
{
	git_index *index = NULL;
	int rc = dg_index_read(&index, repo->git);

	if (rc == 0)
		*out = git_index_get_bypath(index, path, 0) != NULL;
	git_index_free(index);
	return rc < 0 ? dg_git_error(err, rc, "cannot read Git's index") : 0;
}
