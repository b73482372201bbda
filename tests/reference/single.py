"""Single-precision numbers in Python's doubles: rounding, and the fused multiply-add."""

import struct
from math import inf, nextafter

SINGLE = struct.Struct("<f")


def to_single(number):
    """The nearest single-precision number, ties to even."""
    return SINGLE.unpack(SINGLE.pack(number))[0]


def fused(a, b, c):
    """a * b + c of singles, rounded once.

    The product of two singles has at most 48 bits: a double holds it. The sum of it and c may need more than the 53
    of a double, and rounding it there and again to single would err only where the double is just half-way between
    two singles: then what the first rounding dropped says which of them is nearer.
    """
    product = a * b
    total = product + c
    dropped = two_sum_error(product, c, total)
    if dropped != 0.0:
        below, above = to_single(nextafter(total, -inf)), to_single(nextafter(total, inf))
        if below != above:
            return above if dropped > 0 else below
    return to_single(total)


def two_sum_error(a, b, total):
    """What a + b is more than its double `total`, exactly (Knuth)."""
    part = total - a
    return (a - (total - part)) + (b - part)
