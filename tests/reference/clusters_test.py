"""Baskets, clusters and pairs (section 6) against cases worked out by hand."""

import random
import unittest
from fractions import Fraction
from math import sqrt
from pathlib import Path

import baskets
import cluster_fit
import clusters
import pairs
import reference
import single
from reference import Row
from settings import Baskets

ROOT = Path(__file__).resolve().parents[2]
TYPES = reference.read_registry(ROOT / "engine/defaults/registry.csv")
IDS = {entry.name: entry.type_id for entry in TYPES.values()}
AS_OF = reference.day_number("2026-03-31")
SETTINGS = Baskets()


def bought(age, category="bread", amount=100, order=None, kind="purchase_shop", customer=1):
    return Row(customer, AS_OF - age, IDS[kind], order=order, category=category, amount=amount)


def columns_of(*rows, model=None, before=None):
    return clusters.cluster_columns(rows, TYPES, AS_OF, lambda row: row.category, model, before, SETTINGS)


def planted(*centroids, categories=("bread", "wine"), cut=2000):
    """Clusters 1, 2, ... with these centroids."""
    made = [clusters.Cluster(number, f"c{number}", tuple(map(single.to_single, centroid)))
            for number, centroid in enumerate(centroids, 1)]
    return clusters.Clusters(categories, tuple(made), cut)


class Singles(unittest.TestCase):
    def test_fused_is_exact_arithmetic_rounded_once(self):
        chance = random.Random(6)
        for _ in range(20000):
            a, b, c = (single.to_single(chance.uniform(-1, 1) * 2.0**chance.randrange(-30, 3)) for _ in range(3))
            self.assertEqual(self.nearest(Fraction(a) * Fraction(b) + Fraction(c)), single.fused(a, b, c))

    def test_two_roundings_would_err(self):
        """1 + 3 * 2^-24 and 1 + 2^-24 lie half-way between singles; what a double drops, 2^-70, decides."""
        odd, a, b = 1 + 2.0**-23, 2.0**-12 * (1 + 2.0**-23), 2.0**-12 * (1 - 2.0**-23)
        self.assertEqual(odd, single.fused(a, b, odd))  # 2^-24 - 2^-70 more: rounded twice it were 1 + 2^-22
        self.assertEqual(odd, single.fused(a, -b, odd))  # as much less: rounded twice it were 1

    @staticmethod
    def nearest(exact):
        """The single nearest to a fraction, by trying those around it."""
        guess = single.to_single(float(exact))
        near = {single.to_single(guess * (1 + step * 2.0**-24) + step * 2.0**-149) for step in (-2, -1, 0, 1, 2)}
        bits = {number: int.from_bytes(single.SINGLE.pack(number), "little") for number in near}
        return min(near, key=lambda number: (abs(Fraction(number) - exact), bits[number] % 2))


class OneCustomer(unittest.TestCase):
    def test_a_basket_is_a_day_and_an_order(self):
        rows = [bought(1, order="7"), bought(1, order="7", kind="purchase_web"), bought(1, order="8"), bought(1),
                bought(1, "wine"), bought(2, order="7"), bought(2, kind="return_registered"), bought(365), bought(364)]
        self.assertEqual(5, columns_of(*rows)["baskets"])

    def test_confidence(self):
        for count, word in ((0, "thin"), (1, "thin"), (2, "low"), (3, "full"), (4, "full")):
            rows = [bought(age) for age in range(count)]
            self.assertEqual(word, columns_of(*rows)["basket_confidence"], count)
        self.assertEqual("thin", columns_of(*[bought(age, None) for age in range(3)])["basket_confidence"])
        self.assertEqual("thin", columns_of(*[bought(age, "tea") for age in range(3)],
                                            model=planted((1, 0)))["basket_confidence"])

    def test_what_went_back_does_not_count(self):
        rows = [bought(1), bought(2, "wine"), bought(1, "wine", kind="return_registered"), bought(3, "tea", 50),
                bought(400, "tea", 500)]
        self.assertEqual({"bread": 100, "tea": 50}, baskets.category_nets(
            baskets.window_rows(rows, AS_OF, SETTINGS), TYPES, lambda row: row.category))

    def test_breadth(self):
        self.assertEqual(1000, baskets.breadth_milli({"a": 7}))
        self.assertEqual(2000, baskets.breadth_milli({"a": 7, "b": 7}))
        self.assertEqual(7000, baskets.breadth_milli(dict.fromkeys("abcdefg", 3)))
        # 3/4, 1/4: 4 / 3^0.75 = 1.7548
        self.assertEqual(1755, baskets.breadth_milli({"a": 3, "b": 1}))
        self.assertIsNone(baskets.breadth_milli({}))

    def test_range(self):
        for nets, cut, word in (({"a": 60, "b": 40}, 0, "one_range"), ({"a": 599, "b": 401}, 1962, "mixed"),
                                ({"a": 599, "b": 401}, 1961, "whole_range")):
            self.assertEqual(word, baskets.range_word(nets, baskets.breadth_milli(nets), cut, SETTINGS), nets)

    def test_vector(self):
        self.assertEqual([(0, single.to_single(sqrt(0.2))), (2, single.to_single(sqrt(0.8)))],
                         baskets.vector_of({"a": 1, "c": 4}, ("a", "b", "c")))


class Nearness(unittest.TestCase):
    def test_scores_and_distances(self):
        model = planted((1, 0), (0, 1))
        got = columns_of(*[bought(age) for age in range(3)], model=model)
        self.assertEqual((1, "c1", 0, 2, 1414214), tuple(got[name] for name in (
            "cluster", "cluster_name", "cluster_distance", "cluster_second", "cluster_second_distance")))

    def test_equal_scores_go_to_the_first(self):
        got = columns_of(*[bought(age, category) for age in (1, 2) for category in ("bread", "wine")],
                         model=planted((0, 1), (1, 0)))
        self.assertEqual((1, 2), (got["cluster"], got["cluster_second"]))
        self.assertEqual(got["cluster_distance"], got["cluster_second_distance"])

    def test_one_cluster_has_no_second(self):
        got = columns_of(*[bought(age) for age in range(3)], model=planted((1, 0)))
        self.assertEqual((1, None, None), (got["cluster"], got["cluster_second"], got["cluster_second_distance"]))


class Moves(unittest.TestCase):
    numbers = [10, 20, 30]

    def nights(self, *distances, before=None):
        """(cluster, what pends) after each night of distances from 10, 20 and 30."""
        told = []
        for own in distances:
            nearest = min(range(len(own)), key=lambda place: own[place])
            place, pending = clusters.settled(self.numbers, nearest, own, before)
            before = {"cluster": self.numbers[place], "cluster_pending": pending}
            told.append((self.numbers[place], pending))
        return told

    def test_the_second_night_running(self):
        near, far = (0.1, 1, 1), (1, 0.1, 1)
        self.assertEqual([(10, None), (10, 20), (20, None), (20, None)], self.nights(near, far, far, far))
        self.assertEqual([(10, None), (10, 20), (10, None), (10, 20)], self.nights(near, far, near, far))

    def test_another_one_begins_anew(self):
        self.assertEqual([(10, None), (10, 20), (10, 30), (10, 20), (20, None)], self.nights(
            (0.1, 1, 1), (1, 0.1, 1), (1, 1, 0.1), (1, 0.1, 1), (1, 0.1, 1)))

    def test_only_a_tenth_nearer(self):
        self.assertEqual([(10, None)] * 3, self.nights((0.1, 1, 1), (1, 0.8101, 2), (1, 0.8101, 2)))
        self.assertEqual([(10, None), (10, 20), (20, None)], self.nights((0.1, 1, 1), (1, 0.81, 2), (1, 0.81, 2)))

    def test_a_cluster_that_is_no_more(self):
        self.assertEqual([(20, None)], self.nights((1, 0.99, 2), before={"cluster": 7, "cluster_pending": None}))
        self.assertEqual([(20, None)], self.nights((1, 0.99, 2), before={"cluster": None, "cluster_pending": None}))

    def test_distance_is_to_the_cluster_it_is_in(self):
        rows = [bought(age, "wine") for age in range(3)]
        got = columns_of(*rows, model=planted((1, 0), (0, 1)), before={"cluster": 1, "cluster_pending": None})
        self.assertEqual((1, 1414214, 2, 0, 2, 1, 1), tuple(got[name] for name in (
            "cluster", "cluster_distance", "cluster_second", "cluster_second_distance", "cluster_pending",
            "cluster_pending_nights", "cluster_before")))

    def test_thin_customers_have_none(self):
        got = columns_of(bought(1), model=planted((1, 0)), before={"cluster": 1, "cluster_pending": None})
        self.assertEqual(("thin", None, None, 1), tuple(got[name] for name in (
            "basket_confidence", "cluster", "range", "cluster_before")))


class Chance(unittest.TestCase):
    def test_published_numbers(self):
        """Of the published program, from states 0 and 1234567."""
        self.assertEqual(0xE220A8397B1DCDAF, cluster_fit.mix(0))
        self.assertEqual(6457827717110365317, cluster_fit.mix(1234567))
        self.assertEqual(3203168211198807973, cluster_fit.mix(1234567 + 0x9E3779B97F4A7C15))

    def test_chosen(self):
        weights = [0, 3, 0, 1]
        self.assertEqual([1, 1, 1, 3], [cluster_fit.chosen(weights, quarter << 62) for quarter in range(4)])
        self.assertEqual(3, cluster_fit.chosen(weights, 2**64 - 1))
        self.assertEqual([0, 1], [cluster_fit.chosen([0, 0], half << 63) for half in range(2)])

    def test_subsamples_hold_four_fifths(self):
        inside = sum(cluster_fit.in_subsample(key, number) for key in range(-500, 500) for number in range(1, 41))
        self.assertAlmostEqual(0.8, inside / 40000, 2)
        self.assertTrue(cluster_fit.in_subsample(-1, 0) == cluster_fit.in_subsample(2**64 - 1, 0))


def shares(*rows):
    """Vectors of shares by place."""
    return [[(place, single.to_single(sqrt(share))) for place, share in enumerate(row) if share] for row in rows]


class KMeans(unittest.TestCase):
    def test_planted_clusters_are_found(self):
        chance = random.Random(1)
        vectors = []
        for number in range(90):
            noise = [chance.random() * 0.2 for _ in range(6)]
            noise[2 * (number % 3)] += 3
            vectors += shares([weight / sum(noise) for weight in noise])
        found = cluster_fit.kmeans(vectors, 6, 3, 7, 3)
        self.assertTrue(found.converged)
        self.assertEqual(3, len(set(zip(found.members, [number % 3 for number in range(90)]))))
        inertia = 0
        for cluster, centroid in enumerate(found.centroids):
            own = [cluster_fit.dense(vector, 6) for vector, at in zip(vectors, found.members) if at == cluster]
            for category, number in enumerate(centroid):
                self.assertAlmostEqual(sum(row[category] for row in own) / len(own), number, 7)
            inertia += sum((weight - number)**2 for row in own for weight, number in zip(row, centroid))
        self.assertAlmostEqual(inertia, found.inertia, 6)

    def test_inertia_by_hand(self):
        """Two customers of one category each: the mean is half of either, each 1/sqrt 2 away."""
        found = cluster_fit.kmeans(shares((1, 0), (0, 1)), 2, 1, 0)
        self.assertEqual([[0.5, 0.5]], found.centroids)
        self.assertEqual((1.0, 2, True), (found.inertia, found.steps, found.converged))

    def test_each_customer_alone(self):
        vectors = shares((1, 0, 0), (0, 1, 0), (0, 0, 1))
        found = cluster_fit.kmeans(vectors, 3, 3, 5)
        self.assertEqual((0.0, [0, 1, 2]), (found.inertia, sorted(found.members)))
        with self.assertRaises(ValueError):
            cluster_fit.kmeans(vectors + vectors, 3, 4, 5)

    def test_an_empty_cluster_takes_the_farthest(self):
        members = [0, 0, 0, 2]
        cluster_fit.fill_empty(members, [0.1, 0.7, 0.7, 9], 4)
        self.assertEqual([0, 1, 3, 2], members, "first 1 takes customer 1, then 3 takes 2; 2 has only one")


class Stability(unittest.TestCase):
    def test_adjusted_rand(self):
        self.assertEqual(1, cluster_fit.adjusted_rand([0, 0, 1, 1], [5, 5, 3, 3]))
        self.assertEqual(Fraction(4, 7), cluster_fit.adjusted_rand([0, 0, 1, 1], [0, 0, 1, 2]))
        self.assertEqual(Fraction(-1, 2), cluster_fit.adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]))
        self.assertEqual(1, cluster_fit.adjusted_rand([0], [0]))

    def test_planted_is_stable(self):
        keys = list(range(60))
        vectors = [shares(*[(1, 0, 0), (0, 1, 0), (0, 0, 1)])[key % 3] for key in keys]
        self.assertEqual(1000, cluster_fit.stability_milli(keys, vectors, 3, 3, 1))
        self.assertEqual(0, cluster_fit.stability_milli(keys, vectors, 3, 4, 1))


class Names(unittest.TestCase):
    def test_names_by_index(self):
        """d is 1 % of the cluster of 100 customers, less than that of the one of 101."""
        sums, all_sums = ([number * 2**32 for number in numbers] for numbers in ((90, 5, 3, 1, 0), (150, 10, 3, 1, 9)))
        self.assertEqual("c + a + b", cluster_fit.plain_name(sums, 101, all_sums, 200, list("abcde")))
        self.assertEqual("c + d + a", cluster_fit.plain_name(sums, 100, all_sums, 200, list("abcde")))

    def test_equal_indexes_go_by_name(self):
        """What only this cluster buys has the same index whatever it is."""
        unit = 2**32
        self.assertEqual("p + q + z", cluster_fit.plain_name([unit, 2 * unit, 3 * unit, 3 * unit], 9, [
            unit, 2 * unit, 3 * unit, 3 * unit], 18, ["q", "z", "p", "zz"]))

    def test_rare_ones_only_when_there_are_few(self):
        unit = 2**32
        self.assertEqual("rare + a + b", cluster_fit.plain_name([50 * unit, 49 * unit, unit // 2], 100, [
            100 * unit, 100 * unit, unit // 2], 200, ["a", "b", "rare"]))
        self.assertEqual("a", cluster_fit.plain_name([50 * unit, 0], 100, [100 * unit, unit], 200, ["a", "b"]))

    def test_taken(self):
        self.assertEqual("a", cluster_fit.free_name("a", []))
        self.assertEqual("a (3)", cluster_fit.free_name("a", ["a", "a (2)"]))


class Refit(unittest.TestCase):
    def population(self, *groups):
        """So many customers of each vector."""
        vectors = [vector for vector, count in groups for _ in range(count)]
        return cluster_fit.Population(("a", "b", "c"), list(range(len(vectors))), vectors, 1000)

    def test_order_numbers_and_what_is_kept(self):
        a, b, c = shares((1, 0, 0), (0, 1, 0), (0, 0, 1))
        first = cluster_fit.fit(self.population((a, 5), (b, 8)), 2, 1)
        self.assertEqual([(1, "b", 8), (2, "a", 5)],
                         [(cluster.number, cluster.name, cluster.customers) for cluster in first.model.clusters])
        self.assertEqual((3, (384615, 615385, 0)), (first.next_number, first.shares_ppm))
        second = cluster_fit.fit(self.population((a, 9), (c, 8)), 2, 1, old=first.model, next_number=3)
        self.assertEqual([(2, "a"), (3, "c")], [(cluster.number, cluster.name) for cluster in second.model.clusters])
        third = cluster_fit.fit(self.population((a, 4), (b, 8)), 2, 1, old=second.model, next_number=4)
        self.assertEqual([(4, "b"), (2, "a")], [(cluster.number, cluster.name) for cluster in third.model.clusters])

    def test_best_pairs_is_not_greedy(self):
        self.assertEqual([(0, 1), (1, 0)], cluster_fit.best_pairs([[9, 8], [8, 1]]))
        self.assertEqual([(0, 1)], cluster_fit.best_pairs([[10, 20, 15]]))
        self.assertEqual([(1, 0)], cluster_fit.best_pairs([[1], [2]]))

    def test_cut_of_breadth(self):
        nets = {key: dict.fromkeys("abcdefghijkl"[:1 + key], 1) for key in range(11)}
        self.assertEqual(10000, cluster_fit.population_of(nets).breadth_cut_milli, "place 2 of 11 from the top")

    def test_largest_categories(self):
        nets = {1: {f"c{number:03}": 1 + (number == 600) for number in range(601)}, 2: {"c555": 1}}
        population = cluster_fit.population_of(nets)
        self.assertEqual([f"c{number:03}" for number in (*range(510), 555, 600)], list(population.categories))
        self.assertEqual([1, 2], population.keys)
        left_out = cluster_fit.population_of({1: {f"c{number:03}": 2 for number in range(512)}, 2: {"c512": 1}})
        self.assertEqual([1], left_out.keys)


class Pairs(unittest.TestCase):
    def test_measures(self):
        sets = [{"a", "b"}] * 3 + [{"a"}, {"b", "c"}, {"c"}, set()]
        counts = pairs.count_pairs(sets, 0)
        self.assertEqual(6, counts.baskets)
        pair, other = pairs.ranked_pairs(counts, 1)
        self.assertEqual(("a", "b", 3, 4, 4), pair[:5])
        self.assertEqual((Fraction(1, 2), Fraction(3, 4), Fraction(3, 4), Fraction(9, 8), Fraction(1, 18)), pair[5:10])
        # of 15 ways to have 4 of 6: 3 of the 4 and 1 of the 2: 8; 4 of the 4: 1
        self.assertEqual(Fraction(9, 15), pair.p)
        self.assertEqual(("b", "c", Fraction(1, 6) - Fraction(8, 36)), (other.a, other.b, other.leverage))

    def test_cut_at_a_hundred_lines(self):
        rows = [bought(1, f"c{number:03}", 100 + (number == 100)) for number in range(101)]
        sets, cut = pairs.item_sets({1: rows}, TYPES, AS_OF, lambda row: row.category, SETTINGS)
        self.assertEqual(({f"c{number:03}" for number in range(101) if number != 99}, 1), (sets[0], cut))

    def test_matrix(self):
        found = pairs.matrix(pairs.ranked_pairs(pairs.count_pairs(
            [{"a", "b", "c"}] * 20 + [{"b"}] * 20 + [{"x", "y"}] * 3 + [{"x"}] * 30, 0)), 1)
        self.assertEqual({"a": [("c", 1)], "b": [("a", Fraction(1, 2))], "c": [("a", 1)]}, found)


if __name__ == "__main__":
    unittest.main()
