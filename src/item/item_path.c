#include "item/item_diff.h"

static bool is_plain(struct dg_slice name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		const unsigned char c = (unsigned char)name.ptr[i];

		if (!(c >= 0x80 || (c >= '0' && c <= '9') ||
		      (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      c == '_' || c == '-'))
			return false;
	}
	return name.len > 0;
}

static int put_name(struct dg_slice name, bool quoted, struct dg_buf *out,
		    struct dg_error *err)
{
	int rc = quoted ? dg_buf_add_char(out, '"', err) : 0;

	if (rc == 0)
		rc = dg_buf_add_slice(out, name, err);
	if (rc == 0 && quoted)
		rc = dg_buf_add_char(out, '"', err);
	return rc;
}

int dg_item_path_text(const struct dg_item_path *path, struct dg_buf *out,
		      struct dg_error *err)
{
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < path->depth; i++) {
		const struct dg_slice name = path->step[i].name;

		if (!name.ptr) {
			rc = dg_buf_addf(out, err, "[%zu]",
					 path->step[i].index);
			continue;
		}
		if (i > 0)
			rc = dg_buf_add_char(out, '.', err);
		if (rc == 0)
			rc = put_name(name, !is_plain(name), out, err);
	}
	return rc;
}

int dg_item_path_json(const struct dg_item_path *path, struct dg_buf *out,
		      struct dg_error *err)
{
	int rc = dg_buf_add_char(out, '[', err);
	size_t i;

	for (i = 0; rc == 0 && i < path->depth; i++) {
		const struct dg_slice name = path->step[i].name;

		if (i > 0)
			rc = dg_buf_add_char(out, ',', err);
		if (rc == 0 && name.ptr)
			rc = put_name(name, true, out, err);
		else if (rc == 0)
			rc = dg_buf_addf(out, err, "%zu", path->step[i].index);
	}
	return rc == 0 ? dg_buf_add_char(out, ']', err) : rc;
}
