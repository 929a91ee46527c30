#include "cli/record.h"

static int write_bytes(void *context, const char *bytes, size_t len)
{
	FILE *out = context;

	return fwrite(bytes, 1, len, out) == len ? 0 : DG_EIO;
}

void dg_record_begin(struct dg_json_writer *record, struct dg_output *output,
		     const char *type)
{
	*record = (struct dg_json_writer)DG_JSON_WRITER_INIT(write_bytes,
							     output->out, 0);
	dg_json_begin_object(record);
	dg_json_member_string(record, "type", type);
}

void dg_record_end(struct dg_json_writer *record, struct dg_output *output)
{
	dg_json_end_object(record);
	putc('\n', output->out);
}

void dg_record_strings(struct dg_json_writer *record, const char *name,
		       const char *const *strings)
{
	dg_json_name(record, name);
	dg_json_begin_array(record);
	for (; strings && *strings; strings++)
		dg_json_string(record, *strings);
	dg_json_end_array(record);
}

void dg_record_changes(struct dg_json_writer *record,
		       const struct dg_changes *changes)
{
	static const char *const kinds[] = {
		[DG_CHANGES_COUNTED] = "counted",
		[DG_CHANGES_FIRST] = "first",
		[DG_CHANGES_NOT_COMPARABLE] = "not-comparable",
	};

	dg_json_name(record, "changes");
	dg_json_begin_object(record);
	dg_json_member_string(record, "kind", kinds[changes->kind]);
	if (changes->kind != DG_CHANGES_NOT_COMPARABLE) {
		dg_json_member_uint(record, "added", changes->added);
		dg_json_member_uint(record, "changed", changes->changed);
		dg_json_member_uint(record, "removed", changes->removed);
		dg_json_member_bool(record, "settings",
				    changes->schema_changed);
	}
	dg_json_end_object(record);
}
