#include "backup/root.h"

#include "base/text.h"
#include "snapshot/snapshot.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int dg_current_directory(char **out, struct dg_error *err)
{
	*out = realpath(".", NULL);
	if (!*out)
		return dg_error_errno(err, errno,
				      "cannot find the current directory");
	return 0;
}

static bool exists_below(const char *directory, const char *name, mode_t type)
{
	struct stat st;
	char *path = NULL;
	bool found;

	if (dg_asprintf(&path, NULL, "%s/%s", directory, name) < 0)
		return false;
	found = stat(path, &st) == 0 &&
		(type == 0 || (st.st_mode & S_IFMT) == type);
	free(path);
	return found;
}

/* Cuts the last component off; false at the file system's root. */
static bool to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || path[1] == '\0')
		return false;
	if (slash == path)
		slash++;
	*slash = '\0';
	return true;
}

/*
 * Looks upwards from `from` for a directory that holds `name`, and no further
 * than the work tree's top; outside Git in `from` alone. top, if not NULL,
 * gets the top that was met.
 */
static int find_upwards(char **out, const char *from, const char *name,
			mode_t type, struct dg_error *err)
{
	char *at = NULL;
	char *match = NULL;
	bool top = false;
	int rc = dg_strdup(&at, from, err);

	while (rc == 0 && !top) {
		top = exists_below(at, ".git", 0);
		if (!match && exists_below(at, name, type))
			rc = dg_strdup(&match, at, err);
		if (!top && !to_parent(at))
			break;
	}
	/* Outside Git nothing above the current directory is ours. */
	if (rc == 0 && match && !top && strcmp(match, from) != 0) {
		free(match);
		match = NULL;
	}
	*out = rc == 0 ? match : NULL;
	if (rc < 0)
		free(match);
	free(at);
	return rc;
}

static int root_from_variable(char **out, const char *value,
			      struct dg_error *err)
{
	struct stat st;

	*out = realpath(value, NULL);
	if (!*out)
		return dg_error_errno(err, errno, "DDBGIT_ROOT '%s'", value);
	if (stat(*out, &st) < 0 || !S_ISDIR(st.st_mode)) {
		free(*out);
		*out = NULL;
		return dg_error_set(err, DG_EUSAGE,
				    "DDBGIT_ROOT '%s' is not a directory",
				    value);
	}
	return 0;
}

int dg_root_find_from(char **out, const char *from, const char *environment,
		      struct dg_error *err)
{
	char *file = NULL;
	int rc = dg_asprintf(&file, err, "scripts/.env.%s", environment);

	*out = NULL;
	if (rc == 0)
		rc = find_upwards(out, from, file, 0, err);
	if (rc == 0 && !*out)
		rc = find_upwards(out, from, "scripts", S_IFDIR, err);
	if (rc == 0 && !*out)
		rc = find_upwards(out, from, ".git", 0, err);
	if (rc == 0 && !*out)
		rc = dg_strdup(out, from, err);
	free(file);
	return rc;
}

int dg_root_find(char **out, const char *environment, struct dg_error *err)
{
	const char *variable = getenv("DDBGIT_ROOT");
	char *current = NULL;
	int rc;

	*out = NULL;
	if (variable && *variable)
		return root_from_variable(out, variable, err);
	rc = dg_current_directory(&current, err);
	if (rc == 0)
		rc = dg_root_find_from(out, current, environment, err);
	free(current);
	return rc;
}

int dg_root_path(char **out, const char *root, const char *relative,
		 struct dg_error *err)
{
	char *current = NULL;
	int rc = dg_current_directory(&current, err);

	*out = NULL;
	if (rc == 0 && strcmp(current, root) == 0)
		rc = dg_asprintf(out, err, "./%s", relative);
	else if (rc == 0)
		rc = dg_asprintf(out, err, "%s/%s",
				 strcmp(root, "/") == 0 ? "" : root, relative);
	free(current);
	return rc;
}

const char *dg_root_label(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool dg_root_is_of(const char *path, const char *environment)
{
	const char *label = dg_root_label(path);
	const size_t len = strlen(environment);

	return strncmp(label, environment, len) == 0 &&
	       (label[len] == '\0' || label[len] == '@');
}

bool dg_root_holds_snapshot(const char *directory)
{
	struct stat st;
	char *file = NULL;
	bool found;

	if (dg_asprintf(&file, NULL, "%s/" DG_DATA_FILE, directory) < 0)
		return false;
	found = lstat(file, &st) == 0;
	free(file);
	return found;
}

int dg_root_snapshot(char **out, const char *label, struct dg_error *err)
{
	return dg_asprintf(out, err, DG_ROOT_SNAPSHOTS "/%s", label);
}
