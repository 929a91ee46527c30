#include "repo/object_store.h"
#include "repo/loose_writer.h"
#include "repo/pack_entries.h"

static int write_long(const struct dg_object_store *store,
		      const struct dg_object *object, struct dg_error *err)
{
	struct dg_file *file = NULL;
	int rc = object->files->open(object->files, object->path, &file, err);

	if (!rc)
		rc = dg_loose_blob_write(store->repo, &object->id, file,
					 store->memory, store->cancel, err);
	dg_file_close(file);
	return rc < 0 ? dg_error_prefix(err, "'%s'", object->path) : 0;
}

/* Writes what is too long to be held in memory, and keeps the rest. */
static int write_long_ones(const struct dg_object_store *store,
			   struct dg_object_list *list, struct dg_error *err)
{
	size_t from, to = 0;
	int rc = 0;

	for (from = 0; from < list->count; from++) {
		struct dg_object *object = &list->objects[from];

		if (object->files && object->size > DG_OBJECT_WHOLE_MAX) {
			if (!rc)
				rc = write_long(store, object, err);
		} else {
			list->objects[to++] = *object;
		}
	}
	list->count = to;
	return rc;
}

static int write_loose(const struct dg_object_store *store,
		       const struct dg_object *object, struct dg_buf *space,
		       struct dg_error *err)
{
	struct dg_slice bytes;
	git_oid id;
	int rc = dg_cancel_check(store->cancel, err);

	if (!rc)
		rc = dg_object_read(object, space, &bytes, err);
	if (rc)
		return rc;
	rc = git_odb_write(&id, store->odb, bytes.ptr ? bytes.ptr : "",
			   bytes.len, object->type);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot write an object");
	if (!git_oid_equal(&id, &object->id))
		return dg_error_set(err, DG_EMODIFIED,
				    "'%s' changed while it was read",
				    object->path ? object->path : "an object");
	return 0;
}

static int write_all_loose(const struct dg_object_store *store,
			   const struct dg_object_list *list,
			   struct dg_error *err)
{
	struct dg_buf space = DG_BUF_INIT(DG_OBJECT_WHOLE_MAX + 1);
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < list->count; i++)
		rc = write_loose(store, &list->objects[i], &space, err);
	dg_buf_free(&space);
	return rc;
}

static int take_entry(void *context, const struct dg_object *object,
		      struct dg_slice entry, struct dg_error *err)
{
	(void)object;
	return dg_pack_writer_add(context, entry, err);
}

/* The ids were computed before the pack was: a file that changed in between
 * is in it under another. */
static int check_written(const struct dg_object_store *store,
			 const struct dg_object_list *list,
			 struct dg_error *err)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct dg_object *object = &list->objects[i];

		if (!git_odb_exists(store->odb, &object->id))
			return dg_error_set(err, DG_EMODIFIED,
					    "'%s' changed while it was read",
					    object->path ? object->path
							 : "an object");
	}
	return 0;
}

static int write_pack(const struct dg_object_store *store,
		      const struct dg_object_list *list, struct dg_error *err)
{
	struct dg_pack_writer *pack = NULL;
	struct dg_pack_entries entries = {
		.list = list,
		.take = take_entry,
		.memory = store->memory,
		.cancel = store->cancel,
	};
	size_t count = list->count + dg_object_spool_count(store->spool);
	int rc = dg_pack_writer_open(&pack, store->repo, count, err);

	entries.context = pack;
	if (!rc)
		rc = dg_object_spool_write(store->spool, pack, err);
	if (!rc)
		rc = dg_pack_entries_make(&entries, err);
	if (!rc)
		rc = dg_pack_writer_finish(pack, err);
	dg_pack_writer_close(pack);
	return rc < 0 ? rc : check_written(store, list, err);
}

/* The batch that the spool still holds, and not what is in its file. */
static int join_spool(struct dg_object_list *list,
		      struct dg_object_spool *spool, struct dg_error *err)
{
	size_t from, to = 0;
	int rc = dg_object_list_move(list, &spool->batch, err);

	if (rc < 0)
		return rc;
	dg_object_list_unique(list);
	for (from = 0; from < list->count; from++) {
		struct dg_object *object = &list->objects[from];

		if (dg_object_spool_has(spool, &object->id))
			dg_object_free(object);
		else
			list->objects[to++] = *object;
	}
	list->count = to;
	return 0;
}

int dg_object_store_write(const struct dg_object_store *store,
			  struct dg_object_list *list, struct dg_error *err)
{
	int rc = join_spool(list, store->spool, err);

	if (!rc)
		rc = write_long_ones(store, list, err);
	if (!rc && !dg_object_spool_count(store->spool) &&
	    list->count <= DG_OBJECTS_LOOSE_MAX)
		rc = write_all_loose(store, list, err);
	else if (!rc)
		rc = write_pack(store, list, err);
	dg_object_list_free(list);
	dg_object_spool_clear(store->spool);
	return rc;
}
