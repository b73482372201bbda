"""Checks the data sets' canonical rows against totals that other people published or computed.

Sums over every row catch a lost, doubled or misread line; the per-customer answers of FoodMart catch two
errors that cancel out. Without the data the tests say so and skip.
"""

import csv
import io
import unittest
from collections import Counter, defaultdict

import datasets

ROOT = datasets.data_root()


@unittest.skipUnless(ROOT.is_dir(), f"SKIPPED: no data at {ROOT}; set FOURLOOP_DATA")
class Totals(unittest.TestCase):
    def counts(self, name):
        with io.StringIO() as output:
            counts = datasets.write_dataset(name, ROOT, output)
        print(f"{name}: {dict(counts)}")
        return counts

    def expect(self, name, **expected):
        counts = self.counts(name)
        self.assertEqual({key: counts[key] for key in expected}, expected)

    def test_completejourney(self):
        self.expect("completejourney", read=75_000, written=75_000, customers=2_377, amount_minor_units=233_935_24)
        self.expect("completejourney-coupons", read=2_102, written=2_102)
        self.expect("completejourney-campaigns", read=6_589, written=6_589)

    def test_completejourney_days_are_those_of_new_york(self):
        rows = list(datasets.dataset_rows("completejourney", ROOT, Counter()))
        days = [row["day"] for row in rows]
        # the year 2017 of the shops; in UTC its last evening would lie in 2018
        self.assertEqual((min(days), max(days)), ("2017-01-01", "2017-12-31"))
        self.assertEqual(len({row["order"] for row in rows}), 47_243)

    def test_onlineretail(self):
        self.expect("onlineretail", read=209_029, written=149_053, skipped_without_customer=59_976,
                    rejected_negative_amount=0)

    def test_clickstream(self):
        counts = self.counts("clickstream")
        self.assertEqual((counts["read"], counts["customers"]), (10_000, 1_059))
        self.assertEqual(sum(name.startswith("event ") for name in counts), len(datasets.CLICKSTREAM_TYPES))

    def test_foodmart(self):
        self.expect("foodmart", written=86_837, customers=5_581, quantity=266_773, amount_minor_units=565_238_13)

    def test_cdnow(self):
        self.expect("cdnow", read=6_919, written=6_919, customers=2_357)

    def test_rfm_orders(self):
        self.expect("rfm-orders", read=4_906, written=4_906, customers=995)

    def test_foodmart_by_customer(self):
        ours = defaultdict(lambda: [0, 0, 0, set()])
        for row in datasets.dataset_rows("foodmart", ROOT, Counter()):
            customer = ours[row["customer"]]
            customer[0] += 1
            customer[1] += int(row["quantity"])
            customer[2] += datasets.minor_units(datasets.Decimal(row["amount"]))
            customer[3].add(row["day"])
        with open(ROOT / "answers/foodmart_customers.csv", newline="", encoding="utf-8") as file:
            theirs = {line["customer_id"]: [int(line["lines"]), int(line["unit_sales"]),
                                            datasets.minor_units(datasets.Decimal(line["store_sales"])),
                                            int(line["visit_days"])] for line in csv.DictReader(file)}
        self.assertEqual({key: [*sums, len(days)] for key, (*sums, days) in ours.items()}, theirs)

    def test_foodmart_csv(self):
        with io.StringIO() as output:
            datasets.write_foodmart_csv(ROOT / "foodmart/sales_fact_1997_collapsed.json.bz2", output)
            output.seek(0)
            lines = list(csv.DictReader(output))
        self.assertEqual(tuple(lines[0]), datasets.FOODMART_FIELDS)
        self.assertEqual(len(lines), 86_837)
        cost = sum(datasets.Decimal(line["store_cost"]) for line in lines)
        self.assertEqual(round(cost, 4), datasets.Decimal("225627.2336"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
