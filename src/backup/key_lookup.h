/*
 * One item in many revisions. What a set of Git objects said is remembered,
 * so that a snapshot that many commits share is read once.
 */
#ifndef DG_BACKUP_KEY_LOOKUP_H
#define DG_BACKUP_KEY_LOOKUP_H

#include "base/fileset.h"
#include "item/key.h"
#include "repo/revision.h"
#include "snapshot/snapshot.h"

enum dg_key_answer {
	DG_KEY_ABSENT, /* no such item, or no snapshot */
	DG_KEY_FOUND,
	DG_KEY_FOREIGN,    /* the key is of another schema than the table's */
	DG_KEY_UNREADABLE, /* warned of */
};

#define DG_KEY_MEMORY 8

/* What three objects (data, its chunks, schema) held. */
struct dg_key_entry {
	struct dg_identity identity[3];
	enum dg_key_answer answer;
	struct dg_key_schema keys;
	struct dg_buf line;
};

struct dg_key_lookup {
	const char *key; /* as given; borrowed */
	struct dg_snapshot_options reading;
	struct dg_key_entry entry[DG_KEY_MEMORY]; /* a ring */
	size_t next;
	struct dg_key_entry absent; /* of no snapshot */
	bool accepted;              /* by some schema */
	struct dg_error refused_by; /* why it was not, by the last */
};

void dg_key_lookup_init(struct dg_key_lookup *lookup, const char *key,
			const struct dg_snapshot_options *reading);
void dg_key_lookup_free(struct dg_key_lookup *lookup);

/* *out is borrowed until DG_KEY_MEMORY more look-ups; revision: NULL for no
 * snapshot. */
int dg_key_lookup_find(struct dg_key_lookup *lookup,
		       struct dg_revision *revision, const char *path,
		       const struct dg_key_entry **out, struct dg_error *err);

#endif
