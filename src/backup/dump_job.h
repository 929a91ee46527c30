/*
 * A dump under way, shared by the files that make one up: dump.c reads the
 * table into a snapshot; dump_layout.c chooses how its items are laid out;
 * dump_repository.c finds where a commit goes,
 * dump_unchanged.c whether there is anything to commit; dump_commit.c makes
 * the commit, dump_message.c its message, dump_tag.c its tag.
 */
#ifndef DG_BACKUP_DUMP_JOB_H
#define DG_BACKUP_DUMP_JOB_H

#include "backup/environment.h"
#include "base/text.h"
#include "item/source.h"
#include "repo/commit.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include <ddbgit/dump.h>

struct dg_dump_job {
	const struct dg_run *run;
	const struct dg_dump_options *options;
	struct dg_dump_result *result;
	struct dg_environment env;
	struct dg_snapshot_options reading;
	char *label;      /* "prod"; of the default path and the default tag */
	char *path;       /* as shown to the user */
	char *below_root; /* the end of path; NULL: --output gave it */

	/* Where the snapshot goes: a directory, or a branch alone. */
	struct dg_snapshot_dir *dir; /* NULL: no work tree */
	struct dg_sink *sink;        /* borrowed */
	struct dg_metadata earlier;  /* of the snapshot that is replaced */
	bool has_earlier;
	struct dg_json *earlier_definition;

	/* The table. */
	struct dg_json *describe;
	struct dg_json *definition;
	struct dg_item_source *live;
	const char *layout;  /* of what is written; once the table was read */
	bool layout_changes; /* from the snapshot's there, by our choice */
	struct dg_metadata metadata;

	/* With --commit. */
	bool commits;
	struct dg_repo *repo;
	char *tree_path; /* "backups/dynamodb/prod" */
	char *ref;       /* "refs/heads/main" */
	struct dg_commit *commit;
	char last_id[DG_OID_HEX_SIZE]; /* last wrote the snapshot; "" none */
	char *last_name; /* a tag of it, else its short id; NULL: none */
	char *tag;       /* the name to give; NULL: none */
	bool tag_exists; /* on last_id already */
};

/* A commit's message; the dg_message borrows from it. */
struct dg_dump_message {
	char subject[512];
	char body[512];
	char items[DG_COUNT_SIZE];
	char changes[96];
};

/* Frees whatever was taken up. */
void dg_dump_job_close(struct dg_dump_job *job);

/* Which folder, by the environment: label, path, below_root. */
int dg_dump_choose_path(struct dg_dump_job *job, struct dg_error *err);

/* What is told of the snapshot in `files`: earlier, has_earlier and
 * earlier_definition. None is no error. */
int dg_dump_load_earlier(struct dg_dump_job *job, struct dg_fileset *files,
			 struct dg_error *err);

/* The repository that path is in, and the path in its tree: repo, tree_path. */
int dg_dump_repository_open(struct dg_dump_job *job, struct dg_error *err);

/* DG_EUSAGE for a layout that does not exist. */
int dg_dump_check_layout(const struct dg_dump_options *options,
			 struct dg_error *err);
/* Sets layout, from what was read and what stands there. */
int dg_dump_choose_layout(struct dg_dump_job *job, struct dg_error *err);
/* After a dump: says so where the layout is another than before. */
void dg_dump_tell_layout(const struct dg_dump_job *job);

/* A plain dump may go anywhere but where Git keeps its own: DG_EREFUSED. */
int dg_dump_check_output(struct dg_dump_job *job, struct dg_error *err);

/* Which repository, branch and path; all refusals. Before any request. */
int dg_dump_commit_open(struct dg_dump_job *job, struct dg_error *err);

/* "main". Borrowed. */
const char *dg_dump_branch(const struct dg_dump_job *job);

/* After the items were staged: decides between 'no changes' and a commit,
 * and does it, with the snapshot directory published. */
int dg_dump_commit(struct dg_dump_job *job, struct dg_error *err);

/* After the items were staged: are data and settings those of the tip? */
int dg_dump_is_unchanged(struct dg_dump_job *job, bool *out,
			 struct dg_error *err);

/* Then the files and index entries in place become the tip's, whatever stood
 * there, and the commit that wrote them is tagged where asked for. */
int dg_dump_keep_unchanged(struct dg_dump_job *job, struct dg_error *err);

/* What the commit says, from the job's metadata and counted changes. */
void dg_dump_describe(const struct dg_dump_job *job, struct dg_message *message,
		      struct dg_dump_message *text);

/* Notes that commit id was found, or made, to be what the table holds. */
int dg_dump_record_check(struct dg_dump_job *job, const char *id,
			 struct dg_error *err);

/* Which tag, before any request: sets tag and tag_exists. */
int dg_dump_tag_plan(struct dg_dump_job *job, struct dg_error *err);

/* Tags commit_id. */
int dg_dump_tag(struct dg_dump_job *job, const char *commit_id,
		struct dg_error *err);

/* A tag on commit id that reads like a backup's, else the short id. */
int dg_dump_commit_name(char **out, struct dg_repo *repo, const char *id,
			struct dg_error *err);

#endif
