/*
 * Trailers in the shape that nearly all messages have them: the last paragraph
 * is nothing but lines "Token: value", and no patch begins in the message. What
 * has another shape is left to git_message_trailers, which takes ten times as
 * long and says the same of this one, unless it takes a line for a patch that
 * Git does not.
 */
#ifndef DG_REPO_PLAIN_TRAILERS_H
#define DG_REPO_PLAIN_TRAILERS_H

#include <ddbgit/slice.h>

/* True: *out is that paragraph, for dg_plain_trailers_next. */
bool dg_plain_trailers_find(struct dg_slice *out, struct dg_slice message);

/* Takes the first trailer off. False: none is left. */
bool dg_plain_trailers_next(struct dg_slice *rest, struct dg_slice *token,
			    struct dg_slice *value);

#endif
