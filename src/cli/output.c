#include "cli/output.h"

#include "cli/exit_status.h"
#include "cli/record.h"
#include "cli/wrap.h"
#include <ddbgit/text.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A progress line leaves the cursor at its beginning: of a line that wraps
 * since the terminal was made narrower the rest stands below, and goes too. */
#define TO_LINE_START "\r"
#define CLEAR_LINE "\033[K"
#define CLEAR_BELOW "\033[J"
/* Escaping makes a byte six characters at most. */
#define MESSAGE_MAX 4096
#define ESCAPED_MAX (6 * MESSAGE_MAX + 1)
#define PIECE_MAX 512
#define COLUMNS_DEFAULT 80
/* Where less fits than that, whole sentences are no longer lines. */
#define COLUMNS_MIN 40
#define HINT_INDENT 8

struct style {
	const char *prefix;
	const char *color;
};

/* What can be read on a dark and on a light background: yellow and cyan are
 * too light for the one, blue is too dark for the other. */
static const struct style styles[] = {
	[DG_LOG_DEBUG] = {"[DEBUG]", "\033[2m"},
	[DG_LOG_INFO] = {"[INFO]", ""},
	[DG_LOG_SUCCESS] = {"[SUCCESS]", "\033[32m"},
	[DG_LOG_WARNING] = {"[WARNING]", "\033[35m"},
	[DG_LOG_ERROR] = {"[ERROR]", "\033[31m"},
};

static bool is_terminal(FILE *stream)
{
	const char *term = getenv("TERM");
	const int fd = fileno(stream);

	return fd >= 0 && isatty(fd) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static bool color_is_welcome(void)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color);
}

/* 0: it is no terminal, or does not say. COLUMNS goes first, as in Git. */
static size_t columns_told(FILE *stream)
{
	const char *wished = getenv("COLUMNS");
	struct winsize size;
	const int fd = fileno(stream);
	uint64_t columns;

	if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) < 0)
		return 0;
	if (wished && dg_parse_u64(dg_slice_str(wished), &columns, NULL) == 0 &&
	    columns > 0 && columns < UINT16_MAX)
		return (size_t)columns;
	return size.ws_col;
}

size_t dg_terminal_columns(FILE *stream)
{
	const size_t columns = columns_told(stream);

	return columns > 0 ? columns : COLUMNS_DEFAULT;
}

/* The width that lines on err are broken at; 0: they are not. The last column
 * stays free: some terminals wrap behind it. */
static size_t width_of_messages(const struct dg_output *output)
{
	const size_t columns = columns_told(
		output->held_back ? output->held_back : output->err);

	return output->terminal && columns >= COLUMNS_MIN ? columns - 1 : 0;
}

void dg_output_init(struct dg_output *output, FILE *out, FILE *err)
{
	memset(output, 0, sizeof(*output));
	output->out = out;
	output->err = err;
	output->terminal = is_terminal(err);
	output->color = output->terminal && color_is_welcome();
	output->out_terminal = is_terminal(out);
	output->out_columns =
		output->out_terminal ? dg_terminal_columns(out) : 0;
	pthread_mutex_init(&output->lock, NULL);
}

void dg_output_free(struct dg_output *output)
{
	dg_output_release(output);
	pthread_mutex_destroy(&output->lock);
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(word, *words) == 0)
			return true;
	return false;
}

void dg_output_color_results(struct dg_output *output, const char *setting)
{
	static const char *const never[] = {"never", "false", "no", "off",
					    "0",     "",      NULL};

	if (output->json || (setting && is_one_of(setting, never)))
		output->out_color = false;
	else if (setting && strcasecmp(setting, "always") == 0)
		output->out_color = true;
	else
		output->out_color = output->out_terminal && color_is_welcome();
}

void dg_output_style(struct dg_output *output, enum dg_output_style style)
{
	static const char *const escapes[] = {
		[DG_STYLE_PLAIN] = "\033[0m",   [DG_STYLE_TITLE] = "\033[1m",
		[DG_STYLE_COMMIT] = "\033[35m", [DG_STYLE_OLD] = "\033[31m",
		[DG_STYLE_NEW] = "\033[32m",    [DG_STYLE_CHANGED] = "\033[35m",
	};

	if (output->out_color)
		fputs(escapes[style], output->out);
}

static void clear_status(struct dg_output *output)
{
	if (output->status_shown)
		/* The line first: what is cleared from the screen's top on
		 * tmux would keep in its history. */
		fputs(TO_LINE_START CLEAR_LINE CLEAR_BELOW, output->err);
	output->status_shown = false;
}

void dg_output_log(void *context, enum dg_log_level level, const char *message)
{
	struct dg_output *output = context;
	const struct style *style = &styles[level];
	char text[ESCAPED_MAX];

	if (level == DG_LOG_DEBUG && !output->verbose)
		return;
	if (level < DG_LOG_WARNING && output->quiet)
		return;
	dg_text_printable(message, text, sizeof(text));
	pthread_mutex_lock(&output->lock);
	clear_status(output);
	if (output->color && *style->color)
		fprintf(output->err, "%s%s\033[0m ", style->color,
			style->prefix);
	else
		fprintf(output->err, "%s ", style->prefix);
	dg_wrap_print(output->err, text, strlen(style->prefix) + 1,
		      width_of_messages(output));
	putc('\n', output->err);
	fflush(output->err);
	pthread_mutex_unlock(&output->lock);
}

/* Each line of a text, the cursor being at `indent`; what is too long is cut.
 */
static void print_lines(FILE *out, const char *text, size_t indent,
			size_t width)
{
	char line[MESSAGE_MAX];
	char escaped[ESCAPED_MAX];

	for (;;) {
		const size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		dg_text_printable(line, escaped, sizeof(escaped));
		dg_wrap_print(out, escaped, indent, width);
		putc('\n', out);
		text += len + (text[len] == '\n');
		if (!*text)
			break;
		fprintf(out, "%*s", (int)indent, "");
	}
}

/* Below the error, set off from it. */
static void show_hint(struct dg_output *output, const char *hint)
{
	if (!*hint)
		return;
	fprintf(output->err, "%*s", HINT_INDENT, "");
	print_lines(output->err, hint, HINT_INDENT, width_of_messages(output));
	fflush(output->err);
}

void dg_output_error(struct dg_output *output, const struct dg_error *err,
		     int rc)
{
	struct dg_json_writer record;

	dg_output_log(output, DG_LOG_ERROR, err->message);
	show_hint(output, err->hint);
	if (!output->json)
		return;
	dg_record_begin(&record, output, "error");
	dg_json_member_string(&record, "code", dg_exit_code_name(rc));
	dg_json_member_string(&record, "message", err->message);
	dg_json_member_string(&record, "hint", *err->hint ? err->hint : NULL);
	dg_json_member_uint(&record, "exit", (uint64_t)dg_exit_status(rc));
	dg_record_end(&record, output);
}

void dg_output_status(struct dg_output *output, const char *line)
{
	pthread_mutex_lock(&output->lock);
	if (output->held_back) {
		; /* the screen is a pager's */
	} else if (line) {
		fprintf(output->err,
			TO_LINE_START "%s" CLEAR_BELOW TO_LINE_START, line);
		output->status_shown = true;
	} else {
		clear_status(output);
	}
	fflush(output->err);
	pthread_mutex_unlock(&output->lock);
}

void dg_output_hold(struct dg_output *output)
{
	FILE *held;

	if (output->held_back || !isatty(fileno(output->err)))
		return;
	held = open_memstream(&output->held, &output->held_size);
	if (!held)
		return; /* better in between than not at all */
	pthread_mutex_lock(&output->lock);
	clear_status(output);
	fflush(output->err);
	output->held_back = output->err;
	output->err = held;
	pthread_mutex_unlock(&output->lock);
}

void dg_output_release(struct dg_output *output)
{
	pthread_mutex_lock(&output->lock);
	if (output->held_back) {
		fclose(output->err);
		output->err = output->held_back;
		output->held_back = NULL;
		fwrite(output->held, 1, output->held_size, output->err);
		fflush(output->err);
		free(output->held);
		output->held = NULL;
	}
	pthread_mutex_unlock(&output->lock);
}

/* As many bytes as fit in a piece without cutting a character. */
static size_t piece_of(struct dg_slice text)
{
	size_t len = text.len;

	if (len <= PIECE_MAX)
		return len;
	len = PIECE_MAX;
	while (len > PIECE_MAX - 4 && (text.ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

int dg_output_slice(struct dg_output *output, struct dg_slice text)
{
	char piece[PIECE_MAX + 1];
	char escaped[6 * PIECE_MAX + 1];
	int count = 0;

	while (text.len > 0) {
		const size_t len = piece_of(text);

		memcpy(piece, text.ptr, len);
		piece[len] = '\0';
		dg_text_printable(piece, escaped, sizeof(escaped));
		fputs(escaped, output->out);
		count += (int)dg_text_columns(dg_slice_str(escaped));
		text = dg_slice_of(text.ptr + len, text.len - len);
	}
	return count;
}

int dg_output_text(struct dg_output *output, const char *text)
{
	return dg_output_slice(output, dg_slice_str(text));
}

void dg_output_lines(struct dg_output *output, const char *text, size_t indent)
{
	const size_t columns = output->out_columns;

	print_lines(output->out, text, indent,
		    columns >= indent + COLUMNS_MIN ? columns - 1 : 0);
}

bool dg_output_fields_repeat(const struct dg_output *output)
{
	return output->terminal && output->out_terminal && !output->quiet;
}

void dg_output_field(struct dg_output *output, const char *name,
		     const char *value)
{
	if (!value)
		return;
	fprintf(output->out, "%-12s ", name);
	dg_output_text(output, value);
	putc('\n', output->out);
}

void dg_output_field_count(struct dg_output *output, const char *name,
			   uint64_t value)
{
	fprintf(output->out, "%-12s %" PRIu64 "\n", name, value);
}

/* What a write can fail with: errno may be another call's by now. */
static bool is_of_writing(int reason)
{
	return reason == ENOSPC || reason == EDQUOT || reason == EFBIG ||
	       reason == EIO || reason == EPIPE || reason == EBADF;
}

bool dg_output_failed(struct dg_output *output)
{
	if (!ferror(output->out))
		return false;
	if (output->write_error == 0 && is_of_writing(errno))
		output->write_error = errno;
	return true;
}

void dg_output_flush(struct dg_output *output)
{
	if (fflush(output->out) != 0)
		dg_output_failed(output);
}

/* Of a failure whose errno is long gone. */
static bool reader_is_gone(FILE *out)
{
	struct pollfd end = {.fd = fileno(out), .events = POLLOUT};

	return end.fd >= 0 && poll(&end, 1, 0) == 1 && (end.revents & POLLERR);
}

int dg_output_close(struct dg_output *output, bool *broken_pipe,
		    struct dg_error *err)
{
	const int failed_before = ferror(output->out);
	const bool gone = failed_before && reader_is_gone(output->out);
	int error;

	errno = 0;
	*broken_pipe = false;
	if (fclose(output->out) == 0 && !failed_before)
		return 0;
	error = errno                 ? errno
		: gone                ? EPIPE
		: output->write_error ? output->write_error
				      : EIO;
	*broken_pipe = error == EPIPE;
	return dg_error_errno(err, error, "cannot write to standard output");
}
