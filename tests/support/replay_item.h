/*
 * Items made from their number: as many as wanted, without memory for them.
 * Most types, keys in no order, attributes not sorted, as a table would return
 * them. The same item also exists in canonical form, the form in which ddbgit
 * must send it.
 */
#ifndef REPLAY_ITEM_H
#define REPLAY_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_KEY_SIZE 17 /* 16 hexadecimal digits and the zero */

/* Item sizes that can be asked for, in bytes; the usual one. */
#define REPLAY_SIZE_MIN 100
#define REPLAY_SIZE_USUAL 700
#define REPLAY_SIZE_MAX 400000

/* An item as it stands after `round` changes. Items of under 500 bytes have
 * three attributes, those of over 1,000 a list that fills them. */
struct replay_item {
	uint64_t number;
	uint64_t round;
	size_t size; /* about: 5 % more or less */
};

/* What replay_item_write() may need for an item of this size. */
size_t replay_item_max(size_t size);

/* Writes an item without a zero at its end. Returns its length. */
size_t replay_item_write(char *out, const struct replay_item *item,
			 bool canonical);

/* The value of the partition key `id` (S), and back. */
void replay_key_write(char out[REPLAY_KEY_SIZE], uint64_t number);
bool replay_key_number(uint64_t *number, const char *text, size_t len);

#endif
