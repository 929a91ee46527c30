/* What the files of an inspection share. */
#ifndef DG_SNAPSHOT_INSPECTION_STATE_H
#define DG_SNAPSHOT_INSPECTION_STATE_H

#include "snapshot/inspection.h"
#include "snapshot/snapshot_state.h"

struct dg_inspector {
	const struct dg_inspection_options *options;
	struct dg_inspection *out;
	struct dg_fileset *files;
	struct dg_snapshot *snapshot;
	bool metadata_broken;
	bool schema_wrong; /* not what the metadata states */
	bool schema_missing;
	bool summary_missing;
	bool own; /* ddbgit wrote it, as far as can be told */
};

int dg_inspector_problem(struct dg_inspector *inspector, struct dg_error *err,
			 const char *file, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
int dg_inspector_note(struct dg_inspector *inspector, struct dg_error *err,
		      const char *file, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* After a step that gave rc and cause: reports a failure as a problem of the
 * file that the message begins with, else of `file`. What ends the inspection
 * is returned, with cause in err. */
int dg_inspector_settle(struct dg_inspector *inspector, const char *file,
			int rc, const struct dg_error *cause,
			struct dg_error *err);

/* Is it the number of the items, or of their keys? Of a dump in which a key
 * comes again, which is no error of others' dumps, either may be stated. */
bool dg_inspector_is_count(const struct dg_inspector *inspector,
			   uint64_t stated);

/* Holds what was counted to what the metadata states. sha256: "" if it was not
 * computed. */
int dg_inspector_compare(struct dg_inspector *inspector, struct dg_error *err);

/* The describing files, in this order; what is missing, members and spelling
 * after the items, whose layout may tell who wrote them.
 * inspection_description.c */
int dg_inspector_read_summary(struct dg_inspector *inspector,
			      struct dg_error *err);
int dg_inspector_read_metadata(struct dg_inspector *inspector,
			       struct dg_error *err);
int dg_inspector_inspect_schema(struct dg_inspector *inspector,
				struct dg_error *err);
int dg_inspector_say_origin(struct dg_inspector *inspector,
			    struct dg_error *err);
int dg_inspector_check_members(struct dg_inspector *inspector,
			       struct dg_error *err);
int dg_inspector_check_description(struct dg_inspector *inspector,
				   struct dg_error *err);

/* The items of each layout. inspection_single.c, inspection_chunks.c */
int dg_inspector_single(struct dg_inspector *inspector, struct dg_error *err);
int dg_inspector_chunks(struct dg_inspector *inspector, struct dg_error *err);

/* Reports the files below table-data/ that are not in `named`, a set of the
 * digests of paths; NULL: part files may be named, others not.
 * inspection_parts.c */
int dg_inspector_parts(struct dg_inspector *inspector,
		       const struct dg_digest_set *named, struct dg_error *err);
/* Adds a path to such a set: as dg_digest_set_add. */
int dg_inspector_name_part(struct dg_digest_set *named, const char *path,
			   struct dg_error *err);

#endif
