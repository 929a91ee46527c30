#include "aws/child.h"
#include "aws/credentials_provider.h"
#include "base/text.h"

#include <stdlib.h>

#define WAY_OUT                                                                \
	"Install AWS CLI version 2, or use a profile with keys or with "       \
	"credential_process"

static int not_installed(const char *profile, const char *need,
			 struct dg_error *err)
{
	if (profile)
		dg_error_set(err, DG_EDENIED,
			     "profile '%s' (%s) needs the aws command, which "
			     "is not installed",
			     profile, need);
	else
		dg_error_set(err, DG_EDENIED,
			     "credentials by %s need the aws command, which "
			     "is not installed",
			     need);
	return dg_error_hint(err, WAY_OUT);
}

int dg_credentials_aws_command_open(
	struct dg_credentials_provider **out, const char *profile,
	const char *need, const struct dg_credentials_options *options,
	struct dg_error *err)
{
	const char *const argv[] = {
		"aws",      "configure", "export-credentials",
		"--format", "process",   profile ? "--profile" : NULL,
		profile,    NULL,
	};
	struct dg_credentials_command command = {
		.argv = argv,
		.too_old = WAY_OUT,
		.clock = options->clock,
		.cancel = options->cancel,
	};
	char *label = NULL;
	int rc;

	*out = NULL;
	if (!dg_program_exists(argv[0]))
		return not_installed(profile, need, err);
	if (profile)
		rc = dg_asprintf(&label, err,
				 "the aws command for profile '%s'", profile);
	else
		rc = dg_asprintf(&label, err, "the aws command for %s", need);
	if (rc == 0) {
		command.label = label;
		rc = dg_credentials_command_open(out, &command, err);
	}
	free(label);
	return rc;
}
