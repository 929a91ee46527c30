#include "cli/verification.h"

void dg_verification_print(struct dg_output *output,
			   const struct dg_verification *v)
{
	if (!v->done)
		return;
	dg_output_field_count(output, "expected", v->expected);
	if (v->full) {
		dg_output_field_count(output, "equal", v->equal);
		dg_output_field_count(output, "different", v->different);
	}
	dg_output_field_count(output, "missing", v->missing);
	if (v->expired)
		dg_output_field_count(output, "expired", v->expired);
	dg_output_field_count(output, "extra", v->extra);
}

void dg_verification_record(struct dg_json_writer *w,
			    const struct dg_verification *v)
{
	dg_json_name(w, "verification");
	if (!v->done) {
		dg_json_null(w);
		return;
	}
	dg_json_begin_object(w);
	dg_json_member_string(w, "kind", v->full ? "full" : "count");
	dg_json_member_uint(w, "expected", v->expected);
	if (v->full) {
		dg_json_member_uint(w, "equal", v->equal);
		dg_json_member_uint(w, "different", v->different);
	}
	dg_json_member_uint(w, "missing", v->missing);
	dg_json_member_uint(w, "expired", v->expired);
	dg_json_member_uint(w, "extra", v->extra);
	dg_json_end_object(w);
}
