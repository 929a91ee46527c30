/*
 * An inspection reads all of a snapshot and reports everything that is wrong
 * with it, where dg_snapshot_check stops at the first error: each file well
 * formed, the items those that counts and digests state, index and chunks in
 * agreement, no part file that nothing names, and what ddbgit wrote spelled
 * as it writes it, so that no changed byte is overlooked.
 */
#ifndef DG_SNAPSHOT_INSPECTION_H
#define DG_SNAPSHOT_INSPECTION_H

#include "base/digest_set.h"
#include "snapshot/snapshot.h"

struct dg_finding {
	bool problem;     /* else what could not be checked, and why */
	const char *file; /* within the snapshot */
	const char *what; /* one line */
};

struct dg_inspection_options {
	struct dg_snapshot_options reading;
	/*
	 * Objects found to be right; what is in it is not read again, and what
	 * is right is added. Needs a file set with identities. NULL: none.
	 */
	struct dg_digest_set *known;
	/* A negative result ends the inspection and is returned. */
	int (*report)(void *context, const struct dg_finding *finding,
		      struct dg_error *err);
	void *context;
};

struct dg_inspection {
	uint64_t problems;
	const char *layout; /* static; NULL: not recognised */
	struct dg_metadata metadata;
	bool has_metadata;
	bool has_items; /* everything could be counted */
	uint64_t items;
	uint64_t bytes;
	char sha256[DG_SHA256_HEX_SIZE]; /* ""; not computed */
	bool data_known; /* the same data was found to be right before */
	/* Some chunks were known and not read: the digest of all items, which
	 * needs them, was not computed. */
	bool chunks_known;
};

/* What is wrong is no error; an error is what ended the inspection:
 * DG_ENOMEM, DG_ECANCELLED, report's. out must be freed in any case. */
int dg_snapshot_inspect(struct dg_fileset *files,
			const struct dg_inspection_options *options,
			struct dg_inspection *out, struct dg_error *err);
void dg_inspection_free(struct dg_inspection *inspection);

#endif
