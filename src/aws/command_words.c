#include "aws/command_words.h"
#include "base/buf.h"

#include <stdlib.h>

#define LINE_MAX_BYTES ((size_t)64 * 1024)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Copies up to the closing quote; *at stands behind the opening one. */
static int read_quoted(const char **at, char quote, struct dg_buf *word,
		       struct dg_error *err)
{
	int rc = 0;

	while (rc == 0 && **at && **at != quote) {
		if (quote == '"' && (*at)[0] == '\\' &&
		    ((*at)[1] == '"' || (*at)[1] == '\\'))
			(*at)++;
		rc = dg_buf_add_char(word, *(*at)++, err);
	}
	if (rc == 0 && !**at)
		return dg_error_set(err, DG_EINVALID, "a quote is not closed");
	(*at)++;
	return rc;
}

static int read_word(const char **at, struct dg_buf *word, struct dg_error *err)
{
	int rc = dg_buf_reserve(word, 0, err); /* "" is a word too */

	while (rc == 0 && **at && !is_blank(**at)) {
		char c = *(*at)++;

		if (c == '"' || c == '\'')
			rc = read_quoted(at, c, word, err);
		else if (c == '\\' && !**at)
			rc = dg_error_set(err, DG_EINVALID,
					  "it ends with a backslash");
		else
			rc = dg_buf_add_char(word, c == '\\' ? *(*at)++ : c,
					     err);
	}
	return rc;
}

int dg_command_words(char ***out, const char *line, struct dg_error *err)
{
	struct dg_buf word = DG_BUF_INIT(LINE_MAX_BYTES);
	/* Every second character begins a word at most. */
	char **words = calloc(strlen(line) / 2 + 2, sizeof(*words));
	size_t count = 0;
	int rc = 0;

	*out = NULL;
	if (!words)
		return dg_error_nomem(err);
	for (;;) {
		while (is_blank(*line))
			line++;
		if (rc < 0 || !*line)
			break;
		rc = read_word(&line, &word, err);
		if (rc == 0)
			words[count++] = dg_buf_detach(&word, err);
	}
	if (rc == 0 && count == 0)
		rc = dg_error_set(err, DG_EINVALID, "it is empty");
	dg_buf_free(&word);
	if (rc < 0)
		dg_command_words_free(words);
	else
		*out = words;
	return rc;
}

void dg_command_words_free(char **words)
{
	char **word;

	for (word = words; word && *word; word++)
		free(*word);
	free(words);
}
