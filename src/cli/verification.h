/* What a comparison of a backup with a table counted: restore and verify. */
#ifndef DG_CLI_VERIFICATION_H
#define DG_CLI_VERIFICATION_H

#include "cli/output.h"
#include <ddbgit/json_writer.h>
#include <ddbgit/restore.h>

/* Lines on stdout; nothing if there was none. */
void dg_verification_print(struct dg_output *output,
			   const struct dg_verification *v);

/* "verification": an object, or null. */
void dg_verification_record(struct dg_json_writer *w,
			    const struct dg_verification *v);

#endif
