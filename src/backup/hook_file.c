#include "backup/hook_file.h"

#include "base/dir.h"
#include "base/place_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE ".before-ddbgit"
#define MARK "#!/bin/sh\n# ddbgit hook "
#define PROGRAM "\nddbgit='"

int dg_hook_file_look(struct dg_hook_file *file,
		      const struct dg_hooks_folder *folder, const char *name,
		      struct dg_error *err)
{
	struct dg_fileset *set = NULL;
	struct stat st;
	int rc = 0;

	memset(file, 0, sizeof(*file));
	file->name = name;
	snprintf(file->aside, sizeof(file->aside), "%s" ASIDE, name);
	dg_buf_init(&file->text, DG_HOOK_SCRIPT_MAX);
	if (folder->fd < 0)
		return 0;
	file->has_aside =
		fstatat(folder->fd, file->aside, &st, AT_SYMLINK_NOFOLLOW) == 0;
	file->there = fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	file->is_folder = file->there && S_ISDIR(st.st_mode);
	if (!file->there || !S_ISREG(st.st_mode) ||
	    (size_t)st.st_size > DG_HOOK_SCRIPT_MAX)
		return 0;
	rc = dg_dir_fileset(&set, folder->fd, folder->path, err);
	if (rc == 0)
		rc = dg_fileset_read(set, name, &file->text, err);
	dg_fileset_close(set);
	file->ours = rc == 0 && dg_slice_starts_with(dg_buf_slice(&file->text),
						     DG_SLICE(MARK));
	return rc;
}

void dg_hook_file_free(struct dg_hook_file *file)
{
	dg_buf_free(&file->text);
}

char *dg_hook_file_program(const struct dg_hook_file *file)
{
	const char *at = file->ours ? strstr(file->text.ptr, PROGRAM) : NULL;
	char *out = at ? strdup(at + strlen(PROGRAM)) : NULL;
	char *from = out, *to = out;

	while (from && *from) {
		if (strncmp(from, "'\\''", 4) == 0)
			from += 3;
		else if (*from == '\'')
			break;
		*to++ = *from++;
	}
	if (to)
		*to = '\0';
	return out;
}

enum dg_hook_state dg_hook_file_state(const struct dg_hook_file *file,
				      const struct dg_hooks_folder *folder)
{
	if (!file->there)
		return DG_HOOK_ABSENT;
	if (!file->ours)
		return DG_HOOK_FOREIGN;
	return dg_slice_equal(dg_buf_slice(&file->text), folder->script)
		       ? DG_HOOK_INSTALLED
		       : DG_HOOK_OUTDATED;
}

static bool same_file(int folder, const char *a, const char *b)
{
	struct stat st_a, st_b;

	return fstatat(folder, a, &st_a, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(folder, b, &st_b, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st_a.st_ino == st_b.st_ino && st_a.st_dev == st_b.st_dev;
}

/* A second name for the hook that is there: at no moment is there none. */
static int put_aside(const struct dg_hooks_folder *folder,
		     const struct dg_hook_file *file, struct dg_error *err)
{
	int reason = 0;

	if (file->is_folder) {
		dg_error_set(err, DG_EREFUSED,
			     "'%s/%s' is a folder: it is no hook of anybody's",
			     folder->path, file->name);
		return dg_error_hint(err, "Move it away");
	}
	/* A run that was killed here left both names. */
	if (file->has_aside && same_file(folder->fd, file->name, file->aside))
		return 0;
	if (file->has_aside) {
		dg_error_set(err, DG_EREFUSED,
			     "'%s/%s' stands in the way: it is no hook of "
			     "this one's",
			     folder->path, file->aside);
		return dg_error_hint(err, "Move it away, or into %s",
				     file->name);
	}
	if (linkat(folder->fd, file->name, folder->fd, file->aside, 0) < 0)
		reason = errno;
	if ((reason == EPERM || reason == EOPNOTSUPP) &&
	    renameat(folder->fd, file->name, folder->fd, file->aside) == 0)
		reason = 0;
	return reason == 0 ? 0
			   : dg_error_errno(err, reason,
					    "cannot keep the hook '%s/%s'",
					    folder->path, file->name);
}

int dg_hook_file_install(const struct dg_hooks_folder *folder, const char *name,
			 bool *changed, struct dg_error *err)
{
	const struct dg_placing how = {.mode = 0777, .replace = true};
	struct dg_hook_file file;
	bool made;
	int rc = dg_hook_file_look(&file, folder, name, err);

	*changed = false;
	if (rc == 0 && dg_hook_file_state(&file, folder) == DG_HOOK_INSTALLED)
		goto done;
	if (rc == 0 && file.there && !file.ours)
		rc = put_aside(folder, &file, err);
	if (rc == 0)
		rc = dg_place_file(folder->fd, name, folder->script, &how,
				   &made, err);
	*changed = rc == 0;
done:
	dg_hook_file_free(&file);
	return rc;
}

int dg_hook_file_remove(const struct dg_hooks_folder *folder, const char *name,
			bool *changed, struct dg_error *err)
{
	struct dg_hook_file file;
	int rc = dg_hook_file_look(&file, folder, name, err);
	int failed = 0;

	*changed = false;
	if (rc == 0 && file.ours) {
		failed = file.has_aside ? renameat(folder->fd, file.aside,
						   folder->fd, name)
					: unlinkat(folder->fd, name, 0);
		*changed = failed == 0;
	}
	if (failed)
		rc = dg_error_errno(err, errno, "cannot remove '%s/%s'",
				    folder->path, name);
	dg_hook_file_free(&file);
	return rc;
}
