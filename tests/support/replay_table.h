/*
 * The replay server's two tables: one that holds all items from the start, and
 * one that may be created and then holds what was written to it. An item is
 * a number; which of them have changed, and how often, is kept here. All but
 * the settings may be used by any number of threads.
 */
#ifndef REPLAY_TABLE_H
#define REPLAY_TABLE_H

#include "replay_item.h"
#include "replay_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Set before the tables are opened. */
struct replay_settings {
	uint64_t items;
	size_t size; /* of an item, about, in bytes */
	const char *table;
};

extern struct replay_settings replay;

enum replay_table { REPLAY_NONE, REPLAY_SOURCE, REPLAY_MADE };

/* False without memory. */
bool replay_tables_open(void);

enum replay_table replay_table_named(struct replay_json name);

/* False if there is one already, or the name is too long. */
bool replay_table_make(struct replay_json name);

bool replay_table_holds(enum replay_table table, uint64_t number);
uint64_t replay_table_count(enum replay_table table);

/* Adds an item to the created table. */
void replay_table_add(uint64_t number);

/* The item as it stands now. */
struct replay_item replay_item_now(uint64_t number);

/* Changes `count` items, spread evenly over the numbers; the same ones again
 * when called again. */
void replay_change(uint64_t count);

#endif
