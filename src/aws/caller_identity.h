/*
 * Who some credentials are: STS GetCallerIdentity, the one call that needs no
 * permission. One attempt: it is asked for people's information, and nothing
 * depends on the answer.
 */
#ifndef DG_AWS_CALLER_IDENTITY_H
#define DG_AWS_CALLER_IDENTITY_H

#include "aws/credentials.h"

struct dg_caller_options {
	const char *endpoint; /* of STS */
	const char *region;
	struct dg_credentials_chain *credentials;
	struct dg_clock *clock;
	const struct dg_cancel *cancel;
};

/*
 * *arn: "arn:aws:iam::123456789012:user/backup", owned by the caller.
 * DG_EDENIED with the service's words; DG_EUNREACHABLE; DG_ESERVICE for an
 * answer that is none of STS.
 */
int dg_caller_identity(char **arn, const struct dg_caller_options *options,
		       struct dg_error *err);

/* For tests: what an answer says. */
int dg_caller_identity_read(char **arn, long status, struct dg_slice body,
			    struct dg_error *err);

#endif
