/*
 * What a user names where a table's content is asked for: a revision, a
 * directory, or `live`. A dataset turns the name into a definition and an item
 * source; diff, status and cat read nothing in any other way.
 *
 *	dg_dataset_find     which kind it is; revisions are looked up
 *	dg_dataset_settle   which snapshot of each revision is meant
 *	dg_dataset_open     definition and metadata
 *	dg_dataset_items    the items, in key order
 */
#ifndef DG_BACKUP_DATASET_H
#define DG_BACKUP_DATASET_H

#include "backup/environment.h"
#include "item/source.h"
#include "repo/revision.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include <ddbgit/diff.h>

#define DG_DATASET_LIVE_NAME "live"

/* What the datasets of one call share. Borrows its options. */
struct dg_dataset_scope {
	const struct dg_run *run;
	const struct dg_target_options *target;
	const char *from;    /* --from: an environment in a revision, or NULL */
	const char *path;    /* --path: a folder in a revision, or NULL */
	const char *max_rcu; /* of a live table, or NULL */
	bool consistent;     /* reads of it */
	/* Read when they are first needed. */
	struct dg_environment env;
	bool has_env;
	struct dg_repo *repo;
};

struct dg_dataset {
	struct dg_dataset_scope *scope;
	enum dg_dataset_kind kind;
	char *name;    /* as shown: "prod-20250127:backups/dynamodb/prod" */
	char *operand; /* the revision's part of it */
	struct dg_revision *revision;
	char *path; /* of the snapshot in the tree */
	struct dg_fileset *tree;
	char *directory;
	char *below; /* as dg_snapshot_dir_open takes it, or NULL */
	struct dg_snapshot_dir *dir;
	struct dg_snapshot *snapshot;
	struct dg_json *describe;   /* live: the Table object */
	struct dg_json *definition; /* live */
	struct dg_key_schema keys;  /* live */
	struct dg_item_source *items;
	bool told_edited;
	bool check_first; /* set it before the items are asked for */
};

/* The scope must be closed, also after a failure of what used it. */
void dg_dataset_scope_close(struct dg_dataset_scope *scope);
/* The environment of the scope, read once. */
int dg_dataset_environment(struct dg_dataset_scope *scope,
			   struct dg_environment **out, struct dg_error *err);

/*
 * operand: "live"; what git rev-parse takes; REVISION:FOLDER; or a directory.
 * What is a revision and a directory with a snapshot is refused (DG_EUSAGE):
 * "./x" is always the directory. A dataset must be closed also after a
 * failure.
 */
int dg_dataset_find(struct dg_dataset *dataset, struct dg_dataset_scope *scope,
		    const char *operand, struct dg_error *err);

/* The last backup of the scope's environment: HEAD's, else what stands in its
 * snapshot directory. DG_ENOTFOUND: neither. */
int dg_dataset_find_last(struct dg_dataset *dataset,
			 struct dg_dataset_scope *scope, struct dg_error *err);

/*
 * Which folder of a revision is meant: --path or --from; the commit's own
 * Ddbgit-Path; the folder that the other dataset (may be NULL) has; that of
 * the environment; the only one. Two revisions take --env for --from.
 */
int dg_dataset_settle(struct dg_dataset *a, struct dg_dataset *b,
		      struct dg_error *err);

/* previous: a definition to take settings from that the live table's service
 * does not show us, or NULL. */
int dg_dataset_open(struct dg_dataset *dataset, const struct dg_json *previous,
		    struct dg_error *err);
void dg_dataset_close(struct dg_dataset *dataset);

/* Borrowed; NULL: not known. */
const struct dg_json *dg_dataset_definition(const struct dg_dataset *dataset);
const struct dg_key_schema *dg_dataset_keys(const struct dg_dataset *dataset);
void dg_dataset_describe(const struct dg_dataset *dataset,
			 struct dg_dataset_info *out);

/*
 * The items, once; borrowed. A snapshot without a schema takes `keys` (may be
 * NULL). What may be out of key order, a directory or a foreign dump, is read
 * to its end first, as before a restore; with `check_first` so is a revision
 * in chunks, of which a comparison reads only what differs.
 */
int dg_dataset_items(struct dg_dataset *dataset,
		     const struct dg_key_schema *keys,
		     struct dg_item_source **out, struct dg_error *err);

/* The key of one item, as --key gives it. */
struct dg_dataset_key {
	const struct dg_key_schema *keys; /* borrowed */
	struct dg_buf encoded;
	struct dg_buf json; /* canonical */
};

/* text: a JSON object of exactly the attributes of keys, else DG_EUSAGE. The
 * key must be freed also after a failure. */
int dg_dataset_key_parse(struct dg_dataset_key *key,
			 const struct dg_key_schema *keys, const char *text,
			 struct dg_error *err);
void dg_dataset_key_free(struct dg_dataset_key *key);

/*
 * One item by its key, from a dataset whose items were not asked for yet:
 * what it needs of them is read. *line is appended to; *found tells whether
 * there is such an item. A live table is asked for it alone.
 */
int dg_dataset_find_item(struct dg_dataset *dataset,
			 const struct dg_dataset_key *key, struct dg_buf *line,
			 bool *found, struct dg_error *err);

/* Warns, once, of a snapshot of which is known by now that it was edited or
 * merged; see dg_snapshot_edited. */
void dg_dataset_tell_edited(struct dg_dataset *dataset);

/* Two revisions whose items stand in the same Git objects, under one key
 * schema: they need not be read. */
bool dg_dataset_same_items(const struct dg_dataset *a,
			   const struct dg_dataset *b);

#endif
