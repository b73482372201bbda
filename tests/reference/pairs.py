"""What is bought together: pairs over baskets, what to offer to whom (section 6)."""

from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import NamedTuple

import baskets

LINES_MAX = 100
OFFER_P = Fraction(1, 100)


class Pair(NamedTuple):
    """Two items by rising name; all measures exact."""
    a: str
    b: str
    both: int
    count_a: int
    count_b: int
    support: Fraction
    confidence_ab: Fraction  # of b where a is
    confidence_ba: Fraction
    lift: Fraction
    leverage: Fraction
    p: Fraction


class Counts(NamedTuple):
    baskets: int  # with at least one item
    cut: int  # of more than 100 lines
    items: Counter
    pairs: Counter


def kept_lines(rows):
    """The 100 rows with the largest amount, of equal ones the first; `rows` in canonical order."""
    return sorted(rows, key=lambda row: -(row.amount or 0))[:LINES_MAX]


def item_sets(rows_by_customer, types, as_of, item_of, settings):
    """(the items of each basket, how many baskets were cut)."""
    sets, cut = [], 0
    for rows in rows_by_customer.values():
        for lines in baskets.basket_rows(baskets.window_rows(rows, as_of, settings), types).values():
            cut += len(lines) > LINES_MAX
            sets.append({item_of(line) for line in kept_lines(lines)} - {None})
    return sets, cut


def count_pairs(sets, cut):
    items, pairs = Counter(), Counter()
    for one in sets:
        items.update(one)
        pairs.update(combinations(sorted(one), 2))
    return Counts(sum(bool(one) for one in sets), cut, items, pairs)


def fisher_p(n, a, b, both):
    """The chance of as many baskets with both, or more, when b baskets of n are drawn and a of them have the one."""
    ways = sum(comb(a, common) * comb(n - a, b - common) for common in range(both, min(a, b) + 1))
    return Fraction(ways, comb(n, b))


def measured(counts, a, b, both):
    n, count_a, count_b = counts.baskets, counts.items[a], counts.items[b]
    return Pair(a, b, both, count_a, count_b, Fraction(both, n), Fraction(both, count_a), Fraction(both, count_b),
                Fraction(both * n, count_a * count_b), Fraction(both, n) - Fraction(count_a * count_b, n * n),
                fisher_p(n, count_a, count_b, both))


def ranked_pairs(counts, baskets_min=10):
    found = [measured(counts, a, b, both) for (a, b), both in counts.pairs.items() if both >= baskets_min]
    return sorted(found, key=lambda pair: (-pair.leverage, pair.a, pair.b))


def matrix(pairs, offers=10):
    """{item bought: [(other, confidence)]}, the best offer first."""
    found = {}
    for pair in pairs:
        if pair.leverage > 0 and pair.p <= OFFER_P:
            found.setdefault(pair.a, []).append((-pair.confidence_ab, -pair.leverage, pair.b))
            found.setdefault(pair.b, []).append((-pair.confidence_ba, -pair.leverage, pair.a))
    return {item: [(other, -confidence) for confidence, _, other in sorted(others)[:offers]]
            for item, others in sorted(found.items())}
