/*
 * The normal form of a table's definition: without what moves by itself, and
 * in one order. What it does not know it keeps.
 */
#ifndef DG_ITEM_TABLE_NORMAL_H
#define DG_ITEM_TABLE_NORMAL_H

#include "base/json.h"

/* definition: {"Table": {...}} and settings beside it; edited in place. */
void dg_table_def_normalise(struct dg_json *definition);

#endif
