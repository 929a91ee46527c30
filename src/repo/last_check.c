/*
 * <common dir>/ddbgit/last-check: a line for each reference and path,
 *
 *	2025-01-27T10:00:00Z <commit id> <reference> <path>
 *
 * replaced as a whole, under a lock of its own.
 */
#include "base/dir.h"
#include "base/text.h"
#include "repo/git.h"
#include "repo/lock_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 20)
#define WAIT_MS 5000

struct line {
	struct dg_slice date;
	struct dg_slice id;
	struct dg_slice rest; /* "<reference> <path>" */
};

static bool next_line(struct line *line, struct dg_slice *whole,
		      struct dg_slice *text)
{
	const char *end = text->len ? memchr(text->ptr, '\n', text->len) : NULL;
	const char *blank, *second;

	if (!end)
		return false;
	*whole = dg_slice_of(text->ptr, (size_t)(end - text->ptr));
	*text = dg_slice_of(end + 1, text->len - whole->len - 1);
	memset(line, 0, sizeof(*line));
	blank = memchr(whole->ptr, ' ', whole->len);
	if (!blank)
		return true;
	second = memchr(blank + 1, ' ', (size_t)(end - blank - 1));
	if (!second)
		return true;
	line->date = dg_slice_of(whole->ptr, (size_t)(blank - whole->ptr));
	line->id = dg_slice_of(blank + 1, (size_t)(second - blank - 1));
	line->rest = dg_slice_of(second + 1, (size_t)(end - second - 1));
	return true;
}

/* An absent file is an empty one. */
static int read_file(struct dg_buf *out, const char *path, struct dg_error *err)
{
	char part[4096];
	ssize_t n = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return dg_error_errno(err, errno, "cannot open '%s'", path);
	while (!rc && n) {
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		rc = n < 0 ? dg_error_errno(err, errno, "cannot read '%s'",
					    path)
			   : dg_buf_add(out, part, (size_t)n, err);
	}
	close(fd);
	return rc;
}

/* Writes beside it, flushes, renames. */
static int replace_file(const char *path, struct dg_slice text,
			struct dg_error *err)
{
	char *beside = NULL;
	int fd = -1;
	int rc = dg_asprintf(&beside, err, "%s.new", path);

	if (rc < 0)
		return rc;
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		rc = dg_error_errno(err, errno, "cannot write '%s'", beside);
	if (!rc)
		rc = dg_write_all(fd, text.ptr, text.len, beside, err);
	if (!rc)
		rc = dg_flush(fd, beside, err);
	if (fd >= 0)
		close(fd);
	if (!rc && rename(beside, path) < 0)
		rc = dg_error_errno(err, errno, "cannot rename '%s'", beside);
	if (rc < 0)
		unlink(beside);
	free(beside);
	return rc;
}

static int edit(struct dg_buf *out, struct dg_slice old, const char *rest,
		const char *date, const char *id, struct dg_error *err)
{
	struct dg_slice whole;
	struct line line;
	int rc = 0;

	while (!rc && next_line(&line, &whole, &old)) {
		if (dg_slice_equal(line.rest, dg_slice_str(rest)))
			continue;
		rc = dg_buf_add_slice(out, whole, err);
		if (!rc)
			rc = dg_buf_add_char(out, '\n', err);
	}
	if (!rc)
		rc = dg_buf_addf(out, err, "%s %s %s\n", date, id, rest);
	return rc;
}

static int file_path(char **out, struct dg_repo *repo, const char *suffix,
		     struct dg_error *err)
{
	return dg_asprintf(out, err, "%s/ddbgit/last-check%s", repo->commondir,
			   suffix);
}

static int take_lock(struct dg_lock_file *lock, struct dg_repo *repo,
		     struct dg_error *err)
{
	struct dg_clock clock;
	char *folder = NULL, *path = NULL;
	int rc = dg_asprintf(&folder, err, "%s/ddbgit", repo->commondir);

	dg_clock_init(&clock);
	if (!rc)
		rc = dg_mkdirs(folder, err);
	if (!rc)
		rc = file_path(&path, repo, ".lock", err);
	if (!rc)
		rc = dg_lock_file_wait(lock, path, WAIT_MS, &clock, err);
	free(folder);
	free(path);
	return rc;
}

int dg_repo_record_check(struct dg_repo *repo, const char *ref,
			 const char *path, const char *iso_date,
			 const char *commit_id, struct dg_error *err)
{
	struct dg_lock_file lock = DG_LOCK_FILE_INIT;
	struct dg_buf old = DG_BUF_INIT(FILE_MAX);
	struct dg_buf text = DG_BUF_INIT(FILE_MAX + 8192);
	char *file = NULL, *rest = NULL;
	int rc = take_lock(&lock, repo, err);

	if (!rc)
		rc = file_path(&file, repo, "", err);
	if (!rc)
		rc = dg_asprintf(&rest, err, "%s %s", ref, path);
	if (!rc)
		rc = read_file(&old, file, err);
	if (!rc)
		rc = edit(&text, dg_buf_slice(&old), rest, iso_date,
			  *commit_id ? commit_id : "-", err);
	if (!rc)
		rc = replace_file(file, dg_buf_slice(&text), err);
	dg_lock_file_release(&lock);
	dg_buf_free(&old);
	dg_buf_free(&text);
	free(file);
	free(rest);
	return rc;
}

static void copy(char *out, size_t size, struct dg_slice s)
{
	if (s.len < size)
		snprintf(out, size, "%.*s", (int)s.len, s.ptr);
}

int dg_repo_last_check(struct dg_last_check *out, struct dg_repo *repo,
		       const char *ref, const char *path, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(FILE_MAX);
	struct dg_slice left, whole;
	char *file = NULL, *rest = NULL;
	struct line line;
	int rc = file_path(&file, repo, "", err);

	memset(out, 0, sizeof(*out));
	if (!rc)
		rc = dg_asprintf(&rest, err, "%s %s", ref, path);
	if (!rc)
		rc = read_file(&text, file, err);
	left = dg_buf_slice(&text);
	while (!rc && next_line(&line, &whole, &left)) {
		if (!dg_slice_equal(line.rest, dg_slice_str(rest)))
			continue;
		copy(out->date, sizeof(out->date), line.date);
		if (line.id.len > 1)
			copy(out->commit_id, sizeof(out->commit_id), line.id);
	}
	dg_buf_free(&text);
	free(file);
	free(rest);
	return rc;
}
