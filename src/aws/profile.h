/*
 * ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE and
 * AWS_SHARED_CREDENTIALS_FILE move them), read as the aws command reads them:
 * '#' and ';' begin comments only at a line's beginning, the first '=' or ':'
 * splits, names of settings are the same in any case, a line indented deeper
 * than the one before it goes on with its value. What is nested below a
 * setting without a value of its own ("s3 =") is passed over.
 */
#ifndef DG_AWS_PROFILE_H
#define DG_AWS_PROFILE_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>

struct dg_profiles;

/* Files that do not exist are empty. DG_EINVALID names file and line; DG_EIO
 * for a file that cannot be read. */
int dg_profiles_load(struct dg_profiles **out, struct dg_error *err);
void dg_profiles_free(struct dg_profiles *profiles);

/* For tests and fuzzing: the text of the two files. */
int dg_profiles_parse(struct dg_profiles **out, struct dg_slice config,
		      struct dg_slice credentials, struct dg_error *err);

/* NULL if absent or empty. The credentials file goes before the config file.
 */
const char *dg_profiles_get(const struct dg_profiles *profiles,
			    const char *profile, const char *key);
/* From the config file alone: credential_process is honoured only there. */
const char *dg_profiles_get_config(const struct dg_profiles *profiles,
				   const char *profile, const char *key);
/* From the credentials file alone. */
const char *dg_profiles_get_credentials(const struct dg_profiles *profiles,
					const char *profile, const char *key);
/* 1 if either file has the profile, else 0. */
int dg_profiles_has(const struct dg_profiles *profiles, const char *profile);

#endif
