#include "repo/object_reader.h"
#include "repo/object_id.h"
#include <git2/sys/odb_backend.h>
#include <stdlib.h>

/* Packs and loose files, of the repository and of each alternate. */
#define BACKENDS_MAX 64

struct dg_object_reader {
	struct dg_repo *repo;
	struct dg_object_reader *next; /* of those that are idle */
	git_odb *odb;
	git_odb_backend *backends[BACKENDS_MAX];
	size_t backend_count;
};

static void reader_free(struct dg_object_reader *reader)
{
	git_odb_free(reader->odb);
	free(reader);
}

/* The same objects, in the same order, as those of the repository. */
static int open_odb(struct dg_object_reader *reader)
{
	git_buf path = {0};
	size_t i, count;
	int rc = git_repository_item_path(&path, reader->repo->git,
					  GIT_REPOSITORY_ITEM_OBJECTS);

	if (!rc)
		rc = git_odb_open(&reader->odb, path.ptr);
	git_buf_dispose(&path);
	count = rc ? 0 : git_odb_num_backends(reader->odb);
	/* Those beyond are found by git_odb_read. */
	for (i = 0; !rc && i < count && i < BACKENDS_MAX; i++) {
		rc = git_odb_get_backend(&reader->backends[i], reader->odb, i);
		reader->backend_count = i + 1;
	}
	return rc;
}

static int reader_open(struct dg_object_reader **out, struct dg_repo *repo,
		       struct dg_error *err)
{
	struct dg_object_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (!reader)
		return dg_error_nomem(err);
	reader->repo = repo;
	rc = open_odb(reader);
	if (rc < 0) {
		reader_free(reader);
		return dg_git_error(err, rc, "cannot open the object database");
	}
	*out = reader;
	return 0;
}

int dg_object_reader_take(struct dg_object_reader **out, struct dg_repo *repo,
			  struct dg_error *err)
{
	pthread_mutex_lock(&repo->readers_lock);
	*out = repo->readers;
	if (*out)
		repo->readers = (*out)->next;
	pthread_mutex_unlock(&repo->readers_lock);
	return *out ? 0 : reader_open(out, repo, err);
}

void dg_object_reader_give(struct dg_object_reader *reader)
{
	struct dg_repo *repo = reader ? reader->repo : NULL;

	if (!reader)
		return;
	pthread_mutex_lock(&repo->readers_lock);
	reader->next = repo->readers;
	repo->readers = reader;
	pthread_mutex_unlock(&repo->readers_lock);
}

void dg_object_readers_free(struct dg_object_reader *idle)
{
	while (idle) {
		struct dg_object_reader *next = idle->next;

		reader_free(idle);
		idle = next;
	}
}

/* What the backends do not have, or cannot read: packs may have come since
 * they were listed, and libgit2 knows an object or two by heart. */
static int read_by_odb(struct dg_raw_object *out,
		       struct dg_object_reader *reader, const git_oid *id)
{
	git_odb_object *object = NULL;
	int rc = git_odb_read(&object, reader->odb, id);
	size_t len;

	if (rc < 0)
		return rc;
	len = git_odb_object_size(object);
	out->held = git_odb_backend_data_alloc(NULL, len + 1);
	if (out->held) {
		memcpy(out->held, git_odb_object_data(object), len);
		out->bytes = dg_slice_of(out->held, len);
		out->type = git_odb_object_type(object);
	}
	git_odb_object_free(object);
	return out->held ? 0 : -1;
}

static bool is_elsewhere(int rc)
{
	return rc == GIT_ENOTFOUND || rc == GIT_PASSTHROUGH;
}

int dg_raw_object_read(struct dg_raw_object *out,
		       struct dg_object_reader *reader, const git_oid *id)
{
	size_t i, len = 0;
	int rc = GIT_ENOTFOUND;

	memset(out, 0, sizeof(*out));
	out->id = *id;
	for (i = 0; is_elsewhere(rc) && i < reader->backend_count; i++) {
		git_odb_backend *backend = reader->backends[i];

		rc = backend->read(&out->held, &len, &out->type, backend, id);
	}
	if (rc < 0) {
		out->held = NULL;
		return read_by_odb(out, reader, id);
	}
	if (i > 1)
		git_error_clear(); /* that the others do not have it */
	out->bytes = dg_slice_of(out->held, len);
	return 0;
}

void dg_raw_object_free(struct dg_raw_object *object)
{
	git_odb_backend_data_free(NULL, object->held);
	memset(object, 0, sizeof(*object));
}

int dg_raw_object_is_right(const struct dg_raw_object *object,
			   struct dg_error *err)
{
	git_oid id;
	int rc = dg_object_hash(&id, object->type, object->bytes, err);

	return rc < 0 ? rc : git_oid_equal(&id, &object->id);
}
