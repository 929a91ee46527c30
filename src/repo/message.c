#include "repo/message.h"
#include "base/text.h"
#include "repo/plain_trailers.h"
#include <assert.h>
#include <git2.h>
#include <stdlib.h>
#include <strings.h>

/* Git takes what follows a line "---", or "--- …", as a patch; libgit2, and so
 * what we read later, and Git before 2.20 any line that begins so. */
static bool is_patch_line(struct dg_slice line)
{
	return dg_slice_starts_with(line, DG_SLICE("---"));
}

int dg_message_check_subject(const char *subject, struct dg_error *err)
{
	struct dg_slice rest = dg_slice_trim(dg_slice_str(subject));

	if (!rest.len)
		return dg_error_set(err, DG_EUSAGE,
				    "the commit message is empty");
	while (rest.len) {
		if (!is_patch_line(dg_slice_take_line(&rest)))
			continue;
		dg_error_set(err, DG_EUSAGE,
			     "the commit message has a line that begins with "
			     "'---'");
		return dg_error_hint(err,
				     "Git takes what follows such a line as a "
				     "patch: ddbgit's trailers would be lost");
	}
	return 0;
}

void dg_message_add(struct dg_message *message, const char *name,
		    const char *value)
{
	assert(message->trailer_count < DG_TRAILERS_MAX);
	message->trailer[message->trailer_count].name = name;
	message->trailer[message->trailer_count].value = value;
	message->trailer_count++;
}

/* Lines without blanks (or a CR) at their ends, as Git keeps messages. */
static int add_lines(struct dg_buf *out, const char *text, struct dg_error *err)
{
	struct dg_slice rest = dg_slice_trim(dg_slice_str(text));
	int rc = 0;

	while (!rc && rest.len) {
		struct dg_slice line = dg_slice_take_line(&rest);

		while (line.len && strchr(" \t\r", line.ptr[line.len - 1]))
			line.len--;
		rc = dg_buf_add_slice(out, line, err);
		if (!rc)
			rc = dg_buf_add_char(out, '\n', err);
	}
	return rc;
}

int dg_message_print(const struct dg_message *message, struct dg_buf *out,
		     struct dg_error *err)
{
	size_t i;
	int rc = dg_message_check_subject(message->subject, err);

	if (!rc)
		rc = add_lines(out, message->subject, err);
	if (!rc && message->body)
		rc = dg_buf_add_char(out, '\n', err);
	if (!rc && message->body)
		rc = add_lines(out, message->body, err);
	if (!rc && message->trailer_count)
		rc = dg_buf_add_char(out, '\n', err);
	for (i = 0; !rc && i < message->trailer_count; i++) {
		const struct dg_trailer *trailer = &message->trailer[i];

		if (strpbrk(trailer->value, "\r\n"))
			return dg_error_set(err, DG_EINVALID,
					    "the trailer %s has more than one "
					    "line",
					    trailer->name);
		rc = dg_buf_addf(out, err, "%s: %s\n", trailer->name,
				 trailer->value);
	}
	return rc;
}

/* Folded lines become one, as `interpret-trailers --unfold` prints them. */
static int unfold(char **out, const char *value, struct dg_error *err)
{
	struct dg_slice rest = dg_slice_trim(dg_slice_str(value));
	struct dg_buf text;
	int rc = 0;

	dg_buf_init(&text, rest.len + 1);
	while (!rc && rest.len) {
		struct dg_slice line = dg_slice_trim(dg_slice_take_line(&rest));

		if (text.len && line.len)
			rc = dg_buf_add_char(&text, ' ', err);
		if (!rc)
			rc = dg_buf_add_slice(&text, line, err);
	}
	if (!rc)
		rc = dg_strdup(out, dg_buf_str(&text), err);
	dg_buf_free(&text);
	return rc;
}

/* Of several the last one counts, as for Git's own readers. */
static const char *last_of(const git_message_trailer_array *trailers,
			   const char *name)
{
	size_t i = trailers->count;

	while (i-- > 0)
		if (!strcasecmp(trailers->trailers[i].key, name))
			return trailers->trailers[i].value;
	return NULL;
}

static int of_any_message(const char *text, const char *const *names,
			  char **values, size_t count, struct dg_error *err)
{
	git_message_trailer_array trailers = {0};
	size_t i;
	int rc = 0;

	if (git_message_trailers(&trailers, text) < 0)
		return dg_error_nomem(err);
	for (i = 0; !rc && i < count; i++) {
		const char *value = last_of(&trailers, names[i]);

		if (value)
			rc = unfold(&values[i], value, err);
	}
	git_message_trailer_array_free(&trailers);
	return rc;
}

static bool is_named(struct dg_slice token, const char *name)
{
	return strlen(name) == token.len &&
	       !strncasecmp(token.ptr, name, token.len);
}

static int of_plain_lines(struct dg_slice lines, const char *const *names,
			  char **values, size_t count, struct dg_error *err)
{
	struct dg_slice token, value;
	size_t i;
	int rc = 0;

	while (!rc && dg_plain_trailers_next(&lines, &token, &value)) {
		for (i = 0; i < count && !is_named(token, names[i]); i++)
			;
		if (i == count)
			continue;
		free(values[i]);
		values[i] = NULL;
		rc = dg_slice_dup(&values[i], dg_slice_trim(value), err);
	}
	return rc;
}

int dg_message_trailers(const char *text, const char *const *names,
			char **values, size_t count, struct dg_error *err)
{
	struct dg_slice lines;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		values[i] = NULL;
	rc = dg_plain_trailers_find(&lines, dg_slice_str(text))
		     ? of_plain_lines(lines, names, values, count, err)
		     : of_any_message(text, names, values, count, err);
	for (i = 0; rc < 0 && i < count; i++) {
		free(values[i]);
		values[i] = NULL;
	}
	return rc;
}

int dg_message_trailer(char **out, const char *text, const char *name,
		       struct dg_error *err)
{
	return dg_message_trailers(text, &name, out, 1, err);
}
