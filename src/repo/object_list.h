/*
 * Objects that are to be written: their ids are known, their bytes are read
 * when their turn comes.
 */
#ifndef DG_REPO_OBJECT_LIST_H
#define DG_REPO_OBJECT_LIST_H

#include "base/fileset.h"
#include "repo/git.h"

struct dg_object {
	git_oid id;
	git_object_t type;
	uint64_t size;
	/* A file of a set, both borrowed; or bytes, owned. */
	struct dg_fileset *files; /* NULL: bytes */
	const char *path;
	char *bytes;
	size_t order; /* of its adding */
};

struct dg_object_list {
	struct dg_object *objects;
	size_t count;
	size_t room;
};

/* A blob whose content is the file's. */
int dg_object_list_add_file(struct dg_object_list *list, const git_oid *id,
			    uint64_t size, struct dg_fileset *files,
			    const char *path, struct dg_error *err);

/* Takes the bytes over, also when it fails. */
int dg_object_list_add_bytes(struct dg_object_list *list, const git_oid *id,
			     git_object_t type, struct dg_buf *bytes,
			     struct dg_error *err);

/* Puts the objects of another list, which is empty then, behind these. */
int dg_object_list_move(struct dg_object_list *list,
			struct dg_object_list *from, struct dg_error *err);

/* Frees what an object owns. */
void dg_object_free(struct dg_object *object);

/* Each id once, in the order of adding. */
void dg_object_list_unique(struct dg_object_list *list);

/* Its bytes into out, or borrowed from the object. DG_EMODIFIED: the file has
 * another size by now. */
int dg_object_read(const struct dg_object *object, struct dg_buf *out,
		   struct dg_slice *bytes, struct dg_error *err);

/* Empty, and without memory. */
void dg_object_list_free(struct dg_object_list *list);

#endif
