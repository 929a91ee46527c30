/*
 * Copying the plain part of a JSON string, a block of bytes at a time: plain
 * is what may be copied without looking closer, all of ASCII but '"', '\' and
 * control characters.
 */
#ifndef DG_ITEM_CANON_BLOCK_H
#define DG_ITEM_CANON_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

#define DG_BLOCK 16

/* Copies a whole block; returns how many of its first bytes are plain. */
static inline size_t dg_block_copy(char *out, const char *p)
{
	__m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
	/* Signed: true for control characters and for all above 0x7f. */
	__m128i other = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
	int mask = _mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(quote, slash), other));

	_mm_storeu_si128((__m128i *)(void *)out, block);
	return (size_t)__builtin_ctz((unsigned int)mask | 1u << DG_BLOCK);
}

#else

#define DG_BLOCK 8

#define DG_BLOCK_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The lowest bit that is set is exact, those above it need not be. */
static inline uint64_t dg_block_below(uint64_t block, uint8_t bound)
{
	return (block - DG_BLOCK_EACH(bound)) & ~block & DG_BLOCK_EACH(0x80);
}

static inline size_t dg_block_copy(char *out, const char *p)
{
	uint64_t block, mask;

	memcpy(&block, p, sizeof(block));
	memcpy(out, &block, sizeof(block));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	block = __builtin_bswap64(block);
#endif
	mask = dg_block_below(block ^ DG_BLOCK_EACH('"'), 1) |
	       dg_block_below(block ^ DG_BLOCK_EACH('\\'), 1) |
	       dg_block_below(block, 0x20) | (block & DG_BLOCK_EACH(0x80));
	return mask ? (size_t)__builtin_ctzll(mask) >> 3 : DG_BLOCK;
}

#endif

#endif
