/* What a dead run's intent says, and undoing it. */
#ifndef DG_REPO_INTENT_RECOVERY_H
#define DG_REPO_INTENT_RECOVERY_H

#include "repo/intent.h"

#define DG_INTENT_TEXT_MAX 65536

/*
 * Removes the dead run's lock files and temporary files and says so. A text
 * without its end was never finished: its writer had taken nothing yet. The
 * file is the locked intent that the text was read from. An error if one of
 * its locks cannot be removed: the intent is still needed then.
 */
int dg_intent_undo(struct dg_repo *repo, const struct dg_lock_file *file,
		   const char *text, struct dg_error *err);

#endif
