/* fuzz_target.h - what libFuzzer calls, and what it offers to a mutator. */
#ifndef TESTS_FUZZ_FUZZ_TARGET_H
#define TESTS_FUZZ_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as whatever the target is about; comes back, whatever they are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Changes data[0 .. size) within capacity; returns the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);
/* libFuzzer's own mutations; not there in a replay. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

#endif
