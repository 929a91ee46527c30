#include "base/random.h"

#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

/* The finaliser of MurmurHash3: every bit of x moves every bit out. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdu;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

static uint64_t weak_random(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return mix((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^
		   (uint64_t)getpid() << 48 ^ (uint64_t)(uintptr_t)&now);
}

uint64_t dg_random_u64(void)
{
	uint64_t value;

	if (getentropy(&value, sizeof(value)) != 0)
		value = weak_random();
	return value;
}

uint64_t dg_random_below(uint64_t bound)
{
	uint64_t uneven, value;

	if (bound == 0)
		return 0;
	/* The 2^64 values do not divide evenly: leave out the first few. */
	uneven = (0 - bound) % bound;
	do {
		value = dg_random_u64();
	} while (value < uneven);
	return value % bound;
}
