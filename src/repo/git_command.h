/*
 * The `git` program as a child, where it is installed, for the few things
 * that libgit2 cannot do. No shell is involved.
 */
#ifndef DG_REPO_GIT_COMMAND_H
#define DG_REPO_GIT_COMMAND_H

#include "repo/git.h"
#include <sys/types.h>

struct dg_git_command {
	pid_t pid; /* 0: not running */
	int out;   /* its standard output */
};

#define DG_GIT_ARGUMENTS_MAX 24

/*
 * Starts `git --git-dir=… [--work-tree=…] ARGUMENT…` (arguments end with
 * NULL), with no standard input and its messages dropped. DG_ENOTFOUND: no
 * git in the PATH.
 */
int dg_git_command_start(struct dg_git_command *command,
			 const struct dg_repo *repo,
			 const char *const *arguments, struct dg_error *err);

/* Bytes of its output; 0 at the end. */
int dg_git_command_read(struct dg_git_command *command, void *bytes, size_t cap,
			size_t *n, struct dg_error *err);

/* Waits for its end: the exit status, 128 + signal, or an error. */
int dg_git_command_wait(struct dg_git_command *command, struct dg_error *err);

/* Ends it early; nothing if it is not running. */
void dg_git_command_stop(struct dg_git_command *command);

/* All of its output, and its exit status as the result. */
int dg_git_command_run(struct dg_buf *out, const struct dg_repo *repo,
		       const char *const *arguments, struct dg_error *err);

#endif
