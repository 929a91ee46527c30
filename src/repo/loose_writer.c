#include "repo/loose_writer.h"
#include "base/deflate.h"
#include "base/digest.h"
#include "base/dir.h"
#include "base/ordered.h"
#include "base/random.h"
#include "base/text.h"
#include "base/work.h"
#include "repo/object_id.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_SIZE ((size_t)512 << 10)
/* Deflated in vain, with the stream's head and tail. */
#define PART_MADE_MAX (PART_SIZE + PART_SIZE / 512 + 256)
#define DEFLATE_STATE ((uint64_t)512 << 10) /* zlib's, about */

/* Read only, as Git makes its objects; the mask of the process counts. */
#define OBJECT_MODE 0444

struct writing {
	struct dg_file *file;
	struct dg_digest *digest; /* of all that was read */
	uint32_t check;
	size_t parts;
	struct dg_buf *input; /* of each worker */
	int fd;
	char *temp;
};

/* The object's header goes before the first part. */
static int start_part(struct writing *writing, size_t piece, struct dg_buf *out,
		      struct dg_error *err)
{
	char header[DG_OBJECT_HEADER_SIZE];
	size_t len =
		dg_object_header(header, GIT_OBJECT_BLOB, writing->file->size);

	dg_buf_clear(out);
	return piece > 0 ? 0 : dg_buf_add(out, header, len, err);
}

static int changed(struct dg_error *err)
{
	return dg_error_set(err, DG_EMODIFIED,
			    "the file changed while it was read");
}

static int fetch(void *context, size_t worker, size_t piece,
		 struct dg_error *err)
{
	struct writing *writing = context;
	struct dg_buf *input = &writing->input[worker];
	struct dg_file *file = writing->file;
	uint64_t left = file->size - (uint64_t)piece * PART_SIZE;
	size_t want = left < PART_SIZE ? (size_t)left : PART_SIZE;
	/* One more at the end, to see that the file has not grown. */
	bool last = piece + 1 == writing->parts;
	size_t n = 0;
	int rc = start_part(writing, piece, input, err);

	if (!rc)
		rc = dg_buf_reserve(input, want + last, err);
	if (!rc)
		rc = dg_file_read_full(file, input->ptr + input->len,
				       want + last, &n, err);
	if (rc < 0)
		return rc;
	if (n != want)
		return changed(err);
	input->len += n;
	writing->check = dg_deflate_check(writing->check, dg_buf_slice(input));
	return dg_digest_update(writing->digest, input->ptr, input->len, err);
}

static int make(void *context, size_t worker, size_t piece, struct dg_buf *out,
		struct dg_error *err)
{
	struct writing *writing = context;
	bool last = piece + 1 == writing->parts;
	int rc = piece == 0 ? dg_deflate_head(out, err) : 0;

	if (!rc)
		rc = dg_deflate_part(dg_buf_slice(&writing->input[worker]),
				     last, out, err);
	/* Its turn was the last to be fetched: the check is complete. */
	if (!rc && last)
		rc = dg_deflate_tail(writing->check, out, err);
	return rc;
}

static int take(void *context, size_t piece, struct dg_slice made,
		struct dg_error *err)
{
	struct writing *writing = context;

	(void)piece;
	return dg_write_all(writing->fd, made.ptr, made.len, writing->temp,
			    err);
}

static int write_parts(struct writing *writing, uint64_t memory,
		       const struct dg_cancel *cancel, struct dg_error *err)
{
	uint64_t each =
		PART_SIZE + DG_ORDERED_AHEAD * PART_MADE_MAX + DEFLATE_STATE;
	uint64_t fit = memory / 2 / each;
	size_t cores = dg_work_cores(), i;
	struct dg_ordered ordered = {
		.fetch = fetch,
		.make = make,
		.take = take,
		.context = writing,
		.workers = fit < 1       ? 1
			   : fit < cores ? (size_t)fit
					 : cores,
		.pieces = writing->parts,
		.piece_max = PART_MADE_MAX,
		.cancel = cancel,
	};
	int rc;

	writing->input = calloc(ordered.workers, sizeof(*writing->input));
	if (!writing->input)
		return dg_error_nomem(err);
	for (i = 0; i < ordered.workers; i++)
		dg_buf_init(&writing->input[i],
			    PART_SIZE + DG_OBJECT_HEADER_SIZE);
	rc = dg_ordered_run(&ordered, err);
	for (i = 0; i < ordered.workers; i++)
		dg_buf_free(&writing->input[i]);
	free(writing->input);
	return rc;
}

static int open_temp(struct writing *writing, const char *folder,
		     struct dg_error *err)
{
	int rc = dg_asprintf(&writing->temp, err, "%s/tmp_ddbgit_%016" PRIx64,
			     folder, dg_random_u64());

	if (rc < 0)
		return rc;
	writing->fd =
		open(writing->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		     OBJECT_MODE);
	return writing->fd < 0 ? dg_error_errno(err, errno, "cannot make '%s'",
						writing->temp)
			       : 0;
}

static int check_id(struct writing *writing, const git_oid *id,
		    struct dg_error *err)
{
	unsigned char raw[DG_SHA1_SIZE];
	int rc = dg_digest_finish(writing->digest, raw, err);

	if (!rc && memcmp(raw, id->id, sizeof(raw)) != 0)
		rc = changed(err);
	return rc;
}

/* objects/ab/cdef…, its folder flushed. */
static int install(struct writing *writing, const char *objects,
		   const git_oid *id, struct dg_error *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	char *folder = NULL, *path = NULL;
	int fd = -1;
	int rc = dg_flush(writing->fd, writing->temp, err);

	git_oid_tostr(hex, sizeof(hex), id);
	if (!rc)
		rc = dg_asprintf(&folder, err, "%s/%.2s", objects, hex);
	if (!rc)
		rc = dg_asprintf(&path, err, "%s/%s", folder, hex + 2);
	if (!rc)
		rc = dg_mkdirs(folder, err);
	if (!rc && rename(writing->temp, path) < 0)
		rc = dg_error_errno(err, errno, "cannot rename '%s'",
				    writing->temp);
	if (!rc) {
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = fd < 0 ? dg_error_errno(err, errno, "cannot open '%s'",
					     folder)
			    : dg_flush(fd, folder, err);
	}
	if (fd >= 0)
		close(fd);
	free(folder);
	free(path);
	return rc;
}

int dg_loose_blob_write(struct dg_repo *repo, const git_oid *id,
			struct dg_file *file, uint64_t memory,
			const struct dg_cancel *cancel, struct dg_error *err)
{
	struct writing writing = {
		.file = file,
		.check = DG_DEFLATE_CHECK_START,
		.parts = (size_t)((file->size + PART_SIZE - 1) / PART_SIZE),
		.fd = -1,
	};
	char *objects = NULL;
	int rc = dg_asprintf(&objects, err, "%s/objects", repo->commondir);

	if (!writing.parts)
		writing.parts = 1;
	if (!rc)
		rc = dg_digest_open(&writing.digest, DG_SHA1, err);
	if (!rc)
		rc = open_temp(&writing, objects, err);
	if (!rc)
		rc = write_parts(&writing, memory, cancel, err);
	if (!rc)
		rc = check_id(&writing, id, err);
	if (!rc)
		rc = install(&writing, objects, id, err);
	if (writing.fd >= 0) {
		close(writing.fd);
		if (rc < 0)
			unlink(writing.temp);
	}
	dg_digest_free(writing.digest);
	free(writing.temp);
	free(objects);
	return rc;
}
