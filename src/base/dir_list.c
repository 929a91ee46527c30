#include "base/dir_list.h"

#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int append(struct dg_dir_list *list, const char *name, mode_t mode,
		  struct dg_error *err)
{
	struct dg_dir_entry *entry;

	if (list->count == list->cap) {
		size_t cap = list->cap > 0 ? list->cap * 2 : 16;

		entry = realloc(list->entries, cap * sizeof(*entry));
		if (!entry)
			return dg_error_nomem(err);
		list->entries = entry;
		list->cap = cap;
	}
	entry = &list->entries[list->count];
	if (dg_strdup(&entry->name, name, err) < 0)
		return DG_ENOMEM;
	entry->is_folder = S_ISDIR(mode);
	entry->is_file = S_ISREG(mode);
	list->count++;
	return 0;
}

static int append_entries(struct dg_dir_list *list, DIR *dir, const char *label,
			  struct dg_error *err)
{
	struct dirent *found;
	struct stat st;
	int rc = 0;

	while (rc == 0) {
		errno = 0;
		found = readdir(dir);
		if (!found)
			break;
		if (strcmp(found->d_name, ".") == 0 ||
		    strcmp(found->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(dir), found->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0)
			rc = append(list, found->d_name, st.st_mode, err);
		else if (errno != ENOENT) /* else removed meanwhile */
			break;
	}
	if (rc == 0 && errno != 0 && errno != ENOENT)
		rc = dg_error_errno(err, errno, "cannot list '%s'", label);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dg_dir_entry *)a)->name,
		      ((const struct dg_dir_entry *)b)->name);
}

int dg_dir_list_read(struct dg_dir_list *list, int fd, const char *label,
		     struct dg_error *err)
{
	DIR *dir = fdopendir(fd);
	int rc;

	*list = (struct dg_dir_list){0};
	if (!dir) {
		rc = dg_error_errno(err, errno, "cannot list '%s'", label);
		close(fd);
		return rc;
	}
	rc = append_entries(list, dir, label, err);
	closedir(dir);
	if (rc < 0)
		dg_dir_list_free(list);
	else if (list->count > 1)
		qsort(list->entries, list->count, sizeof(*list->entries),
		      by_name);
	return rc;
}

void dg_dir_list_free(struct dg_dir_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->entries[i].name);
	free(list->entries);
	*list = (struct dg_dir_list){0};
}
