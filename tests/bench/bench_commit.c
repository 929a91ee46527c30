/*
 * The commit path alone: a folder of files, laid out as a snapshot, becomes a
 * commit of a repository.
 *
 *	bench_commit REPOSITORY FOLDER [BRANCH]
 *
 * Prints the seconds of each step, wall and CPU. With BRANCH the files go
 * through the sink, as they do where there is no work tree; else FOLDER is the
 * work tree's backups/ already and is committed in place.
 */
#include "base/dir.h"
#include "repo/commit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct dg_error err;

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Ends the step that began with the last call. */
static void step(const char *name, int rc)
{
	static double wall, cpu;
	double now = seconds(CLOCK_MONOTONIC);
	double used = seconds(CLOCK_PROCESS_CPUTIME_ID);

	if (rc < 0) {
		fprintf(stderr, "%s: %s (%s)\n", name, err.message, err.hint);
		exit(1);
	}
	if (*name)
		printf("%-10s %7.3f s wall %7.3f s CPU\n", name, now - wall,
		       used - cpu);
	wall = now;
	cpu = used;
}

struct copy {
	struct dg_fileset *files;
	struct dg_sink *sink;
	const char *folder;
};

static int copy_folder(const struct copy *copy, struct dg_error *error);

static int copy_entry(void *context, const struct dg_fileset_entry *entry,
		      struct dg_error *error)
{
	struct copy copy = *(const struct copy *)context;
	char path[4096];

	snprintf(path, sizeof(path), "%s%s%s", copy.folder,
		 *copy.folder ? "/" : "", entry->name);
	copy.folder = path;
	return entry->is_folder
		       ? copy_folder(&copy, error)
		       : dg_fileset_copy(copy.files, path, copy.sink, error);
}

static int copy_folder(const struct copy *copy, struct dg_error *error)
{
	return copy->files->list(copy->files, copy->folder, copy_entry,
				 (void *)copy, error);
}

int main(int argc, char **argv)
{
	static const char *const owned[] = {"table-data.json", "table-data",
					    NULL};
	struct dg_commit_options options = {
		.path = "backups",
		.owned = owned,
		.now = time(NULL),
		.memory = 256 << 20,
	};
	struct dg_message message = {.subject = "Benchmark"};
	struct dg_repo *repo = NULL;
	struct dg_commit *commit = NULL;
	struct dg_fileset *files = NULL, *written = NULL;
	char id[DG_OID_HEX_SIZE];

	if (argc < 3)
		return 2;
	options.branch = argc > 3 ? argv[3] : NULL;
	step("", dg_repo_init(&err));
	step("", dg_dir_fileset_open(&files, argv[2], &err));
	step("", dg_repo_open(&repo, argv[1], NULL, &err));
	step("open", dg_commit_open(&commit, repo, &options, &err));
	if (dg_commit_uses_worktree(commit)) {
		step("add", dg_commit_add_files(commit, files, &err));
	} else {
		struct copy copy = {files, dg_commit_sink(commit), ""};

		step("add", copy_folder(&copy, &err));
	}
	step(dg_commit_same_as_tip(commit, "table-data") ? "same" : "compare",
	     0);
	step("write", dg_commit_files(&written, commit, &err));
	dg_fileset_close(written);
	step("prepare", dg_commit_prepare(commit, &message, &err));
	step("finish", dg_commit_finish(commit, id, &err));
	dg_commit_close(commit);
	dg_fileset_close(files);
	dg_repo_close(repo);
	dg_repo_shutdown();
	return 0;
}
