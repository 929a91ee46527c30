/*
 * An environment, resolved: which table in which region behind which
 * endpoint, with which credentials, and whether it is protected. Comes from
 * scripts/.env.ENV, what the command line puts over it, profiles and the
 * process's environment (design: docs/operations.md, "Environments").
 */
#ifndef DG_BACKUP_ENVIRONMENT_H
#define DG_BACKUP_ENVIRONMENT_H

#include "aws/credentials.h"
#include "aws/env_file.h"
#include "aws/profile.h"
#include "base/clock.h"
#include "dynamodb/client.h"
#include <ddbgit/run.h>

struct dg_environment {
	char *name;
	char *root;      /* absolute */
	char *file_path; /* as shown: "./scripts/.env.prod" */
	char *table;
	char *own_table; /* what the file names, NULL if nothing */
	char *region;
	char *endpoint;
	char *profile; /* --profile, or NULL */
	bool is_local;
	bool is_protected;
	/* Set by who has had an answer before it connects: an outage is waited
	 * out. */
	bool answered;
	char *protected_as; /* the protected environment that it is */

	struct dg_clock clock;
	struct dg_env_file file;
	struct dg_profiles *profiles;
	struct dg_credentials_chain *credentials;
	struct dg_dynamodb *db;
	struct dg_connection *connection; /* for control calls */
	const struct dg_run *run;         /* borrowed */
};

/*
 * Reads files only. DG_ENOTFOUND "Environment file not found: …"; DG_EUSAGE
 * for what is missing or malformed; DG_EREFUSED for `local` at an AWS host.
 * env must be closed also after a failure.
 */
int dg_environment_open(struct dg_environment *env, const struct dg_run *run,
			const struct dg_target_options *options,
			struct dg_error *err);

/* What another environment's file means; nothing is said about it. */
int dg_environment_peek(struct dg_environment *env, const struct dg_run *quiet,
			const char *name, struct dg_error *err);

/* Credentials and client; still no request. */
int dg_environment_connect(struct dg_environment *env, struct dg_error *err);

/* Gives a failure of the local endpoint the scripts' words. Returns rc. */
int dg_environment_explain(const struct dg_environment *env, int rc,
			   struct dg_error *err);

/* Puts "cannot <verb> '<table>'" before what a run failed of. Refusals, usage
 * and the scripts' own messages stand for themselves. Returns rc. */
int dg_environment_blame(const struct dg_environment *env, int rc,
			 const char *verb, struct dg_error *err);

void dg_environment_close(struct dg_environment *env);

/* Same table, region and endpoint. */
bool dg_environment_same_target(const struct dg_environment *a,
				const struct dg_environment *b);

/* The folder's name under backups/dynamodb and the stem of tags: "prod", or
 * "prod@other" for a table that the file does not name. */
int dg_environment_label(char **out, const struct dg_environment *env,
			 struct dg_error *err);

/* The run's defaults: its memory, and the clock that it waits by. */
uint64_t dg_run_memory(const struct dg_run *run);
void dg_run_clock(struct dg_clock *out, const struct dg_run *run);

#endif
