/*
 * A file set is what snapshot formats read: a directory, a Git tree or the
 * Git index, without their knowing which. A sink is what they write into.
 * Paths are relative, with '/' between components, without "." and "..";
 * no implementation follows a symlink below its root.
 */
#ifndef DG_BASE_FILESET_H
#define DG_BASE_FILESET_H

#include "base/buf.h"
#include <stdint.h>

/* Names a content: equal identities of equal kind are equal contents. */
struct dg_identity {
	const char *kind; /* "git-sha1"; static; NULL: no identity known */
	unsigned char bytes[32];
	size_t len;
};

/*
 * By what a file in a directory is known again: equal as long as nobody wrote
 * to it or put another one in its place. Renaming it changes nothing. Zeros
 * are the stamp of no file.
 */
struct dg_stamp {
	uint64_t inode;
	uint64_t size;
	int64_t mtime_s;
	int64_t mtime_ns;
};

bool dg_stamp_equal(const struct dg_stamp *a, const struct dg_stamp *b);

/* Of two contents that are known: are they the same? */
bool dg_identity_equal(const struct dg_identity *a,
		       const struct dg_identity *b);

/* A file that is open for reading. */
struct dg_file {
	/* *n gets how many bytes were read, 0 at the end. */
	int (*read)(struct dg_file *self, void *bytes, size_t cap, size_t *n,
		    struct dg_error *err);
	/* Back to the first byte. */
	int (*rewind)(struct dg_file *self, struct dg_error *err);
	void (*close)(struct dg_file *self);
	uint64_t size; /* in bytes */
	/* When it was opened; zeros: it is in no directory. */
	struct dg_stamp stamp;
};

struct dg_fileset_entry {
	const char *name; /* one component */
	bool is_folder;   /* else a regular file; nothing else is listed */
};

/* An entry of a folder, of any kind, that is not the same object in two file
 * sets. */
struct dg_fileset_difference {
	const char *name; /* one component */
	bool in_left;
	bool in_right;
};

struct dg_fileset {
	/* DG_ENOTFOUND; DG_EINVALID for what is no regular file. */
	int (*open)(struct dg_fileset *self, const char *path,
		    struct dg_file **out, struct dg_error *err);
	/* In the order of the names' bytes; "" is the root. */
	int (*list)(struct dg_fileset *self, const char *path,
		    int (*visit)(void *context,
				 const struct dg_fileset_entry *entry,
				 struct dg_error *err),
		    void *context, struct dg_error *err);
	/* Of a file or folder; NULL member: the set knows none. */
	int (*identity)(struct dg_fileset *self, const char *path,
			struct dg_identity *out, struct dg_error *err);
	/*
	 * What of a folder differs from the same folder in `right`, a set of
	 * the same kind, by the ids of objects alone: nothing is read but
	 * the folder. One that is missing is empty. In no order; a result that
	 * is not 0 ends it and is returned. NULL member: the set knows no ids
	 * of folders.
	 */
	int (*compare)(
		struct dg_fileset *self, struct dg_fileset *right,
		const char *path,
		int (*visit)(void *context,
			     const struct dg_fileset_difference *difference,
			     struct dg_error *err),
		void *context, struct dg_error *err);
	void (*close)(struct dg_fileset *self);
	/* For messages: "backups/dynamodb/prod", "1a2b3c4:backups/…". */
	const char *name;
};

/* A file that is being written. */
struct dg_sink_file {
	int (*write)(struct dg_sink_file *self, const void *bytes, size_t len,
		     struct dg_error *err);
	/* Makes it part of the sink, flushed; frees self, also on failure. */
	int (*commit)(struct dg_sink_file *self, struct dg_error *err);
	/* Drops it; frees self. */
	void (*discard)(struct dg_sink_file *self);
};

struct dg_sink {
	/* size: in bytes where known, else UINT64_MAX. */
	int (*create)(struct dg_sink *self, const char *path, uint64_t size,
		      struct dg_sink_file **out, struct dg_error *err);
	/*
	 * 1: what is written into holds exactly these bytes under path
	 * already, and keeps them as part of what is written; 0: they have to
	 * be written. NULL: always.
	 */
	int (*keep)(struct dg_sink *self, const char *path,
		    struct dg_slice bytes, struct dg_error *err);
	void (*close)(struct dg_sink *self);
};

/* NULL is allowed in the closers. */
void dg_file_close(struct dg_file *file);
void dg_fileset_close(struct dg_fileset *set);
void dg_sink_close(struct dg_sink *sink);

/* Can `compare` of the one take the other? */
bool dg_fileset_comparable(const struct dg_fileset *left,
			   const struct dg_fileset *right);

/* Reads a whole file into out (whose maximum bounds it). */
int dg_fileset_read(struct dg_fileset *set, const char *path,
		    struct dg_buf *out, struct dg_error *err);

/* Reads on to the end of the file, into out. */
int dg_file_read_all(struct dg_file *file, struct dg_buf *out,
		     struct dg_error *err);

/* Writes a whole file, unless the sink can keep one. */
int dg_sink_write(struct dg_sink *sink, const char *path, struct dg_slice bytes,
		  struct dg_error *err);

/* Copies a file, of any size, under its own name. */
int dg_fileset_copy(struct dg_fileset *set, const char *path,
		    struct dg_sink *sink, struct dg_error *err);

/* Reads len bytes or up to the end; *n < len only there. */
int dg_file_read_full(struct dg_file *file, void *bytes, size_t len, size_t *n,
		      struct dg_error *err);

/* 0, or DG_EINVALID for a path that is empty, absolute, or has a component
 * that is empty, ".", ".." or ".git" (in any case). */
int dg_path_check(const char *path, struct dg_error *err);

#endif
