#include "repo/git.h"
#include <stdio.h>

/* GIT_EOWNER: younger than the oldest libgit2 that we build with. */
#define OWNER_MISMATCH (-36)

static enum dg_code code_of_class(int klass)
{
	switch (klass) {
	case GIT_ERROR_NOMEMORY:
		return DG_ENOMEM;
	case GIT_ERROR_OS:
	case GIT_ERROR_FILESYSTEM:
		return DG_EIO;
	case GIT_ERROR_ZLIB:
		return DG_EINVALID;
	default:
		return DG_EFAILED;
	}
}

static enum dg_code code_of(int rc, int klass)
{
	switch (rc) {
	case GIT_ENOTFOUND:
		return DG_ENOTFOUND;
	case GIT_EEXISTS:
	case GIT_EDIRECTORY:
		return DG_EEXISTS;
	case GIT_EAMBIGUOUS:
	case GIT_EINVALIDSPEC:
		return DG_EUSAGE;
	case GIT_ELOCKED:
		return DG_ELOCKED;
	case GIT_EMODIFIED:
		return DG_EMODIFIED;
	case GIT_EMISMATCH:
		return DG_EINVALID;
	case OWNER_MISMATCH:
		return DG_EUNSUPPORTED;
	default:
		return code_of_class(klass);
	}
}

int dg_git_error(struct dg_error *err, int rc, const char *format, ...)
{
	const git_error *last = git_error_last();
	int klass = last ? last->klass : GIT_ERROR_NONE;
	char what[DG_ERROR_MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (!last || !last->message)
		return dg_error_set(err, code_of(rc, klass),
				    "%s: libgit2 error %d", what, rc);
	return dg_error_set(err, code_of(rc, klass), "%s: %s", what,
			    last->message);
}

/* Where objects that are absent were promised by a remote, and git fetches
 * them when they are needed. */
static bool is_partial_clone(git_repository *git)
{
	git_config_iterator *promisors = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	bool found = false;

	if (!git_repository_config_snapshot(&config, git) &&
	    !git_config_iterator_glob_new(&promisors, config,
					  "^remote\\..*\\.promisor$"))
		found = git_config_next(&entry, promisors) == 0;
	git_config_iterator_free(promisors);
	git_config_free(config);
	return found;
}

static int partial_clone(struct dg_error *err, const char *where,
			 const char *name)
{
	dg_error_set(err, DG_EINVALID,
		     "the repository '%s' is a partial clone in which '%s' is "
		     "missing, and libgit2 cannot fetch it",
		     where, name);
	return dg_error_hint(err, "Fetch all that is missing: git fetch "
				  "--refetch --no-filter");
}

int dg_git_object_error(struct dg_error *err, int rc, git_repository *git,
			const git_oid *id, const char *name)
{
	const git_error *last = git_error_last();
	const char *where = git_repository_workdir(git);
	int klass = last ? last->klass : GIT_ERROR_NONE;

	if (klass == GIT_ERROR_NOMEMORY || klass == GIT_ERROR_OS ||
	    klass == GIT_ERROR_FILESYSTEM)
		return dg_git_error(err, rc, "cannot read '%s'", name);
	if (!where)
		where = git_repository_path(git);
	if (rc == GIT_ENOTFOUND && is_partial_clone(git))
		return partial_clone(err, where, name);
	dg_error_set(err, DG_EINVALID,
		     "the repository '%s' is damaged: the object %s%sof '%s' "
		     "is missing or cannot be read",
		     where, id ? git_oid_tostr_s(id) : "", id ? " " : "", name);
	return dg_error_hint(err, "Run `git fsck` there; a clone may still "
				  "have the object");
}

bool dg_git_no_entry(int rc)
{
	const git_error *last = git_error_last();

	return rc == GIT_ENOTFOUND && !(last && last->klass == GIT_ERROR_ODB);
}
