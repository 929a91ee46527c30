#include "repo/object_spool.h"
#include "base/dir.h"
#include "base/temp_file.h"
#include "repo/pack_entries.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH_BYTES ((uint64_t)8 << 20)
#define PART_SIZE ((size_t)256 << 10)
#define SPOOL_NAME "a temporary file"

void dg_object_spool_init(struct dg_object_spool *spool, const char *temp_dir,
			  uint64_t memory, const struct dg_cancel *cancel)
{
	memset(spool, 0, sizeof(*spool));
	spool->fd = -1;
	spool->temp_dir = temp_dir;
	spool->memory = memory;
	spool->cancel = cancel;
}

static int note_entry(struct dg_object_spool *spool, const git_oid *id,
		      uint64_t size, struct dg_error *err)
{
	struct dg_spooled *entry;

	if (spool->count == spool->room) {
		size_t room = spool->room ? spool->room * 2 : 256;
		struct dg_spooled *more;

		more = realloc(spool->entries, room * sizeof(*more));
		if (!more)
			return dg_error_nomem(err);
		spool->entries = more;
		spool->room = room;
	}
	entry = &spool->entries[spool->count++];
	entry->id = *id;
	entry->offset = spool->size;
	entry->size = size;
	spool->sorted = false;
	return 0;
}

static int take_entry(void *context, const struct dg_object *object,
		      struct dg_slice entry, struct dg_error *err)
{
	struct dg_object_spool *spool = context;
	int rc = dg_write_all(spool->fd, entry.ptr, entry.len, SPOOL_NAME, err);

	if (!rc)
		rc = note_entry(spool, &object->id, entry.len, err);
	if (!rc)
		spool->size += entry.len;
	return rc;
}

static int spool_batch(struct dg_object_spool *spool, struct dg_error *err)
{
	const struct dg_pack_entries entries = {
		.list = &spool->batch,
		.take = take_entry,
		.context = spool,
		.memory = spool->memory,
		.cancel = spool->cancel,
	};
	int rc = 0;

	if (spool->fd < 0)
		rc = dg_temp_file_open(&spool->fd, spool->temp_dir, err);
	if (!rc)
		rc = dg_pack_entries_make(&entries, err);
	dg_object_list_free(&spool->batch);
	spool->batch_bytes = 0;
	return rc;
}

int dg_object_spool_add(struct dg_object_spool *spool, const git_oid *id,
			struct dg_buf *bytes, struct dg_error *err)
{
	uint64_t limit = spool->memory / 2;
	int rc;

	spool->batch_bytes += bytes->len;
	rc = dg_object_list_add_bytes(&spool->batch, id, GIT_OBJECT_BLOB, bytes,
				      err);
	if (!rc &&
	    spool->batch_bytes > (limit < BATCH_BYTES ? limit : BATCH_BYTES))
		rc = spool_batch(spool, err);
	return rc;
}

static int by_id(const void *a, const void *b)
{
	const struct dg_spooled *entry_a = a, *entry_b = b;

	return git_oid_cmp(&entry_a->id, &entry_b->id);
}

static void sort(struct dg_object_spool *spool)
{
	size_t from, to = 0;

	if (spool->sorted || !spool->count)
		return;
	qsort(spool->entries, spool->count, sizeof(*spool->entries), by_id);
	for (from = 0; from < spool->count; from++) {
		if (!to ||
		    by_id(&spool->entries[to - 1], &spool->entries[from]) != 0)
			spool->entries[to++] = spool->entries[from];
	}
	spool->count = to;
	spool->sorted = true;
}

bool dg_object_spool_has(struct dg_object_spool *spool, const git_oid *id)
{
	struct dg_spooled key = {.id = *id};

	sort(spool);
	return spool->count && bsearch(&key, spool->entries, spool->count,
				       sizeof(*spool->entries), by_id);
}

size_t dg_object_spool_count(struct dg_object_spool *spool)
{
	sort(spool);
	return spool->count;
}

static int copy_entry(struct dg_object_spool *spool,
		      const struct dg_spooled *entry, char *part,
		      struct dg_pack_writer *pack, struct dg_error *err)
{
	uint64_t at = 0;
	int rc = dg_cancel_check(spool->cancel, err);

	while (!rc && at < entry->size) {
		size_t want = entry->size - at < PART_SIZE
				      ? (size_t)(entry->size - at)
				      : PART_SIZE;
		ssize_t got = pread(spool->fd, part, want,
				    (off_t)(entry->offset + at));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return dg_error_errno(err, got < 0 ? errno : EIO,
					      "cannot read " SPOOL_NAME);
		rc = dg_pack_writer_add(pack, dg_slice_of(part, (size_t)got),
					err);
		at += (uint64_t)got;
	}
	return rc;
}

int dg_object_spool_write(struct dg_object_spool *spool,
			  struct dg_pack_writer *pack, struct dg_error *err)
{
	char *part = malloc(PART_SIZE);
	size_t i;
	int rc = part ? 0 : dg_error_nomem(err);

	sort(spool);
	for (i = 0; !rc && i < spool->count; i++)
		rc = copy_entry(spool, &spool->entries[i], part, pack, err);
	free(part);
	return rc;
}

void dg_object_spool_clear(struct dg_object_spool *spool)
{
	dg_object_list_free(&spool->batch);
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->entries);
	dg_object_spool_init(spool, spool->temp_dir, spool->memory,
			     spool->cancel);
}
