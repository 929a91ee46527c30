/* Random numbers from the system, for jitter and unique names. */
#ifndef DG_BASE_RANDOM_H
#define DG_BASE_RANDOM_H

#include <stdint.h>

/* Never fails: falls back to the clock and the process id. */
uint64_t dg_random_u64(void);

/* Uniform in [0, bound); 0 for bound 0. */
uint64_t dg_random_below(uint64_t bound);

#endif
