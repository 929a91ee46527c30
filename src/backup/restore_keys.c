#include "backup/restore_keys.h"

#include "dynamodb/batch_get.h"
#include "item/canon.h"
#include "item/token.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KEY_MAX ((size_t)64 * 1024)
#define LINE_MAX_BYTES ((size_t)2 * 1024 * 1024) /* a service's words, too */
#define READ_BYTES ((size_t)64 * 1024)

struct reader {
	struct dg_restore_spool *keys;
	const struct dg_key_schema *schema;
	struct dg_canon *canon;
	struct dg_buf encoded;
	struct dg_buf json; /* canonical */
};

/* One key into the spool. */
static int add_key(struct reader *r, struct dg_slice text, struct dg_error *err)
{
	struct dg_item item;
	int rc;

	dg_buf_clear(&r->encoded);
	dg_buf_clear(&r->json);
	rc = dg_canon_key(r->canon, r->schema, text, &r->json, &r->encoded,
			  err);
	if (rc < 0)
		return rc;
	item.key = dg_buf_slice(&r->encoded);
	item.line = dg_buf_slice(&r->json);
	return dg_restore_spool_add(r->keys, &item, err);
}

/* The member "key" of a line of a restore-failures file. */
static bool find_inner_key(struct dg_slice line, struct dg_slice *key)
{
	struct dg_slice name;
	struct dg_slice value;
	struct dg_token t;
	bool first = true;
	bool found = false;

	dg_token_init(&t, line);
	if (dg_token_begin_object(&t, NULL) < 0)
		return false;
	while (dg_token_member(&t, &first, &name, NULL) > 0) {
		if (dg_token_value(&t, &value, NULL) < 0)
			return false;
		if (dg_slice_equal(name, DG_SLICE("key"))) {
			*key = value;
			found = true;
		}
	}
	return found;
}

/* A table may have a key attribute that is called "key", so the line is read
 * as a key first. */
static int add_line(struct reader *r, struct dg_slice line,
		    struct dg_error *err)
{
	struct dg_error inner = {0};
	struct dg_slice key;
	int rc = add_key(r, line, err);

	if (rc != DG_EINVALID || !find_inner_key(line, &key))
		return rc;
	rc = add_key(r, key, &inner);
	if (err)
		*err = inner;
	return rc;
}

static bool is_blank(struct dg_slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t\r", line.ptr[i]) || line.ptr[i] == '\0')
			return false;
	return true;
}

static int blame(const struct reader *r, int rc, struct dg_error *err)
{
	char keys[1200], example[1200];

	if (rc != DG_EINVALID || !err)
		return rc;
	dg_error_set(err, DG_EUSAGE, "%s", err->message);
	return dg_error_hint(
		err, "The key is %s; write it as %s",
		dg_key_schema_describe(r->schema, keys, sizeof(keys)),
		dg_key_schema_example(r->schema, example, sizeof(example)));
}

/* The whole lines that the buffer holds; at the end of the file all of it. */
static int take_lines(struct reader *r, struct dg_buf *text, const char *file,
		      size_t *number, bool at_end, struct dg_error *err)
{
	const char *p = text->ptr;
	const char *end = text->ptr + text->len;
	int rc = 0;

	while (rc == 0 && p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		struct dg_slice line;

		if (!stop && !at_end)
			break;
		line = dg_slice_of(p, (size_t)((stop ? stop : end) - p));
		p = stop ? stop + 1 : end;
		++*number;
		if (!is_blank(line))
			rc = blame(r, add_line(r, line, err), err);
		if (rc < 0)
			dg_error_prefix(err, "%s:%zu", file, *number);
	}
	dg_buf_consume(text, (size_t)(p - text->ptr));
	return rc;
}

/* Some editors begin a file with a byte order mark. */
static void drop_mark(struct dg_buf *text)
{
	if (dg_slice_starts_with(dg_buf_slice(text), DG_SLICE("\xef\xbb\xbf")))
		dg_buf_consume(text, 3);
}

static int read_file(struct reader *r, const char *file, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(LINE_MAX_BYTES);
	size_t number = 0;
	ssize_t got = 1;
	int rc = 0;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return dg_error_errno(err, errno, "--keys-file %s", file);
	while (rc == 0 && got > 0) {
		rc = dg_buf_reserve(&text, READ_BYTES, err);
		if (rc < 0) {
			dg_error_prefix(err, "%s:%zu", file, number + 1);
			break;
		}
		got = read(fd, text.ptr + text.len, READ_BYTES);
		if (got < 0)
			rc = dg_error_errno(err, errno, "%s", file);
		text.len += got > 0 ? (size_t)got : 0;
		if (number == 0)
			drop_mark(&text);
		if (rc == 0)
			rc = take_lines(r, &text, file, &number, got == 0, err);
	}
	close(fd);
	dg_buf_free(&text);
	return rc;
}

int dg_restore_keys_read(struct dg_restore_spool *keys,
			 const struct dg_key_schema *schema,
			 const char *const *list, const char *file,
			 struct dg_error *err)
{
	struct reader r = {
		.keys = keys,
		.schema = schema,
		.encoded = DG_BUF_INIT(KEY_MAX),
		.json = DG_BUF_INIT(KEY_MAX),
	};
	int rc = dg_canon_new(&r.canon, err);

	for (; rc == 0 && list && *list; list++) {
		rc = blame(&r, add_key(&r, dg_slice_str(*list), err), err);
		if (rc < 0)
			dg_error_prefix(err, "--key");
	}
	if (rc == 0 && file)
		rc = read_file(&r, file, err);
	if (rc == 0)
		rc = dg_restore_spool_close(keys, err);
	dg_canon_free(r.canon);
	dg_buf_free(&r.encoded);
	dg_buf_free(&r.json);
	return rc;
}

/* Both ascend, so the items are gone through once, or sought. */
static int pick_one(struct dg_restore_spool *wanted,
		    struct dg_item_source *items, const struct dg_item *key,
		    struct dg_item *item, bool *found, struct dg_error *err)
{
	int rc = 1;

	if (item->key.ptr && dg_slice_compare(item->key, key->key) < 0)
		rc = dg_source_step_to(items, key->key, item, err);
	if (rc == 0)
		item->key = (struct dg_slice){0}; /* the end */
	*found = rc > 0 && item->key.ptr && dg_slice_equal(item->key, key->key);
	if (rc < 0)
		return rc;
	return *found ? dg_restore_spool_add(wanted, item, err) : 0;
}

int dg_restore_keys_pick(struct dg_restore_spool *keys,
			 struct dg_item_source *items,
			 struct dg_restore_spool *wanted,
			 void (*absent)(void *context, struct dg_slice key),
			 void *context, struct dg_error *err)
{
	struct dg_item key;
	struct dg_item item = {.key = DG_SLICE("")}; /* before the first */
	bool found;
	int rc;

	while ((rc = dg_source_next(keys->items, &key, err)) > 0) {
		rc = pick_one(wanted, items, &key, &item, &found, err);
		if (rc < 0)
			return rc;
		if (!found)
			absent(context, key.line);
	}
	return rc == 0 ? dg_restore_spool_close(wanted, err) : rc;
}

/* The keys of items, as a source of {"id":{"S":"a"}}. */
struct keys_of {
	struct dg_item_source base; /* first: the interface points here */
	struct dg_item_source *items;
	struct dg_buf json;
};

static int next_key(struct dg_item_source *self, struct dg_item *item,
		    struct dg_error *err)
{
	struct keys_of *keys = (struct keys_of *)self;
	int rc = dg_source_next(keys->items, item, err);

	if (rc <= 0)
		return rc;
	dg_buf_clear(&keys->json);
	rc = dg_key_json(&self->keys, item->line, &keys->json, err);
	item->line = dg_buf_slice(&keys->json);
	return rc < 0 ? rc : 1;
}

static int keep(void *context, const struct dg_item *item, struct dg_error *err)
{
	return dg_restore_spool_add(context, item, err);
}

int dg_restore_keys_live(struct dg_restore_spool *wanted,
			 const struct dg_restore_keys_reading *how,
			 struct dg_restore_spool *live, struct dg_error *err)
{
	struct keys_of keys = {
		.base = {.next = next_key, .keys = wanted->items->keys},
		.items = wanted->items,
		.json = DG_BUF_INIT(KEY_MAX),
	};
	const struct dg_batch_get_options options = {
		.table = how->env->table,
		.describe = how->describe,
		.rate = how->rate,
		.memory = how->memory,
		.expected_keys = wanted->count,
		.item_bytes =
			wanted->count > 0 ? wanted->bytes / wanted->count : 0,
		.progress = how->env->run->progress,
		.phase = how->phase,
		.item = keep,
		.context = live,
	};
	int rc = dg_source_rewind(wanted->items, err);

	if (rc == 0 && wanted->count > 0)
		rc = dg_batch_get(how->env->db, &keys.base, &options, err);
	dg_buf_free(&keys.json);
	return rc == 0 ? dg_restore_spool_close(live, err) : rc;
}
