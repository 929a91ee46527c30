/* Lists of names for people (what was left out, what could not be read). */
#ifndef DG_DYNAMODB_TABLE_NOTE_H
#define DG_DYNAMODB_TABLE_NOTE_H

#include "base/json.h"

/* Adds a string to the array; an array of NULL wants none. */
int dg_table_note(struct dg_json *array, struct dg_error *err,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
