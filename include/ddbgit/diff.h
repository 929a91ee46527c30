/*
 * Diff: two tables' contents compared, each a revision's snapshot, a
 * directory, or a live table.
 */
#ifndef DDBGIT_DIFF_H
#define DDBGIT_DIFF_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>
#include <ddbgit/slice.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_dataset_kind {
	DG_DATASET_REVISION,
	DG_DATASET_DIRECTORY,
	DG_DATASET_LIVE,
};

/* Where items come from. Borrowed; NULL: unknown. */
struct dg_dataset_info {
	enum dg_dataset_kind kind;
	const char *name;      /* "prod-20250127:backups/dynamodb/prod" */
	const char *commit_id; /* full; of a revision */
	const char *path;      /* in the tree, or of the directory */
	const char *environment;
	const char *table;
	const char *region;
	const char *date; /* of the dump, ISO 8601 */
	bool has_items;
	uint64_t items; /* as stated; of a live table an estimate */
};

enum dg_difference {
	DG_ADDED,   /* only after */
	DG_REMOVED, /* only before */
	DG_CHANGED,
	/* After; of before nothing is known, where a history was cut off. For
	 * dg_key_history alone. */
	DG_PRESENT,
};

/* An attribute of a changed item, or a part of one. Borrowed. */
struct dg_attribute_change {
	enum dg_difference kind;
	/* Two sets: before and after are sets of the members that only one of
	 * them has. */
	bool members;
	const char *path;          /* "m.address[2].zip" */
	struct dg_slice path_json; /* ["m","address",2,"zip"] */
	/* Canonical DynamoDB JSON, {"S":"1010"}; without bytes: absent. */
	struct dg_slice before;
	struct dg_slice after;
	/* For people; shortened round the difference unless `full`. */
	const char *before_text;
	const char *after_text;
};

/* Keys, indexes or a setting of the table. Borrowed. */
struct dg_setting_change {
	const char *path;          /* "BillingModeSummary.BillingMode" */
	struct dg_slice path_json; /* of table-schema.json */
	struct dg_slice before;    /* JSON; without bytes: absent */
	struct dg_slice after;
	const char *before_text;
	const char *after_text;
};

/* An item of one side alone, or one that changed. Borrowed. */
struct dg_item_difference {
	enum dg_difference kind;
	struct dg_slice key;    /* {"id":{"S":"42"}} */
	struct dg_slice before; /* canonical lines; without bytes: absent */
	struct dg_slice after;
	/* The attributes but the key's, unless it changed. */
	const char *text;
};

/*
 * Each may be NULL; a negative result ends the comparison and is returned.
 * begin comes first, then settings, then items by key. The attributes of a
 * changed item come after it, and item_end after them.
 */
struct dg_diff_visitor {
	int (*begin)(void *context, const struct dg_dataset_info *before,
		     const struct dg_dataset_info *after, struct dg_error *err);
	int (*setting)(void *context, const struct dg_setting_change *change,
		       struct dg_error *err);
	int (*item)(void *context, const struct dg_item_difference *item,
		    struct dg_error *err);
	int (*attribute)(void *context,
			 const struct dg_attribute_change *change,
			 struct dg_error *err);
	int (*item_end)(void *context, struct dg_error *err);
	void *context;
};

struct dg_diff_options {
	struct dg_target_options target; /* of `live` and of the defaults */
	/* "live", a revision, REVISION:FOLDER or a directory. NULL: the last
	 * backup of the environment. */
	const char *before;
	const char *after; /* NULL: live */
	const char *from;  /* which environment in a revision, or NULL */
	const char *path;  /* which folder in a revision, or NULL */
	const char *key;   /* this item alone: {"id":{"S":"42"}}, or NULL */
	/* Characters of a text that is shown; 0: all of it, and binary values
	 * in base64. */
	size_t text_max;
	const char *max_rcu; /* "100", "50%" */
};

struct dg_diff_result {
	uint64_t added;
	uint64_t changed;
	uint64_t removed;
	uint64_t settings;
};

/* Whether the two differ stands in *result. DG_EINVALID: malformed, or of
 * different key schemas. */
int dg_diff(const struct dg_run *run, const struct dg_diff_options *options,
	    const struct dg_diff_visitor *visitor,
	    struct dg_diff_result *result, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
