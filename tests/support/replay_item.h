/*
 * Items made from their number: as many as wanted, without memory for them.
 * About 700 bytes each, with most types, keys in no order, attributes not
 * sorted, as a table would return them. The same item also exists in
 * canonical form, the form in which ddbgit must send it.
 */
#ifndef REPLAY_ITEM_H
#define REPLAY_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_ITEM_MAX 2048
#define REPLAY_KEY_SIZE 17 /* 16 hexadecimal digits and the zero */

/* Writes item `number`, at most REPLAY_ITEM_MAX bytes, without a zero at its
 * end. Returns its length. */
size_t replay_item_write(char *out, uint64_t number, bool canonical);

/* The value of the partition key `id` (S), and back. */
void replay_key_write(char out[REPLAY_KEY_SIZE], uint64_t number);
bool replay_key_number(uint64_t *number, const char *text, size_t len);

#endif
