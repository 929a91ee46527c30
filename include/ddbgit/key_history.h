/* One item through all backups: when it came, changed and went. */
#ifndef DDBGIT_KEY_HISTORY_H
#define DDBGIT_KEY_HISTORY_H

#include <ddbgit/backups.h>
#include <ddbgit/diff.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_key_history_options {
	struct dg_backup_list_options backups; /* limit: of changes */
	const char *key;                       /* {"id":{"S":"42"}} */
	size_t text_max;                       /* as in dg_diff_options */
};

struct dg_key_history_visitor {
	/* A backup that changed the item, newest first; borrowed. */
	int (*backup)(void *context, const struct dg_backup *backup,
		      struct dg_error *err);
	/* Then how: item, its attributes, item_end. begin and setting are not
	 * called. */
	struct dg_diff_visitor change;
};

struct dg_key_history_result {
	uint64_t backups; /* looked at */
	uint64_t changes;
};

/*
 * Each backup against its first parent, as the changes of a backup are
 * counted. Where that is missing, at the end of a shallow clone, the item is
 * DG_PRESENT. A snapshot that cannot be read is warned of and passed over.
 * DG_EUSAGE: the key is of no backup's key schema.
 */
int dg_key_history(const struct dg_run *run,
		   const struct dg_key_history_options *options,
		   const struct dg_key_history_visitor *visitor,
		   struct dg_key_history_result *result, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
