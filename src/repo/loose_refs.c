#include "repo/loose_refs.h"
#include "base/dir_list.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct walk {
	struct dg_repo *repo;
	const struct dg_ref_names *seen;
	int (*visit)(void *context, git_reference *ref, struct dg_error *err);
	void *context;
};

int dg_ref_names_add(struct dg_ref_names *set, const char *name,
		     struct dg_error *err)
{
	int rc;

	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 64;
		char **more = realloc(set->names, room * sizeof(*more));

		if (!more)
			return dg_error_nomem(err);
		set->names = more;
		set->room = room;
	}
	rc = dg_strdup(&set->names[set->count], name, err);
	if (!rc)
		set->count++;
	return rc;
}

void dg_ref_names_free(struct dg_ref_names *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->names[i]);
	free(set->names);
	*set = (struct dg_ref_names){0};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool was_seen(const struct dg_ref_names *set, const char *name)
{
	return set->count && bsearch(&name, set->names, set->count,
				     sizeof(*set->names), by_name);
}

/* It may have come, or be readable, only now. */
static int look_again(const struct walk *walk, const char *name,
		      struct dg_error *err)
{
	git_reference *ref = NULL;
	int rc = git_reference_lookup(&ref, walk->repo->git, name);

	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC)
		return 0; /* it went, or is a lock */
	if (!rc) {
		rc = walk->visit(walk->context, ref, err);
		git_reference_free(ref);
		return rc;
	}
	if (git_error_last() &&
	    git_error_last()->klass == GIT_ERROR_REFERENCE) {
		dg_warning(walk->repo->log, "'%s' is damaged and passed over",
			   name);
		return 0;
	}
	return dg_git_error(err, rc, "cannot read '%s'", name);
}

static int open_folder(int *fd, const struct walk *walk, const char *folder,
		       struct dg_error *err)
{
	char *path = NULL;
	int rc =
		dg_asprintf(&path, err, "%s/%s", walk->repo->commondir, folder);

	*fd = -1;
	if (rc < 0)
		return rc;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 && errno != ENOENT)
		rc = dg_error_errno(err, errno, "cannot list '%s'", path);
	free(path);
	return rc;
}

static int walk_folder(const struct walk *walk, const char *folder,
		       struct dg_error *err)
{
	struct dg_dir_list list = {0};
	size_t i;
	int fd;
	int rc = open_folder(&fd, walk, folder, err);

	if (rc < 0 || fd < 0)
		return rc;
	rc = dg_dir_list_read(&list, fd, folder, err);
	for (i = 0; !rc && i < list.count; i++) {
		const struct dg_dir_entry *entry = &list.entries[i];
		char *name = NULL;

		rc = dg_asprintf(&name, err, "%s/%s", folder, entry->name);
		if (!rc && entry->is_folder)
			rc = walk_folder(walk, name, err);
		else if (!rc && entry->is_file && !was_seen(walk->seen, name))
			rc = look_again(walk, name, err);
		free(name);
	}
	dg_dir_list_free(&list);
	return rc;
}

int dg_loose_refs_missed(struct dg_repo *repo, const char *folder,
			 struct dg_ref_names *seen,
			 int (*visit)(void *context, git_reference *ref,
				      struct dg_error *err),
			 void *context, struct dg_error *err)
{
	const struct walk walk = {repo, seen, visit, context};

	if (seen->count)
		qsort(seen->names, seen->count, sizeof(*seen->names), by_name);
	return walk_folder(&walk, folder, err);
}
