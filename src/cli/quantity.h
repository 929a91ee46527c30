/*
 * What was counted, in words: items, spans of time, the changes of a backup.
 * Plain counts, sizes and ages are <ddbgit/text.h>'s.
 */
#ifndef DG_CLI_QUANTITY_H
#define DG_CLI_QUANTITY_H

#include <ddbgit/dump.h>
#include <ddbgit/text.h>
#include <stdint.h>

/* "1 item", "1,234,567 items". Each of these returns out. */
const char *dg_quantity_items(uint64_t n, char out[DG_QUANTITY_SIZE]);

/* "0:07", "12:30", "3:05:00". */
const char *dg_quantity_time(uint64_t seconds, char out[DG_QUANTITY_SIZE]);

/* "+12 ~3 -1", or "not comparable"; ", settings" where they changed. */
const char *dg_quantity_changes(const struct dg_changes *changes,
				char out[DG_QUANTITY_SIZE]);

#endif
