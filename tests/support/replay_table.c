#include "replay_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 255

struct replay_settings replay = {
	.items = 100000,
	.size = REPLAY_SIZE_USUAL,
	.table = "replay",
};

static struct {
	/* Held for name, that of the created table. */
	pthread_mutex_t lock;
	char name[NAME_MAX_LEN + 1];
	/* The rest is accessed atomically. */
	unsigned char *present; /* a bit an item of the created table */
	uint64_t count;         /* of those bits */
	uint64_t changed;       /* items */
	uint64_t round;         /* how often */
} made = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

bool replay_tables_open(void)
{
	made.present = calloc(replay.items / 8 + 1, 1);
	return made.present;
}

static bool equals(struct replay_json name, const char *text)
{
	return name.len > 0 && name.len == strlen(text) &&
	       memcmp(name.at, text, name.len) == 0;
}

enum replay_table replay_table_named(struct replay_json name)
{
	bool found;

	if (equals(name, replay.table))
		return REPLAY_SOURCE;
	(void)pthread_mutex_lock(&made.lock);
	found = equals(name, made.name);
	(void)pthread_mutex_unlock(&made.lock);
	return found ? REPLAY_MADE : REPLAY_NONE;
}

bool replay_table_make(struct replay_json name)
{
	bool is_free;

	if (name.len > NAME_MAX_LEN)
		return false;
	(void)pthread_mutex_lock(&made.lock);
	is_free = !made.name[0];
	if (is_free)
		memcpy(made.name, name.at, name.len);
	(void)pthread_mutex_unlock(&made.lock);
	return is_free;
}

bool replay_table_holds(enum replay_table table, uint64_t number)
{
	unsigned char byte;

	if (table == REPLAY_SOURCE)
		return true;
	byte = __atomic_load_n(&made.present[number / 8], __ATOMIC_RELAXED);
	return byte & (1u << number % 8);
}

uint64_t replay_table_count(enum replay_table table)
{
	if (table == REPLAY_SOURCE)
		return replay.items;
	return __atomic_load_n(&made.count, __ATOMIC_RELAXED);
}

void replay_table_add(uint64_t number)
{
	unsigned char bit = (unsigned char)(1u << number % 8);
	unsigned char before = __atomic_fetch_or(&made.present[number / 8], bit,
						 __ATOMIC_RELAXED);

	if (!(before & bit))
		__atomic_fetch_add(&made.count, 1, __ATOMIC_RELAXED);
}

struct replay_item replay_item_now(uint64_t number)
{
	struct replay_item item = {.number = number, .size = replay.size};
	uint64_t changed = __atomic_load_n(&made.changed, __ATOMIC_RELAXED);
	uint64_t stride = changed > 0 ? replay.items / changed : 0;

	if (stride > 0 && number % stride == stride / 2 &&
	    number / stride < changed)
		item.round = __atomic_load_n(&made.round, __ATOMIC_RELAXED);
	return item;
}

void replay_change(uint64_t count)
{
	if (count == 0 || count > replay.items)
		return;
	__atomic_store_n(&made.changed, count, __ATOMIC_RELAXED);
	__atomic_fetch_add(&made.round, 1, __ATOMIC_RELAXED);
}
