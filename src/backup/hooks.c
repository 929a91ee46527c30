#include "backup/embedded.h"
#include "backup/hook_file.h"
#include "backup/hooks_run.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/hooks_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PLACEHOLDER "@DDBGIT@"

struct hooks {
	const struct dg_hooks_options *options;
	struct dg_repo *repo;
	struct dg_hooks_dir dir;
	struct dg_buf script;
	struct dg_hooks_folder folder;
};

static int make_script(struct hooks *hooks, struct dg_error *err)
{
	const struct dg_slice text = dg_embedded_hook;
	const char *at =
		memmem(text.ptr, text.len, PLACEHOLDER, strlen(PLACEHOLDER));
	const char *rest = at + strlen(PLACEHOLDER);
	int rc = dg_buf_add(&hooks->script, text.ptr, (size_t)(at - text.ptr),
			    err);

	if (rc == 0)
		rc = dg_shell_quote(&hooks->script, hooks->options->program,
				    err);
	if (rc == 0)
		rc = dg_buf_add(&hooks->script, rest,
				text.len - (size_t)(rest - text.ptr), err);
	return rc;
}

static int report(const struct hooks *hooks, const char *name, bool changed,
		  struct dg_error *err)
{
	const struct dg_hooks_options *options = hooks->options;
	struct dg_hook hook = {.name = name, .changed = changed};
	struct dg_hook_file file;
	char *path = NULL, *program = NULL;
	int rc = dg_hook_file_look(&file, &hooks->folder, name, err);

	if (rc == 0)
		rc = dg_asprintf(&path, err, "%s/%s", hooks->dir.path, name);
	if (rc == 0) {
		program = dg_hook_file_program(&file);
		hook.path = path;
		hook.program = program;
		hook.state = dg_hook_file_state(&file, &hooks->folder);
		hook.chained = file.ours && file.has_aside;
		options->report(options->context, &hook);
	}
	free(path);
	free(program);
	dg_hook_file_free(&file);
	return rc;
}

/* The line for each hook, in the words of a shell. */
static int hint_lines(const struct hooks *hooks, struct dg_error *err)
{
	struct dg_buf program = DG_BUF_INIT(DG_ERROR_HINT_MAX);
	const char *p;

	/* Too long for a hint: the name will do. */
	if (dg_shell_quote(&program, hooks->options->program, NULL) < 0 ||
	    program.len > 150)
		p = "ddbgit";
	else
		p = program.ptr;
	dg_error_hint(err,
		      "Add the line to each of them by hand:\n"
		      "pre-commit:    %s hooks run pre-commit || exit\n"
		      "post-merge:    %s hooks run post-merge -- \"$@\"\n"
		      "post-checkout: %s hooks run post-checkout -- \"$@\"\n"
		      "pre-push:      %s hooks run pre-push -- \"$@\"",
		      p, p, p, p);
	dg_buf_free(&program);
	return DG_EREFUSED;
}

static int check_place(const struct hooks *hooks, struct dg_error *err)
{
	const char *program = hooks->options->program;

	if (hooks->dir.place == DG_HOOKS_IN_WORKTREE) {
		dg_error_set(err, DG_EREFUSED,
			     "the hooks are in '%s', in the work tree: what "
			     "stands there is everybody's",
			     hooks->dir.path);
		return hint_lines(hooks, err);
	}
	if (hooks->dir.place == DG_HOOKS_SHARED) {
		dg_error_set(err, DG_EREFUSED,
			     "the hooks are in '%s', which core.hooksPath sets "
			     "for all repositories",
			     hooks->dir.path);
		return hint_lines(hooks, err);
	}
	if (!dg_repo_in_worktree(hooks->repo, program))
		return 0;
	dg_error_set(err, DG_EREFUSED,
		     "'%s' is in the work tree: a pull could replace it, and "
		     "hooks would run what came",
		     program);
	return dg_error_hint(err, "Install ddbgit outside of it first");
}

/* The folder's descriptor, or -1 if there is none. */
static int open_folder(struct hooks *hooks, struct dg_error *err)
{
	const char *path = hooks->dir.path;

	hooks->folder.path = path;
	hooks->folder.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (hooks->folder.fd < 0 && errno != ENOENT)
		return dg_error_errno(err, errno, "cannot open '%s'", path);
	return 0;
}

static int make_folder(struct hooks *hooks, struct dg_error *err)
{
	int rc = dg_mkdirs(hooks->dir.path, err);

	if (rc == 0)
		rc = open_folder(hooks, err);
	if (rc == 0 && hooks->folder.fd < 0)
		rc = dg_error_errno(err, ENOENT, "cannot open '%s'",
				    hooks->dir.path);
	return rc;
}

static int open_hooks(struct hooks *hooks, const struct dg_run *run,
		      struct dg_error *err)
{
	int rc = dg_repo_open(&hooks->repo, ".", run->log, err);

	if (rc == 0)
		rc = dg_repo_hooks_dir(&hooks->dir, hooks->repo, err);
	if (rc == 0)
		rc = make_script(hooks, err);
	hooks->folder.script = dg_buf_slice(&hooks->script);
	return rc == 0 ? open_folder(hooks, err) : rc;
}

enum work { STATUS, INSTALL, REMOVE };

static int work_on(struct hooks *hooks, enum work what, const char *name,
		   struct dg_error *err)
{
	bool changed = false;
	int rc = 0;

	if (what == INSTALL)
		rc = dg_hook_file_install(&hooks->folder, name, &changed, err);
	else if (what == REMOVE)
		rc = dg_hook_file_remove(&hooks->folder, name, &changed, err);
	return rc == 0 ? report(hooks, name, changed, err) : rc;
}

static int work(const struct dg_run *run,
		const struct dg_hooks_options *options, enum work what,
		struct dg_error *err)
{
	struct hooks hooks = {
		.options = options,
		.script = DG_BUF_INIT(DG_HOOK_SCRIPT_MAX),
		.folder.fd = -1,
	};
	int rc = open_hooks(&hooks, run, err);

	if (rc == 0 && what == INSTALL)
		rc = check_place(&hooks, err);
	if (rc == 0 && what == INSTALL && hooks.folder.fd < 0)
		rc = make_folder(&hooks, err);
	for (size_t i = 0; rc == 0 && dg_hook_name(i); i++)
		rc = work_on(&hooks, what, dg_hook_name(i), err);
	if (hooks.folder.fd >= 0)
		close(hooks.folder.fd);
	dg_hooks_dir_free(&hooks.dir);
	dg_repo_close(hooks.repo);
	dg_buf_free(&hooks.script);
	return rc;
}

int dg_hooks_install(const struct dg_run *run,
		     const struct dg_hooks_options *options,
		     struct dg_error *err)
{
	return work(run, options, INSTALL, err);
}

int dg_hooks_remove(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err)
{
	return work(run, options, REMOVE, err);
}

int dg_hooks_status(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err)
{
	return work(run, options, STATUS, err);
}
