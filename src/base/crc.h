/* CRC-32 as zlib and x-amz-crc32 compute it. */
#ifndef DG_BASE_CRC_H
#define DG_BASE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Begin with crc 0 and pass the result on. */
uint32_t dg_crc32(uint32_t crc, const void *bytes, size_t len);

#endif
