/*
 * One pack, written entry by entry into libgit2's indexer, which inflates and
 * hashes each, flushes the whole and installs it with its index. How many
 * entries there will be stands at the beginning of a pack and has to be known.
 * No two entries may be of one object.
 */
#ifndef DG_REPO_PACK_WRITER_H
#define DG_REPO_PACK_WRITER_H

#include "base/buf.h"
#include "repo/git.h"

#define DG_PACK_ENTRIES_MAX UINT32_MAX

struct dg_pack_writer;

int dg_pack_writer_open(struct dg_pack_writer **out, struct dg_repo *repo,
			size_t entries, struct dg_error *err);

/* The head of an entry, before its deflated bytes; size: of the object. */
int dg_pack_entry_head(struct dg_buf *out, git_object_t type, uint64_t size,
		       struct dg_error *err);

/* Whole entries, or any part of them. One thread at a time. */
int dg_pack_writer_add(struct dg_pack_writer *writer, struct dg_slice bytes,
		       struct dg_error *err);

/* All entries were added: the pack is in the repository, flushed. */
int dg_pack_writer_finish(struct dg_pack_writer *writer, struct dg_error *err);

/* What was not finished leaves nothing behind. */
void dg_pack_writer_close(struct dg_pack_writer *writer);

#endif
