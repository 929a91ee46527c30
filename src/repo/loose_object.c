#include "repo/loose_object.h"
#include "base/text.h"
#include "repo/object_id.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static int open_file(int *fd, const struct dg_repo *repo, const git_oid *id,
		     struct dg_error *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	char *path = NULL;
	int rc;

	git_oid_tostr(hex, sizeof(hex), id);
	rc = dg_asprintf(&path, err, "%s/objects/%.2s/%s", repo->commondir, hex,
			 hex + 2);
	if (rc < 0)
		return rc;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		rc = DG_ENOTFOUND;
	else if (*fd < 0)
		rc = dg_error_errno(err, errno, "cannot open '%s'", path);
	free(path);
	return rc;
}

/* "blob 1234" and a zero. */
static int check_header(struct dg_inflate *file, uint64_t size,
			struct dg_error *err)
{
	char want[DG_OBJECT_HEADER_SIZE], have[DG_OBJECT_HEADER_SIZE];
	size_t len = dg_object_header(want, GIT_OBJECT_BLOB, size);
	size_t at = 0, n = 1;
	int rc = 0;

	/* Not a byte more than the header may be taken. */
	while (rc == 0 && n > 0 && at < len) {
		rc = dg_inflate_read(file, have + at, len - at, &n, err);
		at += n;
	}
	if (rc == 0 && (at != len || memcmp(want, have, at) != 0))
		rc = dg_error_set(err, DG_EINVALID, "no blob of %llu bytes",
				  (unsigned long long)size);
	return rc;
}

int dg_loose_blob_open(struct dg_inflate **out, const struct dg_repo *repo,
		       const git_oid *id, uint64_t size, struct dg_error *err)
{
	int fd = -1;
	int rc = open_file(&fd, repo, id, err);

	*out = NULL;
	if (rc == 0)
		rc = dg_inflate_open(out, fd, err);
	if (rc == 0)
		rc = check_header(*out, size, err);
	if (rc < 0) {
		dg_inflate_close(*out);
		*out = NULL;
	}
	return rc;
}
