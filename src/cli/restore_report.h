/* What restore prints of its result. */
#ifndef DG_CLI_RESTORE_REPORT_H
#define DG_CLI_RESTORE_REPORT_H

#include "cli/session.h"
#include <ddbgit/restore.h>

/* rc and err: of the restore, 0 or DG_EINCOMPLETE; a failure is reported among
 * the rest. */
void dg_restore_report(struct dg_session *session,
		       const struct dg_restore_result *result,
		       const struct dg_restore_options *options, int rc,
		       const struct dg_error *err);

#endif
