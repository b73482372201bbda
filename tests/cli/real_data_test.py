"""Four public data sets through the whole program, against an importer and a scorer that share no code with it.

Every imported cell must equal what tests/reference/datasets.py makes of the same source file, and every column of every
scored customer what tests/reference/reference.py makes of those rows; with sanitizers the program goes all the way, and
is compared with nobody. Needs the data sets ($FOURLOOP_DATA, or shared/data beside the checkout); says so and is skipped
without them.
"""

import collections
import csv
import io
import sys
import unittest

from cli_case import REFERENCE, REGISTRY, ROOT, SANITIZED, CliCase, main

sys.path.insert(0, str(REFERENCE.parent))
import datasets  # noqa: E402
import reference  # noqa: E402

MAPPINGS = ROOT / "formats/importers/examples"
DATA = datasets.data_root()
TYPES = reference.read_registry(REGISTRY)
TYPE_IDS = {entry.name: str(number) for number, entry in TYPES.items()}

# Order ids that are no whole numbers become digests, so orders are compared through the scores that count by them.
PLAIN_COLUMNS = ("customer", "day", "second", "product", "content", "channel", "store", "currency")


def minor_units(amount):
    return "" if amount == "" else str(int(amount.replace(".", "")))


def canonical_cells(row, columns):
    """A row of the reference importer as `inspect --rows` shows it."""
    cells = [row[column] for column in columns]
    return (*cells, TYPE_IDS[row["type"]], row["quantity"], minor_units(row["amount"]), minor_units(row["discount"]))


def imported_cells(row, columns):
    return (*(row[column] for column in columns), row["type"], row["quantity"], row["amount"], row["discount"])


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class RealData(CliCase):
    def set_up_model(self, currency):
        self.make_model()
        path = self.path("model/model.yaml")
        path.write_text(path.read_text().replace("currency: EUR", f"currency: {currency}"))

    def assert_rows_equal(self, canonical, columns):
        printed = self.fourloop("inspect", "--rows", "1000000", self.table_file("data")).stdout.decode()
        found = collections.Counter(imported_cells(row, columns) for row in csv.DictReader(io.StringIO(printed)))
        with open(canonical, newline="", encoding="utf-8") as file:
            wanted = collections.Counter(canonical_cells(row, columns) for row in csv.DictReader(file))
        self.assertGreater(len(wanted), 1000)
        self.assertEqual([], list((wanted - found).items())[:3], "rows that are missing")
        self.assertEqual([], list((found - wanted).items())[:3], "rows that are too many")

    def assert_scores_equal(self, canonical, as_of):
        rows = reference.read_interactions(canonical, TYPES)
        results, _ = reference.score_rows(rows, reference.make_model(TYPES), reference.day_number(as_of), "known-now")
        self.run_night(as_of=as_of)
        wanted = [[str(customer), *(str(cell) for cell in reference.result_cells(result))]
                  for (customer, _), result in results]
        found = [[row["customer"], *(row[column] for column in reference.RESULT_COLUMNS)] for row in self.exported()]
        self.assertEqual(wanted, found)

    def compare(self, name, mapping, source, as_of, currency, more_columns=()):
        self.set_up_model(currency)
        self.fourloop("import", "--map", MAPPINGS / mapping, "--into", "data", source)
        if SANITIZED:
            self.run_night(as_of=as_of)
            return
        canonical = self.path("canonical.csv")
        with open(canonical, "w", newline="", encoding="utf-8") as file:
            datasets.write_dataset(name, DATA, file)
        self.assert_rows_equal(canonical, PLAIN_COLUMNS + more_columns)
        self.assert_scores_equal(canonical, as_of)

    def test_complete_journey(self):
        self.compare("completejourney", "completejourney.yaml", DATA / "completejourney/transactions_sample.csv",
                     "2017-12-31", "USD")

    def test_complete_journey_demographics(self):
        source = DATA / "completejourney/demographics.csv"
        self.fourloop("import", "--map", MAPPINGS / "completejourney_customers.yaml", "--into", "data", source,
                      says="801 written, 0 skipped, 0 rejected")
        printed = self.fourloop("inspect", "--rows", 1000, self.table_file("data", "customers")).stdout.decode()
        found = {(row["customer"], row["age_band"], row["life_stage"]) for row in csv.DictReader(io.StringIO(printed))}
        with open(source, newline="", encoding="utf-8") as file:
            wanted = {(row["household_id"], row["age"], row["household_comp"]) for row in csv.DictReader(file)}
        self.assertEqual(wanted, found)

    def test_complete_journey_coupons(self):
        self.compare("completejourney-coupons", "completejourney_coupons.yaml",
                     DATA / "completejourney/coupon_redemptions.csv", "2017-12-31", "USD")

    def test_online_retail(self):
        self.compare("onlineretail", "onlineretail.yaml", DATA / "onlineretail/dev_2010-12_2011-05.csv", "2011-05-31",
                     "GBP")

    def test_clickstream(self):
        self.compare("clickstream", "clickstream.yaml", DATA / "events_ibm_clickstream/clickstream.csv", "2020-07-31",
                     "USD", ("category",))

    def test_foodmart(self):
        sales = self.path("sales.csv")
        with open(sales, "w", newline="", encoding="utf-8") as file:
            datasets.write_foodmart_csv(DATA / "foodmart/sales_fact_1997_collapsed.json.bz2", file)
        self.compare("foodmart", "foodmart.yaml", sales, "1997-12-31", "USD", ("brand", "category"))


if __name__ == "__main__":
    main()
