"""Clusters keep their numbers, and customers their cluster, while a retailer drifts: ten nights with a refit among them.

Customers buy by habit: half of them mostly from one of six ranges, half from two alike. These lie between clusters, where
a basket more or less decides which is nearer; some others take something dear home on trial, and are somebody else for
one night. A few people really take up another range during the ten nights. Nearest clusters alone, without the night
before, show what the rule of a move spares people: either half of it alone would let more than twice the bar move.
"""

import random
import unittest

from cli_case import CliCase, main
from night_case import reference
import cluster_file

RANGES = (("beer", "crisps", "nuts", "wine"), ("bread", "cheese", "milk", "yoghurt"), ("cot", "nappies", "toys", "wipes"),
          ("bulbs", "pots", "seeds", "soil"), ("cat_food", "dog_food", "hay", "leads"), ("lamps", "paint", "rugs", "tiles"))
RANGE_OF = {category: number for number, words in enumerate(RANGES) for category in words}
FIRST_NIGHT = reference.day_number("2026-03-01")
NIGHTS = 10
REFIT_AFTER = 5
CUSTOMERS = 2400
CHANGED_SHARE = 0.03
BETWEEN_SHARE = 0.45
TRIAL_SHARE = 0.05
TRIAL_CENTS = 300_000
DAYS_BETWEEN = (14, 21, 28)
MOVED_MAX = 0.02
CHANGED_MOVED_MIN = 0.3


class Habit:
    """What one customer buys, how often: the same on every day."""

    def __init__(self, chance, number):
        self.main = number % len(RANGES)
        self.other = (self.main + chance.randrange(1, len(RANGES))) % len(RANGES)
        self.main_share = 0.5 if chance.random() < BETWEEN_SHARE else chance.uniform(0.8, 0.97)
        self.days_between = chance.choice(DAYS_BETWEEN)
        self.has_changed = chance.random() < CHANGED_SHARE
        self.trial_day = FIRST_NIGHT + chance.randrange(1, NIGHTS - 1) if chance.random() < TRIAL_SHARE else None

    def basket(self, chance, day):
        """(category, cents) of the lines of a basket; who has changed buys the other range from the first night on."""
        changed = self.has_changed and day >= FIRST_NIGHT
        main_share = 0.03 if changed else self.main_share
        for _ in range(20 if changed else chance.choice((1, 2, 4))):
            own = self.main if chance.random() < main_share else self.other
            yield chance.choice(RANGES[own]), chance.randrange(100, 1000)

    def trial(self, day):
        """(type, category, cents) of something dear of a third range that goes back the day after."""
        third = next(number for number in range(len(RANGES)) if number not in (self.main, self.other))
        category = RANGES[third][0]
        if self.trial_day == day:
            yield "purchase_web", category, TRIAL_CENTS
        if self.trial_day == day - 1:
            yield "return_registered", category, TRIAL_CENTS

    def shops(self, chance, day):
        if self.has_changed and day >= FIRST_NIGHT:
            return True
        return chance.random() < 1 / self.days_between


def retailer(seed):
    """({customer: habit}, rows as CSV) of the year before the first night and of the nights."""
    chance = random.Random(seed)
    habits = {number: Habit(chance, number) for number in range(1, CUSTOMERS + 1)}
    lines = ["customer,day,type,order,category,amount\n"]
    for day in range(FIRST_NIGHT - 370, FIRST_NIGHT + NIGHTS):
        text = reference.day_text(day)
        for customer, habit in habits.items():
            bought = list(habit.trial(day))
            if habit.shops(chance, day):
                bought += [("purchase_shop", *line) for line in habit.basket(chance, day)]
            lines += [f"{customer},{text},{kind},{day}{customer},{category},{cents / 100:.2f}\n"
                      for kind, category, cents in bought]
    return habits, "".join(lines)


def moves(nights):
    """Customers who were in another cluster on one of the nights than on the night before."""
    return {customer for before, tonight in zip(nights, nights[1:]) for customer, cluster in tonight.items()
            if cluster and before.get(customer) and before[customer] != cluster}


class Drift(CliCase):
    def fit(self, as_of):
        self.fourloop("cluster", "fit", "--model", "model", "--data", "data", "--as-of", reference.day_text(as_of),
                      "--k", len(RANGES))
        return cluster_file.read_clusters(self.path("model/clusters.yaml"))[0]

    def night(self, out, as_of, *more):
        """{customer: cluster}"""
        self.run_night(out, *more, as_of=reference.day_text(as_of))
        return {int(row["customer"]): row["cluster"] for row in self.exported(out)}

    def ranges_of(self, model):
        """{number: the range of the category that weighs most}"""
        return {cluster.number: RANGE_OF[max(zip(cluster.centroid, model.categories))[1]] for cluster in model.clusters}

    def test_ten_nights(self):
        habits, rows = retailer(1)
        self.import_rows(rows)
        self.make_model()
        first = self.fit(FIRST_NIGHT - 1)
        self.assertEqual(set(range(len(RANGES))), set(self.ranges_of(first).values()), "a planted range is not found")
        nights, nearest, previous = [], [], ()
        for number, as_of in enumerate(range(FIRST_NIGHT, FIRST_NIGHT + NIGHTS)):
            if number == REFIT_AFTER:
                refit = self.fit(as_of - 1)
            nights.append(self.night(f"night{number}", as_of, *previous))
            nearest.append(self.night(f"nearest{number}", as_of))
            previous = ("--previous", f"night{number}")
        self.assertEqual(self.ranges_of(first), self.ranges_of(refit))
        self.assertEqual({cluster.number: cluster.name for cluster in first.clusters},
                         {cluster.number: cluster.name for cluster in refit.clusters})
        self.assert_moves(habits, moves(nights), moves(nearest))

    def assert_moves(self, habits, moved, moved_by_nearest):
        changed = {customer for customer, habit in habits.items() if habit.has_changed}
        same = set(habits) - changed
        self.assertLess(len(moved & same), MOVED_MAX * len(same))
        self.assertGreater(len(moved_by_nearest & same), 2 * MOVED_MAX * len(same), "too easy: no rule is needed")
        self.assertGreater(len(moved & changed), CHANGED_MOVED_MIN * len(changed), "even new habits move nobody")


if __name__ == "__main__":
    main()
