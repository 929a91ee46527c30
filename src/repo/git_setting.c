#include "base/text.h"
#include <ddbgit/git_setting.h>
#include <git2.h>

/* A repository that cannot be opened has nothing to say here. */
static int open_config(git_config **out)
{
	git_repository *repo = NULL;
	int rc = git_repository_open_ext(&repo, ".", 0, NULL);

	if (rc == 0)
		rc = git_repository_config_snapshot(out, repo);
	git_repository_free(repo);
	return rc < 0 ? git_config_open_default(out) : rc;
}

int dg_git_setting(char **out, const char *name, struct dg_error *err)
{
	git_config *config = NULL;
	git_buf value = {0};
	int rc = 0;

	*out = NULL;
	if (open_config(&config) == 0 &&
	    git_config_get_string_buf(&value, config, name) == 0)
		rc = dg_strdup(out, value.ptr, err);
	git_buf_dispose(&value);
	git_config_free(config);
	return rc;
}
