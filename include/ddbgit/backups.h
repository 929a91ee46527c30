/*
 * The backups in the history of a repository: list them, look at one, tag
 * one. The repository is the one around the current directory.
 */
#ifndef DDBGIT_BACKUPS_H
#define DDBGIT_BACKUPS_H

#include <ddbgit/dump.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_backup {
	const char *commit_id;   /* full */
	const char *path;        /* of the snapshot in the tree */
	const char *environment; /* NULL: unknown */
	const char *table;       /* NULL: unknown */
	const char *region;      /* NULL: unknown */
	const char *date;        /* of the dump, ISO 8601; else the commit's */
	const char *subject;
	bool has_items;
	uint64_t items;
	bool has_changes;
	struct dg_changes changes;
	bool removed;            /* the commit deletes the snapshot */
	const char *const *tags; /* ends with NULL */
	const char *sha256;      /* of the data, as stated; NULL: not stated */
};

struct dg_backup_list;

struct dg_backup_list_options {
	const char *environment; /* NULL: all */
	const char *table;       /* NULL: all */
	const char *revision;    /* NULL: all local branches and tags */
	const char *since; /* dates as docs/man/ddbgit-log has them, or NULL */
	const char *until;
	uint64_t limit; /* 0: none */
};

int dg_backup_list_open(struct dg_backup_list **out, const struct dg_run *run,
			const struct dg_backup_list_options *options,
			struct dg_error *err);
/* 1 with *backup, borrowed until the next call; 0 at the end. Newest first. */
int dg_backup_list_next(struct dg_backup_list *list, struct dg_backup *backup,
			struct dg_error *err);
void dg_backup_list_close(struct dg_backup_list *list);

/* One backup in detail. */
struct dg_backup_index {
	char *name;
	bool global; /* else local */
	char *keys;  /* "user (S), time (N)" */
	char *projection;
};

struct dg_backup_details {
	char *revision; /* as asked for */
	char commit_id[41];
	char *subject;
	char *path;
	char *environment;
	char *table;
	char *region;
	char *endpoint;
	char *date;
	char *layout;
	char *tool_version;
	char *keys;    /* "id (S), time (N)"; NULL: unknown */
	char *billing; /* "on demand", "provisioned, 5 read and 5 write units"
			*/
	char *time_to_live; /* the attribute's name, or NULL */
	struct dg_backup_index *indexes;
	size_t index_count;
	bool has_items;
	uint64_t items;
	uint64_t bytes; /* 0: unknown */
	char sha256[65];
	bool has_changes;
	struct dg_changes changes; /* against the first parent, computed */
	char **tags;               /* ends with NULL, or NULL */
};

struct dg_show_options {
	const char *revision;    /* NULL: HEAD */
	const char *environment; /* --from/--env: which snapshot, or NULL */
	const char *path;        /* --path, or NULL */
};

int dg_show(const struct dg_run *run, const struct dg_show_options *options,
	    struct dg_backup_details *details, struct dg_error *err);
void dg_backup_details_free(struct dg_backup_details *details);

/* Tags the backup that `revision` (NULL: HEAD) means: the commit that last
 * wrote its snapshot. commit_id gets it. */
int dg_tag_backup(const struct dg_run *run, const char *name,
		  const char *revision, char commit_id[41],
		  struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
