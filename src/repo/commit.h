/*
 * One commit that changes one snapshot's path and nothing else, crash-safe
 * (docs/architecture.md, "Committing"):
 *
 *	dg_commit_open     all refusals, before a table is read; the lock
 *	dg_commit_tip      the snapshot at the branch tip, to compare with
 *	dg_commit_sink     or dg_commit_add_files: blobs, written and flushed
 *	dg_commit_prepare  tree and commit objects; Git's locks taken
 *	    the caller puts the files in place (work tree only)
 *	dg_commit_finish   index entries, reference
 */
#ifndef DG_REPO_COMMIT_H
#define DG_REPO_COMMIT_H

#include "base/clock.h"
#include "repo/message.h"
#include "repo/repo.h"

#define DG_OID_HEX_SIZE 41

struct dg_commit_options {
	const char *path;   /* in the tree: "backups/dynamodb/prod" */
	const char *branch; /* --branch, or NULL: HEAD's */
	bool force;         /* --force: also an ignored path */
	/* Entries that are the snapshot's own; others there are carried over.
	 * Ends with NULL: "table-data.json", …, "table-data". */
	const char *const *owned;
	const struct dg_cancel *cancel;
	const struct dg_log *log;
	const char *now_iso;    /* for the intent */
	int64_t now;            /* Unix seconds of the commit */
	struct dg_clock *clock; /* waits for locks; NULL: the system's */
	/* For dg_commit_tip, as dg_revision_files, and for what is written;
	 * one thread works on objects where it is 0. */
	uint64_t memory;
	const char *temp_dir; /* for dg_commit_sink; NULL: see temp_file.h */
};

struct dg_commit;

/*
 * Refuses with the reason and the way out: merge or rebase in progress,
 * detached HEAD without a branch, a branch checked out in another work tree,
 * an ignored path, filter/ident/working-tree-encoding attributes, an index
 * that cannot be written. Takes the per-path lock (DG_ELOCKED names the
 * holder) and cleans up after a crashed run's intent. The options' strings,
 * clock, cancel and log are borrowed until the close.
 */
int dg_commit_open(struct dg_commit **out, struct dg_repo *repo,
		   const struct dg_commit_options *options,
		   struct dg_error *err);

/* What dg_commit_open would refuse, each aspect by itself: of the first one
 * that is refused the later ones may be unknown. */
enum dg_commit_aspect {
	DG_COMMIT_BRANCH, /* HEAD, the branch, nothing in progress */
	DG_COMMIT_INDEX,
	DG_COMMIT_IGNORED,
	DG_COMMIT_ATTRIBUTES,
	DG_COMMIT_ASPECTS,
};

struct dg_commit_findings {
	char *ref;                              /* NULL: unknown */
	struct dg_error why[DG_COMMIT_ASPECTS]; /* code DG_OK: not refused */
};

/* Takes no lock and writes nothing. Findings are freed by the caller, also
 * after a failure, which is one of memory only. */
int dg_commit_probe(struct dg_commit_findings *out, struct dg_repo *repo,
		    const struct dg_commit_options *options,
		    struct dg_error *err);
void dg_commit_findings_free(struct dg_commit_findings *findings);

/* True: files are put into the work tree between prepare and finish. False:
 * --branch of another branch, or a bare repository. */
bool dg_commit_uses_worktree(const struct dg_commit *commit);

/* The snapshot at the tip as a file set, borrowed; NULL if there is none. */
struct dg_fileset *dg_commit_tip(struct dg_commit *commit);

/* Blobs from memory or a spool; for runs without a work tree. Borrowed. */
struct dg_sink *dg_commit_sink(struct dg_commit *commit);

/*
 * Takes every file of the set (the new snapshot's) under the snapshot's own
 * names, those of folders too. They are hashed here, by several threads at a
 * time, and read again when the objects are written (dg_commit_files,
 * dg_commit_prepare), except for those that the tip holds already: until then
 * the set stays open and its files as they are. Of two files added under one
 * name the later counts.
 */
int dg_commit_add_files(struct dg_commit *commit, struct dg_fileset *files,
			struct dg_error *err);
/* Takes one file of the set, likewise. */
int dg_commit_add_one(struct dg_commit *commit, const char *name,
		      struct dg_fileset *files, struct dg_error *err);

/* Writes what was added: the snapshot's folder as it would be committed now,
 * readable again. The caller closes it, before the commit. */
int dg_commit_files(struct dg_fileset **out, struct dg_commit *commit,
		    struct dg_error *err);

/* Is what was added under `name` (a file or folder of the snapshot's own) the
 * tip's own object, and the repository has lost nothing of it? Also where
 * neither has anything. */
bool dg_commit_same_as_tip(struct dg_commit *commit, const char *name);

/*
 * The tree and commit objects; then, with a work tree, the index, HEAD and
 * the branch are locked (each for up to five seconds: DG_ELOCKED) and read
 * again. The index comes first, as in Git itself, and before any file is put
 * in place: what cannot be committed moves nothing. If the branch moved but the
 * path is as it was, tree and parent are rebuilt; if the path changed:
 * DG_EMODIFIED "another backup of this table landed meanwhile".
 */
int dg_commit_prepare(struct dg_commit *commit,
		      const struct dg_message *message, struct dg_error *err);

/* Not cancellable. Index entries with stat data from the work tree, then the
 * reference. id gets the commit's full id if the branch has it now, also with
 * an error (what was moved could not be flushed), else "". */
int dg_commit_finish(struct dg_commit *commit, char id[DG_OID_HEX_SIZE],
		     struct dg_error *err);

/* For an unchanged table, when the files in place are the tip's again: index
 * entries of the path equal to the tip's. Nothing without a work tree, or
 * where they are so already. */
int dg_commit_reset_index(struct dg_commit *commit, struct dg_error *err);

/* Unlocks; without a finish nothing but unreferenced objects remains. */
void dg_commit_close(struct dg_commit *commit);

#endif
