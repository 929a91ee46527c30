#include "backup/diff_item.h"

#include "item/value_text.h"

/* Text of a value is never much longer than its JSON. */
#define VIEW_MAX (2 * (size_t)DG_ITEM_TEXT_MAX)

void dg_diff_view_init(struct dg_diff_view *view,
		       const struct dg_diff_visitor *visitor, size_t text_max)
{
	view->visitor = visitor;
	view->text_max = text_max;
	dg_buf_init(&view->key, VIEW_MAX);
	dg_buf_init(&view->path, VIEW_MAX);
	dg_buf_init(&view->path_json, VIEW_MAX);
	dg_buf_init(&view->removed, VIEW_MAX);
	dg_buf_init(&view->added, VIEW_MAX);
	dg_buf_init(&view->before_text, VIEW_MAX);
	dg_buf_init(&view->after_text, VIEW_MAX);
}

void dg_diff_view_free(struct dg_diff_view *view)
{
	dg_buf_free(&view->key);
	dg_buf_free(&view->path);
	dg_buf_free(&view->path_json);
	dg_buf_free(&view->removed);
	dg_buf_free(&view->added);
	dg_buf_free(&view->before_text);
	dg_buf_free(&view->after_text);
}

static int name(struct dg_diff_view *view, const struct dg_item_path *path,
		struct dg_error *err)
{
	int rc;

	dg_buf_clear(&view->path);
	dg_buf_clear(&view->path_json);
	rc = dg_item_path_text(path, &view->path, err);
	return rc == 0 ? dg_item_path_json(path, &view->path_json, err) : rc;
}

static int spell(struct dg_diff_view *view, struct dg_slice value,
		 struct dg_buf *out, struct dg_error *err)
{
	dg_buf_clear(out);
	return value.len > 0
		       ? dg_value_text(value, view->text_max == 0, out, err)
		       : 0;
}

static int shorten(struct dg_diff_view *view, struct dg_error *err)
{
	if (view->text_max == 0)
		return 0;
	return dg_text_shorten(&view->before_text, &view->after_text,
			       view->text_max, err);
}

/* Of two sets: what only one of them has. */
static int part_sets(struct dg_diff_view *view,
		     const struct dg_item_change *change,
		     struct dg_attribute_change *out, struct dg_error *err)
{
	int rc;

	dg_buf_clear(&view->removed);
	dg_buf_clear(&view->added);
	rc = dg_set_difference(change->before, change->after, &view->removed,
			       &view->added, err);
	out->members = true;
	out->before = dg_buf_slice(&view->removed);
	out->after = dg_buf_slice(&view->added);
	return rc;
}

static int show_attribute(void *context, const struct dg_item_change *change,
			  struct dg_error *err)
{
	static const enum dg_difference kinds[] = {
		[DG_VALUE_ADDED] = DG_ADDED,
		[DG_VALUE_REMOVED] = DG_REMOVED,
		[DG_VALUE_CHANGED] = DG_CHANGED,
		[DG_VALUE_MEMBERS] = DG_CHANGED,
	};
	struct dg_diff_view *view = context;
	struct dg_attribute_change out = {
		.kind = kinds[change->kind],
		.before = change->before,
		.after = change->after,
	};
	int rc = name(view, change->path, err);

	if (rc == 0 && change->kind == DG_VALUE_MEMBERS)
		rc = part_sets(view, change, &out, err);
	if (rc == 0)
		rc = spell(view, out.before, &view->before_text, err);
	if (rc == 0)
		rc = spell(view, out.after, &view->after_text, err);
	if (rc == 0)
		rc = shorten(view, err);
	if (rc < 0)
		return rc;
	out.path = dg_buf_str(&view->path);
	out.path_json = dg_buf_slice(&view->path_json);
	out.before_text = dg_buf_str(&view->before_text);
	out.after_text = dg_buf_str(&view->after_text);
	return view->visitor->attribute(view->visitor->context, &out, err);
}

static enum dg_difference kind_of(struct dg_slice before, struct dg_slice after)
{
	if (before.len == 0)
		return DG_ADDED;
	return after.len == 0 ? DG_REMOVED : DG_CHANGED;
}

/* The attributes of an item that has no counterpart, in one text. */
static int show_whole(struct dg_diff_view *view,
		      struct dg_item_difference *item, struct dg_error *err)
{
	const struct dg_slice line =
		item->before.len > 0 ? item->before : item->after;
	int rc;

	dg_buf_clear(&view->before_text);
	dg_buf_clear(&view->after_text);
	if (item->kind == DG_CHANGED)
		return 0;
	rc = dg_item_text(line, item->key, view->text_max == 0,
			  &view->before_text, err);
	return rc == 0 ? shorten(view, err) : rc;
}

static int show_item(struct dg_diff_view *view,
		     const struct dg_key_schema *keys,
		     struct dg_item_difference *item, struct dg_error *err)
{
	const struct dg_diff_visitor *visitor = view->visitor;
	const struct dg_item_diff_visitor attributes = {show_attribute, view};
	int rc;

	if (!visitor->item)
		return 0;
	dg_buf_clear(&view->key);
	rc = dg_key_json(keys,
			 item->before.len > 0 ? item->before : item->after,
			 &view->key, err);
	item->key = dg_buf_slice(&view->key);
	if (rc == 0)
		rc = show_whole(view, item, err);
	item->text = dg_buf_str(&view->before_text);
	if (rc == 0)
		rc = visitor->item(visitor->context, item, err);
	if (rc == 0 && item->kind == DG_CHANGED && visitor->attribute)
		rc = dg_item_diff(item->before, item->after, &attributes, err);
	if (rc == 0 && visitor->item_end)
		rc = visitor->item_end(visitor->context, err);
	return rc;
}

int dg_diff_view_item(struct dg_diff_view *view,
		      const struct dg_key_schema *keys, struct dg_slice before,
		      struct dg_slice after, struct dg_error *err)
{
	struct dg_item_difference item = {
		.kind = kind_of(before, after),
		.before = before,
		.after = after,
	};

	return show_item(view, keys, &item, err);
}

int dg_diff_view_present(struct dg_diff_view *view,
			 const struct dg_key_schema *keys, struct dg_slice line,
			 struct dg_error *err)
{
	struct dg_item_difference item = {
		.kind = DG_PRESENT,
		.before = {"", 0},
		.after = line,
	};

	return show_item(view, keys, &item, err);
}

int dg_diff_view_setting(struct dg_diff_view *view,
			 const struct dg_table_change *change,
			 struct dg_error *err)
{
	struct dg_setting_change out = {
		.path = change->path,
		.path_json = change->path_json,
		.before = change->before,
		.after = change->after,
	};
	int rc = 0;

	if (!view->visitor->setting)
		return 0;
	dg_buf_clear(&view->before_text);
	dg_buf_clear(&view->after_text);
	if (change->before.len > 0)
		rc = dg_buf_add_slice(&view->before_text, change->before, err);
	if (rc == 0 && change->after.len > 0)
		rc = dg_buf_add_slice(&view->after_text, change->after, err);
	if (rc == 0)
		rc = shorten(view, err);
	if (rc < 0)
		return rc;
	out.before_text = dg_buf_str(&view->before_text);
	out.after_text = dg_buf_str(&view->after_text);
	return view->visitor->setting(view->visitor->context, &out, err);
}
