#include "base/crc.h"

#include <libdeflate.h>

uint32_t dg_crc32(uint32_t crc, const void *bytes, size_t len)
{
	/* libdeflate takes a NULL buffer as the question for the start. */
	return len > 0 ? libdeflate_crc32(crc, bytes, len) : crc;
}
