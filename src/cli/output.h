/*
 * Where the program speaks. Results go to stdout, for people as lines and
 * with --json as one object a line; messages go to stderr behind [INFO],
 * [SUCCESS], [WARNING] or [ERROR]. Text from tables, services and
 * repositories is made harmless on its way to either, but not in JSON, whose
 * escapes do that.
 *
 * Messages may come from any thread. Results come from the main thread.
 */
#ifndef DG_CLI_OUTPUT_H
#define DG_CLI_OUTPUT_H

#include <ddbgit/error.h>
#include <ddbgit/log.h>
#include <ddbgit/slice.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct dg_output {
	FILE *out;          /* borrowed */
	FILE *err;          /* borrowed */
	bool terminal;      /* err is a terminal that knows escapes */
	bool color;         /* of messages */
	bool out_terminal;  /* so is out */
	bool out_color;     /* of results: see dg_output_color_results */
	size_t out_columns; /* of out's terminal; 0: it is none */
	bool quiet;         /* warnings and errors only */
	bool verbose;       /* debugging messages too */
	bool json;
	int write_error; /* errno of a failure to write out; 0: none is known */
	pthread_mutex_t lock; /* protects lines on err and status_shown */
	bool status_shown;    /* a progress line stands on the terminal */
	FILE *held_back;      /* err, while messages are held; NULL: they are
				 not */
	char *held;           /* what was said meanwhile */
	size_t held_size;
};

/* The terminal and color of each follow from it, TERM and NO_COLOR; results
 * have no color until dg_output_color_results. */
void dg_output_init(struct dg_output *output, FILE *out, FILE *err);
void dg_output_free(struct dg_output *output);

/* How many columns the terminal has now, 80 where it does not say. */
size_t dg_terminal_columns(FILE *stream);

/* A dg_log writer; context is the dg_output. */
void dg_output_log(void *context, enum dg_log_level level, const char *message);

/* The message and its hint's lines. With --json also an "error" object. */
void dg_output_error(struct dg_output *output, const struct dg_error *err,
		     int rc);

/*
 * Shows a line that the next one, or any message, replaces; NULL removes it.
 * For terminals only.
 */
void dg_output_status(struct dg_output *output, const char *line);

/*
 * From now on messages for a terminal are kept, and the progress line is not
 * shown: a pager has the screen. dg_output_release shows them.
 */
void dg_output_hold(struct dg_output *output);
void dg_output_release(struct dg_output *output);

/* What a part of a result is, for its color. */
enum dg_output_style {
	DG_STYLE_PLAIN,
	DG_STYLE_TITLE,
	DG_STYLE_COMMIT,
	DG_STYLE_OLD,
	DG_STYLE_NEW,
	DG_STYLE_CHANGED,
};

/*
 * Results on stdout get color by Git's rules: setting is the value of
 * color.ui ("always", "never", "auto" or a boolean; NULL: auto). NO_COLOR
 * holds for "auto", which means on a terminal.
 */
void dg_output_color_results(struct dg_output *output, const char *setting);

/* What is written to stdout from now on is of that style. */
void dg_output_style(struct dg_output *output, enum dg_output_style style);

/*
 * Text on stdout with control and bidirectional characters escaped. Returns
 * how many columns it takes.
 */
int dg_output_text(struct dg_output *output, const char *text);
int dg_output_slice(struct dg_output *output, struct dg_slice text);

/*
 * Text of one or more lines, of 4 KiB at most, each begun at column `indent`,
 * where the cursor stands, and on a terminal broken there; then a newline.
 */
void dg_output_lines(struct dg_output *output, const char *text, size_t indent);

/* Would fields only repeat what the messages said, on the same terminal? */
bool dg_output_fields_repeat(const struct dg_output *output);

/* "name        value" on stdout; nothing for a NULL value. */
void dg_output_field(struct dg_output *output, const char *name,
		     const char *value);
void dg_output_field_count(struct dg_output *output, const char *name,
			   uint64_t value);

/* Writes what is buffered; what fails is told when stdout is closed. */
void dg_output_flush(struct dg_output *output);

/* Could something not be written? To be asked soon after writing, while errno
 * still tells why. */
bool dg_output_failed(struct dg_output *output);

/*
 * Writes what is buffered and closes stdout. A result that could not be
 * written is a failure: DG_EIO, and *broken_pipe tells whether only because
 * nobody reads any more.
 */
int dg_output_close(struct dg_output *output, bool *broken_pipe,
		    struct dg_error *err);

#endif
