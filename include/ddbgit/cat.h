/* Cat: the items of a revision, a directory or a live table, as text. */
#ifndef DDBGIT_CAT_H
#define DDBGIT_CAT_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_cat_format {
	DG_CAT_JSON, /* one document, as table-data.json in the single layout */
	DG_CAT_JSONL, /* a canonical item a line */
};

struct dg_cat_options {
	struct dg_target_options target; /* of `live` */
	const char *source; /* a revision, REVISION:FOLDER, a directory, live */
	const char *from;   /* which environment in a revision, or NULL */
	const char *path;   /* which folder in a revision, or NULL */
	const char *key;    /* this item alone, as a line; or NULL */
	enum dg_cat_format format;
	/* Takes the text; with DG_CAT_JSONL one line, newline included, at a
	 * time. A negative result ends the work and is returned. */
	int (*write)(void *context, const char *bytes, size_t len,
		     struct dg_error *err);
	void *context;
};

/*
 * Writes nothing before everything was read and found to be well-formed, but
 * of a chunked revision, which is checked while it is read. *items gets how
 * many there were. DG_ENOTFOUND: no such item.
 */
int dg_cat(const struct dg_run *run, const struct dg_cat_options *options,
	   uint64_t *items, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
