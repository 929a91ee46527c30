#include "repo/pack_writer.h"
#include "base/digest.h"
#include "base/text.h"
#include <stdlib.h>

#define PACK_VERSION 2

struct dg_pack_writer {
	git_indexer *indexer;
	git_indexer_progress progress;
	struct dg_digest *digest; /* of all bytes: the pack's trailer */
};

static int writer_error(struct dg_error *err)
{
	return dg_git_error(err, -1, "cannot write a pack");
}

static int add_head(struct dg_pack_writer *writer, size_t entries,
		    struct dg_error *err)
{
	const char head[] = {'P',
			     'A',
			     'C',
			     'K',
			     0,
			     0,
			     0,
			     PACK_VERSION,
			     (char)(entries >> 24),
			     (char)(entries >> 16),
			     (char)(entries >> 8),
			     (char)entries};

	return dg_pack_writer_add(writer, dg_slice_of(head, sizeof(head)), err);
}

int dg_pack_writer_open(struct dg_pack_writer **out, struct dg_repo *repo,
			size_t entries, struct dg_error *err)
{
	struct dg_pack_writer *writer;
	char *folder = NULL;
	int rc;

	*out = NULL;
	if (entries > DG_PACK_ENTRIES_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "too many objects for one pack");
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return dg_error_nomem(err);
	rc = dg_asprintf(&folder, err, "%s/objects/pack", repo->commondir);
	if (!rc)
		rc = dg_digest_open(&writer->digest, DG_SHA1, err);
	if (!rc && git_indexer_new(&writer->indexer, folder, 0, NULL, NULL) < 0)
		rc = writer_error(err);
	if (!rc)
		rc = add_head(writer, entries, err);
	free(folder);
	if (rc < 0) {
		dg_pack_writer_close(writer);
		return rc;
	}
	*out = writer;
	return 0;
}

int dg_pack_entry_head(struct dg_buf *out, git_object_t type, uint64_t size,
		       struct dg_error *err)
{
	/* The type and the lowest four bits, then seven bits a byte. */
	unsigned int byte = (unsigned int)type << 4 | (size & 15);
	int rc = 0;

	for (size >>= 4; !rc && size; size >>= 7) {
		rc = dg_buf_add_char(out, (char)(byte | 0x80), err);
		byte = size & 0x7f;
	}
	return rc < 0 ? rc : dg_buf_add_char(out, (char)byte, err);
}

int dg_pack_writer_add(struct dg_pack_writer *writer, struct dg_slice bytes,
		       struct dg_error *err)
{
	int rc = dg_digest_update(writer->digest, bytes.ptr, bytes.len, err);

	if (!rc && git_indexer_append(writer->indexer, bytes.ptr, bytes.len,
				      &writer->progress) < 0)
		rc = writer_error(err);
	return rc;
}

int dg_pack_writer_finish(struct dg_pack_writer *writer, struct dg_error *err)
{
	unsigned char trailer[DG_SHA1_SIZE];
	int rc = dg_digest_finish(writer->digest, trailer, err);

	if (rc < 0)
		return rc;
	if (git_indexer_append(writer->indexer, trailer, sizeof(trailer),
			       &writer->progress) < 0 ||
	    git_indexer_commit(writer->indexer, &writer->progress) < 0)
		return writer_error(err);
	return 0;
}

void dg_pack_writer_close(struct dg_pack_writer *writer)
{
	if (!writer)
		return;
	git_indexer_free(writer->indexer);
	dg_digest_free(writer->digest);
	free(writer);
}
