#include "aws/child.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 50
#define REAP_MS 2
/* A program needs the machine's time, however fast a test's clock runs. */
#define MACHINE_TIMEOUT_MIN_MS 10000

extern char **environ;

struct run {
	const struct dg_child *child;
	pid_t pid;
	bool ended;
	int status;
	struct pollfd pipes[2]; /* its output and its errors; -1: at the end */
	struct dg_buf *bufs[2];
};

static int open_pipe(int fds[2])
{
#ifdef __APPLE__
	if (pipe(fds) < 0)
		return -1;
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	return 0;
#else
	return pipe2(fds, O_CLOEXEC);
#endif
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Default signals: this process may block or ignore some of them. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGINT);
	sigaddset(&defaults, SIGTERM);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	return posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* 0 or an errno. */
static int spawn(struct run *run, int out_fd, int errors_fd)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char *const *argv = (char *const *)run->child->argv;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc != 0)
		goto no_attributes;
	rc = set_signals(&attributes);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
						      "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, out_fd,
						      STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, errors_fd,
						      STDERR_FILENO);
	if (rc == 0)
		rc = posix_spawnp(&run->pid, argv[0], &files, &attributes, argv,
				  environ);
	posix_spawnattr_destroy(&attributes);
no_attributes:
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int start(struct run *run, struct dg_error *err)
{
	int out[2] = {-1, -1}, errors[2] = {-1, -1};
	const char *name = run->child->argv[0];
	int rc = 0;

	if (open_pipe(out) < 0 || open_pipe(errors) < 0)
		rc = errno;
	if (rc == 0)
		rc = spawn(run, out[1], errors[1]);
	close_fd(&out[1]);
	close_fd(&errors[1]);
	run->pipes[0] = (struct pollfd){.fd = out[0], .events = POLLIN};
	run->pipes[1] = (struct pollfd){.fd = errors[0], .events = POLLIN};
	if (rc == ENOENT)
		return dg_error_set(err, DG_ENOTFOUND,
				    "there is no program '%s'", name);
	if (rc != 0)
		return dg_error_errno(err, rc, "cannot run '%s'", name);
	return 0;
}

/* One read of a pipe that has something. */
static int take(struct run *run, int i, struct dg_error *err)
{
	char bytes[4096];
	ssize_t n = read(run->pipes[i].fd, bytes, sizeof(bytes));
	size_t len = n > 0 ? (size_t)n : 0;
	size_t room = run->bufs[i]->max - run->bufs[i]->len;

	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		close_fd(&run->pipes[i].fd);
		return 0;
	}
	if (i == 1 && len > room) /* of its errors the beginning is enough */
		len = room;
	return dg_buf_add(run->bufs[i], bytes, len, err);
}

static void check_end(struct run *run, int options)
{
	int status = 0;
	pid_t pid;

	if (run->ended)
		return;
	do {
		pid = waitpid(run->pid, &status, options);
	} while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return;
	run->ended = true;
	/* ECHILD, where the embedding program lets the system reap, leaves 0:
	 * then what was printed has to speak for itself. */
	run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					  : WEXITSTATUS(status);
}

static int check_time(const struct run *run, int64_t deadline,
		      struct dg_error *err)
{
	const struct dg_child *child = run->child;
	int rc = dg_cancel_check(child->cancel, err);

	if (rc == 0 && dg_clock_now_ms(child->clock) > deadline)
		rc = dg_error_set(err, DG_EFAILED, "no answer within %lld s",
				  (long long)child->timeout_ms / 1000);
	return rc;
}

/*
 * Reads until both pipes are at their end and the program too. What it left
 * running in the background may hold the pipes open: once the program has
 * ended and nothing more comes, that is the end.
 */
static int follow(struct run *run, int64_t deadline, struct dg_error *err)
{
	bool open = true;
	int rc = 0, i, ready;

	while (rc == 0) {
		rc = check_time(run, deadline, err);
		if (rc < 0)
			break;
		ready = poll(run->pipes, 2, open ? POLL_MS : REAP_MS);
		for (i = 0; rc == 0 && ready > 0 && i < 2; i++) {
			if (run->pipes[i].fd >= 0 && run->pipes[i].revents)
				rc = take(run, i, err);
		}
		open = run->pipes[0].fd >= 0 || run->pipes[1].fd >= 0;
		if (ready > 0 && open)
			continue;
		if (run->ended)
			break;
		check_end(run, WNOHANG);
	}
	return rc;
}

int dg_child_run(const struct dg_child *child, struct dg_buf *out,
		 struct dg_buf *errors, int *status, struct dg_error *err)
{
	struct run run = {.child = child, .bufs = {out, errors}};
	int64_t span = child->timeout_ms;
	int rc;

	if ((double)span < MACHINE_TIMEOUT_MIN_MS * child->clock->speed)
		span = (int64_t)(MACHINE_TIMEOUT_MIN_MS * child->clock->speed);
	rc = start(&run, err);
	if (rc == 0) {
		rc = follow(&run, dg_clock_now_ms(child->clock) + span, err);
		if (rc < 0 && !run.ended)
			kill(run.pid, SIGKILL);
		check_end(&run, 0);
		*status = run.status;
	}
	close_fd(&run.pipes[0].fd);
	close_fd(&run.pipes[1].fd);
	return rc;
}

bool dg_program_exists(const char *name)
{
	const char *path = getenv("PATH");
	char file[4096];
	size_t len;

	while (path && *path) {
		len = strcspn(path, ":");
		if (len > 0 && len + strlen(name) + 2 < sizeof(file)) {
			memcpy(file, path, len);
			file[len] = '/';
			memcpy(file + len + 1, name, strlen(name) + 1);
			if (access(file, X_OK) == 0)
				return true;
		}
		path += len + (path[len] == ':');
	}
	return false;
}
