#include "base/text.h"
#include "repo/git.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORD_SIZE 1024

/* The first that says something: the environment, then the configuration. */
static const char *look_up(git_config *config, const char *const *variables,
			   const char *const *keys)
{
	const char *value = NULL;

	for (; *variables; variables++) {
		value = getenv(*variables);
		if (value && *value)
			return value;
	}
	for (; *keys; keys++) {
		if (!git_config_get_string(&value, config, *keys) && *value)
			return value;
	}
	return NULL;
}

static int fallback_email(char *out, size_t size)
{
	char host[256];

	if (gethostname(host, sizeof(host)) < 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	return snprintf(out, size, "ddbgit@%s", *host ? host : "localhost");
}

/* As Git does it: the local time zone of that moment. */
static int zone_minutes(int64_t now)
{
	time_t when = (time_t)now;
	struct tm local;

	if (!localtime_r(&when, &local))
		return 0;
	return (int)(local.tm_gmtoff / 60);
}

struct identity_keys {
	const char *name_variables[2];
	const char *email_variables[3];
	const char *name_keys[3];
	const char *email_keys[3];
};

static const struct identity_keys author_keys = {
	{"GIT_AUTHOR_NAME", NULL},
	{"GIT_AUTHOR_EMAIL", NULL},
	{"author.name", "user.name", NULL},
	{"author.email", "user.email", NULL},
};

static const struct identity_keys committer_keys = {
	{"GIT_COMMITTER_NAME", NULL},
	{"GIT_COMMITTER_EMAIL", NULL},
	{"committer.name", "user.name", NULL},
	{"committer.email", "user.email", NULL},
};

/*
 * Without what Git leaves out of a name as well: libgit2 refuses it. NULL if
 * nothing is left.
 */
static const char *clean(char out[WORD_SIZE], const char *word)
{
	size_t len = 0;

	for (; word && *word && len < WORD_SIZE - 1; word++) {
		if (!strchr("<>\r\n", *word))
			out[len++] = *word;
	}
	out[len] = '\0';
	return out[strspn(out, " \t.,:;\"\\'")] ? out : NULL;
}

static int make(git_signature **out, git_config *config,
		const struct identity_keys *keys, int64_t now, bool *fell_back)
{
	static const char *const email_variable[] = {"EMAIL", NULL};
	static const char *const no_key[] = {NULL};
	char own_email[300], clean_name[WORD_SIZE], clean_email[WORD_SIZE];
	const char *name =
		look_up(config, keys->name_variables, keys->name_keys);
	const char *email =
		look_up(config, keys->email_variables, keys->email_keys);

	if (!email)
		email = look_up(config, email_variable, no_key);
	name = clean(clean_name, name);
	email = clean(clean_email, email);
	*fell_back = !name || !email;
	if (!name)
		name = "ddbgit";
	if (!email) {
		fallback_email(own_email, sizeof(own_email));
		email = own_email;
	}
	return git_signature_new(out, name, email, (git_time_t)now,
				 zone_minutes(now));
}

int dg_git_identity(git_signature **author, git_signature **committer,
		    struct dg_repo *repo, int64_t now, struct dg_error *err)
{
	git_config *config = NULL;
	bool fell_back = false;
	bool author_fell_back = false;
	int rc = git_repository_config_snapshot(&config, repo->git);

	*author = NULL;
	*committer = NULL;
	if (!rc)
		rc = make(author, config, &author_keys, now, &author_fell_back);
	if (!rc)
		rc = make(committer, config, &committer_keys, now, &fell_back);
	git_config_free(config);
	if (rc < 0) {
		git_signature_free(*author);
		*author = NULL;
		return dg_git_error(err, rc, "cannot use the Git identity");
	}
	if (*committer && (fell_back || author_fell_back))
		dg_info(repo->log,
			"Git knows no full identity here (user.name, "
			"user.email): committing as %s <%s>",
			(*committer)->name, (*committer)->email);
	return 0;
}

int dg_repo_identity(char **out, bool *known, struct dg_repo *repo,
		     struct dg_error *err)
{
	git_signature *committer = NULL;
	git_config *config = NULL;
	bool fell_back = false;
	int rc = git_repository_config_snapshot(&config, repo->git);

	*out = NULL;
	if (!rc)
		rc = make(&committer, config, &committer_keys, 0, &fell_back);
	git_config_free(config);
	if (rc)
		return dg_git_error(err, rc, "cannot use the Git identity");
	*known = !fell_back;
	rc = dg_asprintf(out, err, "%s <%s>", committer->name,
			 committer->email);
	git_signature_free(committer);
	return rc;
}
