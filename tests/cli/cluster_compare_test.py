"""Clusters of nights and of fits against the slow reference, to the last bit.

Nights: hostile customers and made-up clusters, changed between nights, so that customers wait, move and lose their
cluster. Fits: small made-up retailers, fitted by both from the same rows: every number of clusters.yaml; then again on
top of the first fit. Pairs: counted by both, measured in fractions. Real data: what the program fitted to Complete Journey must be a fixed point of the reference.
"""

import csv
import io
import random
import unittest
from collections import Counter
from fractions import Fraction

from cli_case import ROOT, main, seeds
from night_case import TYPES, NightCase, night, reference
from hostile_rows import PRODUCTS, hostile_text
import cluster_file
import cluster_fit
import clusters
import datasets
import money
import pairs
from settings import Baskets, Settings
from single import to_single

AS_OF = reference.day_number("2026-01-01")
MAPPINGS = ROOT / "formats/importers/examples"
DATA = datasets.data_root()
WORDS = ("Toys", "books", "garden", "toys")


def some_clusters(seed, numbers, categories=WORDS):
    """Clusters of these numbers somewhere among the customers; the same seed gives the same."""
    chance = random.Random(seed)
    made = []
    for number in numbers:
        weights = [chance.choice((0, 0, 0.05, 0.3, 0.7, 1)) * chance.uniform(0.5, 1) for _ in categories]
        made.append(clusters.Cluster(number, f'{chance.choice(categories)} "{number}"', tuple(map(to_single, weights))))
    return clusters.Clusters(tuple(categories), tuple(made), chance.choice((1000, 1500, 1890, 2001)))


class ClusterCase(NightCase):
    scopes = ()

    def fit(self, data, as_of, *more):
        """What the program makes of a data folder: as cluster_file.read_clusters tells it."""
        self.fourloop("cluster", "fit", "--model", "model", "--data", data, "--as-of", reference.day_text(as_of), *more)
        return cluster_file.read_clusters(self.path("model/clusters.yaml"))


def rows_by_customer(data, as_of, settings):
    rows, _ = reference.known_rows(data.rows, TYPES, as_of, "known-now")
    rows = money.in_model_currency(rows, settings)
    return {customer: own for (customer, _), own in reference.rows_by_scope(rows, "customer", {}).items()}


def category_in(data):
    return lambda row: reference.scope_value(row, "category", data.products)


def population(data, as_of, settings=Settings()):
    return cluster_fit.population_of(cluster_fit.nets_of_full(
        rows_by_customer(data, as_of, settings), TYPES, as_of, category_in(data), settings.baskets))


class Nights(ClusterCase):
    def nights(self, data, recipes, first, into="data"):
        """A chain of nights, one a recipe; what became of customers, counted."""
        seen, previous = Counter(), None
        for as_of, settings_and_model in enumerate(recipes, first):
            recipe = self.recipe(settings_and_model[0], cluster_model=settings_and_model[1])
            out, tonight = previous = self.run_compared(data, recipe, as_of, "known-then", previous, into)
            for row in tonight.customers.values():
                seen["low"] += row["basket_confidence"] == "low" and row["cluster"] is not None
                seen["pending"] += row["cluster_pending"] is not None
                seen["moved"] += row["cluster_before"] not in (None, row["cluster"])
                seen[row["range"]] += 1
        return seen

    def test_hostile_rows(self):
        """Clusters that stay, that are somewhere else the night after, that are gone; and a night without any."""
        seen = Counter()
        for seed in seeds(6):
            data = self.import_data(hostile_text(seed, AS_OF), PRODUCTS, into=f"data{seed}")
            numbers = ((3, 1, 2, 70000), (3, 1, 2, 70000), (3, 1, 2, 70000), (1, 3, 4, 70001), (5,), ())
            models = [some_clusters(1 + night_number // 2, own) if own else None
                      for night_number, own in enumerate(numbers)]
            settings = Settings(baskets=Baskets()) if seed % 2 else Settings(baskets=Baskets(200, 1, 4, 450))
            seen += self.nights(data, [(settings, model) for model in models], AS_OF - 5, f"data{seed}")
        for what in ("low", "pending", "moved", "one_range", "whole_range", "mixed", None):
            self.assertGreater(seen[what], 0, f"nobody was ever {what}")

    def test_equal_distances_and_many_clusters(self):
        """The first of two equal centroids; more clusters than any vector register holds."""
        data = self.import_data(hostile_text(11, AS_OF), PRODUCTS)
        two = some_clusters(5, (9, 8, 7))
        two = two._replace(clusters=tuple(cluster._replace(centroid=two.clusters[0].centroid) for cluster in two.clusters))
        many = some_clusters(6, range(128, 0, -1))
        self.nights(data, [(Settings(), model) for model in (two, two, many, many, many)], AS_OF - 4)


    def test_columns_alone_and_assign(self):
        """A run of one column, and the verb for clusters alone, compute no less than a run of all."""
        recipe = self.recipe(cluster_model=some_clusters(1, (3, 1, 2)))
        data = self.import_data(hostile_text(3, AS_OF), PRODUCTS)
        before = self.run_compared(data, recipe, AS_OF - 1)
        recipe = self.recipe(cluster_model=some_clusters(2, (3, 1, 2)))
        out, _ = self.run_compared(data, recipe, AS_OF, previous=before)
        whole = self.table(out, "customers")
        for column in clusters.COLUMNS:
            self.run_night(f"only-{column}", "--columns", column, "--previous", before[0], as_of=reference.day_text(AS_OF))
            alone = self.table(f"only-{column}", "customers")
            self.assertEqual([row[column] for row in whole], [row[column] for row in alone], column)
        self.fourloop("cluster", "assign", "--model", "model", "--data", "data", "--as-of", reference.day_text(AS_OF),
                      "--out", "assigned", "--previous", before[0])
        self.assertEqual([[row[column] for column in clusters.COLUMNS] for row in whole],
                         [[row[column] for column in clusters.COLUMNS] for row in self.table("assigned", "customers")])

    def test_replay(self):
        """Each folder of a replay against the reference's chain of known-then nights."""
        recipe = self.recipe(cluster_model=some_clusters(7, (4, 2, 9)))
        data = self.import_data(hostile_text(4, AS_OF), PRODUCTS)
        self.fourloop("run", "--model", "model", "--data", "data", "--replay",
                      f"{reference.day_text(AS_OF - 3)}..{reference.day_text(AS_OF)}", "--out", "replayed")
        for as_of, wanted in night.replay(data, recipe, AS_OF - 3, AS_OF).items():
            self.assert_tables(wanted, f"replayed/{reference.day_text(as_of)}")


class Fits(ClusterCase):
    def retailer(self, seed, customers, groups=3):
        """Rows of customers who buy of two categories of a group most, and of the others now and then."""
        chance = random.Random(seed)
        words = [f"{letter}{number}" for letter in "zebra"[:groups] for number in (2, 1)]
        lines = []
        for customer in range(-2, customers - 2):
            own = [3 if place // 2 == customer % groups else 0.2 for place in range(len(words))]
            for _ in range(chance.choice((1, 2, 3, 4, 6, 9))):
                age = chance.choice((0, 1, 100, 200, 364, 365, 400))
                for _ in range(chance.choice((1, 2, 4))):
                    kind = "return_registered" if chance.random() < 0.05 else "purchase_shop"
                    lines.append(f"{customer * 10**12},{reference.day_text(AS_OF - age)},{kind},"
                                 f"{chance.choices(words, own)[0]},{chance.randrange(1, 5000) / 100:.2f}\n")
        return "customer,day,type,category,amount\n" + "".join(lines)

    def assert_fit(self, wanted, found):
        model, head, shares = found
        self.assertEqual(wanted.model.categories, model.categories)
        for ours, theirs in zip(wanted.model.clusters, model.clusters):
            self.assertEqual(ours, theirs)
        self.assertEqual(wanted.model, model)
        self.assertEqual(wanted.shares_ppm, shares)
        self.assertEqual(
            (f"{wanted.stability_milli / 1000:.3f}", f"{wanted.kmeans.inertia:.6f}", str(wanted.next_number),
             str(len(wanted.kmeans.members))),
            tuple(head[key] for key in ("stability", "inertia", "next_number", "customers")))

    def compare_fit(self, data, into, k, options, old=None, next_number=1):
        numbers = {"--seed": 1, "--starts": 10, "--iterations": 300, **options}
        wanted = cluster_fit.fit(population(data, AS_OF), k, *numbers.values(), old, next_number)
        written = [text for option in options.items() for text in option]
        self.assert_fit(wanted, self.fit(into, AS_OF, "--k", k, "--force", *written))
        return wanted

    def test_fit_and_refit(self):
        """Planted groups found again; more clusters than groups; fits that end before they are done."""
        for seed, k, options in ((1, 3, {}), (2, 4, {"--seed": 77, "--starts": 3}),
                                 (3, 2, {"--seed": 2**63 - 5, "--starts": 2, "--iterations": 2})):
            with self.subTest(seed):
                self.recipe()
                data = self.import_data(self.retailer(seed, 60), into=f"data{seed}")
                first = self.compare_fit(data, f"data{seed}", k, options)
                other = self.import_data(self.retailer(seed + 10, 50, 4), into=f"other{seed}")
                self.compare_fit(other, f"other{seed}", k + 1, options, first.model, first.next_number)


    def test_chosen_k(self):
        self.recipe()
        data = self.import_data(self.retailer(6, 40, 5))
        people = population(data, AS_OF)
        k = cluster_fit.chosen_k(people.keys, people.vectors, len(people.categories), 1)
        self.assert_fit(cluster_fit.fit(people, k, 1), self.fit("data", AS_OF, "--force"))


class Pairs(NightCase):
    """Counts and ranks exactly; measures as doubles of the exact fractions."""

    scopes = ()
    measures = {"support": "support", "confidence_a_to_b": "confidence_ab", "confidence_b_to_a": "confidence_ba",
                "lift": "lift", "leverage": "leverage", "fisher_p": "p"}

    def written(self, data, of, *more):
        done = self.fourloop("cluster", "pairs", "--model", "model", "--data", data, "--of", of,
                             "--as-of", reference.day_text(AS_OF), *more)
        return list(csv.DictReader(io.StringIO(done.stdout.decode())))

    def assert_pairs(self, wanted, found):
        self.assertEqual([pair[:5] for pair in wanted],
                         [(row["a"], row["b"], *(int(row[name]) for name in ("baskets_both", "baskets_a", "baskets_b")))
                          for row in found])
        for pair, row in zip(wanted, found):
            for column, name in self.measures.items():
                exact = getattr(pair, name)
                self.assertLessEqual(abs(Fraction(row[column]) - exact), abs(exact) * Fraction(1, 10**9), (row, column))

    def test_hostile_rows(self):
        """Orders of several types and none, returns, rows without a category; then baskets of about a hundred lines."""
        large = "".join(f"7000,{reference.day_text(AS_OF - age)},purchase_shop,,,w{(line * age) % 103},,{line + 1}.00,,,,\n"
                        for age in range(1, 9) for line in range(97 + age))
        settings = Settings(baskets=Baskets(300))
        self.recipe(settings)
        for seed in seeds(4):
            data = self.import_data(hostile_text(seed, AS_OF, 80) + large * (seed % 2), PRODUCTS, into=f"data{seed}")
            people = rows_by_customer(data, AS_OF, settings)
            for of, item_of in (("categories", category_in(data)), ("products", lambda row: row.product)):
                counts = pairs.count_pairs(*pairs.item_sets(people, TYPES, AS_OF, item_of, settings.baskets))
                self.assertEqual(seed % 2 > 0, counts.cut > 0)
                wanted = pairs.ranked_pairs(counts, 3)
                self.assertTrue(wanted)
                self.assert_pairs(wanted, self.written(f"data{seed}", of, "--min-baskets", "3"))
                offers = self.written(f"data{seed}", of, "--min-baskets", "3", "--matrix", "--offers", "4")
                self.assertEqual([(item, other) for item, others in pairs.matrix(wanted, 4).items() for other, _ in others],
                                 [(row["bought"], row["offer"]) for row in offers])


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class RealData(ClusterCase):
    def canonical_journey(self):
        """Complete Journey as the reference's own importer makes it."""
        path = self.path("journey.csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            datasets.write_dataset("completejourney", DATA, file)
        return night.Data(reference.read_interactions(path, TYPES), datasets.completejourney_products(DATA))

    def assert_fixed_point(self, people, found):
        """Customers at the nearest centroid are those whose means the centroids are; sizes, names, shares follow."""
        model, head, shares = found
        size, centroids = len(people.categories), [cluster.centroid for cluster in model.clusters]
        members, _ = cluster_fit.nearest_members(people.vectors, centroids)
        sums = cluster_fit.sums_of(people.vectors, members, len(centroids), size)
        self.assertEqual(centroids, [tuple(mean) for mean in cluster_fit.means_of(sums, members)])
        inertia = cluster_fit.inertia_of(people.vectors, members, sums)
        self.assertEqual(f"{inertia:.6f}", head["inertia"])
        kmeans = cluster_fit.KMeans(centroids, members, inertia, 0, 0, True)
        self.assertEqual(model, clusters.Clusters(people.categories, cluster_fit.named(kmeans, people)[0],
                                                  people.breadth_cut_milli))
        self.assertEqual(cluster_fit.shares_ppm(people), shares)

    def assert_columns(self, data, out, as_of, model, previous, settings):
        wanted = {customer: clusters.cluster_columns(own, TYPES, as_of, category_in(data), model, previous.get(customer),
                                                     settings.baskets)
                  for customer, own in rows_by_customer(data, as_of, settings).items()}
        self.assert_rows(out, "customers", clusters.COLUMNS, {(str(key),): row for key, row in wanted.items()})
        return wanted

    def test_complete_journey(self):
        """A fit on the first day, then nights, each after the one before."""
        for name, source in (("completejourney", "transactions_sample.csv"), ("completejourney_products", "products.csv")):
            self.fourloop("import", "--map", MAPPINGS / f"{name}.yaml", "--into", "data", DATA / "completejourney" / source)
        data = self.canonical_journey()
        settings = Settings(currency="USD")
        self.recipe(settings)
        days = [reference.day_number(day) for day in ("2017-10-31", "2017-12-01", "2017-12-31")]
        found = self.fit("data", days[0], "--k", 5, "--force")
        self.assert_fixed_point(population(data, days[0], settings), found)
        previous, more = {}, ()
        for as_of in days:
            out = f"night-{as_of}"
            self.run_night(out, *more, as_of=reference.day_text(as_of))
            previous, more = self.assert_columns(data, out, as_of, found[0], previous, settings), ("--previous", out)


if __name__ == "__main__":
    main()
