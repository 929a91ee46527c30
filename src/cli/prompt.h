/*
 * The question before a protected environment is written. It is asked where
 * a person can read and answer it: stdin and stderr are both terminals.
 */
#ifndef DG_CLI_PROMPT_H
#define DG_CLI_PROMPT_H

#include "cli/output.h"
#include <ddbgit/cancel.h>
#include <ddbgit/restore.h>

struct dg_prompt {
	struct dg_output *output;
	const struct dg_cancel *cancel;
	int fd; /* where the answer is typed */
};

/*
 * The `confirm` of dg_restore_options; context is a dg_prompt. 1 when the
 * table's name was typed, 0 for anything else and at the end of input,
 * DG_EREFUSED where nobody can be asked, DG_ECANCELLED after a signal.
 */
int dg_prompt_confirm(void *context, const struct dg_confirmation *question,
		      struct dg_error *err);

#endif
