#include "aws/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_SIZE ((size_t)16 * 1024)

/* Grows in one step where the size is known, so that no copy of a secret is
 * left behind in memory that realloc gave back. */
static int read_all(struct dg_buf *out, int fd, size_t size, const char *path,
		    struct dg_error *err)
{
	int rc = dg_buf_reserve(out, size < READ_SIZE ? READ_SIZE : size + 1,
				err);

	while (rc == 0) {
		ssize_t n =
			read(fd, out->ptr + out->len, out->cap - out->len - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dg_error_errno(err, errno, "cannot read '%s'",
					      path);
		if (n == 0)
			break;
		out->len += (size_t)n;
		rc = dg_buf_reserve(out, READ_SIZE, err);
	}
	if (rc == 0)
		out->ptr[out->len] = '\0';
	return rc == DG_ELIMIT ? dg_error_prefix(err, "'%s'", path) : rc;
}

static bool is_null_device(const struct stat *st)
{
	struct stat null;

	return S_ISCHR(st->st_mode) && stat("/dev/null", &null) == 0 &&
	       st->st_rdev == null.st_rdev;
}

static int check_stat(int fd, struct stat *st, const char *path,
		      struct dg_error *err)
{
	if (fstat(fd, st) < 0)
		return dg_error_errno(err, errno, "cannot read '%s'", path);
	if (S_ISDIR(st->st_mode))
		return dg_error_errno(err, EISDIR, "cannot read '%s'", path);
	if (!S_ISREG(st->st_mode) && !is_null_device(st))
		return dg_error_set(err, DG_EINVALID, "'%s' is no regular file",
				    path);
	if ((size_t)st->st_size > DG_CONFIG_FILE_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "'%s' is too large for a configuration "
				    "file: %lld bytes",
				    path, (long long)st->st_size);
	return 0;
}

int dg_config_file_read(struct dg_buf *out, const char *path,
			unsigned int *mode, struct dg_error *err)
{
	struct stat st;
	int fd, rc;

	/* O_NONBLOCK: a FIFO must not make us wait before we refuse it. */
	do {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return dg_error_set(err, DG_ENOTFOUND, "no file '%s'", path);
	if (fd < 0)
		return dg_error_errno(err, errno, "cannot read '%s'", path);
	rc = check_stat(fd, &st, path, err);
	if (rc == 0)
		rc = read_all(out, fd, (size_t)st.st_size, path, err);
	close(fd);
	if (rc == 0 && memchr(out->ptr, '\0', out->len))
		rc = dg_error_set(err, DG_EINVALID,
				  "'%s' is not text: it holds a zero byte",
				  path);
	if (rc == 0 && mode)
		*mode = st.st_mode;
	return rc;
}

struct dg_slice dg_config_text(struct dg_slice text)
{
	const struct dg_slice mark = DG_SLICE("\xef\xbb\xbf");

	if (dg_slice_starts_with(text, mark))
		text = dg_slice_of(text.ptr + mark.len, text.len - mark.len);
	return text;
}

bool dg_config_next_line(struct dg_slice *text, struct dg_slice *line)
{
	const char *end;
	size_t len, taken;

	if (text->len == 0)
		return false;
	end = memchr(text->ptr, '\n', text->len);
	len = end ? (size_t)(end - text->ptr) : text->len;
	taken = end ? len + 1 : len;
	*line = dg_slice_of(text->ptr, len);
	if (len > 0 && text->ptr[len - 1] == '\r')
		line->len--;
	*text = dg_slice_of(text->ptr + taken, text->len - taken);
	return true;
}
