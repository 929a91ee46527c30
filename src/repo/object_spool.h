/*
 * Objects that come one after another, before anybody knows how many: a few
 * stay in memory, more are deflated on all cores, a batch at a time, and stand
 * as a pack's entries in an unnamed temporary file until the pack is written.
 */
#ifndef DG_REPO_OBJECT_SPOOL_H
#define DG_REPO_OBJECT_SPOOL_H

#include "repo/object_list.h"
#include "repo/pack_writer.h"
#include <ddbgit/cancel.h>

struct dg_spooled {
	git_oid id;
	uint64_t offset;
	uint64_t size; /* of the entry */
};

struct dg_object_spool {
	struct dg_object_list batch; /* not in the file yet */
	uint64_t batch_bytes;
	int fd; /* -1: all is in the batch */
	uint64_t size;
	struct dg_spooled *entries; /* in the file */
	size_t count;
	size_t room;
	bool sorted; /* by id, each once */

	const char *temp_dir; /* borrowed, as the next */
	const struct dg_cancel *cancel;
	uint64_t memory;
};

void dg_object_spool_init(struct dg_object_spool *spool, const char *temp_dir,
			  uint64_t memory, const struct dg_cancel *cancel);

/* Takes the bytes over, also when it fails. */
int dg_object_spool_add(struct dg_object_spool *spool, const git_oid *id,
			struct dg_buf *bytes, struct dg_error *err);

/* Is it in the file? Sorts. */
bool dg_object_spool_has(struct dg_object_spool *spool, const git_oid *id);

/* How many different objects are in the file. Sorts. */
size_t dg_object_spool_count(struct dg_object_spool *spool);

/* Puts the entries of the file into the pack. */
int dg_object_spool_write(struct dg_object_spool *spool,
			  struct dg_pack_writer *pack, struct dg_error *err);

/* Empty, and without a file; it can be used again. */
void dg_object_spool_clear(struct dg_object_spool *spool);

#endif
