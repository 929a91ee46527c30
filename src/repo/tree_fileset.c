#include "repo/tree_fileset.h"
#include "base/text.h"
#include <stdlib.h>

struct tree_fileset {
	struct dg_fileset base;
	struct dg_repo *repo;
	git_tree *tree;
	char *name;
	uint64_t limit; /* of a packed blob in memory */
};

static int not_found(const struct tree_fileset *set, const char *path,
		     struct dg_error *err)
{
	return dg_error_set(err, DG_ENOTFOUND, "'%s' has no '%s'", set->name,
			    path);
}

static int find(git_tree_entry **out, const struct tree_fileset *set,
		const char *path, struct dg_error *err)
{
	int rc = dg_path_check(path, err);

	if (rc < 0)
		return rc;
	rc = git_tree_entry_bypath(out, set->tree, path);
	if (dg_git_no_entry(rc))
		return not_found(set, path, err);
	return rc < 0 ? dg_git_object_error(err, rc, set->repo->git, NULL, path)
		      : 0;
}

static bool is_regular(const git_tree_entry *entry)
{
	return git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
	       git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
}

static int set_open(struct dg_fileset *self, const char *path,
		    struct dg_file **out, struct dg_error *err)
{
	struct tree_fileset *set = (struct tree_fileset *)self;
	git_tree_entry *entry = NULL;
	int rc = find(&entry, set, path, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	if (!is_regular(entry))
		rc = dg_error_set(err, DG_EINVALID,
				  "'%s' in '%s' is no regular file", path,
				  set->name);
	else
		rc = dg_blob_open(out, set->repo, git_tree_entry_id(entry),
				  path, set->limit, err);
	git_tree_entry_free(entry);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct dg_fileset_entry *entry_a = a, *entry_b = b;

	return strcmp(entry_a->name, entry_b->name);
}

/* Git sorts a folder as if its name ended in '/'; file sets do not. */
static int visit_sorted(const git_tree *tree,
			int (*visit)(void *context,
				     const struct dg_fileset_entry *entry,
				     struct dg_error *err),
			void *context, struct dg_error *err)
{
	size_t i, n = 0, count = git_tree_entrycount(tree);
	struct dg_fileset_entry *entries = calloc(count + 1, sizeof(*entries));
	int rc = 0;

	if (!entries)
		return dg_error_nomem(err);
	for (i = 0; i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		bool folder = git_tree_entry_type(entry) == GIT_OBJECT_TREE;

		if (!folder && !is_regular(entry))
			continue;
		entries[n].name = git_tree_entry_name(entry);
		entries[n++].is_folder = folder;
	}
	qsort(entries, n, sizeof(*entries), by_name);
	for (i = 0; !rc && i < n; i++)
		rc = visit(context, &entries[i], err);
	free(entries);
	return rc;
}

static int set_list(struct dg_fileset *self, const char *path,
		    int (*visit)(void *context,
				 const struct dg_fileset_entry *entry,
				 struct dg_error *err),
		    void *context, struct dg_error *err)
{
	struct tree_fileset *set = (struct tree_fileset *)self;
	git_tree *tree = NULL;
	int rc = *path ? dg_path_check(path, err) : 0;

	if (!rc)
		rc = dg_tree_at(&tree, set->tree, path, err);
	if (!rc && !tree)
		rc = not_found(set, path, err);
	if (!rc)
		rc = visit_sorted(tree, visit, context, err);
	git_tree_free(tree);
	return rc;
}

static int set_identity(struct dg_fileset *self, const char *path,
			struct dg_identity *out, struct dg_error *err)
{
	struct tree_fileset *set = (struct tree_fileset *)self;
	git_tree_entry *entry = NULL;
	const git_oid *id = git_tree_id(set->tree);
	int rc = *path ? find(&entry, set, path, err) : 0;

	if (rc < 0)
		return rc;
	if (entry && !is_regular(entry) &&
	    git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
		rc = dg_error_set(err, DG_EINVALID,
				  "'%s' in '%s' is no regular file", path,
				  set->name);
		goto done;
	}
	if (entry)
		id = git_tree_entry_id(entry);
	out->kind = "git-sha1";
	out->len = GIT_OID_RAWSZ;
	memcpy(out->bytes, id->id, GIT_OID_RAWSZ);
done:
	git_tree_entry_free(entry);
	return rc;
}

static bool same_object(const git_tree_entry *a, const git_tree_entry *b)
{
	return git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
	       git_tree_entry_filemode(a) == git_tree_entry_filemode(b);
}

/* NULL: there is no such folder. */
static int folder_at(git_tree **out, const struct tree_fileset *set,
		     const char *path, struct dg_error *err)
{
	int rc = *path ? dg_path_check(path, err) : 0;

	*out = NULL;
	return rc < 0 ? rc : dg_tree_at(out, set->tree, path, err);
}

/* What is only in `from`, and where both is set what is in both and differs. */
static int visit_differences(
	const git_tree *from, const git_tree *to, bool both,
	int (*visit)(void *context,
		     const struct dg_fileset_difference *difference,
		     struct dg_error *err),
	void *context, struct dg_error *err)
{
	size_t i, count = from ? git_tree_entrycount(from) : 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(from, i);
		const char *name = git_tree_entry_name(entry);
		const git_tree_entry *other =
			to ? git_tree_entry_byname(to, name) : NULL;
		const struct dg_fileset_difference difference = {
			.name = name,
			.in_left = both,
			.in_right = !both || other,
		};

		if (!other || (both && !same_object(entry, other)))
			rc = visit(context, &difference, err);
	}
	return rc;
}

static int set_compare(
	struct dg_fileset *self, struct dg_fileset *right, const char *path,
	int (*visit)(void *context,
		     const struct dg_fileset_difference *difference,
		     struct dg_error *err),
	void *context, struct dg_error *err)
{
	git_tree *a = NULL, *b = NULL;
	int rc = folder_at(&a, (struct tree_fileset *)self, path, err);

	if (rc == 0)
		rc = folder_at(&b, (struct tree_fileset *)right, path, err);
	if (rc == 0)
		rc = visit_differences(a, b, true, visit, context, err);
	if (rc == 0)
		rc = visit_differences(b, a, false, visit, context, err);
	git_tree_free(a);
	git_tree_free(b);
	return rc;
}

static void set_close(struct dg_fileset *self)
{
	struct tree_fileset *set = (struct tree_fileset *)self;

	git_tree_free(set->tree);
	free(set->name);
	free(set);
}

int dg_tree_fileset(struct dg_fileset **out, struct dg_repo *repo,
		    const git_tree *tree, const char *name, uint64_t memory,
		    struct dg_error *err)
{
	struct tree_fileset *set = calloc(1, sizeof(*set));
	int rc;

	*out = NULL;
	if (!set)
		return dg_error_nomem(err);
	rc = dg_strdup(&set->name, name, err);
	if (!rc && git_tree_dup(&set->tree, (git_tree *)tree) < 0)
		rc = dg_error_nomem(err);
	if (rc < 0) {
		set_close(&set->base);
		return rc;
	}
	set->repo = repo;
	set->limit = memory / 4;
	set->base.open = set_open;
	set->base.list = set_list;
	set->base.identity = set_identity;
	set->base.compare = set_compare;
	set->base.close = set_close;
	set->base.name = set->name;
	*out = &set->base;
	return 0;
}
