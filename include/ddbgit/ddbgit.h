/*
 * libddbgit: versions DynamoDB tables in Git. Everything that the ddbgit
 * command does is a call here; the command adds options, prompts and a
 * terminal.
 *
 *	dg_init(&err)
 *	dg_dump(&run, &options, &result, &err)
 *	dg_shutdown()
 *
 * Calls may run in several threads on different repositories and tables.
 */
#ifndef DDBGIT_DDBGIT_H
#define DDBGIT_DDBGIT_H

#include <ddbgit/backups.h>
#include <ddbgit/cancel.h>
#include <ddbgit/cat.h>
#include <ddbgit/diff.h>
#include <ddbgit/doctor.h>
#include <ddbgit/dump.h>
#include <ddbgit/error.h>
#include <ddbgit/git_setting.h>
#include <ddbgit/hooks.h>
#include <ddbgit/init.h>
#include <ddbgit/key_history.h>
#include <ddbgit/log.h>
#include <ddbgit/progress.h>
#include <ddbgit/restore.h>
#include <ddbgit/run.h>
#include <ddbgit/slice.h>
#include <ddbgit/status.h>
#include <ddbgit/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Process-wide settings of libgit2 and libcurl. Once, before anything else,
 * while there is one thread. */
int dg_init(struct dg_error *err);
void dg_shutdown(void);

/* "0.1.0" */
const char *dg_version(void);

#ifdef __cplusplus
}
#endif

#endif
