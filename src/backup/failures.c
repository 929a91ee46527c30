#include "backup/failures.h"

#include "base/dir.h"
#include "base/text.h"
#include "repo/repo.h"
#include <ddbgit/json_writer.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void dg_failures_init(struct dg_failures *failures, struct dg_environment *env)
{
	memset(failures, 0, sizeof(*failures));
	failures->env = env;
	failures->fd = -1;
}

static int state_home(char **out, struct dg_error *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (state && *state == '/')
		return dg_asprintf(out, err, "%s/ddbgit", state);
	if (home && *home == '/')
		return dg_asprintf(out, err, "%s/.local/state/ddbgit", home);
	return dg_error_set(err, DG_EFAILED,
			    "no place for the list of refused items: set "
			    "XDG_STATE_HOME or HOME");
}

static int directory(char **out, const struct dg_environment *env,
		     struct dg_error *err)
{
	struct dg_repo *repo = NULL;
	int rc = dg_repo_open(&repo, env->root, NULL, NULL);

	if (rc == 0)
		rc = dg_asprintf(out, err, "%s/ddbgit", dg_repo_gitdir(repo));
	else
		rc = state_home(out, err);
	dg_repo_close(repo);
	return rc;
}

static int create(struct dg_failures *failures, struct dg_error *err)
{
	struct dg_environment *env = failures->env;
	char now[DG_TIME_ISO_SIZE];
	char *folder = NULL;
	int rc = directory(&folder, env, err);

	dg_time_iso(dg_clock_wall_ms(&env->clock) / 1000, now);
	/* 20250127T100000Z: no colons, for file systems that refuse them. */
	if (rc == 0)
		rc = dg_asprintf(&failures->path, err,
				 "%s/restore-failures-%s-%.4s%.2s%.2sT%.2s%.2s"
				 "%.2sZ.jsonl",
				 folder, env->name, now, now + 5, now + 8,
				 now + 11, now + 14, now + 17);
	if (rc == 0)
		rc = dg_mkdirs(folder, err);
	if (rc == 0) {
		failures->fd = open(failures->path,
				    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
					    O_NOFOLLOW,
				    0600);
		if (failures->fd < 0)
			rc = dg_error_errno(err, errno, "%s", failures->path);
	}
	free(folder);
	return rc;
}

int dg_failures_add(struct dg_failures *failures, struct dg_slice key_json,
		    const char *code, const char *message, struct dg_error *err)
{
	struct dg_buf line = DG_BUF_INIT(1u << 20);
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &line, 0);
	int rc = failures->fd < 0 ? create(failures, err) : 0;

	failures->count++;
	dg_json_begin_object(&w);
	dg_json_name(&w, "key");
	dg_json_raw(&w, key_json);
	dg_json_member_string(&w, "code", code);
	dg_json_member_string(&w, "message", message);
	dg_json_end_object(&w);
	if (rc == 0 && dg_json_writer_finish(&w) < 0)
		rc = dg_error_nomem(err);
	if (rc == 0)
		rc = dg_buf_add_char(&line, '\n', err);
	if (rc == 0)
		rc = dg_write_all(failures->fd, line.ptr, line.len,
				  failures->path, err);
	dg_buf_free(&line);
	return rc;
}

int dg_failures_finish(struct dg_failures *failures, struct dg_error *err)
{
	int rc = 0;

	if (failures->fd < 0)
		return 0;
	rc = dg_flush(failures->fd, failures->path, err);
	if (close(failures->fd) < 0 && rc == 0)
		rc = dg_error_errno(err, errno, "%s", failures->path);
	failures->fd = -1;
	return rc;
}

void dg_failures_free(struct dg_failures *failures)
{
	if (failures->fd >= 0)
		close(failures->fd);
	free(failures->path);
	memset(failures, 0, sizeof(*failures));
	failures->fd = -1;
}
