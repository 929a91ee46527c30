/*
 * Numbers as people write and read them: counts with thousands' separators,
 * bytes, spans of time, sizes with a unit, the changes of a backup.
 */
#ifndef DG_CLI_QUANTITY_H
#define DG_CLI_QUANTITY_H

#include <ddbgit/dump.h>
#include <stdbool.h>
#include <stdint.h>

#define DG_QUANTITY_SIZE 96

/* "1,234,567". Each of these returns out. */
const char *dg_quantity_count(uint64_t n, char out[DG_QUANTITY_SIZE]);

/* "1 item", "1,234,567 items". */
const char *dg_quantity_items(uint64_t n, char out[DG_QUANTITY_SIZE]);

/* "999 bytes", "8.1 MB": powers of 1000. */
const char *dg_quantity_bytes(double n, char out[DG_QUANTITY_SIZE]);

/* "0:07", "12:30", "3:05:00". */
const char *dg_quantity_time(uint64_t seconds, char out[DG_QUANTITY_SIZE]);

/* "+12 ~3 -1", or "not comparable"; ", settings" where they changed. */
const char *dg_quantity_changes(const struct dg_changes *changes,
				char out[DG_QUANTITY_SIZE]);

/* Decimal digits and nothing else; false for anything else. */
bool dg_quantity_parse(const char *text, uint64_t *out);

/* "1048576", "64M", "2G", "256MiB": powers of 1024; false otherwise. */
bool dg_quantity_parse_size(const char *text, uint64_t *out);

#endif
