/*
 * What the credentials chain chooses from: a provider gives a whole set each
 * time it is asked. One provider a file.
 */
#ifndef DG_AWS_CREDENTIALS_PROVIDER_H
#define DG_AWS_CREDENTIALS_PROVIDER_H

#include "aws/credentials.h"

struct dg_credentials_provider {
	/* A new set, the caller's to free. DG_EDENIED, DG_ECANCELLED. */
	int (*fetch)(struct dg_credentials_provider *self,
		     struct dg_credentials *out, struct dg_error *err);
	void (*close)(struct dg_credentials_provider *self);
	bool fixed; /* asking again gives the same set */
};

int dg_credentials_copy(struct dg_credentials *out,
			const struct dg_credentials *from,
			struct dg_error *err);

/* credentials_static.c: keys that stand somewhere. They are copied. */
int dg_credentials_static_open(struct dg_credentials_provider **out,
			       const struct dg_credentials *set,
			       struct dg_error *err);

/* A program to ask, and whom it is asked for. */
struct dg_credentials_command {
	const char *const *argv; /* ends with NULL; copied */
	const char *label;       /* "credential_process of …"; copied */
	/* The way out where the program does not know the words of argv, as an
	 * old version; a literal, or NULL. */
	const char *too_old;
	struct dg_clock *clock;
	const struct dg_cancel *cancel;
};

/* credentials_process.c: a program that prints the JSON of credential_process
 * (AWS CLI User Guide, "Sourcing credentials with an external process"). */
int dg_credentials_command_open(struct dg_credentials_provider **out,
				const struct dg_credentials_command *command,
				struct dg_error *err);
/* The same for a profile's credential_process, split into words as a shell
 * does but run without one. DG_EINVALID for an unclosed quote. */
int dg_credentials_process_open(struct dg_credentials_provider **out,
				const char *profile, const char *line,
				const struct dg_credentials_options *options,
				struct dg_error *err);
/* What such a program prints. DG_EDENIED; no message shows any of text. */
int dg_credentials_parse(struct dg_credentials *out, struct dg_slice text,
			 struct dg_error *err);

/* credentials_aws_command.c: `aws configure export-credentials` for a profile,
 * or with NULL for what else the command finds. DG_EDENIED where it is not
 * installed; need says what for. */
int dg_credentials_aws_command_open(
	struct dg_credentials_provider **out, const char *profile,
	const char *need, const struct dg_credentials_options *options,
	struct dg_error *err);

#endif
