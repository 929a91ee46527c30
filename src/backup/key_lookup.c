#include "backup/key_lookup.h"

#include "backup/dataset.h"
#include "item/canon.h"

static const char *const objects[] = {DG_DATA_FILE, DG_PARTS_FOLDER,
				      DG_SCHEMA_FILE};

#define OBJECTS (sizeof(objects) / sizeof(*objects))

void dg_key_lookup_init(struct dg_key_lookup *lookup, const char *key,
			const struct dg_snapshot_options *reading)
{
	memset(lookup, 0, sizeof(*lookup));
	lookup->key = key;
	lookup->reading = *reading;
	for (size_t i = 0; i < DG_KEY_MEMORY; i++)
		dg_buf_init(&lookup->entry[i].line, DG_ITEM_TEXT_MAX + 64);
}

void dg_key_lookup_free(struct dg_key_lookup *lookup)
{
	for (size_t i = 0; i < DG_KEY_MEMORY; i++)
		dg_buf_free(&lookup->entry[i].line);
}

/* ---- what is remembered -------------------------------------------- */

static void identify(struct dg_identity *out, struct dg_fileset *files)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		if (files->identity(files, objects[i], &out[i], NULL) < 0)
			memset(&out[i], 0, sizeof(out[i]));
	}
}

static bool same_objects(const struct dg_identity *a,
			 const struct dg_identity *b)
{
	for (size_t i = 0; i < OBJECTS; i++)
		if ((a[i].kind || b[i].kind) &&
		    !dg_identity_equal(&a[i], &b[i]))
			return false;
	return true;
}

static const struct dg_key_entry *remembered(const struct dg_key_lookup *lookup,
					     const struct dg_identity *identity)
{
	for (size_t i = 0; i < DG_KEY_MEMORY; i++)
		if (lookup->entry[i].identity[0].len > 0 &&
		    same_objects(lookup->entry[i].identity, identity))
			return &lookup->entry[i];
	return NULL;
}

static struct dg_key_entry *next_entry(struct dg_key_lookup *lookup)
{
	struct dg_key_entry *entry = &lookup->entry[lookup->next];

	lookup->next = (lookup->next + 1) % DG_KEY_MEMORY;
	memset(entry->identity, 0, sizeof(entry->identity));
	entry->answer = DG_KEY_ABSENT;
	dg_buf_clear(&entry->line);
	return entry;
}

/* ---- reading ------------------------------------------------------- */

static int take(struct dg_key_entry *entry, const struct dg_item *item,
		struct dg_error *err)
{
	entry->answer = DG_KEY_FOUND;
	return dg_buf_add_slice(&entry->line, item->line, err);
}

static int jump_to(struct dg_item_source *items, struct dg_slice key,
		   struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_item item;
	int rc = dg_source_find(items, key, &item, err);

	return rc > 0 ? take(entry, &item, err) : rc;
}

/* To the end, which alone tells whether all are in the order of keys. */
static int read_through(struct dg_item_source *items, struct dg_slice key,
			struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(items, &item, err)) > 0) {
		if (!dg_slice_equal(item.key, key))
			continue;
		rc = take(entry, &item, err);
		if (rc < 0)
			break;
	}
	return rc;
}

/* sorted: the order is known, by a check or as that of chunks, which are held
 * to it. Ours were in order, but a single file may have been edited since. */
static int find_item(struct dg_snapshot *snapshot, bool sorted,
		     const struct dg_dataset_key *key,
		     struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_item_source *items = NULL;
	int rc = dg_snapshot_source(snapshot, &items, err);

	if (rc < 0)
		return rc;
	entry->answer = DG_KEY_ABSENT;
	dg_buf_clear(&entry->line);
	rc = sorted ? jump_to(items, dg_buf_slice(&key->encoded), entry, err)
		    : read_through(items, dg_buf_slice(&key->encoded), entry,
				   err);
	dg_source_close(items);
	return rc;
}

static int check_and_find(struct dg_snapshot *snapshot,
			  const struct dg_dataset_key *key,
			  struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_snapshot_facts facts;
	int rc = dg_snapshot_check(snapshot, &facts, err);

	return rc == 0 ? find_item(snapshot, true, key, entry, err) : rc;
}

/* In the hope that the items are in the order of keys, as ddbgit writes them;
 * what is not is sorted by a check. */
static int search(struct dg_snapshot *snapshot,
		  const struct dg_dataset_key *key, struct dg_key_entry *entry,
		  struct dg_error *err)
{
	int rc = find_item(snapshot, dg_snapshot_is_chunked(snapshot), key,
			   entry, err);

	if (rc != DG_EINVALID)
		return rc;
	dg_error_clear(err);
	return check_and_find(snapshot, key, entry, err);
}

static int search_by_text(struct dg_key_lookup *lookup,
			  struct dg_snapshot *snapshot,
			  struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_dataset_key key;
	int rc = dg_dataset_key_parse(&key, &entry->keys, lookup->key, err);

	if (rc == DG_EUSAGE) {
		lookup->refused_by = *err;
		dg_error_clear(err);
		entry->answer = DG_KEY_FOREIGN;
		rc = 0;
	} else if (rc == 0) {
		lookup->accepted = true;
		rc = search(snapshot, &key, entry, err);
	}
	dg_dataset_key_free(&key);
	return rc;
}

static int read_snapshot(struct dg_key_lookup *lookup, struct dg_fileset *files,
			 struct dg_key_entry *entry, struct dg_error *err)
{
	struct dg_snapshot *snapshot = NULL;
	int rc = dg_snapshot_open(&snapshot, files, &lookup->reading, err);

	if (rc == 0 && !dg_snapshot_keys(snapshot))
		rc = dg_error_set(err, DG_EINVALID,
				  "%s: the key schema is not known: there is "
				  "no %s",
				  files->name, DG_SCHEMA_FILE);
	if (rc == 0) {
		entry->keys = *dg_snapshot_keys(snapshot);
		rc = search_by_text(lookup, snapshot, entry, err);
	}
	dg_snapshot_close(snapshot);
	return rc;
}

static bool is_about_content(int rc)
{
	return rc == DG_EINVALID || rc == DG_EUNSUPPORTED ||
	       rc == DG_ENOTFOUND || rc == DG_EMODIFIED || rc == DG_ELIMIT;
}

static int look(struct dg_key_lookup *lookup, struct dg_fileset *files,
		const struct dg_key_entry **out, struct dg_error *err)
{
	struct dg_identity identity[OBJECTS];
	struct dg_key_entry *entry;
	int rc;

	identify(identity, files);
	*out = remembered(lookup, identity);
	if (*out)
		return 0;
	entry = next_entry(lookup);
	rc = read_snapshot(lookup, files, entry, err);
	if (is_about_content(rc)) {
		dg_warning(lookup->reading.log, "%s; passed over",
			   err ? err->message : files->name);
		dg_error_clear(err);
		entry->answer = DG_KEY_UNREADABLE;
		rc = 0;
	}
	if (rc == 0)
		memcpy(entry->identity, identity, sizeof(identity));
	*out = entry;
	return rc;
}

int dg_key_lookup_find(struct dg_key_lookup *lookup,
		       struct dg_revision *revision, const char *path,
		       const struct dg_key_entry **out, struct dg_error *err)
{
	struct dg_fileset *files = NULL;
	int rc = revision ? dg_revision_has_file(revision, path, DG_DATA_FILE,
						 err)
			  : 0;

	*out = &lookup->absent;
	if (rc <= 0)
		return rc;
	rc = dg_revision_files(&files, revision, path, lookup->reading.memory,
			       err);
	if (rc == 0)
		rc = look(lookup, files, out, err);
	dg_fileset_close(files);
	return rc;
}
