/* The index of a chunked snapshot, spelled as it was written; and which part
 * files it accounts for. */
#include "snapshot/file_comparison.h"
#include "snapshot/inspection_walk.h"
#include <stdlib.h>

int dg_inspection_walk_name(struct dg_inspection_walk *walk, const char *path,
			    struct dg_error *err)
{
	int rc = dg_inspector_name_part(&walk->parts, path, err);

	walk->parts_unknown = walk->parts_unknown || rc == 0;
	return rc < 0 ? rc : 0;
}

int dg_inspection_walk_misspelled(struct dg_inspection_walk *walk,
				  const char *path, struct dg_error *err)
{
	return dg_inspector_problem(walk->inspector, err, path,
				    "says what it should, but not as ddbgit "
				    "wrote it: edited, or damaged");
}

/* An index, spelled as it was written. */
static int print_index(struct dg_inspection_walk *walk,
		       const struct dg_chunk_index *index, struct dg_buf *out,
		       struct dg_error *err)
{
	struct dg_buf lines = DG_BUF_INIT(index->text.len * 8 + 4096);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < index->count; i++) {
		struct dg_chunk_entry entry = index->entries[i];

		rc = dg_chunk_list_first(&walk->list, index, &index->entries[i],
					 err);
		entry.first = dg_buf_slice(&walk->list.first);
		if (rc == 0 && i > 0)
			rc = dg_buf_add_str(&lines, ",\n", err);
		if (rc == 0)
			rc = dg_chunk_entry_print(&entry, &lines, err);
	}
	if (rc == 0)
		rc = dg_chunk_index_print(dg_buf_slice(&lines), index->items,
					  index->of_indexes, out, err);
	dg_buf_free(&lines);
	return rc;
}

static int compare_index(struct dg_inspection_walk *walk,
			 const struct dg_chunk_index *index, const char *path,
			 struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(index->text.len * 8 + 8192);
	struct dg_error cause = {0};
	bool equal = true;
	int rc = print_index(walk, index, &text, &cause);

	if (rc == 0)
		rc = dg_file_compare(walk->inspector->files, path,
				     dg_buf_slice(&text), &equal, &cause);
	dg_buf_free(&text);
	/* An entry that cannot be printed is reported where it is used. */
	if (rc < 0 && rc != DG_ENOMEM)
		return 0;
	rc = dg_inspector_settle(walk->inspector, path, rc, &cause, err);
	return rc < 0 || equal ? rc
			       : dg_inspection_walk_misspelled(walk, path, err);
}

const char *dg_inspection_walk_index(const struct dg_inspection_walk *walk)
{
	if (!walk->root.of_indexes)
		return DG_DATA_FILE;
	return walk->list.leaf.index.name +
	       strlen(walk->inspector->files->name) + 1;
}

/* The index file that the walk has come to, once. */
int dg_inspection_walk_leaf(struct dg_inspection_walk *walk,
			    struct dg_error *err)
{
	if (!walk->root.of_indexes || walk->leaf_seen == walk->list.leaf.of)
		return 0;
	walk->leaf_seen = walk->list.leaf.of;
	return compare_index(walk, &walk->list.leaf.index,
			     dg_inspection_walk_index(walk), err);
}

/* Its name, also of one that cannot be read. */
static int name_leaves(struct dg_inspection_walk *walk, struct dg_error *err)
{
	char path[DG_PART_PATH_SIZE];
	int rc = 0;

	for (size_t i = 0; walk->root.of_indexes && i < walk->root.count; i++) {
		if (dg_chunk_list_first(&walk->list, &walk->root,
					&walk->root.entries[i], NULL) < 0) {
			walk->parts_unknown = true;
			continue;
		}
		rc = dg_part_index_path(dg_buf_slice(&walk->list.first), path,
					err);
		if (rc == 0)
			rc = dg_inspection_walk_name(walk, path, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

int dg_inspection_walk_root(struct dg_inspection_walk *walk,
			    struct dg_error *err)
{
	int rc = compare_index(walk, &walk->root, DG_DATA_FILE, err);

	return rc < 0 ? rc : name_leaves(walk, err);
}
