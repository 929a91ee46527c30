/* The one function of a fuzz target, by libFuzzer's name. */
#ifndef DG_FUZZ_TARGET_H
#define DG_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
