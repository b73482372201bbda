/* tagger_mutator.c - changes messages often, and their keyword list, which has to be compiled, seldom. */
#include <string.h>

#include "tests/fuzz/fuzz_target.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed)
{
    const size_t list_size = strnlen((const char *)data, size);
    if (seed % 1024 == 0 || list_size == size || list_size + 1 >= capacity)
        return LLVMFuzzerMutate(data, size, capacity);
    const size_t begin = list_size + 1;
    return begin + LLVMFuzzerMutate(data + begin, size - begin, capacity - begin);
}
