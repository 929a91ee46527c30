/*
 * The index entries of a snapshot's path. The index lock is held for the
 * functions that write.
 */
#ifndef DG_REPO_INDEX_ENTRIES_H
#define DG_REPO_INDEX_ENTRIES_H

#include "repo/commit_state.h"

/*
 * Makes the index entries of the path those of `blobs` (sorted), with the
 * stat data of the work tree's files. A file that does not bear the stamp of
 * the one that was hashed is hashed now, and one that differs gets no stat
 * data, so that Git looks at it. index_file.c
 */
int dg_index_set_entries(struct dg_commit *commit,
			 const struct dg_blob_list *blobs,
			 struct dg_error *err);

/* The same in an index that is open. */
int dg_index_edit(git_index *index, struct dg_commit *commit,
		  const struct dg_blob_list *blobs, struct dg_error *err);

/*
 * What Git itself takes for unchanged: a file in its place with all the stat
 * data of its entry, last changed before the index was written. Such blobs
 * get the entry's id, if the tip has it there too, and the file's stamp; no
 * others are touched. Takes no lock.
 */
int dg_index_known_ids(struct dg_commit *commit, struct dg_blob *blobs,
		       size_t count, struct dg_error *err);

/* Are the entries like that already, stat data and all? */
int dg_index_has_entries(bool *out, struct dg_commit *commit,
			 const struct dg_blob_list *blobs,
			 struct dg_error *err);

#endif
