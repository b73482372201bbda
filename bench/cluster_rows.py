"""Rows for k-means as files: made-up customers with planted habits, what they spend by category, starting centres."""

import itertools
import random
from array import array

CATEGORIES = 500
HABITS = 48
LINES = (18, 48)  # of a customer, from and to: about 30 different categories in the mean
SEED = 7


def habits(draw):
    """Each habit as running sums of how likely each category is: what everybody buys, and a range of its own."""
    liked_by_all = [1 / (rank + 20) for rank in range(CATEGORIES)]
    draw.shuffle(liked_by_all)
    for _ in range(HABITS):
        likely = list(liked_by_all)
        for category in draw.sample(range(CATEGORIES), 40):
            likely[category] += 1 / (10 + draw.randrange(60))
        yield list(itertools.accumulate(likely))


def customers(count):
    """What each customer spends, by category: {category: cents}."""
    draw = random.Random(SEED)
    kinds = list(habits(draw))
    prices = [draw.randint(80, 900) for _ in range(CATEGORIES)]
    for _ in range(count):
        spent = {}
        for category in draw.choices(range(CATEGORIES), cum_weights=draw.choice(kinds), k=draw.randint(*LINES)):
            spent[category] = spent.get(category, 0) + prices[category]
        yield spent


def write_rows(count, path):
    """Rows of length 1, roots of shares, as little-endian numbers: customers, categories, entries (64 bits each); where
    each row starts, and the end (64 bits); weights of the entries (single precision); their categories (16 bits)."""
    starts, categories, weights = array("Q", [0]), array("H"), array("f")
    for spent in customers(count):
        total = sum(spent.values())
        for category in sorted(spent):
            categories.append(category)
            weights.append((spent[category] / total) ** 0.5)
        starts.append(len(categories))
    with open(path, "wb") as file:
        array("Q", [count, CATEGORIES, len(categories)]).tofile(file)
        for part in (starts, weights, categories):
            part.tofile(file)
    return len(categories)


def read_rows(path):
    """(starts, weights, categories) of a file of rows."""
    parts = (array("Q"), array("f"), array("H"))
    with open(path, "rb") as file:
        head = array("Q")
        head.fromfile(file, 3)
        for part, size in zip(parts, (head[0] + 1, head[2], head[2])):
            part.fromfile(file, size)
    return parts


def write_centres(rows, k, path):
    """k customers, evenly apart, as dense rows in single precision."""
    starts, weights, categories = read_rows(rows)
    count = len(starts) - 1
    with open(path, "wb") as file:
        for customer in range(0, count // k * k, count // k):
            centre = array("f", bytes(4 * CATEGORIES))
            for at in range(starts[customer], starts[customer + 1]):
                centre[categories[at]] = weights[at]
            centre.tofile(file)
