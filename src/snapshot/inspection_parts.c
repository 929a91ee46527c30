/* The files below table-data/: those that the index names, and no others. */
#include "base/digest.h"
#include "base/text.h"
#include "snapshot/inspection_state.h"
#include "snapshot/path_list.h"
#include <stdlib.h>

static bool any(const char *path)
{
	(void)path;
	return true;
}

int dg_inspector_name_part(struct dg_digest_set *named, const char *path,
			   struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	int rc = dg_sha256(dg_slice_str(path), digest, err);

	return rc < 0 ? rc : dg_digest_set_add(named, digest, err);
}

static int inspect_part(struct dg_inspector *inspector, const char *path,
			const struct dg_digest_set *named, struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	int rc;

	if (!dg_layout_owns_path(path))
		return dg_inspector_problem(inspector, err, path,
					    "is no file of ddbgit's");
	if (!named)
		return 0;
	rc = dg_sha256(dg_slice_str(path), digest, err);
	if (rc < 0 || dg_digest_set_has(named, digest))
		return rc;
	return dg_inspector_problem(inspector, err, path,
				    "belongs to no item: %s names no such "
				    "file",
				    DG_DATA_FILE);
}

/* A folder of table-data/ at a time, so that few paths are in memory. */
struct parts {
	struct dg_inspector *inspector;
	const struct dg_digest_set *named;
};

static int inspect_entry(void *context, const struct dg_fileset_entry *entry,
			 struct dg_error *err)
{
	struct parts *parts = context;
	struct dg_path_list found = {0};
	char *path = NULL;
	int rc = dg_asprintf(&path, err, DG_PARTS_FOLDER "/%s", entry->name);

	if (rc == 0 && entry->is_folder)
		rc = dg_path_list_collect(&found, parts->inspector->files, path,
					  any, err);
	else if (rc == 0)
		rc = inspect_part(parts->inspector, path, parts->named, err);
	for (size_t i = 0; rc == 0 && i < found.count; i++)
		rc = inspect_part(parts->inspector, found.paths[i],
				  parts->named, err);
	dg_path_list_free(&found);
	free(path);
	return rc;
}

int dg_inspector_parts(struct dg_inspector *inspector,
		       const struct dg_digest_set *named, struct dg_error *err)
{
	struct dg_fileset *files = inspector->files;
	struct parts parts = {inspector, named};
	struct dg_error cause = {0};
	int rc = files->list(files, DG_PARTS_FOLDER, inspect_entry, &parts,
			     &cause);

	return rc == DG_ENOTFOUND
		       ? 0
		       : dg_inspector_settle(inspector, DG_PARTS_FOLDER, rc,
					     &cause, err);
}
