/* One item of a dataset, by its key. */
#include "backup/dataset.h"
#include "dynamodb/get_item.h"
#include "item/canon.h"

#define KEY_MAX ((size_t)64 * 1024) /* of --key, in any form */

static int read_key(struct dg_dataset_key *key, struct dg_slice text,
		    struct dg_error *err)
{
	struct dg_canon *canon = NULL;
	int rc = dg_canon_new(&canon, err);

	if (rc == 0)
		rc = dg_canon_key(canon, key->keys, text, &key->json,
				  &key->encoded, err);
	dg_canon_free(canon);
	return rc;
}

int dg_dataset_key_parse(struct dg_dataset_key *key,
			 const struct dg_key_schema *keys, const char *text,
			 struct dg_error *err)
{
	char schema[DG_KEY_SCHEMA_TEXT_SIZE], example[DG_KEY_SCHEMA_TEXT_SIZE];
	int rc;

	key->keys = keys;
	dg_buf_init(&key->encoded, KEY_MAX);
	dg_buf_init(&key->json, KEY_MAX);
	rc = read_key(key, dg_slice_str(text), err);
	if (rc == 0 || rc == DG_ENOMEM)
		return rc;
	dg_error_set(err, DG_EUSAGE, "--key: %s", err ? err->message : "");
	return dg_error_hint(
		err, "The key is %s; write it as %s",
		dg_key_schema_describe(keys, schema, sizeof(schema)),
		dg_key_schema_example(keys, example, sizeof(example)));
}

void dg_dataset_key_free(struct dg_dataset_key *key)
{
	dg_buf_free(&key->encoded);
	dg_buf_free(&key->json);
}

static int snapshot_item(struct dg_dataset *d, const struct dg_dataset_key *key,
			 struct dg_buf *line, bool *found, struct dg_error *err)
{
	struct dg_item_source *items;
	struct dg_item item;
	int rc = dg_dataset_items(d, key->keys, &items, err);

	*found = false;
	if (rc < 0)
		return rc;
	rc = dg_source_find(items, dg_buf_slice(&key->encoded), &item, err);
	*found = rc > 0;
	return *found ? dg_buf_add_slice(line, item.line, err) : rc;
}

int dg_dataset_find_item(struct dg_dataset *d, const struct dg_dataset_key *key,
			 struct dg_buf *line, bool *found, struct dg_error *err)
{
	const struct dg_get_item request = {
		.table = d->scope->env.table,
		.key = dg_buf_slice(&key->json),
		.consistent = true,
	};
	int rc;

	if (d->kind != DG_DATASET_LIVE)
		return snapshot_item(d, key, line, found, err);
	rc = dg_get_item(d->scope->env.connection, &request, line, found, err);
	return dg_environment_explain(&d->scope->env, rc, err);
}
