#include "cli/session.h"
#include "cli/signals.h"
#include <ddbgit/cancel.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A program started with a standard stream closed would give its number to
 * the first file that it opens, and messages would go into that file. The
 * stand-in cannot be used in the stream's direction, so writing still fails.
 */
static void open_standard_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_Exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	static struct dg_cancel cancel = DG_CANCEL_INIT;

	open_standard_streams();
	dg_signals_install(&cancel);
	return dg_session_run(argc, argv, stdout, stderr, &cancel);
}
