/* One item of a dataset, by its key. */
#include "backup/dataset.h"
#include "dynamodb/get_item.h"
#include "item/canon.h"

int dg_dataset_key_parse(struct dg_dataset_key *key, const char *text,
			 struct dg_buf *encoded, struct dg_buf *json,
			 struct dg_error *err)
{
	const struct dg_slice given = dg_slice_str(text);
	struct dg_canon *canon = NULL;
	char keys[1200];
	int rc = dg_canon_new(&canon, err);

	if (rc == 0)
		rc = dg_canon_key(canon, key->keys, given, json, encoded, err);
	dg_canon_free(canon);
	key->encoded = dg_buf_slice(encoded);
	key->json = dg_buf_slice(json);
	if (rc == 0 || rc == DG_ENOMEM)
		return rc;
	dg_error_set(err, DG_EUSAGE, "--key: %s", err ? err->message : "");
	return dg_error_hint(
		err, "The key is %s; write it as {\"name\":{\"S\":\"value\"}}",
		dg_key_schema_describe(key->keys, keys, sizeof(keys)));
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
	rc = dg_source_find(items, key->encoded, &item, err);
	*found = rc > 0;
	return *found ? dg_buf_add_slice(line, item.line, err) : rc;
}

int dg_dataset_find_item(struct dg_dataset *d, const struct dg_dataset_key *key,
			 struct dg_buf *line, bool *found, struct dg_error *err)
{
	const struct dg_get_item request = {
		.table = d->scope->env.table,
		.key = key->json,
		.consistent = true,
	};
	int rc;

	if (d->kind != DG_DATASET_LIVE)
		return snapshot_item(d, key, line, found, err);
	rc = dg_get_item(d->scope->env.connection, &request, line, found, err);
	return dg_environment_explain(&d->scope->env, rc, err);
}
