/* When DynamoDB may remove an item by itself (its time to live). */
#ifndef DG_BACKUP_EXPIRY_H
#define DG_BACKUP_EXPIRY_H

#include <ddbgit/slice.h>
#include <stdint.h>

/* Seconds since 1970 in the TTL attribute of a canonical item, without their
 * fraction; -1 if it has none, or one that is no time. */
int64_t dg_item_expiry(struct dg_slice line, const char *attribute);

#endif
