#include "repo/objects_dir.h"
#include "base/dir.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABANDONED_AFTER_S ((int64_t)24 * 60 * 60)
#define PATH_LIMIT 4096

static int open_folder(const struct dg_repo *repo, const char *name)
{
	char path[PATH_LIMIT];

	snprintf(path, sizeof(path), "%s/%s", repo->commondir, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_left_over(const char *name)
{
	return !strncmp(name, "pack_git2_", strlen("pack_git2_")) ||
	       !strncmp(name, "tmp_ddbgit_", strlen("tmp_ddbgit_")) ||
	       !strncmp(name, "tmp_object_git2_", strlen("tmp_object_git2_"));
}

static void sweep_folder(const struct dg_repo *repo, const char *name,
			 int64_t now)
{
	int fd = open_folder(repo, name);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (is_left_over(entry->d_name) &&
		    !fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode) &&
		    (int64_t)st.st_mtime < now - ABANDONED_AFTER_S)
			unlinkat(fd, entry->d_name, 0);
	}
	closedir(dir);
}

void dg_objects_sweep(const struct dg_repo *repo, int64_t now)
{
	sweep_folder(repo, "objects", now);
	sweep_folder(repo, "objects/pack", now);
}

int dg_objects_flush(const struct dg_repo *repo, struct dg_error *err)
{
	int fd = open_folder(repo, "objects");
	int rc;

	if (fd < 0)
		return dg_error_errno(err, errno, "cannot open '%s/objects'",
				      repo->commondir);
	rc = dg_flush(fd, "objects", err);
	close(fd);
	return rc;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && !strcmp(name + len - tail, suffix);
}

/* Packs that are not kept on purpose (.keep), as `git gc --auto` counts. */
static size_t count_packs(const struct dg_repo *repo)
{
	int fd = open_folder(repo, "objects/pack");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t packs = 0, kept = 0;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		packs += ends_with(entry->d_name, ".pack");
		kept += ends_with(entry->d_name, ".keep");
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return packs > kept ? packs - kept : 0;
}

/* One of the 256 folders stands for all, as in `git gc --auto`. */
static size_t count_loose(const struct dg_repo *repo)
{
	int fd = open_folder(repo, "objects/17");
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir)))
		count += strlen(entry->d_name) == 38;
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return count * 256;
}

bool dg_repo_gc_due(struct dg_repo *repo)
{
	int32_t loose_limit = 6700, pack_limit = 50;
	git_config *config = NULL;

	if (git_repository_config_snapshot(&config, repo->git) < 0)
		return false;
	/* Where a key is absent the default above stays. */
	(void)git_config_get_int32(&loose_limit, config, "gc.auto");
	(void)git_config_get_int32(&pack_limit, config, "gc.autoPackLimit");
	git_config_free(config);
	if (loose_limit <= 0)
		return false;
	if (count_loose(repo) > (size_t)loose_limit)
		return true;
	return pack_limit > 0 && count_packs(repo) > (size_t)pack_limit;
}
