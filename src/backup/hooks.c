#include "backup/embedded.h"
#include "base/dir.h"
#include "base/place_file.h"
#include "base/text.h"
#include "repo/hooks_dir.h"
#include <ddbgit/hooks.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK_MAX ((size_t)256 * 1024)
#define ASIDE ".before-ddbgit"
#define PLACEHOLDER "@DDBGIT@"
#define MARK "#!/bin/sh\n# ddbgit hook "

static const char *const names[] = {"pre-commit", "post-merge", "post-checkout",
				    "pre-push"};
#define NAMES (sizeof(names) / sizeof(*names))

struct hooks {
	const struct dg_hooks_options *options;
	struct dg_repo *repo;
	struct dg_hooks_dir dir;
	int fd; /* of the folder; -1: not there */
	struct dg_buf script;
};

/* One of them, as it stands in the folder. */
struct found {
	const char *name;
	char aside[64];
	struct dg_buf text; /* of ours alone */
	bool there;
	bool is_folder;
	bool ours;
	bool has_aside;
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

static int look(struct found *found, const struct hooks *hooks,
		const char *name, struct dg_error *err)
{
	struct dg_fileset *set = NULL;
	struct stat st;
	int rc = 0;

	memset(found, 0, sizeof(*found));
	found->name = name;
	snprintf(found->aside, sizeof(found->aside), "%s" ASIDE, name);
	dg_buf_init(&found->text, HOOK_MAX);
	if (hooks->fd < 0)
		return 0;
	found->has_aside =
		fstatat(hooks->fd, found->aside, &st, AT_SYMLINK_NOFOLLOW) == 0;
	found->there = fstatat(hooks->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	found->is_folder = found->there && S_ISDIR(st.st_mode);
	if (!found->there || !S_ISREG(st.st_mode) ||
	    (size_t)st.st_size > HOOK_MAX)
		return 0;
	rc = dg_dir_fileset(&set, hooks->fd, hooks->dir.path, err);
	if (rc == 0)
		rc = dg_fileset_read(set, name, &found->text, err);
	dg_fileset_close(set);
	found->ours =
		rc == 0 && dg_slice_starts_with(dg_buf_slice(&found->text),
						DG_SLICE(MARK));
	return rc;
}

/* The path in a script of ours, without its quotes; NULL if there is none. */
static char *program_of(const struct found *found)
{
	const char *at =
		found->ours ? strstr(found->text.ptr, "\nddbgit='") : NULL;
	char *out = at ? strdup(at + strlen("\nddbgit='")) : NULL;
	char *from = out, *to = out;

	while (from && *from) {
		if (strncmp(from, "'\\''", 4) == 0)
			from += 3;
		else if (*from == '\'')
			break;
		*to++ = *from++;
	}
	if (to)
		*to = '\0';
	return out;
}

static enum dg_hook_state state_of(const struct hooks *hooks,
				   const struct found *found)
{
	if (!found->there)
		return DG_HOOK_ABSENT;
	if (!found->ours)
		return DG_HOOK_FOREIGN;
	return dg_slice_equal(dg_buf_slice(&found->text),
			      dg_buf_slice(&hooks->script))
		       ? DG_HOOK_INSTALLED
		       : DG_HOOK_OUTDATED;
}

static int report(const struct hooks *hooks, const char *name, bool changed,
		  struct dg_error *err)
{
	struct found found;
	char *path = NULL, *program = NULL;
	int rc = look(&found, hooks, name, err);

	if (rc == 0)
		rc = dg_asprintf(&path, err, "%s/%s", hooks->dir.path, name);
	program = program_of(&found);
	if (rc == 0) {
		const struct dg_hook hook = {
			.name = name,
			.path = path,
			.state = state_of(hooks, &found),
			.chained = found.ours && found.has_aside,
			.changed = changed,
			.program = program,
		};

		hooks->options->report(hooks->options->context, &hook);
	}
	free(path);
	free(program);
	dg_buf_free(&found.text);
	return rc;
}

static bool same_file(int folder, const char *a, const char *b)
{
	struct stat st_a, st_b;

	return fstatat(folder, a, &st_a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(folder, b, &st_b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st_a.st_ino == st_b.st_ino && st_a.st_dev == st_b.st_dev;
}

/* A second name for the hook that is there: at no moment is there none. */
static int put_aside(const struct hooks *hooks, const struct found *found,
		     struct dg_error *err)
{
	int reason = 0;

	if (found->is_folder) {
		dg_error_set(err, DG_EREFUSED,
			     "'%s/%s' is a folder: it is no hook of anybody's",
			     hooks->dir.path, found->name);
		return dg_error_hint(err, "Move it away");
	}
	/* A run that was killed here left both names. */
	if (found->has_aside && same_file(hooks->fd, found->name, found->aside))
		return 0;
	if (found->has_aside) {
		dg_error_set(err, DG_EREFUSED,
			     "'%s/%s' stands in the way: it is no hook of "
			     "this one's",
			     hooks->dir.path, found->aside);
		return dg_error_hint(err, "Move it away, or into %s",
				     found->name);
	}
	if (linkat(hooks->fd, found->name, hooks->fd, found->aside, 0) < 0)
		reason = errno;
	if ((reason == EPERM || reason == EOPNOTSUPP) &&
	    renameat(hooks->fd, found->name, hooks->fd, found->aside) == 0)
		reason = 0;
	return reason == 0 ? 0
			   : dg_error_errno(err, reason,
					    "cannot keep the hook '%s/%s'",
					    hooks->dir.path, found->name);
}

static int install_one(struct hooks *hooks, const char *name, bool *changed,
		       struct dg_error *err)
{
	const struct dg_placing how = {.mode = 0777, .replace = true};
	struct found found;
	bool made;
	int rc = look(&found, hooks, name, err);

	*changed = false;
	if (rc == 0 && state_of(hooks, &found) == DG_HOOK_INSTALLED)
		goto done;
	if (rc == 0 && found.there && !found.ours)
		rc = put_aside(hooks, &found, err);
	if (rc == 0)
		rc = dg_place_file(hooks->fd, name,
				   dg_buf_slice(&hooks->script), &how, &made,
				   err);
	*changed = rc == 0;
done:
	dg_buf_free(&found.text);
	return rc;
}

static int remove_one(struct hooks *hooks, const char *name, bool *changed,
		      struct dg_error *err)
{
	struct found found;
	int rc = look(&found, hooks, name, err);
	int failed = 0;

	*changed = false;
	if (rc == 0 && found.ours) {
		failed = found.has_aside ? renameat(hooks->fd, found.aside,
						    hooks->fd, name)
					 : unlinkat(hooks->fd, name, 0);
		*changed = failed == 0;
	}
	if (failed)
		rc = dg_error_errno(err, errno, "cannot remove '%s/%s'",
				    hooks->dir.path, name);
	dg_buf_free(&found.text);
	return rc;
}

static int keep_one(struct hooks *hooks, const char *name, bool *changed,
		    struct dg_error *err)
{
	(void)hooks;
	(void)name;
	(void)err;
	*changed = false;
	return 0;
}

static int each(struct hooks *hooks,
		int (*act)(struct hooks *hooks, const char *name, bool *changed,
			   struct dg_error *err),
		struct dg_error *err)
{
	bool changed;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < NAMES; i++) {
		rc = act(hooks, names[i], &changed, err);
		if (rc == 0)
			rc = report(hooks, names[i], changed, err);
	}
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

static int open_hooks(struct hooks *hooks, const struct dg_run *run,
		      struct dg_error *err)
{
	int rc = dg_repo_open(&hooks->repo, ".", run->log, err);

	if (rc == 0)
		rc = dg_repo_hooks_dir(&hooks->dir, hooks->repo, err);
	if (rc == 0)
		rc = make_script(hooks, err);
	if (rc < 0)
		return rc;
	hooks->fd = open(hooks->dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (hooks->fd < 0 && errno != ENOENT)
		return dg_error_errno(err, errno, "cannot open '%s'",
				      hooks->dir.path);
	return 0;
}

static int make_folder(struct hooks *hooks, struct dg_error *err)
{
	int rc = 0;

	if (hooks->fd >= 0)
		return 0;
	rc = dg_mkdirs(hooks->dir.path, err);
	if (rc < 0)
		return rc;
	hooks->fd = open(hooks->dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return hooks->fd < 0 ? dg_error_errno(err, errno, "cannot open '%s'",
					      hooks->dir.path)
			     : 0;
}

enum work { STATUS, INSTALL, REMOVE };

static int work(const struct dg_run *run,
		const struct dg_hooks_options *options, enum work what,
		struct dg_error *err)
{
	struct hooks hooks = {
		.options = options,
		.fd = -1,
		.script = DG_BUF_INIT(HOOK_MAX),
	};
	int rc = open_hooks(&hooks, run, err);

	if (rc == 0 && what == INSTALL)
		rc = check_place(&hooks, err);
	if (rc == 0 && what == INSTALL)
		rc = make_folder(&hooks, err);
	if (rc == 0)
		rc = each(&hooks,
			  what == INSTALL  ? install_one
			  : what == REMOVE ? remove_one
					   : keep_one,
			  err);
	if (hooks.fd >= 0)
		close(hooks.fd);
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
