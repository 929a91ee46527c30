/*
 * Git hooks that watch backups: pre-commit, post-merge, post-checkout and
 * pre-push. What is installed is a small script that calls the program by the
 * absolute path that it had then, after a hook that was there before.
 */
#ifndef DDBGIT_HOOKS_H
#define DDBGIT_HOOKS_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_hook_state {
	DG_HOOK_ABSENT,
	DG_HOOK_INSTALLED,
	DG_HOOK_OUTDATED, /* ours, but with another program or of another
			     version */
	DG_HOOK_FOREIGN,  /* somebody else's, and ours is not there */
};

struct dg_hook {
	const char *name; /* "pre-commit" */
	const char *path; /* absolute */
	enum dg_hook_state state;
	bool chained; /* an earlier hook stands beside ours and runs first */
	bool changed; /* by this call */
	const char *program; /* that it calls; NULL: not ours */
};

struct dg_hooks_options {
	const char *program; /* absolute path of ddbgit; for install, status */
	/* Called for each hook; the strings are borrowed for the call. */
	void (*report)(void *context, const struct dg_hook *hook);
	void *context;
};

/*
 * In the repository around the current directory. DG_EREFUSED with the lines
 * to add by hand where the hooks are in the work tree or shared by all
 * repositories (core.hooksPath), where the program is in the work tree, and
 * for a hook whose earlier one cannot be put aside.
 */
int dg_hooks_install(const struct dg_run *run,
		     const struct dg_hooks_options *options,
		     struct dg_error *err);
/* Removes ours; the earlier ones get their names back. */
int dg_hooks_remove(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err);
int dg_hooks_status(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err);

struct dg_hook_event {
	const char *name;             /* "pre-push" */
	const char *const *arguments; /* Git's, ends with NULL */
	const char *input;            /* what Git wrote to it, or NULL */
};

/*
 * What a hook does, called by the script inside Git. It writes nothing. What
 * there is to say goes to the log. pre-commit: DG_EREFUSED for environment
 * files with secrets and for snapshots whose digests disagree. The others
 * never refuse, and a repository that cannot be read is a warning.
 */
int dg_hooks_run(const struct dg_run *run, const struct dg_hook_event *event,
		 struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
