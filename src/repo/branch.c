#include "repo/branch.h"
#include "base/text.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADS "refs/heads/"
#define REF_FILE_MAX 4096

static int named_branch(char **out, const char *branch, struct dg_error *err)
{
	int valid = 0;

	if (!strncmp(branch, HEADS, strlen(HEADS)))
		branch += strlen(HEADS);
	if (git_branch_name_is_valid(&valid, branch) < 0 || !valid)
		return dg_error_set(err, DG_EUSAGE,
				    "'%s' cannot be the name of a branch",
				    branch);
	return dg_asprintf(out, err, HEADS "%s", branch);
}

int dg_branch_of_head(char **out, struct dg_repo *repo, struct dg_error *err)
{
	git_reference *head = NULL;
	const char *target;
	int rc = git_reference_lookup(&head, repo->git, "HEAD");

	*out = NULL;
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read HEAD");
	target = git_reference_symbolic_target(head);
	rc = 0;
	if (target && !strncmp(target, HEADS, strlen(HEADS)))
		rc = dg_strdup(out, target, err);
	git_reference_free(head);
	return rc;
}

int dg_repo_branch_ref(char **out, struct dg_repo *repo, const char *branch,
		       struct dg_error *err)
{
	int rc;

	*out = NULL;
	if (branch)
		return named_branch(out, branch, err);
	rc = dg_branch_of_head(out, repo, err);
	if (rc < 0 || *out)
		return rc;
	dg_error_set(err, DG_EREFUSED,
		     "HEAD is detached: a commit would belong to no branch");
	return dg_error_hint(err, "Switch to a branch (git switch NAME), or "
				  "name one with --branch=NAME");
}

int dg_branch_tip(git_oid *out, struct dg_repo *repo, const char *ref,
		  struct dg_error *err)
{
	int rc = git_reference_name_to_id(out, repo->git, ref);

	if (!rc)
		return 1;
	memset(out, 0, sizeof(*out));
	if (rc == GIT_ENOTFOUND)
		return 0;
	return dg_git_error(err, rc, "cannot read '%s'", ref);
}

/* The first line of a small file; "" if it cannot be read. */
static void read_line(const char *folder, const char *name, char *out,
		      size_t size)
{
	char path[REF_FILE_MAX];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out, size - 1);
		close(fd);
	}
	out[n < 0 ? 0 : n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
}

/* Will a rebase in the work tree with this Git directory move the branch? */
static bool rebases(const char *gitdir, const char *ref)
{
	char line[REF_FILE_MAX];

	read_line(gitdir, "rebase-merge/head-name", line, sizeof(line));
	if (!strcmp(line, ref))
		return true;
	read_line(gitdir, "rebase-apply/head-name", line, sizeof(line));
	return !strcmp(line, ref);
}

static bool uses(const char *gitdir, const char *ref)
{
	char line[REF_FILE_MAX];

	read_line(gitdir, "HEAD", line, sizeof(line));
	if (!strncmp(line, "ref: ", 5) && !strcmp(line + 5, ref))
		return true;
	return rebases(gitdir, ref);
}

static int refuse_elsewhere(const char *ref, const char *where,
			    struct dg_error *err)
{
	dg_error_set(err, DG_EREFUSED,
		     "branch '%s' is checked out in another work tree: %s",
		     ref + strlen(HEADS), where);
	return dg_error_hint(err,
			     "Run ddbgit there, or name another branch with "
			     "--branch=NAME (git worktree prune forgets work "
			     "trees that are gone)");
}

static bool main_is_bare(struct dg_repo *repo)
{
	git_config *config = NULL;
	int bare = 0;

	if (!git_repository_config_snapshot(&config, repo->git))
		git_config_get_bool(&bare, config, "core.bare");
	git_config_free(config);
	return bare != 0;
}

static int check_linked(struct dg_repo *repo, const char *ref, const char *name,
			struct dg_error *err)
{
	char gitdir[REF_FILE_MAX], where[REF_FILE_MAX];
	char *suffix;

	snprintf(gitdir, sizeof(gitdir), "%s/worktrees/%s", repo->commondir,
		 name);
	if (!strcmp(gitdir, repo->gitdir) || !uses(gitdir, ref))
		return 0;
	read_line(gitdir, "gitdir", where, sizeof(where));
	suffix = strrchr(where, '/');
	if (suffix)
		*suffix = '\0';
	return refuse_elsewhere(ref, where, err);
}

int dg_branch_check_elsewhere(struct dg_repo *repo, const char *ref,
			      struct dg_error *err)
{
	char folder[REF_FILE_MAX];
	struct dirent *entry;
	DIR *dir;
	int rc = 0;

	if (rebases(repo->gitdir, ref)) {
		dg_error_set(err, DG_EREFUSED, "branch '%s' is being rebased",
			     ref + strlen(HEADS));
		return dg_error_hint(err, "Finish or abort the rebase first");
	}
	if (strcmp(repo->gitdir, repo->commondir) != 0 && !main_is_bare(repo) &&
	    uses(repo->commondir, ref))
		return refuse_elsewhere(ref, repo->commondir, err);
	snprintf(folder, sizeof(folder), "%s/worktrees", repo->commondir);
	dir = opendir(folder);
	while (dir && !rc && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			rc = check_linked(repo, ref, entry->d_name, err);
	}
	if (dir)
		closedir(dir);
	return rc;
}

/* Is one the other's folder: "refs/heads/a" and "refs/heads/a/b"? */
static bool collide(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b);
	size_t len = len_a < len_b ? len_a : len_b;

	return len_a != len_b && !strncmp(a, b, len) &&
	       (len_a < len_b ? b[len] : a[len]) == '/';
}

int dg_branch_check_new(struct dg_repo *repo, const char *ref,
			struct dg_error *err)
{
	git_reference_iterator *all = NULL;
	const char *name;
	int rc = git_reference_iterator_glob_new(&all, repo->git, HEADS "*");

	while (!rc && !(rc = git_reference_next_name(&name, all))) {
		if (!collide(ref, name))
			continue;
		dg_error_set(err, DG_EREFUSED,
			     "branch '%s' cannot be made while branch '%s' "
			     "exists",
			     ref + strlen(HEADS), name + strlen(HEADS));
		git_reference_iterator_free(all);
		return dg_error_hint(err, "Choose another name");
	}
	git_reference_iterator_free(all);
	if (rc != GIT_ITEROVER)
		return dg_git_error(err, rc, "cannot list the branches");
	return 0;
}
