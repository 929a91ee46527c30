/*
 * Runs a command line in this process, as main() would, and keeps what it
 * printed. The use cases behind it are fake_library's.
 */
#ifndef DG_TEST_COMMAND_LINE_H
#define DG_TEST_COMMAND_LINE_H

#define ID "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b"

struct finished {
	int status;
	char *out;
	char *err;
};

/* command_line is split at blanks; at most eight words behind "ddbgit". */
struct finished run(const char *command_line);
void finish(struct finished *done);

/* Runs it and insists on all that it gives. */
void expect(const char *command_line, int status, const char *out,
	    const char *err);

#endif
