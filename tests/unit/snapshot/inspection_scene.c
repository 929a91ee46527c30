#include "inspection_scene.h"
#include "item/table_def.h"
#include "sample_table.h"
#include <stdio.h>
#include <stdlib.h>

static const char schema[] =
	"{\"Table\":{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":"
	"\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
	"\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]}}";

static int report(void *context, const struct dg_finding *finding,
		  struct dg_error *err)
{
	struct scene *scene = context;
	char *text = finding->problem ? scene->problems : scene->notes;
	const size_t len = strlen(text);

	snprintf(text + len, sizeof(scene->notes) - len, "%s: %s\n",
		 finding->file, finding->what);
	return ++scene->findings == scene->stop_at
		       ? dg_error_set(err, DG_EIO, "nobody listens")
		       : 0;
}

int inspect(struct scene *scene)
{
	const struct dg_inspection_options options = {
		.reading = {.memory = 8 << 20, .cancel = scene->cancel},
		.known = scene->known,
		.report = report,
		.context = scene,
	};

	scene->findings = 0;
	scene->problems[0] = scene->notes[0] = '\0';
	scene->store->opened = 0;
	dg_inspection_free(&scene->result);
	return dg_snapshot_inspect(&scene->store->files, &options,
				   &scene->result, &scene->err);
}

static void write_snapshot(struct scene *scene, const char *layout)
{
	struct sample_table table = {0};
	struct dg_metadata metadata = {0};
	struct dg_json *definition = NULL;
	struct dg_snapshot_write write = {
		.sink = &scene->store->sink,
		.layout = layout,
		.metadata = &metadata,
	};
	char key[16];

	for (int i = 0; i < ITEMS; i++) {
		snprintf(key, sizeof(key), "%06d", i);
		sample_put(&table, key, 700, 'x');
	}
	assert_ok(dg_table_def_parse(&definition, dg_slice_str(schema),
				     &scene->err),
		  &scene->err);
	metadata.table_name = strdup("t");
	metadata.environment = strdup("dev");
	write.definition = definition;
	write.items = sample_source(&table);
	write.items->keys = sample_keys;
	assert_ok(dg_snapshot_write_items(&write, &scene->err), &scene->err);
	assert_ok(dg_snapshot_write_description(&write, &scene->err),
		  &scene->err);
	dg_source_close(write.items);
	dg_metadata_free(&metadata);
	dg_json_free(definition);
	sample_free(&table);
}

static int set_up(void **state, const char *layout)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->store = memory_store_new(true);
	write_snapshot(scene, layout);
	*state = scene;
	return 0;
}

int scene_single(void **state)
{
	return set_up(state, "single");
}

int scene_chunked(void **state)
{
	return set_up(state, "chunked");
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	dg_inspection_free(&scene->result);
	memory_store_free(scene->store);
	free(scene);
	return 0;
}

void edit(struct scene *scene, const char *path, const char *from,
	  const char *to)
{
	struct memory_entry *entry = memory_store_find(scene->store, path);
	struct dg_buf text = DG_BUF_INIT(1 << 20);
	const char *at;

	assert_non_null(entry);
	at = strstr(dg_buf_str(&entry->bytes), from);
	assert_non_null(at);
	assert_int_equal(dg_buf_add(&text, entry->bytes.ptr,
				    (size_t)(at - entry->bytes.ptr), NULL),
			 0);
	assert_int_equal(dg_buf_add_str(&text, to, NULL), 0);
	assert_int_equal(dg_buf_add_str(&text, at + strlen(from), NULL), 0);
	memory_store_put(scene->store, path, dg_buf_slice(&text));
	dg_buf_free(&text);
}

const char *chunk_path(struct scene *scene, size_t n)
{
	size_t left = n;

	for (size_t i = 0; i < scene->store->count; i++) {
		const char *path = scene->store->entries[i].path;

		if (strncmp(path, "table-data/", 11) != 0 || left-- > 0)
			continue;
		snprintf(scene->chunk[n], sizeof(scene->chunk[n]), "%s", path);
		return scene->chunk[n];
	}
	fail_msg("there is no chunk %zu", n);
	return NULL;
}
