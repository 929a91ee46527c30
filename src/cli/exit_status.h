/* The exit statuses of the program: documented, and the same everywhere. */
#ifndef DG_CLI_EXIT_STATUS_H
#define DG_CLI_EXIT_STATUS_H

enum dg_exit {
	DG_EXIT_DONE = 0,
	DG_EXIT_FAILED = 1,
	DG_EXIT_USAGE = 2,
	DG_EXIT_INCOMPLETE = 3,
	DG_EXIT_DIFFERENT = 4,
	DG_EXIT_REFUSED = 5,
	DG_EXIT_SIGNAL = 128, /* plus the signal's number */
};

/* For a result of the library: 0 or a negative dg_code. */
int dg_exit_status(int rc);

/* What a status from 0 to 5 means, in a few words. */
const char *dg_exit_meaning(int status);

/* The code's name in JSON: "refused", "not-found", ... */
const char *dg_exit_code_name(int rc);

#endif
