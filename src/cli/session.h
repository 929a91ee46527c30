/*
 * One run of the program: the options that every command takes, where it
 * speaks, and what the library is given. A command gets it with its values
 * parsed and returns a result; the session turns that into what the user sees
 * and the exit status.
 */
#ifndef DG_CLI_SESSION_H
#define DG_CLI_SESSION_H

#include "cli/command.h"
#include "cli/output.h"
#include "cli/pager.h"
#include "cli/progress_line.h"
#include "cli/record.h"
#include <ddbgit/run.h>

/* The values of dg_common_option_table. */
struct dg_common {
	bool json;
	bool quiet;
	bool verbose;
	bool help;
	bool version; /* before the command only */
	const char *directory;
	const char *temp_dir;
	uint64_t memory;
};

struct dg_session {
	const struct dg_command *command; /* NULL: none recognised yet */
	struct dg_common common;
	struct dg_output output;
	struct dg_pager pager;
	struct dg_progress_line progress_line;
	struct dg_log log;
	struct dg_progress progress;
	struct dg_run run;
	int operand_count;
	char **operands; /* NULL after the last */
	bool error_shown;
	bool summary_shown;
};

extern const struct dg_option dg_common_option_table[];
extern const struct dg_option dg_version_option_table[];

/*
 * Runs the command line and returns the exit status. out and err stand for
 * stdout and stderr, and out is closed at the end; cancel stops the work.
 */
int dg_session_run(int argc, char **argv, FILE *out, FILE *err,
		   const struct dg_cancel *cancel);

/* Reports a failure now, where something is still to be said after it. */
void dg_session_error(struct dg_session *session, int rc,
		      const struct dg_error *err);

/* Says something to people; format as printf's. */
void dg_session_say(struct dg_session *session, enum dg_log_level level,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The last object of --json: type, command and exit status. The command adds
 * its members between these two.
 */
void dg_session_summary_begin(struct dg_session *session,
			      struct dg_json_writer *record, int rc);
void dg_session_summary_end(struct dg_session *session,
			    struct dg_json_writer *record);

/* Before much is printed: a pager on a terminal, as Git does it. */
void dg_session_page(struct dg_session *session);

/* Results get color by Git's setting of that name ("color.diff"), else by
 * color.ui. */
void dg_session_color(struct dg_session *session, const char *name);

/* After a tag was made: how it gets to others. */
void dg_session_say_push(struct dg_session *session, const char *tag);

#endif
