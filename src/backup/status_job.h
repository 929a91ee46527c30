/*
 * A status under way: status_find.c gathers the snapshots, status.c looks at
 * their backups and files, status_live.c at their tables.
 */
#ifndef DG_BACKUP_STATUS_JOB_H
#define DG_BACKUP_STATUS_JOB_H

#include "base/clock.h"
#include "repo/revision.h"
#include <ddbgit/status.h>

struct dg_status_snapshot {
	struct dg_status_entry entry;
	char *tree_path; /* NULL: outside a repository */
	char *directory; /* NULL: not in the work tree */
	char *label;     /* its folder's name */
	bool in_tree;
};

struct dg_status_job {
	const struct dg_run *run;
	const struct dg_status_options *options;
	struct dg_clock clock;
	int64_t now; /* Unix seconds */
	char *root;
	struct dg_repo *repo;                 /* NULL: none */
	struct dg_revision *head;             /* NULL: unborn */
	char *ref;                            /* NULL: detached */
	struct dg_status_snapshot *snapshots; /* by path */
	size_t count;
	size_t room;
};

/* Opens root, repository and HEAD where they are, and lists the snapshots. */
int dg_status_find(struct dg_status_job *job, struct dg_error *err);

/* Looks at the live tables, as the options want it. What goes wrong with a
 * table stands in its entry. */
int dg_status_look_live(struct dg_status_job *job, struct dg_error *err);

#endif
