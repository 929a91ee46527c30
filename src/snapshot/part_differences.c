#include "snapshot/part_differences.h"
#include "snapshot/snapshot.h"
#include <stdio.h>
#include <stdlib.h>

/* The value of so many lower-case digits, 2 a byte; false: something else. */
static bool read_hex(const char *text, unsigned char *out, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 2 * bytes; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return false;
		out[i / 2] =
			(unsigned char)(out[i / 2] << 4 | (digit - digits));
	}
	return true;
}

/* ---- folders ---- */

static int note_folder(void *context,
		       const struct dg_fileset_difference *difference,
		       struct dg_error *err)
{
	struct dg_part_differences *differences = context;
	unsigned char folder = 0;

	(void)err;
	if (strlen(difference->name) == 2 &&
	    read_hex(difference->name, &folder, 1))
		differences->folders[folder] = true;
	return 0;
}

int dg_part_differences_folders(struct dg_part_differences *differences,
				struct dg_fileset *left,
				struct dg_fileset *right, struct dg_error *err)
{
	int rc;

	if (!dg_fileset_comparable(left, right))
		return 0;
	rc = left->compare(left, right, DG_PARTS_FOLDER, note_folder,
			   differences, err);
	return rc < 0 ? rc : 1;
}

/* ---- chunks ---- */

struct folder {
	struct dg_part_differences *differences;
	unsigned char number;
};

static int push(struct dg_part_differences *differences,
		const struct dg_part_difference *chunk, struct dg_error *err)
{
	size_t cap = differences->cap > 0 ? differences->cap * 2 : 64;
	struct dg_part_difference *chunks;

	if (differences->count == DG_PART_DIFFERENCES_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "more chunks differ than are listed");
	if (differences->count == differences->cap) {
		chunks = realloc(differences->chunks, cap * sizeof(*chunks));
		if (!chunks)
			return dg_error_nomem(err);
		differences->chunks = chunks;
		differences->cap = cap;
	}
	differences->chunks[differences->count++] = *chunk;
	return 0;
}

static int note_chunk(void *context,
		      const struct dg_fileset_difference *difference,
		      struct dg_error *err)
{
	const struct folder *folder = context;
	struct dg_part_difference chunk = {
		.name = {folder->number},
		.in = {difference->in_left, difference->in_right},
	};
	const size_t digits = 2 * (DG_PART_NAME_SIZE - 1);

	/* No index can name another file. */
	if (!read_hex(difference->name, chunk.name + 1,
		      DG_PART_NAME_SIZE - 1) ||
	    strcmp(difference->name + digits, ".json") != 0)
		return 0;
	return push(folder->differences, &chunk, err);
}

static int by_name(const void *a, const void *b)
{
	const struct dg_part_difference *left = a, *right = b;

	return memcmp(left->name, right->name, DG_PART_NAME_SIZE);
}

int dg_part_differences_chunks(struct dg_part_differences *differences,
			       struct dg_fileset *left,
			       struct dg_fileset *right, struct dg_error *err)
{
	char path[DG_PART_PATH_SIZE];
	int rc = 0;

	for (unsigned int i = 0; rc == 0 && i < DG_PART_FOLDERS; i++) {
		struct folder folder = {differences, (unsigned char)i};

		if (!differences->folders[i])
			continue;
		snprintf(path, sizeof(path), DG_PARTS_FOLDER "/%02x", i);
		rc = left->compare(left, right, path, note_chunk, &folder, err);
	}
	if (rc == 0 && differences->count > 1)
		qsort(differences->chunks, differences->count,
		      sizeof(*differences->chunks), by_name);
	return rc;
}

struct dg_part_difference *dg_part_differences_find(
	const struct dg_part_differences *differences,
	const unsigned char name[DG_PART_NAME_SIZE])
{
	struct dg_part_difference key;

	if (!differences->folders[name[0]] || differences->count == 0)
		return NULL;
	memcpy(key.name, name, DG_PART_NAME_SIZE);
	return bsearch(&key, differences->chunks, differences->count,
		       sizeof(*differences->chunks), by_name);
}

void dg_part_differences_free(struct dg_part_differences *differences)
{
	free(differences->chunks);
	memset(differences, 0, sizeof(*differences));
}
