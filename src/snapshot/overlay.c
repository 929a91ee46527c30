#include "snapshot/overlay.h"
#include "base/text.h"
#include <stdlib.h>

struct overlay {
	struct dg_fileset base; /* first: the interface points here */
	struct dg_fileset *upper;
	struct dg_fileset *lower;
};

static int open_file(struct dg_fileset *self, const char *path,
		     struct dg_file **out, struct dg_error *err)
{
	struct overlay *overlay = (struct overlay *)self;
	int rc = overlay->upper->open(overlay->upper, path, out, err);

	if (rc == DG_ENOTFOUND)
		rc = overlay->lower->open(overlay->lower, path, out, err);
	return rc;
}

/* The names in one folder of both sets, merged. */
struct names {
	struct name {
		char *text;
		bool is_folder;
	} * entries;
	size_t count;
	size_t cap;
};

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->entries[i].text);
	free(names->entries);
}

static int add_name(void *context, const struct dg_fileset_entry *entry,
		    struct dg_error *err)
{
	struct names *names = context;
	int rc;

	if (names->count == names->cap) {
		size_t cap = names->cap > 0 ? names->cap * 2 : 16;
		struct name *entries =
			realloc(names->entries, cap * sizeof(*entries));

		if (!entries)
			return dg_error_nomem(err);
		names->entries = entries;
		names->cap = cap;
	}
	rc = dg_strdup(&names->entries[names->count].text, entry->name, err);
	if (rc == 0)
		names->entries[names->count++].is_folder = entry->is_folder;
	return rc;
}

static int list_one(struct dg_fileset *set, const char *path,
		    struct names *names, struct dg_error *err)
{
	return set->list(set, path, add_name, names, err);
}

static int visit_merged(const struct names *upper, const struct names *lower,
			int (*visit)(void *context,
				     const struct dg_fileset_entry *entry,
				     struct dg_error *err),
			void *context, struct dg_error *err)
{
	size_t i = 0, j = 0;
	int rc = 0;

	while (rc == 0 && (i < upper->count || j < lower->count)) {
		struct dg_fileset_entry entry;
		const struct name *name;
		int order;

		if (i == upper->count)
			order = 1;
		else if (j == lower->count)
			order = -1;
		else
			order = strcmp(upper->entries[i].text,
				       lower->entries[j].text);
		name = order <= 0 ? &upper->entries[i] : &lower->entries[j];
		entry.name = name->text;
		entry.is_folder = name->is_folder;
		i += order <= 0;
		j += order >= 0;
		rc = visit(context, &entry, err);
	}
	return rc;
}

static int list(struct dg_fileset *self, const char *path,
		int (*visit)(void *context,
			     const struct dg_fileset_entry *entry,
			     struct dg_error *err),
		void *context, struct dg_error *err)
{
	struct overlay *overlay = (struct overlay *)self;
	struct names upper = {0}, lower = {0};
	int above = list_one(overlay->upper, path, &upper, err);
	int rc = above;

	if (above == 0 || above == DG_ENOTFOUND)
		rc = list_one(overlay->lower, path, &lower, err);
	if (rc == DG_ENOTFOUND && above == 0)
		rc = 0;
	if (rc == 0)
		rc = visit_merged(&upper, &lower, visit, context, err);
	free_names(&upper);
	free_names(&lower);
	return rc;
}

static void close_set(struct dg_fileset *self)
{
	struct overlay *overlay = (struct overlay *)self;

	dg_fileset_close(overlay->upper);
	dg_fileset_close(overlay->lower);
	free(overlay);
}

int dg_overlay_fileset(struct dg_fileset **out, struct dg_fileset *upper,
		       struct dg_fileset *lower, struct dg_error *err)
{
	struct overlay *overlay = calloc(1, sizeof(*overlay));

	if (!overlay) {
		dg_fileset_close(upper);
		dg_fileset_close(lower);
		return dg_error_nomem(err);
	}
	overlay->upper = upper;
	overlay->lower = lower;
	overlay->base.open = open_file;
	overlay->base.list = list;
	overlay->base.close = close_set;
	overlay->base.name = lower->name;
	*out = &overlay->base;
	return 0;
}
