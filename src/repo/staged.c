#include "repo/staged.h"

#include "base/text.h"
#include "repo/tree_fileset.h"
#include <stdlib.h>

struct dg_staged {
	struct dg_repo *repo;
	git_index *index;
};

struct index_fileset {
	struct dg_fileset base;
	struct dg_staged *staged;
	char *folder; /* with a slash at its end, or "" */
	char *name;
	uint64_t limit; /* of a packed blob in memory */
};

int dg_staged_open(struct dg_staged **out, struct dg_repo *repo,
		   struct dg_error *err)
{
	struct dg_staged *staged = calloc(1, sizeof(*staged));
	const char *named = getenv("GIT_INDEX_FILE");
	char *own = NULL;
	int rc = 0;

	*out = NULL;
	if (!staged)
		return dg_error_nomem(err);
	staged->repo = repo;
	if (!named || !*named)
		rc = dg_asprintf(&own, err, "%s/index", repo->gitdir);
	if (rc == 0) {
		rc = dg_index_open(&staged->index, own ? own : named);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot read Git's index");
	}
	free(own);
	if (rc < 0) {
		dg_staged_close(staged);
		return rc;
	}
	*out = staged;
	return 0;
}

void dg_staged_close(struct dg_staged *staged)
{
	if (!staged)
		return;
	git_index_free(staged->index);
	free(staged);
}

static int head_tree(git_tree **out, struct dg_repo *repo, struct dg_error *err)
{
	git_object *tree = NULL;
	int rc = git_revparse_single(&tree, repo->git, "HEAD^{tree}");

	*out = (git_tree *)tree;
	/* Before the first commit everything is new. */
	if (rc == GIT_ENOTFOUND || rc == GIT_EUNBORNBRANCH)
		return 0;
	return rc < 0 ? dg_git_error(err, rc, "cannot read HEAD") : 0;
}

int dg_staged_changes(struct dg_staged *staged,
		      int (*visit)(void *context, const char *path,
				   bool removed, struct dg_error *err),
		      void *context, struct dg_error *err)
{
	git_repository *git = staged->repo->git;
	git_tree *tree = NULL;
	git_diff *diff = NULL;
	size_t i;
	int rc = head_tree(&tree, staged->repo, err);

	if (rc < 0)
		return rc;
	rc = git_diff_tree_to_index(&diff, git, tree, staged->index, NULL);
	if (rc < 0)
		rc = dg_git_error(err, rc, "cannot compare Git's index");
	for (i = 0; rc == 0 && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);
		const bool removed = delta->status == GIT_DELTA_DELETED;

		rc = visit(context,
			   removed ? delta->old_file.path
				   : delta->new_file.path,
			   removed, err);
	}
	git_diff_free(diff);
	git_tree_free(tree);
	return rc;
}

static bool is_regular(const git_index_entry *entry)
{
	return (entry->mode & 0170000) == 0100000;
}

static int find(const git_index_entry **out, const struct index_fileset *set,
		const char *path, struct dg_error *err)
{
	char *full = NULL;
	int rc = dg_path_check(path, err);

	if (rc == 0)
		rc = dg_asprintf(&full, err, "%s%s", set->folder, path);
	if (rc < 0)
		return rc;
	*out = git_index_get_bypath(set->staged->index, full, 0);
	free(full);
	if (!*out)
		return dg_error_set(err, DG_ENOTFOUND, "'%s' has no '%s'",
				    set->name, path);
	if (!is_regular(*out))
		return dg_error_set(err, DG_EINVALID,
				    "'%s' in '%s' is no regular file", path,
				    set->name);
	return 0;
}

static int set_open(struct dg_fileset *self, const char *path,
		    struct dg_file **out, struct dg_error *err)
{
	struct index_fileset *set = (struct index_fileset *)self;
	const git_index_entry *entry;
	int rc = find(&entry, set, path, err);

	*out = NULL;
	return rc < 0 ? rc
		      : dg_blob_open(out, set->staged->repo, &entry->id, path,
				     set->limit, err);
}

struct listing {
	struct dg_fileset_entry *entries;
	size_t count;
};

/* The entry's part behind the folder: a file of it, or a folder's first. */
static int add_name(struct listing *list, const char *rest,
		    struct dg_error *err)
{
	const size_t len = strcspn(rest, "/");
	const bool is_folder = rest[len] == '/';
	struct dg_fileset_entry *last =
		list->count ? &list->entries[list->count - 1] : NULL;
	char *name;
	int rc;

	/* What is in one folder stands together in an index. */
	if (last && is_folder && last->is_folder &&
	    strncmp(last->name, rest, len) == 0 && !last->name[len])
		return 0;
	rc = dg_slice_dup(&name, dg_slice_of(rest, len), err);
	if (rc < 0)
		return rc;
	list->entries[list->count].name = name;
	list->entries[list->count++].is_folder = is_folder;
	return 0;
}

/* An index sorts "a.b" before "a/b", file sets by the name alone. */
static int by_name(const void *a, const void *b)
{
	const struct dg_fileset_entry *entry_a = a, *entry_b = b;

	return strcmp(entry_a->name, entry_b->name);
}

static int collect(struct listing *list, git_index *index, const char *prefix,
		   struct dg_error *err)
{
	const size_t len = strlen(prefix), total = git_index_entrycount(index);
	size_t at = 0;
	int rc = 0;

	if (len && git_index_find_prefix(&at, index, prefix) < 0)
		return 0;
	list->entries = calloc(total - at + 1, sizeof(*list->entries));
	if (!list->entries)
		return dg_error_nomem(err);
	for (; rc == 0 && at < total; at++) {
		const git_index_entry *entry = git_index_get_byindex(index, at);

		if (strncmp(entry->path, prefix, len) != 0)
			break;
		if (is_regular(entry) && git_index_entry_stage(entry) == 0)
			rc = add_name(list, entry->path + len, err);
	}
	if (list->count > 1)
		qsort(list->entries, list->count, sizeof(*list->entries),
		      by_name);
	return rc;
}

static int set_list(struct dg_fileset *self, const char *path,
		    int (*visit)(void *context,
				 const struct dg_fileset_entry *entry,
				 struct dg_error *err),
		    void *context, struct dg_error *err)
{
	struct index_fileset *set = (struct index_fileset *)self;
	struct listing list = {0};
	char *prefix = NULL;
	size_t i;
	int rc = *path ? dg_path_check(path, err) : 0;

	if (rc == 0)
		rc = dg_asprintf(&prefix, err, "%s%s%s", set->folder, path,
				 *path ? "/" : "");
	if (rc == 0)
		rc = collect(&list, set->staged->index, prefix, err);
	if (rc == 0 && *path && list.count == 0)
		rc = dg_error_set(err, DG_ENOTFOUND, "'%s' has no '%s'",
				  set->name, path);
	for (i = 0; rc == 0 && i < list.count; i++)
		rc = visit(context, &list.entries[i], err);
	for (i = 0; i < list.count; i++)
		free((char *)list.entries[i].name);
	free(list.entries);
	free(prefix);
	return rc;
}

static int set_identity(struct dg_fileset *self, const char *path,
			struct dg_identity *out, struct dg_error *err)
{
	struct index_fileset *set = (struct index_fileset *)self;
	const git_index_entry *entry = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = *path ? find(&entry, set, path, err) : DG_ENOTFOUND;
	/* A folder is no object before it is committed. */
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		return 0;
	}
	if (rc < 0 || !entry)
		return rc;
	out->kind = "git-sha1";
	out->len = GIT_OID_RAWSZ;
	memcpy(out->bytes, entry->id.id, GIT_OID_RAWSZ);
	return 0;
}

static void set_close(struct dg_fileset *self)
{
	struct index_fileset *set = (struct index_fileset *)self;

	free(set->folder);
	free(set->name);
	free(set);
}

int dg_staged_files(struct dg_fileset **out, struct dg_staged *staged,
		    const char *folder, uint64_t memory, struct dg_error *err)
{
	struct index_fileset *set = calloc(1, sizeof(*set));
	int rc;

	*out = NULL;
	if (!set)
		return dg_error_nomem(err);
	rc = dg_asprintf(&set->folder, err, "%s%s", folder, *folder ? "/" : "");
	if (rc == 0)
		rc = dg_asprintf(&set->name, err, "staged %s",
				 *folder ? folder : "files");
	if (rc < 0) {
		set_close(&set->base);
		return rc;
	}
	set->staged = staged;
	set->limit = memory / 4;
	set->base.open = set_open;
	set->base.list = set_list;
	set->base.identity = set_identity;
	set->base.close = set_close;
	set->base.name = set->name;
	*out = &set->base;
	return 0;
}
