"""Whole nights on real data: every column of every table against the reference, then what others published.

Complete Journey with its households, Online Retail, FoodMart and CDNOW go through their mappings, are fitted by
`value fit` (FoodMart by `cluster fit` too), and scored with what it froze; the medians of rhythm must be those of the
reference. The RFM answers need frozen cuts, FoodMart's published sales and units come out as net value by family, state
and quarter. Needs the data sets ($FOURLOOP_DATA, or shared/data beside the checkout); says so and is skipped without them.
"""

import bz2
import collections
import json
import math
import re
import unittest
from fractions import Fraction

from cli_case import ROOT, main
from night_case import TEXT_IDS, TYPES, NightCase, lifetime, night, profiles, profiles_text, reference
import cluster_file
import datasets
import life
import value
from settings import Settings, Value

MAPPINGS = ROOT / "formats/importers/examples"
DATA = datasets.data_root()
YEAR_QUARTERS = {"Q1": ("1997-03-31", 90), "Q2": ("1997-06-30", 91), "Q3": ("1997-09-30", 92), "Q4": ("1997-12-31", 92)}

# FoodMart by family and state instead of category and brand.
FOODMART = """zone: America/Los_Angeles
columns:
  customer: customer_id
  time: {{column: the_date, format: "%m/%d/%Y %I:%M:%S %p"}}
  type: {{constant: purchase_shop}}
  brand: store_state
  category: product_family
  amount: {amount}
  currency: {{constant: USD}}
"""


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class NightData(NightCase):
    scopes = ("brand", "category")

    def canonical(self, name):
        """The rows as the reference's own importer makes them."""
        path = self.path(f"{name}.csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            datasets.write_dataset(name, DATA, file)
        return reference.read_interactions(path, TYPES)

    def fitted(self, recipe, data, as_of, kind="mbgnbd"):
        """The recipe with what `value fit` found: medians are the reference's, no neighbour of the parameters is likelier."""
        self.fourloop("value", "fit", "--model", "model", "--data", "data", "--as-of", reference.day_text(as_of),
                      "--kind", kind)
        fit = lifetime.read_fit(self.path("model/value.yaml"))
        rows, _ = reference.known_rows(data.rows, TYPES, as_of, "known-now")
        by_customer = collections.defaultdict(list)
        for row in rows:
            by_customer[row.customer].append(row)
        histories = [life.history_of(own, TYPES, lambda row: reference.scope_value(row, "category", data.products))
                     for own in by_customer.values()]
        everybody, categories = life.fit_gaps(histories, as_of, recipe.settings.life)
        self.assertEqual((everybody, categories), (fit.gap_days, dict(fit.gaps_by_category)))
        self.assert_likeliest(fit, value.purchase_histories(rows, TYPES, as_of))
        return recipe._replace(fit=fit)

    def assert_likeliest(self, fit, histories):
        """The likelihoods of the file are those of its parameters; each parameter 2 % lower or higher is less likely."""
        found = [float(text) for text in
                 re.findall(r"log_likelihood: (.*)", self.path("model/value.yaml").read_text(encoding="utf-8"))]
        purchases, spends = lifetime.log_likelihoods(fit, histories)
        self.assertAlmostEqual(found[0], purchases, 4)
        # the file's is of means in units of the currency: each mean's density is 100 times that of minor units
        payers = sum(bought > 0 for _, _, _, bought in histories)
        self.assertAlmostEqual(found[1], spends + payers * math.log(100), 4)
        for name in ("r", "alpha", "a", "b", "p", "q", "gamma"):
            for factor in (0.98, 1.02):
                near = fit._replace(**{name: repr(float(getattr(fit, name)) * factor)})
                others = lifetime.log_likelihoods(near, histories)
                self.assertLess(sum(others), purchases + spends + 1e-9 * len(histories), (name, factor))

    def compare(self, data, currency, as_of, earlier, clusters=0):
        """An earlier night, the last one after it, and the last one with a value fit and so many clusters."""
        recipe, as_of, earlier = self.recipe(Settings(currency=currency)), *map(reference.day_number, (as_of, earlier))
        before = self.run_compared(data, recipe, earlier)
        self.run_compared(data, recipe, as_of, previous=before)
        recipe = self.fitted(recipe, data, as_of)
        if clusters:
            self.fourloop("cluster", "fit", "--model", "model", "--data", "data", "--as-of", reference.day_text(as_of),
                          "--k", clusters, "--force")
            recipe = recipe._replace(cluster_model=cluster_file.read_clusters(self.path("model/clusters.yaml"))[0])
        self.run_compared(data, recipe, as_of, out="fitted")

    def test_complete_journey(self):
        for name in ("completejourney", "completejourney_products"):
            source = {"completejourney": "transactions_sample.csv", "completejourney_products": "products.csv"}[name]
            self.fourloop("import", "--map", MAPPINGS / f"{name}.yaml", "--into", "data",
                          DATA / "completejourney" / source)
        households = [profiles.Profile(int(line.pop("customer")), **line)
                      for line in datasets.completejourney_profiles(DATA)]
        self.import_rows(profiles_text(households), name="households.csv", table="customers")
        data = night.Data(self.canonical("completejourney"), datasets.completejourney_products(DATA), tuple(households))
        self.compare(data, "USD", "2017-12-31", "2017-10-31")

    def test_online_retail(self):
        self.scopes = ("product",)  # it knows no others
        self.fourloop("import", "--map", MAPPINGS / "onlineretail.yaml", "--into", "data",
                      DATA / "onlineretail/dev_2010-12_2011-05.csv")
        self.compare(night.Data(self.canonical("onlineretail")), "GBP", "2011-05-31", "2011-03-15")

    def test_foodmart(self):
        sales = self.path("sales.csv")
        with open(sales, "w", newline="", encoding="utf-8") as file:
            datasets.write_foodmart_csv(DATA / "foodmart/sales_fact_1997_collapsed.json.bz2", file)
        self.fourloop("import", "--map", MAPPINGS / "foodmart.yaml", "--into", "data", sales)
        self.compare(night.Data(self.canonical("foodmart")), "USD", "1997-12-31", "1997-12-30", clusters=4)

    def test_cdnow(self):
        data = night.Data(self.canonical("cdnow"))
        self.fourloop("import", "--into", "data", "cdnow.csv")
        self.compare(data, "USD", "1997-09-30", "1997-06-30")
        as_of = reference.day_number("1997-09-30")
        recipe = self.recipe(Settings(Value(tier_by="lifetime"), currency="USD"))
        self.run_compared(data, self.fitted(recipe, data, as_of, "bgnbd"), as_of, out="fitted-bgnbd")

    def test_rfm_answers(self):
        """Quintile cuts of another program, frozen. Its F counts orders; eleven people have two on one day."""
        cuts = Value(rfm_days=36500, frequency_cuts=(4, 5, 6, 8), recency_cuts=(115, 181, Fraction("297.4"), 482),
                     monetary_cuts=(25580, 38200, 50640, 66600))
        recipe = self.recipe(Settings(cuts, currency="USD"))
        data = night.Data(self.canonical("rfm-orders"))
        self.write("text_ids.yaml", TEXT_IDS)
        self.fourloop("import", "--map", "text_ids.yaml", "--into", "data", "rfm-orders.csv")
        self.run_compared(data, recipe, reference.day_number("2006-12-31"), out="out")
        found = {row["customer_id"]: row for row in self.table("out", "customers")}
        answers = list(datasets.read_csv(DATA / "answers/rfm_orders_expected.csv"))
        self.assertEqual(995, len(answers))
        two_on_a_day = 0
        for answer in answers:
            row = found[answer["customer_id"]]
            self.assertEqual((answer["recency_days"], answer["recency_score"], answer["monetary_score"]),
                             (row["recency_days"], row["rfm_r"], row["rfm_m"]), answer)
            self.assertEqual(reference.minor_units(answer["amount"], "USD"), int(row["net_24m"]), answer)
            if row["purchase_days_24m"] == answer["transaction_count"]:
                self.assertEqual(answer["frequency_score"], row["rfm_f"], answer)
            else:
                two_on_a_day += 1
        self.assertEqual(11, two_on_a_day)

    def foodmart_sums(self, what, as_of, days):
        """Net value by state, by family and of everybody in the days up to as_of, in whole units of `what`."""
        out = f"{what}-{as_of}-{days}"
        self.recipe(Settings(Value(window_days=days), currency="USD"))
        self.run_night(out, data=what, as_of=as_of)
        sums = collections.Counter()
        for table, key in (("brands", "brand"), ("categories", "category"), ("customers", None)):
            for row in self.table(out, table):
                sums[row[key] if key else "all"] += int(row["net_12m"])
        return {name: Fraction(total, 100) for name, total in sums.items()}

    def test_foodmart_published(self):
        """Sales and units (imported as if they were money) by family, state and quarter."""
        with bz2.open(DATA / "foodmart/sales_fact_1997_collapsed.json.bz2") as file:
            self.write("sales.ndjson", file.read())
        with open(DATA / "answers/foodmart_facts.json", encoding="utf-8") as file:
            facts = json.load(file, parse_float=str)
        for what in ("store_sales", "unit_sales"):
            self.write(f"{what}.yaml", FOODMART.format(amount=what))
            self.fourloop("import", "--map", f"{what}.yaml", "--into", what, "sales.ndjson")
            year = self.foodmart_sums(what, "1997-12-31", 365)
            self.assertEqual(Fraction(facts[what]), year["all"])
            for group in ("store_state", "product_family"):
                for name, published in facts["by"][group].items():
                    self.assertEqual(Fraction(published[what]), year[name], (what, name))
            for quarter, (last_day, days) in YEAR_QUARTERS.items():
                self.assertEqual(Fraction(facts["by"]["quarter"][quarter][what]),
                                 self.foodmart_sums(what, last_day, days)["all"], (what, quarter))


if __name__ == "__main__":
    main()
