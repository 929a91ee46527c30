/*
 * The credentials provider chain: one whole set from the first source that
 * has any: --profile, the environment file's keys, the file's AWS_PROFILE,
 * the process's keys, the process's AWS_PROFILE, ~/.aws. Sets are never mixed.
 * One provider a file: credentials_static.c, credentials_process.c,
 * credentials_aws_command.c. Refresh is thread-safe, one at a time.
 */
#ifndef DG_AWS_CREDENTIALS_H
#define DG_AWS_CREDENTIALS_H

#include "aws/env_file.h"
#include "aws/profile.h"
#include "base/clock.h"
#include <ddbgit/log.h>

struct dg_credentials {
	char *access_key_id;
	char *secret_access_key;
	char *session_token; /* or NULL */
	int64_t expires;     /* Unix seconds; 0: never */
	uint64_t serial;     /* which of its chain's sets it is, from 1 */
};

/* Overwrites the secrets first. */
void dg_credentials_free(struct dg_credentials *credentials);

struct dg_credentials_chain;

struct dg_credentials_options {
	const char *profile;                /* --profile, or NULL */
	const struct dg_env_file *env_file; /* may be NULL; copied */
	const struct dg_profiles *profiles; /* borrowed, outlives the chain */
	struct dg_clock *clock;
	const struct dg_log *log;
	const struct dg_cancel *cancel; /* ends a waiting child; may be NULL */
};

/* Decides for a source; DG_EDENIED with the ways to give credentials if there
 * is none. Contacts nobody yet. */
int dg_credentials_open(struct dg_credentials_chain **out,
			const struct dg_credentials_options *options,
			struct dg_error *err);
void dg_credentials_close(struct dg_credentials_chain *chain);

/*
 * A copy of the present set, refreshed if it expires within five minutes (but
 * not again within ten seconds) or if it is `expired`: the set that the
 * service called so, or NULL. Threads which learn of one expiry together thus
 * refresh once. DG_EDENIED if no other set can be had.
 */
int dg_credentials_get(struct dg_credentials_chain *chain,
		       const struct dg_credentials *expired,
		       struct dg_credentials *out, struct dg_error *err);

/* "environment file", "profile 'x'", "environment variables": for -v and
 * messages. Never a secret. */
const char *dg_credentials_source(const struct dg_credentials_chain *chain);

/* The profile in force for other settings than credentials (region,
 * endpoint_url): --profile, the file's AWS_PROFILE, the process's, "default".
 * Borrowed. */
const char *dg_profile_in_force(const char *option,
				const struct dg_env_file *env_file);

#endif
