/* fuzz_target.h - what libFuzzer calls, with what targets and mutators share. */
#ifndef TESTS_FUZZ_FUZZ_TARGET_H
#define TESTS_FUZZ_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "formats/base/checksum.h"

/* Reads the bytes as whatever the target is about; comes back, whatever they are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Changes data[0 .. size) within capacity; returns the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);
/* libFuzzer's own mutations; not there in a replay. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

/* What a target found out must hold. */
static inline void require(bool holds)
{
    if (!holds)
        abort();
}

/* Whether to go the slow ways with this input: a hunt does with one of 64, always the same ones, a replay
 * with each. */
static inline bool fuzz_is_chosen(const uint8_t *data, size_t size)
{
#ifdef FOURLOOP_LIBFUZZER
    static const uint8_t uuid[FL_UUID_SIZE];
    return fl_checksum_bound(uuid, 0, 0, data, size) % 64 == 0;
#else
    (void)data;
    (void)size;
    return true;
#endif
}

/* The planted bug of a target, at a place that only input of the right structure comes to: a read behind an
 * allocation, as real bugs are. Only in builds that are to show that the fuzzer finds it
 * (`tools/fuzz --canaries`). */
static inline void fuzz_canary(bool reached)
{
#ifdef FOURLOOP_FUZZ_CANARY
    if (!reached)
        return;
    const volatile uint8_t *byte = malloc(1);
    if (byte == NULL || byte[1] == 0)
        exit(1);
#else
    (void)reached;
#endif
}

#endif
