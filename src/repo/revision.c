#include "repo/revision.h"
#include "base/text.h"
#include "repo/revision_state.h"
#include "repo/tree_fileset.h"
#include <ddbgit/text.h>
#include <stdlib.h>

#define NAMES_MAX 10000
#define FOLDER_DEPTH_MAX 64

int dg_revision_of_commit(struct dg_revision **out, struct dg_repo *repo,
			  git_commit *commit, struct dg_error *err)
{
	struct dg_revision *revision = calloc(1, sizeof(*revision));
	int rc;

	*out = NULL;
	if (!revision) {
		git_commit_free(commit);
		return dg_error_nomem(err);
	}
	revision->repo = repo;
	revision->commit = commit;
	git_oid_tostr(revision->id, sizeof(revision->id),
		      git_commit_id(commit));
	rc = git_commit_tree(&revision->tree, commit);
	if (rc < 0) {
		rc = dg_git_error(err, rc, "cannot read commit %.7s",
				  revision->id);
		dg_revision_close(revision);
		return rc;
	}
	*out = revision;
	return 0;
}

int dg_revision_of_id(struct dg_revision **out, struct dg_repo *repo,
		      const git_oid *id, struct dg_error *err)
{
	git_commit *commit = NULL;
	int rc = git_commit_lookup(&commit, repo->git, id);

	*out = NULL;
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read commit %.7s",
				    git_oid_tostr_s(id));
	return dg_revision_of_commit(out, repo, commit, err);
}

/* "v1" of "refs/tags/v1" and "refs/heads/v1". */
static const char *short_name(const char *name)
{
	if (!strncmp(name, "refs/tags/", strlen("refs/tags/")))
		return name + strlen("refs/tags/");
	if (!strncmp(name, "refs/heads/", strlen("refs/heads/")))
		return name + strlen("refs/heads/");
	return NULL;
}

static void hint_nearest(struct dg_repo *repo, const char *wanted,
			 struct dg_error *err)
{
	const char **names = calloc(NAMES_MAX + 1, sizeof(*names));
	git_reference_iterator *all = NULL;
	const char *name, *nearest;
	size_t n = 0, i;

	if (names && !git_reference_iterator_new(&all, repo->git)) {
		while (n < NAMES_MAX && !git_reference_next_name(&name, all)) {
			if (short_name(name))
				names[n++] = strdup(short_name(name));
			if (n && !names[n - 1])
				n--;
		}
	}
	nearest = names ? dg_text_nearest(wanted, names) : NULL;
	if (nearest)
		dg_error_hint(err, "Did you mean '%s'?", nearest);
	else
		dg_error_hint(err,
			      "ddbgit log lists the backups; any name that "
			      "git rev-parse knows will do");
	for (i = 0; i < n; i++)
		free((char *)names[i]);
	free(names);
	git_reference_iterator_free(all);
}

static int unknown(struct dg_repo *repo, const char *revision,
		   struct dg_error *err)
{
	if (git_repository_head_unborn(repo->git) == 1 &&
	    !strcmp(revision, "HEAD"))
		return dg_error_set(err, DG_ENOTFOUND,
				    "there are no commits yet");
	dg_error_set(err, DG_ENOTFOUND, "unknown revision '%s'", revision);
	hint_nearest(repo, revision, err);
	return DG_ENOTFOUND;
}

/* ":0:path" and ":path", which libgit2 does not know. */
static bool of_index(const char *revision)
{
	return revision[0] == ':' && revision[1] != '/';
}

static int refuse(int rc, struct dg_repo *repo, const char *revision,
		  struct dg_error *err)
{
	if (rc == GIT_ENOTFOUND)
		return unknown(repo, revision, err);
	if (rc == GIT_EAMBIGUOUS)
		return dg_error_set(err, DG_EUSAGE,
				    "the revision '%s' is ambiguous: more "
				    "than one object's name begins so",
				    revision);
	if (rc == GIT_EINVALIDSPEC || of_index(revision))
		return dg_error_set(err, DG_EUSAGE,
				    "'%s' is no revision of one commit",
				    revision);
	return dg_git_error(err, rc, "cannot read revision '%s'", revision);
}

int dg_revision_open(struct dg_revision **out, struct dg_repo *repo,
		     const char *revision, struct dg_error *err)
{
	git_object *object = NULL;
	git_object *commit = NULL;
	int rc;

	*out = NULL;
	if (!*revision)
		return dg_error_set(err, DG_EUSAGE, "the revision is empty");
	rc = git_revparse_single(&object, repo->git, revision);
	if (rc < 0)
		return refuse(rc, repo, revision, err);
	rc = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git_object_free(object);
	if (rc < 0)
		return dg_error_set(err, DG_EUSAGE,
				    "'%s' names no commit but another object",
				    revision);
	return dg_revision_of_commit(out, repo, (git_commit *)commit, err);
}

void dg_revision_close(struct dg_revision *revision)
{
	if (!revision)
		return;
	git_tree_free(revision->tree);
	git_commit_free(revision->commit);
	free(revision);
}

const char *dg_revision_id(const struct dg_revision *revision)
{
	return revision->id;
}

const char *dg_revision_message(const struct dg_revision *revision)
{
	const char *message = git_commit_message(revision->commit);

	return message ? message : "";
}

int64_t dg_revision_time(const struct dg_revision *revision)
{
	return git_commit_time(revision->commit);
}

bool dg_revision_is_root(const struct dg_revision *revision)
{
	return git_commit_parentcount(revision->commit) == 0;
}

int dg_revision_parent(struct dg_revision **out,
		       const struct dg_revision *revision, struct dg_error *err)
{
	git_commit *parent = NULL;
	int rc = git_commit_parent(&parent, revision->commit, 0);

	*out = NULL;
	/* At the end of a shallow clone the parent is named but absent. */
	if (rc == GIT_ENOTFOUND)
		return dg_error_set(err, DG_ENOTFOUND,
				    "commit %.7s has no parent here",
				    revision->id);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read the parent of %.7s",
				    revision->id);
	return dg_revision_of_commit(out, revision->repo, parent, err);
}

int dg_revision_files(struct dg_fileset **out, struct dg_revision *revision,
		      const char *path, uint64_t memory, struct dg_error *err)
{
	git_tree *tree = NULL;
	char *name = NULL;
	int rc = *path ? dg_path_check(path, err) : 0;

	*out = NULL;
	if (!rc)
		rc = dg_tree_at(&tree, revision->tree, path, err);
	if (!rc && !tree)
		rc = dg_error_set(err, DG_ENOTFOUND,
				  "there is no folder '%s' in %.7s", path,
				  revision->id);
	if (!rc)
		rc = dg_asprintf(&name, err, "%.7s:%s", revision->id, path);
	if (!rc)
		rc = dg_tree_fileset(out, revision->repo, tree, name, memory,
				     err);
	git_tree_free(tree);
	free(name);
	return rc;
}

int dg_revision_has_file(const struct dg_revision *revision, const char *folder,
			 const char *name, struct dg_error *err)
{
	git_tree *tree = NULL;
	int rc = dg_tree_at(&tree, revision->tree, folder, err);
	const bool found = !rc && dg_tree_has_file(tree, name);

	git_tree_free(tree);
	return rc < 0 ? rc : found;
}

struct paths {
	char **path;
	size_t count;
	size_t room;
};

static int add_path(struct paths *paths, const char *path, struct dg_error *err)
{
	if (paths->count == paths->room) {
		size_t room = paths->room ? paths->room * 2 : 16;
		char **more = realloc(paths->path, room * sizeof(*more));

		if (!more)
			return dg_error_nomem(err);
		paths->path = more;
		paths->room = room;
	}
	return dg_strdup(&paths->path[paths->count], path, err) < 0
		       ? DG_ENOMEM
		       : (int)(paths->count++, 0);
}

struct search {
	struct paths *paths;
	const char *marker;
	const char *own;
};

static int find_below(const struct search *search, const git_tree *tree,
		      const char *path, unsigned int depth,
		      struct dg_error *err)
{
	const bool found = dg_tree_has_file(tree, search->marker);
	size_t i, count = git_tree_entrycount(tree);
	int rc = found ? add_path(search->paths, path, err) : 0;

	for (i = 0; !rc && i < count && depth < FOLDER_DEPTH_MAX; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		const char *name = git_tree_entry_name(entry);
		git_tree *sub = NULL;
		char *below = NULL;

		if (git_tree_entry_type(entry) != GIT_OBJECT_TREE ||
		    (found && strcmp(name, search->own) == 0))
			continue;
		rc = dg_asprintf(&below, err, "%s%s%s", path, *path ? "/" : "",
				 name);
		if (!rc)
			rc = dg_tree_at(&sub, tree, name, err);
		if (!rc && sub)
			rc = find_below(search, sub, below, depth + 1, err);
		git_tree_free(sub);
		free(below);
	}
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dg_revision_find(struct dg_revision *revision, const char *marker,
		     const char *own,
		     int (*visit)(void *context, const char *path,
				  struct dg_error *err),
		     void *context, struct dg_error *err)
{
	struct paths paths = {0};
	const struct search search = {&paths, marker, own};
	size_t i;
	int rc = find_below(&search, revision->tree, "", 0, err);

	if (paths.count)
		qsort(paths.path, paths.count, sizeof(*paths.path), by_bytes);
	for (i = 0; !rc && i < paths.count; i++)
		rc = visit(context, paths.path[i], err);
	for (i = 0; i < paths.count; i++)
		free(paths.path[i]);
	free(paths.path);
	return rc;
}
