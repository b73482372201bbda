"""What tests that hold a whole night against the reference share: model, rows, tables, comparison.

The reference reads the very files that the program imports. Each table is compared in every column that the contract
names; `test_all_columns_are_there` of night_compare_test.py holds the program to all of them.
"""

import collections
import csv
import io
import json
import sys
from decimal import Decimal

from cli_case import REFERENCE, REGISTRY, CliCase

sys.path.insert(0, str(REFERENCE.parent))
import cluster_file  # noqa: E402
import keyword_rules  # noqa: E402
import lifetime  # noqa: E402
import night  # noqa: E402
import profiles  # noqa: E402
import reference  # noqa: E402
import tags  # noqa: E402
from settings import Settings  # noqa: E402

TYPES = reference.read_registry(REGISTRY)
TABLES = {"brand": "brands", "category": "categories", "product": "products"}
COUNTS = {"rows_in": "rows_in", "scored": "scored", "after_as_of": "after_as_of", "not_yet_known": "not_yet_known",
          "quarantined": "quarantined", "late": "late", "late_reported": "late_over_30"}
PROFILE_COLUMNS = ("customer", "birth_year", "age_band", "life_stage", "country", "region", "urbanity", "latitude",
                   "longitude", "store_distance_m", "first_contact", "arrival")
GIVEN_COLUMNS = ("customer", "tag", "day", "until", "giver", "arrival")
STORE_COLUMNS = ("store", "latitude", "longitude", "country", "region")

# Canonical rows whose customers are texts, which only a mapping can say.
TEXT_IDS = """ids: text
zone: UTC
columns:
  customer: customer
  time: {column: day, format: "%Y-%m-%d"}
  type: type
  order: order
  brand: brand
  category: category
  amount: amount
  discount: discount
  currency: currency
"""

# --- model.yaml of a reference's settings --------------------------------------------------------

def decimal_text(number, places):
    """An integer with so many places behind the point."""
    return f"{number // 10**places}.{number % 10**places:0{places}d}"


def places_of(currency):
    return reference.CURRENCY_PLACES.get(currency, 2)


def list_text(items):
    return f"[{', '.join(str(item) for item in items)}]"


def cuts_text(cuts, places):
    """Cuts as the file has them: days as they are, money in units."""
    if cuts is None:
        return "none"
    return list_text(f"{float(cut) / 10**places:.{places + 1}f}" for cut in cuts)


def group_text(values, **written):
    """The keys of one group, those of `written` as they stand there."""
    return "".join(f"  {name}: {written.get(name, list_text(item) if isinstance(item, tuple) else item)}\n"
                   for name, item in values.items())


def value_text(value, places):
    fields = value._asdict()
    fields["tier_shares"] = fields.pop("tier_shares_milli")
    fields["tier_up"], fields["tier_down"] = fields.pop("tier_up_milli"), fields.pop("tier_down_milli")
    return group_text(fields, tier_shares=list_text(decimal_text(share, 1) for share in value.tier_shares_milli),
                      tier_up=decimal_text(value.tier_up_milli, 3), tier_down=decimal_text(value.tier_down_milli, 3),
                      recency_cuts=cuts_text(value.recency_cuts, 0), monetary_cuts=cuts_text(value.monetary_cuts, places))


def life_text(settings):
    fields = settings._asdict()
    fields["p_alive_below"] = decimal_text(fields.pop("p_alive_below_micro"), 6)
    return group_text(fields)


def baskets_text(settings):
    fields = settings._asdict()
    fields["one_range"] = decimal_text(fields.pop("one_range_milli"), 3)
    return group_text(fields)


def loops_text(settings):
    fields = settings._asdict()
    fields["nurturing_points"] = decimal_text(fields.pop("nurturing_micro"), 6)
    return group_text(fields)


def model_text(settings, scopes, type_view=True, regex=False):
    return (f"regex: {'true' if regex else 'false'}\ncurrency: {settings.currency}\nscopes: {list_text(('customer', *scopes))}\n"
            f"type_view: {'true' if type_view else 'false'}\nage_bands: {list_text(settings.age_bands)}\n"
            f"value:\n{value_text(settings.value, places_of(settings.currency))}life:\n{life_text(settings.life)}loops:\n{loops_text(settings.loops)}"
            f"baskets:\n{baskets_text(settings.baskets)}")


def rates_text(settings):
    return "currency,day,rate\n" + "".join(f"{currency},{reference.day_text(day)},{rate}\n"
                                           for currency, rates in settings.rates.items() for day, rate in rates)


def fit_text(fit, currency, day):
    """value.yaml of a reference's fit; what a night does not look at is made up."""
    categories = "".join(f'    - {{category: "{category}", days: {days}, gaps: 30}}\n'
                         for category, days in sorted(fit.gaps_by_category, key=lambda entry: entry[0].encode()))
    return (f"day: {reference.day_text(day)}\nfit: {fit.kind}\ncurrency: {currency}\n"
            "purchases:\n  customers: 100\n  repeaters: 50\n  log_likelihood: -1.5\n"
            f"  r: {fit.r}\n  alpha: {fit.alpha}\n  a: {fit.a}\n  b: {fit.b}\n"
            f"spend:\n  customers: 50\n  log_likelihood: -1.5\n  p: {fit.p}\n  q: {fit.q}\n"
            f"  v: {Decimal(fit.gamma).scaleb(-places_of(currency))}\n"
            f"gaps:\n  days: {fit.gap_days}\n  gaps: 300\n  categories:{'' if categories else ' []'}\n{categories}")


# --- tables beside interactions ------------------------------------------------------------------

def profiles_text(customers):
    lines = [[reference.day_text(getattr(profile, name)) if name in ("first_contact", "arrival") else getattr(profile, name)
              for name in PROFILE_COLUMNS] for profile in customers]
    return csv_text(PROFILE_COLUMNS, lines)


def given_text(given):
    day = reference.day_text
    return csv_text(GIVEN_COLUMNS, [(row.customer, row.tag, day(row.day), day(row.until), "Ann", day(row.arrival))
                                    for row in given])


def csv_text(header, lines):
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in line] for line in lines)
    return output.getvalue()


class NightCase(CliCase):
    """Runs nights and compares them with the reference's."""

    scopes = ("brand", "category", "product")

    def recipe(self, settings=Settings(), fit=None, name="model", keywords=None, cluster_model=None):
        """A model folder of these settings, and the same for the reference; `keywords` None: those that lie there."""
        if not self.path(name).exists():
            self.make_model(name)
        if keywords is not None:
            self.write(f"{name}/keywords.csv", keywords)
        read_keywords = keyword_rules.read_keywords(self.path(f"{name}/keywords.csv").read_text(encoding="utf-8"))
        has_regex = any(rule.regex for rule in read_keywords.rules)
        self.write(f"{name}/model.yaml", model_text(settings, self.scopes, regex=has_regex))
        self.write(f"{name}/rates.csv", rates_text(settings))
        value = self.path(f"{name}/value.yaml")
        value.unlink(missing_ok=True)
        if fit:
            self.write(f"{name}/value.yaml", fit_text(fit, settings.currency, 20_000))
        clusters = self.path(f"{name}/clusters.yaml")
        clusters.unlink(missing_ok=True)
        if cluster_model:
            self.write(f"{name}/clusters.yaml", cluster_file.clusters_text(cluster_model, "2025-01-01"))
        groups = self.path(f"{name}/rfm_groups.csv")
        if groups.exists():
            settings = settings._replace(rfm_groups=read_groups(groups))
        return night.make_recipe(TYPES, settings, fit, read_keywords, cluster_model)

    def import_data(self, text, products=None, customers=(), stores=(), into="data", given=()):
        """Puts the rows and tables into a data folder; the same for the reference."""
        self.import_rows(text, name=f"{into}.csv", into=into)
        if products:
            self.import_rows(csv_text(("product", "brand", "category"), ((product, *words) for product, words in
                                                                        products.items())),
                             name=f"{into}-products.csv", table="products", into=into)
        for arrival in sorted({profile.arrival for profile in customers}, key=lambda day: day or 0):
            own = [profile for profile in customers if profile.arrival == arrival]  # a file holds a customer once
            self.import_rows(profiles_text(own), name=f"{into}-{arrival}.csv", table="customers", into=into)
        if stores:
            lines = [(store.store, store.latitude, store.longitude, None, None) for store in stores]
            lines.append(("Nowhere", None, "5.1", None, None))  # half a place is none
            self.import_rows(csv_text(STORE_COLUMNS, lines),
                             name=f"{into}-stores.csv", table="stores", into=into)
        if given:
            self.import_rows(given_text(given), name=f"{into}-given.csv", table="given_tags", into=into)
        rows = reference.read_interactions(self.path(f"{into}.csv"), TYPES)
        return night.Data(rows, products or {}, tuple(customers), tuple(stores), tuple(given))

    def table(self, out, name):
        done = self.fourloop("export", out, "--table", name, "--to", "csv")
        return list(csv.DictReader(io.StringIO(done.stdout.decode())))

    def run_compared(self, data, recipe, as_of, view="known-now", previous=None, into="data", out=None):
        """Runs one night both ways, compares all tables; (run folder, reference's night). `previous` likewise."""
        out = out or f"{into}-{reference.day_text(as_of)}-{view}{'-again' if previous else ''}"
        more = ["--previous", previous[0]] if previous else []
        done = self.run_night(out, "--view", view, "--json", *more, data=into, as_of=reference.day_text(as_of))
        wanted = night.run_night(data, recipe, as_of, view, previous[1] if previous else None, self.scopes)
        self.assert_counts(wanted, json.loads(done.stdout))
        self.assert_tables(wanted, out)
        return out, wanted

    def assert_counts(self, wanted, report):
        self.assertEqual({name: wanted.counts[ours] for name, ours in COUNTS.items()},
                         {name: report[name] for name in COUNTS})

    def assert_tables(self, wanted, out):
        self.assert_rows(out, "customers", night.CUSTOMER_COLUMNS,
                         {(str(key),): row for key, row in wanted.customers.items()})
        for scope, table in TABLES.items():
            if scope in wanted.scopes:
                self.assert_rows(out, table, night.SCOPE_COLUMNS,
                                 {(str(customer), word): row for (customer, word), row in wanted.scopes[scope].items()},
                                 scope)
        self.assert_type_view(wanted, out)
        self.assert_transitions(wanted, out)
        if wanted.tagged.rows or list(self.path(out).glob("tags-*")):
            self.assert_tags(wanted.tagged, out)

    def assert_tags(self, tagged, out):
        self.assert_lines(tagged.rows, tags.TAG_COLUMNS, self.table(out, "tags"), f"{out} tags")

    def assert_hits(self, tagged, out):
        self.assert_lines(tagged.hits, tags.HIT_COLUMNS, self.table(out, "hits"), f"{out} hits")

    def assert_lines(self, wanted, columns, found, where):
        """Every cell of lines without a key of their own, in whatever order; the first that differ are told."""
        wanted = collections.Counter(tuple(night.cells(row, columns)) for row in wanted)
        found = collections.Counter((row["customer_id"] or row["customer"], *(row[name] for name in columns[1:]))
                                    for row in found)
        missing, foreign = sorted((wanted - found).elements()), sorted((found - wanted).elements())
        self.assertFalse(missing or foreign, f"{where}: {columns}\n{len(missing)} missing: {missing[:5]}\n"
                         f"{len(foreign)} foreign: {foreign[:5]}")

    def assert_rows(self, out, table, columns, wanted, *more_keys):
        """Every cell of every row, in one comparison a column, so that a failure says which and where first."""
        found = {(row["customer_id"] or row["customer"], *(row[name] for name in more_keys)): row
                 for row in self.table(out, table)}
        self.assertEqual(sorted(wanted), sorted(found), f"{out} {table}: which rows there are")
        wrong = []
        for key, row in wanted.items():
            cells = dict(zip(columns, night.cells(row, columns)))
            wrong += [f"{name} of {' '.join(key)}: wanted {cells[name]!r}, found {found[key][name]!r}"
                      for name in columns if name in found[key] and cells[name] != found[key][name]]
        self.assertFalse(wrong, f"{out} {table}: {len(wrong)} cells\n" + "\n".join(wrong[:25]))

    def assert_type_view(self, wanted, out):
        found = sorted((row["customer_id"] or row["customer"], *(row[name] for name in night.TYPE_COLUMNS[1:]))
                       for row in self.table(out, "types"))
        lines = [{**line, "last_day": reference.day_text(line["last_day"])} for line in wanted.types]
        self.assertEqual(sorted(tuple(str(line[name]) for name in night.TYPE_COLUMNS) for line in lines), found)

    def assert_transitions(self, wanted, out):
        if not wanted.transitions:
            return
        found = {(row["what"], row["from"], row["to"]): int(row["customers"]) for row in self.table(out, "transitions")}
        self.assertEqual(dict(wanted.transitions), found)
        self.fourloop("verify", out)  # rows in order: null, of who came or left, before every word


def read_groups(path):
    """rfm_groups.csv by code."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        text = file.read()
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    return {int(line["code"]): line["group"] for line in csv.DictReader(io.StringIO(text), delimiter=delimiter)}


__all__ = ["NightCase", "TABLES", "TEXT_IDS", "TYPES", "lifetime", "night", "profiles", "reference", "tags"]
