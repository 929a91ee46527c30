#include "repo/object_list.h"
#include <stdlib.h>

static struct dg_object *grow(struct dg_object_list *list, struct dg_error *err)
{
	struct dg_object *object;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct dg_object *more;

		more = realloc(list->objects, room * sizeof(*more));
		if (!more) {
			dg_error_nomem(err);
			return NULL;
		}
		list->objects = more;
		list->room = room;
	}
	object = &list->objects[list->count];
	memset(object, 0, sizeof(*object));
	object->order = list->count++;
	return object;
}

int dg_object_list_add_file(struct dg_object_list *list, const git_oid *id,
			    uint64_t size, struct dg_fileset *files,
			    const char *path, struct dg_error *err)
{
	struct dg_object *object = grow(list, err);

	if (!object)
		return DG_ENOMEM;
	object->id = *id;
	object->type = GIT_OBJECT_BLOB;
	object->size = size;
	object->files = files;
	object->path = path;
	return 0;
}

int dg_object_list_add_bytes(struct dg_object_list *list, const git_oid *id,
			     git_object_t type, struct dg_buf *bytes,
			     struct dg_error *err)
{
	struct dg_object *object = grow(list, err);

	if (!object) {
		dg_buf_free(bytes);
		return DG_ENOMEM;
	}
	object->id = *id;
	object->type = type;
	object->size = bytes->len;
	object->bytes = dg_buf_detach(bytes, err);
	if (!object->bytes) {
		dg_buf_free(bytes);
		list->count--;
		return DG_ENOMEM;
	}
	return 0;
}

void dg_object_free(struct dg_object *object)
{
	free(object->bytes);
	object->bytes = NULL;
}

int dg_object_list_move(struct dg_object_list *list,
			struct dg_object_list *from, struct dg_error *err)
{
	size_t i;

	for (i = 0; i < from->count; i++) {
		struct dg_object *object = grow(list, err);

		if (!object)
			return DG_ENOMEM;
		from->objects[i].order = object->order;
		*object = from->objects[i];
		from->objects[i].bytes = NULL;
	}
	dg_object_list_free(from);
	return 0;
}

static int by_id_then_first(const void *a, const void *b)
{
	const struct dg_object *object_a = a, *object_b = b;
	int order = git_oid_cmp(&object_a->id, &object_b->id);

	if (order)
		return order;
	return object_a->order < object_b->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
	const struct dg_object *object_a = a, *object_b = b;

	return object_a->order < object_b->order ? -1 : 1;
}

void dg_object_list_unique(struct dg_object_list *list)
{
	size_t from, to = 0;

	if (!list->count)
		return;
	qsort(list->objects, list->count, sizeof(*list->objects),
	      by_id_then_first);
	for (from = 0; from < list->count; from++) {
		struct dg_object *object = &list->objects[from];

		if (to &&
		    git_oid_equal(&list->objects[to - 1].id, &object->id)) {
			dg_object_free(object);
			continue;
		}
		list->objects[to++] = *object;
	}
	list->count = to;
	qsort(list->objects, list->count, sizeof(*list->objects), by_order);
}

static int read_file(const struct dg_object *object, struct dg_buf *out,
		     struct dg_error *err)
{
	struct dg_file *file = NULL;
	size_t size = (size_t)object->size, n = 0;
	int rc = object->files->open(object->files, object->path, &file, err);

	/* One more, to see that the file has not grown. */
	if (!rc)
		rc = dg_buf_reserve(out, size + 1, err);
	if (!rc)
		rc = dg_file_read_full(file, out->ptr, size + 1, &n, err);
	if (!rc && n != size)
		rc = dg_error_set(err, DG_EMODIFIED,
				  "the file changed while it was read");
	if (!rc)
		out->len = n;
	else
		dg_error_prefix(err, "'%s'", object->path);
	dg_file_close(file);
	return rc;
}

int dg_object_read(const struct dg_object *object, struct dg_buf *out,
		   struct dg_slice *bytes, struct dg_error *err)
{
	int rc = 0;

	if (object->files) {
		dg_buf_clear(out);
		rc = read_file(object, out, err);
		*bytes = dg_buf_slice(out);
	} else {
		*bytes = dg_slice_of(object->bytes, (size_t)object->size);
	}
	return rc;
}

void dg_object_list_free(struct dg_object_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		dg_object_free(&list->objects[i]);
	free(list->objects);
	memset(list, 0, sizeof(*list));
}
