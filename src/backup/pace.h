/*
 * How fast a run may consume a table's capacity (--max-rcu, --max-wcu), and
 * the words for it.
 */
#ifndef DG_BACKUP_PACE_H
#define DG_BACKUP_PACE_H

#include "dynamodb/rate.h"
#include <ddbgit/log.h>

/* text: "100", "50%", NULL: the default. DG_EUSAGE. */
int dg_pace_parse(struct dg_rate_limit *out, const char *text,
		  struct dg_error *err);

/* Says before the work what it is limited to, if it is; `doing` is "Reading"
 * or "Writing". DG_EUSAGE for a share of what is on demand. */
int dg_pace_tell(const struct dg_log *log, const char *doing,
		 const struct dg_rate_limit *limit, uint64_t provisioned,
		 struct dg_error *err);

#endif
