/*
 * How the items of a snapshot stand in its files. A layout recognises itself
 * by the beginning of table-data.json, opens a reader on a file set, and a
 * writer on a sink. There are two: the single document, and chunks with an
 * index. Another adds a struct dg_layout to the table in layout.c and its
 * paths to dg_layout_owns_path; nothing else has to know.
 */
#ifndef DG_SNAPSHOT_LAYOUT_H
#define DG_SNAPSHOT_LAYOUT_H

#include "base/fileset.h"
#include "item/source.h"

#define DG_LAYOUT_HEAD_SIZE 1024 /* bytes that suffice to recognise one */

/*
 * The items as they stand in the files. Its source differs from others in one
 * thing: the keys need not be ascending (source.keys is set by the user
 * before the first next()). It may offer seek, split, identity and skip where
 * the layout vouches for the order.
 */
struct dg_layout_reader {
	struct dg_item_source source;
	/* Puts file, line and offset of the item last read before err's
	 * message; returns err's code. */
	int (*place)(const struct dg_layout_reader *self, struct dg_error *err);
	/* How many items the layout says that there are, once read to the
	 * end; false if it does not say. */
	bool (*stated_items)(const struct dg_layout_reader *self,
			     uint64_t *items);
	/* How many bytes; where there is such a thing, both are known before
	 * anything is read. NULL: there is not. */
	uint64_t (*stated_bytes)(const struct dg_layout_reader *self);
};

struct dg_layout_writer {
	/* Items in ascending key order. */
	int (*add)(struct dg_layout_writer *self, const struct dg_item *item,
		   struct dg_error *err);
	/* Everything is in the sink. */
	int (*finish)(struct dg_layout_writer *self, struct dg_error *err);
	/* Discards what is not finished. */
	void (*close)(struct dg_layout_writer *self);
	/* Set by finish: how many the files say that they hold. */
	uint64_t items;
};

struct dg_layout {
	const char *name; /* in table-metadata.json */
	/* head: the first bytes of table-data.json, up to
	 * DG_LAYOUT_HEAD_SIZE. */
	bool (*recognises)(struct dg_slice head);
	/* data: table-data.json, at its first byte; taken over, also when it
	 * fails. files is borrowed. */
	int (*open)(struct dg_layout_reader **out, struct dg_fileset *files,
		    struct dg_file *data, struct dg_error *err);
	/* sink is borrowed. */
	int (*create)(struct dg_layout_writer **out, struct dg_sink *sink,
		      const struct dg_key_schema *keys, struct dg_error *err);
};

extern const struct dg_layout dg_layout_single;
extern const struct dg_layout dg_layout_chunked;

/* NULL: none of that name. */
const struct dg_layout *dg_layout_named(const char *name);

/* Opens table-data.json and the layout that recognises it. DG_ENOTFOUND: no
 * such file. */
int dg_layout_open(const struct dg_layout **layout,
		   struct dg_layout_reader **out, struct dg_fileset *files,
		   struct dg_error *err);

/* The layout of a file set without reading its items. DG_ENOTFOUND: there is
 * no table-data.json. */
int dg_layout_of(const struct dg_layout **layout, struct dg_fileset *files,
		 struct dg_error *err);

/* NULL is allowed in both. */
void dg_layout_reader_close(struct dg_layout_reader *reader);
void dg_layout_writer_close(struct dg_layout_writer *writer);

/*
 * Is path (within a snapshot directory) one of a layout's own part files:
 * table-data/<2 hex>/<30 hex>.json or table-data/index/<32 hex>.json? Only
 * such files are ever deleted as obsolete, whatever a list says.
 */
bool dg_layout_owns_path(const char *path);

#endif
