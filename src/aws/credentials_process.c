#include "aws/child.h"
#include "aws/command_words.h"
#include "aws/credentials_provider.h"
#include "aws/secret.h"
#include "base/json.h"
#include "base/text.h"

#include <ddbgit/text.h>
#include <stdlib.h>

#define TIMEOUT_MS 60000
#define OUTPUT_MAX ((size_t)256 * 1024)
#define WORDS_MAX 300 /* of a program's own complaint */

struct process_provider {
	struct dg_credentials_provider base;
	char **argv;
	char *label;
	const char *too_old;
	struct dg_clock *clock;
	const struct dg_cancel *cancel;
};

static int parse_expiration(struct dg_credentials *out,
			    const struct dg_json *root, struct dg_error *err)
{
	const char *text = dg_json_get_string(root, "Expiration");

	if (!text)
		return 0;
	if (dg_time_parse_iso(text, &out->expires, NULL) < 0)
		return dg_error_set(err, DG_EDENIED,
				    "its Expiration is no ISO 8601 time");
	return 0;
}

static int parse_root(struct dg_credentials *out, const struct dg_json *root,
		      struct dg_error *err)
{
	const char *id = dg_json_get_string(root, "AccessKeyId");
	const char *secret = dg_json_get_string(root, "SecretAccessKey");
	const char *token = dg_json_get_string(root, "SessionToken");
	uint64_t version;
	int rc;

	if (!dg_json_get_u64(root, "Version", &version) || version != 1)
		return dg_error_set(err, DG_EDENIED,
				    "its output is not of Version 1");
	if (!id || !*id || !secret || !*secret)
		return dg_error_set(err, DG_EDENIED,
				    "its output lacks AccessKeyId or "
				    "SecretAccessKey");
	rc = dg_strdup(&out->access_key_id, id, err);
	if (rc == 0)
		rc = dg_strdup(&out->secret_access_key, secret, err);
	if (rc == 0 && token && *token)
		rc = dg_strdup(&out->session_token, token, err);
	if (rc == 0)
		rc = parse_expiration(out, root, err);
	return rc;
}

int dg_credentials_parse(struct dg_credentials *out, struct dg_slice text,
			 struct dg_error *err)
{
	struct dg_json *root = NULL;
	int rc;

	*out = (struct dg_credentials){0};
	/* The parser's own message might quote a secret. */
	rc = dg_json_parse(&root, text, NULL);
	if (rc == DG_ENOMEM)
		return dg_error_nomem(err);
	if (rc < 0 || !dg_json_is_object(root))
		rc = dg_error_set(err, DG_EDENIED, "its output is not JSON");
	else
		rc = parse_root(out, root, err);
	if (rc < 0)
		dg_credentials_free(out);
	dg_json_free(root);
	return rc;
}

/* The last line with words in it: programs end with what matters. */
static void last_words(const struct dg_buf *errors, char *out, size_t size)
{
	struct dg_slice text = dg_slice_trim(dg_buf_slice(errors));
	size_t begin = text.len;
	char line[WORDS_MAX + 1];

	while (begin > 0 && text.ptr[begin - 1] != '\n')
		begin--;
	text = dg_slice_of(text.ptr + begin, text.len - begin);
	if (text.len > WORDS_MAX)
		text.len = WORDS_MAX;
	if (text.len > 0)
		memcpy(line, text.ptr, text.len);
	line[text.len] = '\0';
	dg_text_printable(line, out, size);
}

static bool mentions(const struct dg_buf *errors, const char *words)
{
	return errors->len > 0 &&
	       memmem(errors->ptr, errors->len, words, strlen(words));
}

/* A program that fails may have printed its answer on the wrong stream. */
static bool may_hold_secrets(const struct dg_buf *errors)
{
	static const char *const names[] = {"SecretAccessKey", "SessionToken"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mentions(errors, names[i]))
			return true;
	return false;
}

static int check_status(const struct process_provider *provider, int status,
			const struct dg_buf *errors, struct dg_error *err)
{
	char words[4 * WORDS_MAX];

	if (status == 0)
		return 0;
	/* Its last line would be the last of the many choices that it has. */
	if (provider->too_old && mentions(errors, "nvalid choice")) {
		dg_error_set(err, DG_EDENIED,
			     "exit status %d: it is too old to give "
			     "credentials",
			     status);
		return dg_error_hint(err, "%s", provider->too_old);
	}
	words[0] = '\0';
	if (!may_hold_secrets(errors))
		last_words(errors, words, sizeof(words));
	return dg_error_set(err, DG_EDENIED, "exit status %d%s%s", status,
			    *words ? ": " : "", words);
}

static int fetch(struct dg_credentials_provider *self,
		 struct dg_credentials *out, struct dg_error *err)
{
	struct process_provider *provider = (struct process_provider *)self;
	const struct dg_child child = {
		.argv = (const char *const *)provider->argv,
		.clock = provider->clock,
		.cancel = provider->cancel,
		.timeout_ms = TIMEOUT_MS,
	};
	struct dg_buf text = DG_BUF_INIT(OUTPUT_MAX);
	struct dg_buf errors = DG_BUF_INIT(OUTPUT_MAX);
	int status = 0;
	int rc = dg_child_run(&child, &text, &errors, &status, err);

	if (rc == 0)
		rc = check_status(provider, status, &errors, err);
	if (rc == 0)
		rc = dg_credentials_parse(out, dg_buf_slice(&text), err);
	dg_secret_buf_free(&text);
	dg_secret_buf_free(&errors);
	if (rc == 0 || rc == DG_ECANCELLED || rc == DG_ENOMEM)
		return rc;
	if (err)
		err->code = DG_EDENIED;
	dg_error_prefix(err, "%s", provider->label);
	return DG_EDENIED;
}

static void close_process(struct dg_credentials_provider *self)
{
	struct process_provider *provider = (struct process_provider *)self;

	dg_command_words_free(provider->argv);
	free(provider->label);
	free(provider);
}

static int copy_words(char ***out, const char *const *words,
		      struct dg_error *err)
{
	size_t count = 0, i;
	int rc = 0;

	while (words[count])
		count++;
	*out = calloc(count + 1, sizeof(**out));
	if (!*out)
		return dg_error_nomem(err);
	for (i = 0; rc == 0 && i < count; i++)
		rc = dg_strdup(&(*out)[i], words[i], err);
	return rc;
}

int dg_credentials_command_open(struct dg_credentials_provider **out,
				const struct dg_credentials_command *command,
				struct dg_error *err)
{
	struct process_provider *provider = calloc(1, sizeof(*provider));
	int rc;

	*out = NULL;
	if (!provider)
		return dg_error_nomem(err);
	provider->base = (struct dg_credentials_provider){
		.fetch = fetch, .close = close_process};
	provider->clock = command->clock;
	provider->cancel = command->cancel;
	provider->too_old = command->too_old;
	rc = copy_words(&provider->argv, command->argv, err);
	if (rc == 0)
		rc = dg_strdup(&provider->label, command->label, err);
	if (rc < 0)
		close_process(&provider->base);
	else
		*out = &provider->base;
	return rc;
}

int dg_credentials_process_open(struct dg_credentials_provider **out,
				const char *profile, const char *line,
				const struct dg_credentials_options *options,
				struct dg_error *err)
{
	struct dg_credentials_command command = {
		.clock = options->clock,
		.cancel = options->cancel,
	};
	char **words = NULL;
	char *label = NULL;
	int rc = dg_asprintf(&label, err, "credential_process of profile '%s'",
			     profile);

	*out = NULL;
	if (rc < 0)
		return rc;
	rc = dg_command_words(&words, line, err);
	if (rc < 0) {
		dg_error_prefix(err, "%s", label);
		goto done;
	}
	command.argv = (const char *const *)words;
	command.label = label;
	rc = dg_credentials_command_open(out, &command, err);
done:
	dg_command_words_free(words);
	free(label);
	return rc;
}
