#include "scratch.h"
#include "base/dir.h"
#include "item/canon.h"
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	const char *tmp = getenv("TMPDIR");

	snprintf(scratch->root, sizeof(scratch->root), "%s/ddbgit-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(scratch->root))
		return -1;
	*state = scratch;
	return 0;
}

int scratch_teardown(void **state)
{
	struct scratch *scratch = *state;
	char *name = strrchr(scratch->root, '/');
	int fd, rc;

	*name++ = '\0';
	fd = open(scratch->root, O_RDONLY | O_DIRECTORY);
	rc = dg_remove_tree_at(fd, name, NULL);
	close(fd);
	free(scratch);
	return rc;
}

const char *scratch_path(const struct scratch *scratch, const char *path)
{
	static char paths[8][1024];
	static size_t next;
	char *out = paths[next++ % 8];

	snprintf(out, sizeof(paths[0]), "%s/%s", scratch->root, path);
	return out;
}

static int open_root(const struct scratch *scratch)
{
	int fd = open(scratch->root, O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

void scratch_mkdir(const struct scratch *scratch, const char *path)
{
	int fd = open_root(scratch);

	assert_int_equal(dg_mkdirs_at(fd, path, NULL), 0);
	close(fd);
}

void scratch_write(const struct scratch *scratch, const char *path,
		   const char *text)
{
	char folder[512];
	char *slash;
	FILE *file;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash) {
		*slash = '\0';
		scratch_mkdir(scratch, folder);
	}
	file = fopen(scratch_path(scratch, path), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

void scratch_remove(const struct scratch *scratch, const char *path)
{
	int fd = open_root(scratch);

	assert_int_equal(dg_remove_tree_at(fd, path, NULL), 0);
	close(fd);
}

bool scratch_exists(const struct scratch *scratch, const char *path)
{
	struct stat st;

	return lstat(scratch_path(scratch, path), &st) == 0;
}

char *scratch_read(const struct scratch *scratch, const char *path)
{
	struct dg_buf text = DG_BUF_INIT((size_t)64 * 1024 * 1024);
	struct dg_fileset *files = scratch_fileset(scratch, "");
	int rc = dg_fileset_read(files, path, &text, NULL);
	char *out = NULL;

	dg_fileset_close(files);
	if (rc == 0)
		out = dg_buf_detach(&text, NULL);
	dg_buf_free(&text);
	return out;
}

struct listing {
	struct dg_fileset *files;
	const char *folder;
	struct dg_buf *out;
};

static int add_entry(void *context, const struct dg_fileset_entry *entry,
		     struct dg_error *err)
{
	const struct listing *at = context;
	char path[512];
	struct listing below = {at->files, path, at->out};

	snprintf(path, sizeof(path), "%s%s%s", at->folder,
		 at->folder[0] ? "/" : "", entry->name);
	dg_buf_addf(at->out, err, "%s\n", path);
	return entry->is_folder ? at->files->list(at->files, path, add_entry,
						  &below, err)
				: 0;
}

char *scratch_list(const struct scratch *scratch, const char *path)
{
	struct dg_buf out = DG_BUF_INIT(65536);
	struct dg_fileset *files = scratch_fileset(scratch, path);
	struct listing at = {files, "", &out};
	char *text;

	assert_int_equal(files->list(files, "", add_entry, &at, NULL), 0);
	dg_fileset_close(files);
	text = strdup(dg_buf_str(&out));
	dg_buf_free(&out);
	return text;
}

struct dg_fileset *scratch_fileset(const struct scratch *scratch,
				   const char *path)
{
	struct dg_fileset *files = NULL;
	struct dg_error err = {0};

	assert_ok(
		dg_dir_fileset_open(&files, scratch_path(scratch, path), &err),
		&err);
	return files;
}

struct name_source {
	struct dg_item_source base;
	const char *const *names;
	size_t at;
	struct dg_canon *canon;
	struct dg_buf line;
	struct dg_buf key;
};

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct name_source *source = (struct name_source *)self;
	const char *name = source->names[source->at];
	char text[512];
	size_t used;
	int rc;

	if (!name)
		return 0;
	source->at++;
	snprintf(text, sizeof(text), "{\"id\":{\"S\":\"%s\"}}", name);
	dg_buf_clear(&source->line);
	dg_buf_clear(&source->key);
	rc = dg_canon_item(source->canon, &self->keys, dg_slice_str(text),
			   &used, &source->line, &source->key, err);
	item->line = dg_buf_slice(&source->line);
	item->key = dg_buf_slice(&source->key);
	return rc < 0 ? rc : 1;
}

static void close_source(struct dg_item_source *self)
{
	struct name_source *source = (struct name_source *)self;

	dg_canon_free(source->canon);
	dg_buf_free(&source->line);
	dg_buf_free(&source->key);
	free(source);
}

struct dg_item_source *scratch_items(const char *const *names)
{
	struct name_source *source = calloc(1, sizeof(*source));

	source->base.next = next;
	source->base.close = close_source;
	source->base.keys.count = 1;
	strcpy(source->base.keys.attribute[0].name, "id");
	source->base.keys.attribute[0].type = 'S';
	source->names = names;
	dg_buf_init(&source->line, 65536);
	dg_buf_init(&source->key, 65536);
	assert_int_equal(dg_canon_new(&source->canon, NULL), 0);
	return &source->base;
}
