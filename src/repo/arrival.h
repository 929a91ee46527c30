/*
 * What moves between repositories: the snapshots that a pull or a checkout
 * brought, and the files in a push that are larger than hosts take.
 */
#ifndef DG_REPO_ARRIVAL_H
#define DG_REPO_ARRIVAL_H

#include "repo/revision.h"

struct dg_arrival {
	const char *from; /* a revision; NULL: none, everything is new */
	const char *to;   /* a revision */
	const char
		*marker; /* of a snapshot's folder, as in dg_history_options */
	const char *const *owned;
};

/* Snapshots that `to` has and `from` has not, or otherwise. In byte order of
 * the path. DG_ENOTFOUND for a revision that is none. */
int dg_arrival_find(struct dg_repo *repo, const struct dg_arrival *arrival,
		    int (*visit)(void *context, const char *path,
				 struct dg_revision *to, struct dg_error *err),
		    void *context, struct dg_error *err);

struct dg_large_file {
	const char *path;
	const char *commit_id; /* that brings it */
	uint64_t size;
};

struct dg_departure {
	const char *tip;    /* what is pushed: an id */
	const char *known;  /* what the other side has: an id, or NULL */
	const char *remote; /* its name, or NULL: its branches are known too */
	uint64_t above;     /* report files larger than this, in bytes */
};

/* Files that commits of a push bring, each blob once. */
int dg_departure_large(struct dg_repo *repo,
		       const struct dg_departure *departure,
		       int (*visit)(void *context,
				    const struct dg_large_file *file,
				    struct dg_error *err),
		       void *context, struct dg_error *err);

#endif
