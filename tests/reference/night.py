"""A whole night: every table of a run, with the night before where it is wanted (sections 2 to 6 and 13)."""

import argparse
import csv
import signal
import sys
from collections import Counter
from typing import NamedTuple, Optional

import clusters
import life
import lifetime
import loops
import money
import profiles
import reference
import tags
import value
from keyword_rules import Keywords
from settings import Settings

# What every scope's table has beside reference.RESULT_COLUMNS (brands and so on have no percentile).
LOOP_COLUMNS = ("loop", "phase", "ambassador", "net_12m", "engaged_no_value")

CUSTOMER_COLUMNS = (
    *reference.RESULT_COLUMNS, "loop", "phase", "ambassador", "net_12m",
    "margin_12m", "bought_12m", "returned_12m", "promo_share", "purchase_days_24m", "net_24m", "recency_days",
    "rfm_r", "rfm_f", "rfm_m", "rfm_code", "rfm_group", "tier", "tier_pending", "tier_pending_nights",
    "engaged_no_value", "returns_all", "first_purchase_day", "repeat_purchase_days", "mean_purchase",
    "p_alive", "expected_purchases", "lifetime_value", "stage", "rhythm_days", "days_since_purchase", "overdue",
    "longest_gap_days", "main_category", "signal_overdue", "signal_p_alive", "signal_falling", "signal_opt_out",
    "signal_friction", "signal_returns", "churn_signals", "winback_day", "tenure_days", "tenure_band",
    "age_band", "life_stage", "country", "region", "urbanity", "store_distance_m", "nearest_store",
    "engagement_before", "band_before", "loop_before", "phase_before", "stage_before", "tier_before",
    "tags", "tag_points", *clusters.COLUMNS,
)
SCOPE_COLUMNS = tuple(column for column in reference.RESULT_COLUMNS if column != "percentile") + LOOP_COLUMNS
TYPE_COLUMNS = ("customer", "type", "rows", "units", "points", "last_day")
DAY_COLUMNS = (*reference.DAY_COLUMNS, "first_purchase_day", "winback_day", "since", "last", "expires",
               "first_day", "day")
MILLI_COLUMNS = ("promo_share", "rhythm_days", "overdue", "breadth")  # integers of thousandths
BEFORE = ("engagement", "band", "loop", "phase", "stage", "tier")
MOVES = ("band", "loop", "phase", "stage", "tier")


class Data(NamedTuple):
    """What lies in a data folder. products: (brand, category) by product."""
    rows: list
    products: dict = {}
    customers: tuple = ()
    stores: tuple = ()
    given: tuple = ()  # tags by hand


class Recipe(NamedTuple):
    """What lies in a model folder; `models` are reference.Model by scope."""
    types: dict
    models: dict
    settings: Settings = Settings()
    fit: Optional[lifetime.Fit] = None
    keywords: Keywords = Keywords()
    cluster_model: Optional[clusters.Clusters] = None


class Night(NamedTuple):
    """customers: rows by key; scopes: {"brand": {(customer, word): row}, ...}; types: rows of the 140-wide view."""
    customers: dict
    scopes: dict
    types: list
    transitions: Counter
    counts: Counter
    tagged: tags.Tagged


def make_recipe(types, settings=Settings(), fit=None, keywords=Keywords(), cluster_model=None, **numbers):
    return Recipe(types, {scope: reference.make_model(types, scope, **numbers) for scope in reference.SCOPES},
                  settings, fit, keywords, cluster_model)


def scope_rows(rows, scope, data, recipe, as_of, tag_points={}):
    """The rows of the brands, categories or products table by (customer, word); tag_points: of customers alone."""
    results = {}
    scopes = reference.rows_by_scope(rows, scope, data.products)
    for key in sorted(scopes):
        result = reference.score_groups(reference.daily_groups(scopes[key], recipe.types), as_of, recipe.models[scope],
                                        tag_points.get(key[0], ()))
        loops.add_loops(result, scopes[key], recipe.types, as_of, recipe.settings)
        results[key] = result
    return results


def view_rows(rows, data, recipe, as_of):
    """The 140-wide view: one row a customer and type."""
    lines = []
    for (customer, _), own in sorted(reference.rows_by_scope(rows, "customer", data.products).items()):
        for line in reference.type_rows(reference.daily_groups(own, recipe.types), as_of, recipe.models["customer"]):
            lines.append({**line, "customer": customer, "rows": line["n"]})
    return lines


def has_tag_source(data, recipe):
    """Whether there is anything to make tags of: tags by hand, or rules and a text."""
    return bool(data.given or (recipe.keywords.rules and any(row.text is not None for row in data.rows)))


def customer_rows(rows, data, recipe, as_of, previous, tagged):
    """The customers table: what is local first, then what needs the others."""
    types, settings = recipe.types, recipe.settings
    by_profile = profiles.latest(data.customers, lambda profile: profile.customer)
    by_customer = reference.rows_by_scope(rows, "customer", data.products)
    names = tags.names_by_customer(tagged)
    can_tag = has_tag_source(data, recipe)

    def category_of(entry):
        return reference.scope_value(entry, "category", data.products)

    results = {customer: row for (customer, _), row in
               scope_rows(rows, "customer", data, recipe, as_of, tagged.points).items()}
    for customer, row in results.items():
        own, profile, before = by_customer[customer, ""], by_profile.get(customer), previous.get(customer)
        row.update(value.window_columns(own, types, as_of, settings))
        row.update(value.rfm_columns(own, types, as_of, settings))
        row.update(value.repeat_columns(own, types))
        row.update(lifetime.lifetime_columns(recipe.fit, row, row["last_purchase_day"], as_of))
        row.update(life.life_columns(
            row, own, types, as_of, category_of, recipe.fit, before, profile.first_contact if profile else None, settings.life))
        row.update(profiles.profile_columns(profile, data.stores, as_of, settings.age_bands))
        row.update(tags=names.get(customer), tag_points=sum(tagged.points.get(customer, ())) if can_tag else None)
        row.update(clusters.cluster_columns(own, types, as_of, category_of, recipe.cluster_model, before, settings.baskets))
        for column in BEFORE:
            row[f"{column}_before"] = before[column] if before else None
    reference.add_percentiles(list(results.values()))
    value.add_rfm(list(results.values()), settings)
    value.add_tiers(results, previous, settings)
    return results


def transitions_of(before, customers, moves):
    """How many customers went from where to where; from nothing are the new ones, to nothing those that are gone."""
    def word(rows, key, column):
        return rows[key][column] if key in rows and rows[key][column] is not None else ""
    return Counter((column, str(word(before, key, column)), str(word(customers, key, column)))
                   for key in {*before, *customers} for column in moves)


def run_night(data, recipe, as_of, view="known-now", previous=None, scopes=()):
    """One night; `previous` is the Night before it, or None."""
    scored, counts = reference.known_rows(data.rows, recipe.types, as_of, view)
    rows = money.in_model_currency(scored, recipe.settings)
    tagged = tags.tag_night(rows, recipe.types, data.given, recipe.keywords, as_of, view,
                            recipe.models["customer"].horizon_days)
    customers = customer_rows(rows, data, recipe, as_of, previous.customers if previous else {}, tagged)
    moves = (*MOVES, "cluster") if recipe.cluster_model else MOVES
    return Night(customers, {scope: scope_rows(rows, scope, data, recipe, as_of) for scope in scopes},
                 view_rows(rows, data, recipe, as_of),
                 transitions_of(previous.customers, customers, moves) if previous else Counter(), counts, tagged)


def replay(data, recipe, first, last, scopes=()):
    """A night for each day of FROM..TO, known then, each with the one before; the first has none."""
    nights, previous = {}, None
    for as_of in range(first, last + 1):
        nights[as_of] = previous = run_night(data, recipe, as_of, "known-then", previous, scopes)
    return nights


def milli_text(thousandths):
    """A decimal without zeros at its end; thousandths are never negative here."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def cell(row, column):
    """A value as text, None as nothing."""
    value_there = row[column]
    if value_there is None:
        return ""
    if column in DAY_COLUMNS:
        return reference.day_text(value_there)
    return milli_text(value_there) if column in MILLI_COLUMNS else str(value_there)


def cells(row, columns):
    return [cell(row, column) for column in columns]


# --- command line -------------------------------------------------------------------------------

def main():
    """One night with the default settings, one table on stdout."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends us quietly
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registry", required=True, help="CSV of the interaction types")
    parser.add_argument("--as-of", required=True, help="YYYY-MM-DD")
    parser.add_argument("--view", choices=reference.VIEWS, default="known-now")
    parser.add_argument("--products", help="CSV: product, brand, category")
    parser.add_argument("--value-yaml", help="what `value fit` wrote")
    parser.add_argument("--currency", default="EUR", help="of the model; rows of others are refused")
    parser.add_argument("--scope", choices=reference.SCOPES, default="customer", help="which table")
    parser.add_argument("interactions", help="CSV with our own column names")
    arguments = parser.parse_args()
    try:
        types = reference.read_registry(arguments.registry)
        data = Data(reference.read_interactions(arguments.interactions, types),
                    reference.read_products(arguments.products) if arguments.products else {})
        recipe = make_recipe(types, Settings(currency=arguments.currency),
                             lifetime.read_fit(arguments.value_yaml) if arguments.value_yaml else None)
        scopes = () if arguments.scope == "customer" else (arguments.scope,)
        done = run_night(data, recipe, reference.day_number(arguments.as_of), arguments.view, scopes=scopes)
    except (OSError, ValueError, money.NoRate) as problem:
        sys.exit(f"night: {type(problem).__name__}: {problem}")
    columns = SCOPE_COLUMNS if scopes else CUSTOMER_COLUMNS
    rows = done.scopes[arguments.scope] if scopes else {(key,): row for key, row in done.customers.items()}
    output = csv.writer(sys.stdout, lineterminator="\n")
    output.writerow(["customer", *scopes, *columns])
    output.writerows([*key, *cells(row, columns)] for key, row in rows.items())


if __name__ == "__main__":
    main()
