#include "repo/git_command.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Variables that would point git at another repository than ours, as a hook
 * that runs ddbgit has them. */
static const char *const repository_variables[] = {
	"GIT_DIR=",
	"GIT_WORK_TREE=",
	"GIT_INDEX_FILE=",
	"GIT_COMMON_DIR=",
	"GIT_OBJECT_DIRECTORY=",
	"GIT_ALTERNATE_OBJECT_DIRECTORIES=",
	"GIT_NAMESPACE=",
	"GIT_PREFIX=",
};

static bool points_elsewhere(const char *variable)
{
	size_t count = sizeof(repository_variables) / sizeof(char *);
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strncmp(variable, repository_variables[i],
			     strlen(repository_variables[i])))
			return true;
	}
	return false;
}

/* The process environment without those; the strings are borrowed. */
static char **environment(void)
{
	size_t count = 0, n = 0, i;
	char **copy;

	while (environ[count])
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (i = 0; copy && i < count; i++) {
		if (!points_elsewhere(environ[i]))
			copy[n++] = environ[i];
	}
	return copy;
}

static int open_pipe(int fds[2], struct dg_error *err)
{
	if (pipe(fds) < 0)
		return dg_error_errno(err, errno, "cannot make a pipe");
	(void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

static int spawn(pid_t *pid, int out, char *const *argv, char *const *env)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc)
		return rc;
	rc = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
					      O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (!rc)
		rc = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null",
						      O_WRONLY, 0);
	if (!rc)
		rc = posix_spawnp(pid, "git", &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static int start(struct dg_git_command *command, char *const *argv,
		 struct dg_error *err)
{
	char **env = environment();
	int fds[2];
	int rc;

	if (!env)
		return dg_error_nomem(err);
	rc = open_pipe(fds, err);
	if (rc < 0)
		goto done;
	rc = spawn(&command->pid, fds[1], argv, env);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		command->pid = 0;
		rc = rc == ENOENT ? dg_error_set(err, DG_ENOTFOUND,
						 "git is not installed")
				  : dg_error_errno(err, rc, "cannot run git");
		goto done;
	}
	command->out = fds[0];
done:
	free(env);
	return rc;
}

int dg_git_command_start(struct dg_git_command *command,
			 const struct dg_repo *repo,
			 const char *const *arguments, struct dg_error *err)
{
	char *argv[DG_GIT_ARGUMENTS_MAX + 4] = {"git"};
	char *git_dir = NULL, *work_tree = NULL;
	size_t n = 1, i;
	int rc = dg_asprintf(&git_dir, err, "--git-dir=%s", repo->gitdir);

	command->pid = 0;
	command->out = -1;
	if (!rc && repo->workdir)
		rc = dg_asprintf(&work_tree, err, "--work-tree=%s",
				 repo->workdir);
	if (rc < 0)
		goto done;
	argv[n++] = git_dir;
	if (work_tree)
		argv[n++] = work_tree;
	for (i = 0; i < DG_GIT_ARGUMENTS_MAX && arguments[i]; i++)
		argv[n++] = (char *)arguments[i];
	rc = start(command, argv, err);
done:
	free(git_dir);
	free(work_tree);
	return rc;
}

int dg_git_command_read(struct dg_git_command *command, void *bytes, size_t cap,
			size_t *n, struct dg_error *err)
{
	ssize_t got;

	do {
		got = read(command->out, bytes, cap);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return dg_error_errno(err, errno, "cannot read from git");
	*n = (size_t)got;
	return 0;
}

int dg_git_command_wait(struct dg_git_command *command, struct dg_error *err)
{
	int status = 0;
	pid_t pid;

	close(command->out);
	command->out = -1;
	do {
		pid = waitpid(command->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	command->pid = 0;
	if (pid < 0)
		return dg_error_errno(err, errno, "cannot wait for git");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void dg_git_command_stop(struct dg_git_command *command)
{
	if (!command->pid)
		return;
	kill(command->pid, SIGTERM);
	(void)dg_git_command_wait(command, NULL);
}

int dg_git_command_run(struct dg_buf *out, const struct dg_repo *repo,
		       const char *const *arguments, struct dg_error *err)
{
	struct dg_git_command command;
	char part[4096];
	size_t n = 0;
	int rc = dg_git_command_start(&command, repo, arguments, err);

	if (rc < 0)
		return rc;
	do {
		rc = dg_git_command_read(&command, part, sizeof(part), &n, err);
		if (!rc)
			rc = dg_buf_add(out, part, n, err);
	} while (!rc && n);
	if (rc < 0) {
		dg_git_command_stop(&command);
		return rc;
	}
	return dg_git_command_wait(&command, err);
}
