/*
 * The facts of a backup: from its commit's trailers where they agree with the
 * path, else from table-metadata.json in its tree, so that backups committed
 * by hand tell as much.
 */
#ifndef DG_BACKUP_FACTS_H
#define DG_BACKUP_FACTS_H

#include "repo/revision.h"
#include "snapshot/metadata.h"
#include <ddbgit/backups.h>

struct dg_facts {
	/* Owned; NULL: unknown. */
	char *environment;
	char *table;
	char *region;
	char *date;
	char *subject;
	char *sha256;
	char *layout; /* by the metadata; NULL also where that was not read */
	bool has_items;
	uint64_t items;
	bool has_changes;
	struct dg_changes changes;
};

/* message: the commit's; revision: its tree; path: the snapshot's. A
 * malformed metadata file leaves facts unknown and is no error; one that cannot
 * be read is. */
int dg_facts_read(struct dg_facts *out, const char *message, int64_t time,
		  struct dg_revision *revision, const char *path,
		  struct dg_error *err);
/*
 * The two steps of it, for who has the tree at hand only when it is needed. 1:
 * the message speaks of this path, and out is whole; 0: out has the subject,
 * and the commit's time as its date.
 */
int dg_facts_of_message(struct dg_facts *out, const char *message, int64_t time,
			const char *path, struct dg_error *err);
/* Adds what the metadata in the tree says. Frees the facts on failure. */
int dg_facts_add_metadata(struct dg_facts *facts, struct dg_revision *revision,
			  const char *path, struct dg_error *err);
void dg_facts_free(struct dg_facts *facts);

#endif
