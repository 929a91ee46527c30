#include "snapshot/path_fileset.h"
#include "base/text.h"
#include <stdlib.h>

struct path_fileset {
	struct dg_fileset base; /* first: the interface points here */
	struct dg_fileset *files;
	const struct dg_path_list *paths;
};

static int open_file(struct dg_fileset *self, const char *path,
		     struct dg_file **out, struct dg_error *err)
{
	struct path_fileset *set = (struct path_fileset *)self;

	if (!dg_path_list_has(set->paths, path))
		return dg_error_set(err, DG_ENOTFOUND, "'%s' has no '%s'",
				    self->name, path);
	return set->files->open(set->files, path, out, err);
}

/* A listing that is passed on, entry by entry. */
struct listing {
	const struct path_fileset *set;
	const char *folder;
	int (*visit)(void *context, const struct dg_fileset_entry *entry,
		     struct dg_error *err);
	void *context;
};

static int pass_on(void *context, const struct dg_fileset_entry *entry,
		   struct dg_error *err)
{
	const struct listing *listing = context;
	const struct dg_path_list *paths = listing->set->paths;
	char *path = NULL;
	bool listed;
	int rc = dg_asprintf(&path, err, "%s%s%s%s", listing->folder,
			     listing->folder[0] ? "/" : "", entry->name,
			     entry->is_folder ? "/" : "");

	if (rc < 0)
		return rc;
	listed = entry->is_folder ? dg_path_list_has_below(paths, path)
				  : dg_path_list_has(paths, path);
	free(path);
	return listed ? listing->visit(listing->context, entry, err) : 0;
}

static int list(struct dg_fileset *self, const char *path,
		int (*visit)(void *context,
			     const struct dg_fileset_entry *entry,
			     struct dg_error *err),
		void *context, struct dg_error *err)
{
	struct path_fileset *set = (struct path_fileset *)self;
	struct listing listing = {set, path, visit, context};

	return set->files->list(set->files, path, pass_on, &listing, err);
}

static void close_set(struct dg_fileset *self)
{
	free(self);
}

int dg_path_fileset(struct dg_fileset **out, struct dg_fileset *files,
		    const struct dg_path_list *paths, struct dg_error *err)
{
	struct path_fileset *set = calloc(1, sizeof(*set));

	if (!set)
		return dg_error_nomem(err);
	set->files = files;
	set->paths = paths;
	set->base.open = open_file;
	set->base.list = list;
	set->base.close = close_set;
	set->base.name = files->name;
	*out = &set->base;
	return 0;
}
