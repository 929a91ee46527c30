#include "repo/raw_tree.h"

#define MODE_MAX 0177777
#define KIND 0170000
#define KIND_FOLDER 0040000
#define KIND_LINK 0120000
#define KIND_SUBMODULE 0160000

/* False: the bytes do not begin with an entry. */
static bool take(struct dg_slice *rest, struct dg_raw_entry *entry)
{
	const char *p = rest->ptr, *end = p + rest->len, *zero;

	entry->mode = 0;
	for (; p < end && *p >= '0' && *p <= '7'; p++) {
		entry->mode = entry->mode << 3 | (unsigned int)(*p - '0');
		if (entry->mode > MODE_MAX)
			return false;
	}
	if (p == rest->ptr || p == end || *p++ != ' ')
		return false;
	zero = memchr(p, '\0', (size_t)(end - p));
	if (!zero || zero == p || end - zero < 1 + GIT_OID_RAWSZ)
		return false;
	entry->name = dg_slice_of(p, (size_t)(zero - p));
	entry->id = (const unsigned char *)zero + 1;
	p = zero + 1 + GIT_OID_RAWSZ;
	*rest = dg_slice_of(p, (size_t)(end - p));
	return true;
}

bool dg_raw_tree_is_valid(struct dg_slice bytes)
{
	struct dg_raw_entry entry;

	while (bytes.len)
		if (!take(&bytes, &entry))
			return false;
	return true;
}

bool dg_raw_tree_next(struct dg_slice *rest, struct dg_raw_entry *entry)
{
	return rest->len && take(rest, entry);
}

bool dg_raw_tree_find(struct dg_slice tree, struct dg_slice name,
		      struct dg_raw_entry *entry)
{
	while (dg_raw_tree_next(&tree, entry))
		if (dg_slice_equal(entry->name, name))
			return true;
	return false;
}

bool dg_raw_entry_is_folder(const struct dg_raw_entry *entry)
{
	return (entry->mode & KIND) == KIND_FOLDER;
}

bool dg_raw_entry_is_file(const struct dg_raw_entry *entry)
{
	unsigned int kind = entry->mode & KIND;

	return kind != KIND_FOLDER && kind != KIND_LINK &&
	       kind != KIND_SUBMODULE;
}

/* A symlink's content is of the same kind as a file's. */
static unsigned int object_kind(const struct dg_raw_entry *entry)
{
	unsigned int kind = entry->mode & KIND;

	return kind == KIND_FOLDER || kind == KIND_SUBMODULE ? kind : 0;
}

bool dg_raw_entry_same(const struct dg_raw_entry *a,
		       const struct dg_raw_entry *b)
{
	return !memcmp(a->id, b->id, GIT_OID_RAWSZ) &&
	       object_kind(a) == object_kind(b);
}

int dg_raw_folder_order(const struct dg_raw_entry *a,
			const struct dg_raw_entry *b)
{
	size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
	int order = memcmp(a->name.ptr, b->name.ptr, len);
	unsigned char end_a, end_b;

	if (order || a->name.len == b->name.len)
		return (order > 0) - (order < 0);
	end_a = len < a->name.len ? (unsigned char)a->name.ptr[len] : '/';
	end_b = len < b->name.len ? (unsigned char)b->name.ptr[len] : '/';
	if (end_a != end_b)
		return end_a < end_b ? -1 : 1;
	/* Only where a name has a '/' in it, which Git would not make. */
	return a->name.len < b->name.len ? -1 : 1;
}
