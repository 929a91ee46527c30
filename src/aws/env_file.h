/*
 * scripts/.env.ENV: which table, region, endpoint and credentials an
 * environment means. Parsed, never executed (docs: operations, "Environment
 * files"). Unknown keys are ignored.
 */
#ifndef DG_AWS_ENV_FILE_H
#define DG_AWS_ENV_FILE_H

#include "base/buf.h"

enum dg_env_key {
	DG_ENV_ACCESS_KEY_ID,
	DG_ENV_SECRET_ACCESS_KEY,
	DG_ENV_SESSION_TOKEN,
	DG_ENV_REGION, /* AWS_REGION, else AWS_DEFAULT_REGION */
	DG_ENV_PROFILE,
	DG_ENV_ENDPOINT_URL,
	DG_ENV_LOCAL_ENDPOINT,
	DG_ENV_TABLE,
	DG_ENV_PROTECTED,
	DG_ENV_KEY_COUNT,
};

struct dg_env_file {
	/* NULL: absent, empty, or one of the seed's placeholders. */
	char *value[DG_ENV_KEY_COUNT];
	bool readable_by_others; /* and it holds a secret: worth a warning */
};

/* DG_ENOTFOUND; DG_EINVALID names the line; DG_EIO. path is as shown to the
 * user. */
int dg_env_file_read(struct dg_env_file *out, const char *path,
		     struct dg_error *err);
/* For tests and fuzzing: the text itself. */
int dg_env_file_parse(struct dg_env_file *out, struct dg_slice text,
		      struct dg_error *err);
void dg_env_file_free(struct dg_env_file *file);

/* ENV: [A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*, at most 64 bytes, not
 * ending in ".lock". DG_EUSAGE. */
int dg_env_name_check(const char *name, struct dg_error *err);

#endif
