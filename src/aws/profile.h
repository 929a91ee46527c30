/*
 * ~/.aws/config and ~/.aws/credentials (AWS_CONFIG_FILE and
 * AWS_SHARED_CREDENTIALS_FILE move them), read through inih's reader with
 * long values kept whole.
 */
#ifndef DG_AWS_PROFILE_H
#define DG_AWS_PROFILE_H

#include <ddbgit/error.h>

struct dg_profiles;

/* Files that do not exist are empty. DG_EINVALID names file and line. */
int dg_profiles_load(struct dg_profiles **out, struct dg_error *err);
void dg_profiles_free(struct dg_profiles *profiles);

/* NULL if absent. The credentials file goes before the config file. */
const char *dg_profiles_get(const struct dg_profiles *profiles,
			    const char *profile, const char *key);
/* From the config file alone: credential_process is honoured only there. */
const char *dg_profiles_get_config(const struct dg_profiles *profiles,
				   const char *profile, const char *key);
int dg_profiles_has(const struct dg_profiles *profiles, const char *profile);

#endif
