#include "item/token.h"
#include "snapshot/conflict.h"
#include "snapshot/window.h"

/* What stands at the cursor instead of what belongs there. */
int dg_window_unexpected(struct dg_window *window, const char *wanted,
			 struct dg_error *err)
{
	struct dg_slice rest = dg_window_rest(window);

	if (rest.len == 0) {
		dg_error_set(err, DG_EINVALID, "the file ends where %s belongs",
			     wanted);
		dg_error_hint(err, "The file is cut off");
	} else if (dg_slice_starts_with(rest, DG_SLICE("<<<<<<<")) ||
		   dg_slice_starts_with(rest, DG_SLICE("=======")) ||
		   dg_slice_starts_with(rest, DG_SLICE(">>>>>>>")) ||
		   dg_slice_starts_with(rest, DG_SLICE("|||||||"))) {
		dg_error_set(err, DG_EINVALID, "unresolved merge conflict");
		dg_conflict_hint(err);
	} else if (rest.ptr[0] > ' ' && rest.ptr[0] < 0x7f) {
		dg_error_set(err, DG_EINVALID, "'%c' where %s belongs",
			     rest.ptr[0], wanted);
	} else {
		dg_error_set(err, DG_EINVALID, "byte 0x%02x where %s belongs",
			     (unsigned int)(unsigned char)rest.ptr[0], wanted);
	}
	return dg_window_place(window, 0, err);
}

/* Takes one byte of punctuation, blanks before it allowed. */
int dg_window_expect(struct dg_window *window, int byte, const char *wanted,
		     struct dg_error *err)
{
	int found;
	int rc = dg_window_peek(window, &found, err);

	if (rc < 0)
		return rc;
	if (found != byte)
		return dg_window_unexpected(window, wanted, err);
	dg_window_take(window, 1);
	return 0;
}

/*
 * Reads until the value at the cursor is whole in the window: its length, or
 * 0 if the file ends inside it. DG_ELIMIT if it never will be.
 */
int dg_window_whole_value(struct dg_window *window, size_t *length,
			  struct dg_error *err)
{
	struct dg_token_progress progress = {0};
	int rc;

	for (;;) {
		rc = dg_token_complete(dg_window_rest(window), &progress,
				       length, err);
		if (rc < 0)
			return dg_window_place(window, progress.offset, err);
		if (*length > 0 || window->at_end)
			return 0;
		rc = dg_window_fill(window, err);
		if (rc < 0)
			return rc;
	}
}

/* Steps over a value that nobody needs, or hands its text out. */
int dg_window_value(struct dg_window *window, struct dg_slice *text,
		    struct dg_error *err)
{
	struct dg_token token;
	size_t length = 0;
	int byte, rc;

	rc = dg_window_peek(window, &byte, err);
	if (rc == 0)
		rc = dg_window_whole_value(window, &length, err);
	if (rc < 0)
		return rc;
	if (length == 0) {
		window->pos = window->bytes.len;
		return dg_window_unexpected(window, "the rest of a value", err);
	}
	dg_token_init(&token, dg_slice_of(dg_window_rest(window).ptr, length));
	rc = dg_token_value(&token, text, err);
	if (rc < 0)
		return dg_window_place(window, dg_token_offset(&token), err);
	dg_window_take(window, length);
	return 0;
}
