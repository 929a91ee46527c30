#include "snapshot/layout.h"
#include "snapshot/snapshot.h"

/* The last one recognises everything, so that errors come from its reader. */
static const struct dg_layout *const layouts[] = {
	&dg_layout_chunked,
	&dg_layout_single,
};

#define LAYOUT_COUNT (sizeof(layouts) / sizeof(layouts[0]))

static const struct dg_layout *recognise(struct dg_slice head)
{
	size_t i = 0;

	while (i + 1 < LAYOUT_COUNT && !layouts[i]->recognises(head))
		i++;
	return layouts[i];
}

const struct dg_layout *dg_layout_named(const char *name)
{
	for (size_t i = 0; i < LAYOUT_COUNT; i++) {
		if (strcmp(layouts[i]->name, name) == 0)
			return layouts[i];
	}
	return NULL;
}

static int open_data(const struct dg_layout **layout, struct dg_file **data,
		     struct dg_fileset *files, struct dg_error *err)
{
	char head[DG_LAYOUT_HEAD_SIZE];
	size_t n = 0;
	int rc = files->open(files, DG_DATA_FILE, data, err);

	if (rc < 0)
		return rc;
	rc = dg_file_read_full(*data, head, sizeof(head), &n, err);
	if (rc == 0)
		rc = (*data)->rewind(*data, err);
	if (rc < 0) {
		dg_file_close(*data);
		return rc;
	}
	*layout = recognise(dg_slice_of(head, n));
	return 0;
}

int dg_layout_of(const struct dg_layout **layout, struct dg_fileset *files,
		 struct dg_error *err)
{
	struct dg_file *data = NULL;
	int rc = open_data(layout, &data, files, err);

	if (rc == 0)
		dg_file_close(data);
	return rc;
}

int dg_layout_open(const struct dg_layout **layout,
		   struct dg_layout_reader **out, struct dg_fileset *files,
		   struct dg_error *err)
{
	struct dg_file *data = NULL;
	int rc = open_data(layout, &data, files, err);

	return rc < 0 ? rc : (*layout)->open(out, files, data, err);
}

void dg_layout_reader_close(struct dg_layout_reader *reader)
{
	if (reader)
		reader->source.close(&reader->source);
}

void dg_layout_writer_close(struct dg_layout_writer *writer)
{
	if (writer)
		writer->close(writer);
}

/* Steps over n lower-case hexadecimal digits and `suffix`. */
static const char *step_hex(const char *p, size_t n, const char *suffix)
{
	if (strspn(p, "0123456789abcdef") != n)
		return NULL;
	p += n;
	return strncmp(p, suffix, strlen(suffix)) == 0 ? p + strlen(suffix)
						       : NULL;
}

bool dg_layout_owns_path(const char *path)
{
	const char *p;

	if (strncmp(path, "table-data/", 11) != 0)
		return false;
	path += 11;
	if (strncmp(path, "index/", 6) == 0)
		p = step_hex(path + 6, 32, ".json");
	else if ((p = step_hex(path, 2, "/")))
		p = step_hex(p, 30, ".json");
	return p && *p == '\0';
}
