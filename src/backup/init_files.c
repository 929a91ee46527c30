#include "backup/init_files.h"

#include "base/buf.h"
#include "base/dir.h"
#include "base/place_file.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)4 * 1024 * 1024)

int dg_init_make_file(int root, const char *path, struct dg_slice text,
		      unsigned int mode, bool *made, struct dg_error *err)
{
	const struct dg_placing how = {.mode = mode};
	const char *name;
	int folder;
	int rc = dg_open_parent_at(root, path, true, &folder, &name, err);

	*made = false;
	if (rc < 0)
		return rc;
	rc = dg_place_file(folder, name, text, &how, made, err);
	close(folder);
	return rc;
}

static int read_all(int fd, const char *path, struct dg_buf *text,
		    struct dg_error *err)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dg_error_errno(err, errno, "cannot read '%s'",
					      path);
		if (dg_buf_add(text, piece, (size_t)n, err) < 0)
			return dg_error_prefix(err, "'%s'", path);
	}
	return 0;
}

bool dg_init_file_is(int root, const char *path, struct dg_slice text)
{
	struct dg_buf found = DG_BUF_INIT(TEXT_MAX);
	bool same = false;
	int fd;

	if (dg_openat_nofollow(root, path, O_RDONLY | O_NONBLOCK, 0, &fd,
			       NULL) < 0)
		return false;
	if (read_all(fd, path, &found, NULL) == 0)
		same = dg_slice_equal(dg_buf_slice(&found), text);
	close(fd);
	dg_buf_free(&found);
	return same;
}

static bool has_line(struct dg_slice text, const char *line)
{
	const struct dg_slice wanted = dg_slice_str(line);

	while (text.len > 0)
		if (dg_slice_equal(dg_slice_trim(dg_slice_take_line(&text)),
				   wanted))
			return true;
	return false;
}

/* The lines in one write, taken back where it was cut. */
static int append(int fd, const char *path, off_t size,
		  const struct dg_buf *lines, struct dg_error *err)
{
	int rc;

	if (lseek(fd, 0, SEEK_END) < 0)
		return dg_error_errno(err, errno, "cannot write '%s'", path);
	rc = dg_write_all(fd, lines->ptr, lines->len, path, err);
	if (rc < 0)
		(void)!ftruncate(fd, size);
	return rc;
}

static int add_to(int fd, const char *path, const char *comment,
		  const char *line, bool *added, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf lines = DG_BUF_INIT(TEXT_MAX);
	struct stat st;
	int rc = 0;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = dg_error_set(err, DG_EINVALID, "'%s' is no regular file",
				  path);
	if (rc == 0)
		rc = read_all(fd, path, &text, err);
	if (rc == 0 && !has_line(dg_buf_slice(&text), line)) {
		const bool open_line =
			text.len > 0 && text.ptr[text.len - 1] != '\n';

		rc = dg_buf_addf(&lines, err, "%s%s# %s\n%s\n",
				 open_line ? "\n" : "", text.len ? "\n" : "",
				 comment, line);
		if (rc == 0)
			rc = append(fd, path, st.st_size, &lines, err);
		*added = rc == 0;
	}
	dg_buf_free(&text);
	dg_buf_free(&lines);
	return rc;
}

int dg_init_add_line(int root, const char *path, const char *comment,
		     const char *line, bool *added, struct dg_error *err)
{
	int fd, rc;

	*added = false;
	rc = dg_openat_nofollow(root, path, O_RDWR | O_CREAT | O_NONBLOCK, 0666,
				&fd, err);
	if (rc < 0)
		return rc;
	rc = add_to(fd, path, comment, line, added, err);
	close(fd);
	return rc;
}
