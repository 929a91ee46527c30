#include "cli/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *dg_pager_command(const char *setting)
{
	const char *command = getenv("GIT_PAGER");

	if (!command)
		command = setting;
	if (!command)
		command = getenv("PAGER");
	if (!command)
		command = "less";
	return *command && strcmp(command, "cat") != 0 ? command : NULL;
}

/* Is the program that a command begins with there? A shell would only say
 * that it is not when the output is lost already. */
static bool is_installed(const char *command)
{
	const size_t len = strcspn(command, " \t");
	const char *path = getenv("PATH");
	char file[4096];

	if (strpbrk(command, "|&;<>()$`\\\"'=~*?["))
		return true; /* the shell's business */
	if (memchr(command, '/', len))
		return snprintf(file, sizeof(file), "%.*s", (int)len, command) <
			       (int)sizeof(file) &&
		       access(file, X_OK) == 0;
	while (path && *path) {
		const size_t part = strcspn(path, ":");

		if (snprintf(file, sizeof(file), "%.*s/%.*s", (int)part, path,
			     (int)len, command) < (int)sizeof(file) &&
		    access(file, X_OK) == 0)
			return true;
		path += part + (path[part] == ':');
	}
	return false;
}

static int open_pipe(int ends[2])
{
#ifdef __APPLE__
	if (pipe(ends) < 0)
		return -1;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return 0;
#else
	return pipe2(ends, O_CLOEXEC);
#endif
}

static int spawn(pid_t *pid, const char *command, int input)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)command,
			      NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int error;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE); /* which we ignore */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	error = posix_spawn(pid, "/bin/sh", &actions, &attributes, argv,
			    environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

bool dg_pager_start(struct dg_pager *pager, FILE *out, const char *setting)
{
	const char *command = dg_pager_command(setting);
	int ends[2];

	if (pager->pid > 0 || !command || !is_installed(command) ||
	    open_pipe(ends) < 0)
		return false;
	setenv("LESS", "FRX", 0);
	setenv("LV", "-c", 0);
	fflush(out);
	if (spawn(&pager->pid, command, ends[0]) != 0)
		pager->pid = 0;
	else
		dup2(ends[1], fileno(out));
	close(ends[0]);
	close(ends[1]);
	return pager->pid > 0;
}

void dg_pager_wait(struct dg_pager *pager)
{
	while (pager->pid > 0 && waitpid(pager->pid, NULL, 0) < 0 &&
	       errno == EINTR)
		;
	pager->pid = 0;
}
