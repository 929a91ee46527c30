#include "aws/http.h"
#include "repo/repo.h"
#include <ddbgit/ddbgit.h>

int dg_init(struct dg_error *err)
{
	int rc = dg_http_init(err);

	if (rc == 0)
		rc = dg_repo_init(err);
	if (rc < 0)
		dg_http_shutdown();
	return rc;
}

void dg_shutdown(void)
{
	dg_repo_shutdown();
	dg_http_shutdown();
}

const char *dg_version(void)
{
	return DG_VERSION;
}
