/*
 * A commit message: subject, body, trailers that `git interpret-trailers
 * --parse` reads.
 */
#ifndef DG_REPO_MESSAGE_H
#define DG_REPO_MESSAGE_H

#include "base/buf.h"

#define DG_TRAILERS_MAX 32

struct dg_trailer {
	const char *name;  /* "Ddbgit-Items"; borrowed */
	const char *value; /* one line; borrowed */
};

struct dg_message {
	const char *subject; /* may have more lines when the user gave it */
	const char *body;    /* a paragraph, or NULL */
	struct dg_trailer trailer[DG_TRAILERS_MAX];
	size_t trailer_count;
};

/* DG_EUSAGE for a text with a `---` line (it hides trailers) or empty. */
int dg_message_check_subject(const char *subject, struct dg_error *err);

/* Adds a trailer; asserts that there is room. */
void dg_message_add(struct dg_message *message, const char *name,
		    const char *value);

int dg_message_print(const struct dg_message *message, struct dg_buf *out,
		     struct dg_error *err);

/* The values of some trailers in a commit's text, copied and trimmed; NULL
 * for those that are absent. The text is gone through once. */
int dg_message_trailers(const char *text, const char *const *names,
			char **values, size_t count, struct dg_error *err);
int dg_message_trailer(char **out, const char *text, const char *name,
		       struct dg_error *err);

#endif
