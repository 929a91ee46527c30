/*
 * The command that undoes a restore, for the shell that the restore was
 * started from: with the folder where that shell does not stand there, as after
 * -C, and with the root where a wrapper script set it.
 */
#include "backup/restore_job.h"
#include "backup/root.h"
#include "base/text.h"
#include "repo/repo.h"
#include <stdlib.h>

#define ID_SHOWN 12
#define COMMAND_MAX ((size_t)64 * 1024)
#define ALPHANUMERIC                                                           \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static int add_word(struct dg_buf *command, const char *word,
		    struct dg_error *err)
{
	/* Mostly a shell takes it as it stands. */
	if (*word && word[strspn(word, ALPHANUMERIC "_./:@-")] == '\0')
		return dg_buf_add_str(command, word, err);
	return dg_shell_quote(command, word, err);
}

static int add_option(struct dg_buf *command, const char *option,
		      const char *value, struct dg_error *err)
{
	int rc;

	if (!value)
		return 0;
	rc = dg_buf_addf(command, err, " --%s=", option);
	return rc == 0 ? add_word(command, value, err) : rc;
}

/* Where --rev finds the repository: where we are, else at the root. */
static int find_place(char **out, const struct dg_environment *env,
		      struct dg_error *err)
{
	struct dg_repo *here = NULL;
	int rc;

	if (dg_repo_open(&here, ".", NULL, NULL) < 0)
		return dg_strdup(out, env->root, err);
	rc = dg_current_directory(out, err);
	dg_repo_close(here);
	return rc;
}

/* Does the shell that started us stand there? */
static bool is_where_the_shell_is(const char *place)
{
	const char *stated = getenv("PWD");
	char *real = stated && *stated == '/' ? realpath(stated, NULL) : NULL;
	const bool same = real && strcmp(real, place) == 0;

	free(real);
	return same;
}

/* "DDBGIT_ROOT=/srv/app ddbgit restore -C /srv/backups.git" */
static int add_place(struct dg_buf *command, const struct dg_environment *env,
		     struct dg_error *err)
{
	char *place = NULL, *found = NULL;
	int rc = find_place(&place, env, err);

	if (rc == 0)
		rc = dg_root_find_from(&found, place, env->name, err);
	if (rc == 0 && strcmp(found, env->root) != 0) {
		rc = dg_buf_add_str(command, "DDBGIT_ROOT=", err);
		if (rc == 0)
			rc = add_word(command, env->root, err);
		if (rc == 0)
			rc = dg_buf_add_char(command, ' ', err);
	}
	if (rc == 0)
		rc = dg_buf_add_str(command, "ddbgit restore", err);
	if (rc == 0 && !is_where_the_shell_is(place)) {
		rc = dg_buf_add_str(command, " -C ", err);
		if (rc == 0)
			rc = add_word(command, place, err);
	}
	free(place);
	free(found);
	return rc;
}

static int add_target(struct dg_buf *command, const struct dg_restore_job *job,
		      struct dg_error *err)
{
	const struct dg_restore_options *options = job->options;
	const struct dg_target_options *target = &options->target;
	const char *const option[][2] = {
		{"env", job->env.name},
		{"table", target->table},
		{"endpoint-url", target->endpoint_url},
		{"region", target->region},
		{"profile", target->profile},
		{"max-rcu", options->max_rcu},
		{"max-wcu", options->max_wcu},
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(option) / sizeof(*option); i++)
		rc = add_option(command, option[i][0], option[i][1], err);
	return rc;
}

int dg_restore_undo_command(char **out, const struct dg_restore_job *job,
			    struct dg_error *err)
{
	struct dg_buf command = DG_BUF_INIT(COMMAND_MAX);
	char id[ID_SHOWN + 1];
	int rc = add_place(&command, &job->env, err);

	memcpy(id, job->result->backup_id, ID_SHOWN);
	id[ID_SHOWN] = '\0';
	if (rc == 0)
		rc = add_target(&command, job, err);
	if (rc == 0)
		rc = add_option(&command, "rev", id, err);
	if (rc == 0)
		rc = dg_buf_add_str(&command, " --mirror --no-backup-first",
				    err);
	if (rc == 0)
		rc = dg_slice_dup(out, dg_buf_slice(&command), err);
	dg_buf_free(&command);
	return rc;
}
