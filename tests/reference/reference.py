"""The slow, obvious scorer: every number of sections 0 to 2 of the semantics page, written down a second time."""

import argparse
import csv
import re
import signal
import sys
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import NamedTuple, Optional

MICRO = 1_000_000
LOOPS = ("awareness", "nurturing", "experience", "conversion")
SCOPES = ("customer", "brand", "category", "product")
VIEWS = ("known-now", "known-then")

# Defaults of the model, in points. K is the raw that gives a score of 50.
ENGAGEMENT_K_POINTS = {"customer": 120, "brand": 60, "category": 40, "product": 30}
INTENT_K_POINTS = {"customer": 80, "brand": 40, "category": 40, "product": 30}
TREND_UNIT_POINTS = 30
HORIZON_DAYS = 1095
LATE_REPORTED_DAYS = 30

# Places of currencies that have not two (ISO 4217), as far as our tests have them.
CURRENCY_PLACES = {"JPY": 0, "KRW": 0, "KWD": 3}

# Trend windows as ages: the last 28 days, and the 84 days before them (A-111 .. A-28).
RECENT_AGES = range(0, 28)
BEFORE_AGES = range(28, 112)

RESULT_COLUMNS = (
    "engagement", "band", "percentile", "trend", "intent", "intent_trend",
    "raw", "raw_positive", "raw_negative", "intent_raw",
    "points_28", "points_84", "intent_points_28", "intent_points_84",
    "points_awareness", "points_nurturing", "points_experience", "points_conversion",
    "rows", "units", "first_day", "last_day", "last_purchase_day",
    "lost_to_cap", "lost_to_decay",
)
DAY_COLUMNS = ("first_day", "last_day", "last_purchase_day")
EXPLAIN_COLUMNS = ("type_id", "type", "n", "units", "points", "lost_to_cap", "lost_to_decay")


class Type(NamedTuple):
    """One line of the registry, as far as scoring needs it."""
    type_id: int
    name: str
    direction: str
    loop: str
    weight_thousandths: int
    half_life_thousandths: int
    daily_cap: int
    count_by: str
    role: str


class Row(NamedTuple):
    """One interaction; days are whole days since 1970-01-01, None is null."""
    customer: object
    day: int
    type_id: int
    order: Optional[str] = None
    brand: Optional[str] = None
    category: Optional[str] = None
    product: Optional[str] = None
    arrival: Optional[int] = None
    amount: Optional[int] = None  # minor units of the row's currency, as are the next two
    discount: Optional[int] = None
    margin: Optional[int] = None
    currency: Optional[str] = None  # None: the model's
    second: Optional[int] = None  # of the day
    speaker: Optional[str] = None
    message: Optional[str] = None
    text: Optional[bytes] = None


class Model(NamedTuple):
    """What a run needs beside its rows; decay[half_life_thousandths][age_days] is D."""
    types: dict
    decay: dict
    engagement_k: int
    intent_k: int
    trend_unit: int
    horizon_days: int


class Group(NamedTuple):
    """g: the rows of one type on one day inside one scope. `p` is the micro-points of each of its n rows."""
    type: Type
    day: int
    n: int
    units: int
    p: int


# --- days ---------------------------------------------------------------------------------------

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=None)
def day_number(text):
    """The days since 1970-01-01 of `YYYY-MM-DD`; a time of day behind it is not looked at."""
    return date.fromisoformat(text[:10]).toordinal() - EPOCH_ORDINAL


def day_text(day):
    return "" if day is None else date.fromordinal(day + EPOCH_ORDINAL).isoformat()


# --- registry and model -------------------------------------------------------------------------

def thousandths(text):
    """A decimal with at most three places as an integer: no binary fraction ever enters a result."""
    value = Decimal(text) * 1000
    if value != value.to_integral_value():
        raise ValueError(f"{text}: more than three decimals")
    return int(value)


def read_registry(path):
    """The types of a registry file, by id."""
    types = {}
    with open(path, newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            type_id = int(line["type_id"])
            entry = Type(type_id, line["name"], line["direction"], line["loop"],
                         thousandths(line["weight"]), thousandths(line["half_life_days"]),
                         int(line["daily_cap"]), line["count_by"], line["role"])
            if not 0 <= type_id <= 255 or type_id in types:
                raise ValueError(f"type id {type_id}: outside 0..255 or there twice")
            if entry.loop not in LOOPS or entry.direction not in ("inbound", "outbound", "transaction"):
                raise ValueError(f"type {entry.name}: unknown loop or direction")
            if entry.count_by not in ("row", "order"):
                raise ValueError(f"type {entry.name}: count_by is neither row nor order")
            if abs(entry.weight_thousandths) > 1_000_000 or entry.half_life_thousandths <= 0 or entry.daily_cap < 0:
                raise ValueError(f"type {entry.name}: weight, half-life or cap out of range")
            types[type_id] = entry
    return types


def decay_table(half_life_thousandths, ages):
    """D[age] = min(floor(2^32 * 2^(-age/h) + 1/2), 2^32 - 1), correctly rounded, for each of `ages` (days)."""
    return [decay(half_life_thousandths, age) for age in ages]


@lru_cache(maxsize=None)
def decay(half_life_thousandths, age_days):
    halvings, rest = divmod(age_days * 1000, half_life_thousandths)
    if rest == 0:
        # Exact: a power of two. After 33 halvings 2^-1 + 1/2 is exactly 1; after 34 less than 1.
        rounded = 2**(32 - halvings) if halvings <= 32 else (1 if halvings == 33 else 0)
    elif halvings >= 33:
        rounded = 0  # 2^32 * 2^(-x) < 1/2 for every x > 33
    else:
        rounded = irrational_decay(half_life_thousandths, age_days)
    return min(rounded, 2**32 - 1)


def irrational_decay(half_life_thousandths, age_days):
    """The same where age/h is no whole number: then 2^(-age/h) is irrational and never a tie."""
    with localcontext() as context:
        context.prec = 80
        power = -(Decimal(age_days * 1000) / Decimal(half_life_thousandths)) * Decimal(2).ln()
        value = Decimal(2**32) * power.exp() + Decimal("0.5")
        # 80 digits leave some 70 behind the point; a value this near to an integer would need more.
        assert abs(value - value.to_integral_value()) > Decimal("1e-50")
        return int(value)  # value > 0, so cutting is floor


def micro_points(text):
    """Points in decimal as micro-points."""
    value = Decimal(text) * MICRO
    if value != value.to_integral_value():
        raise ValueError(f"{text}: more than six decimals")
    return int(value)


def make_model(types, scope="customer", engagement_k=None, intent_k=None,
               trend_unit=TREND_UNIT_POINTS, horizon_days=HORIZON_DAYS):
    """A model for one kind of scope; K and the trend unit are given in points, as texts or numbers."""
    half_lives = {entry.half_life_thousandths for entry in types.values()}
    tables = {half_life: decay_table(half_life, range(horizon_days + 1)) for half_life in half_lives}
    return Model(types, tables,
                 micro_points(ENGAGEMENT_K_POINTS[scope] if engagement_k is None else engagement_k),
                 micro_points(INTENT_K_POINTS[scope] if intent_k is None else intent_k),
                 micro_points(trend_unit), horizon_days)


# --- rows ---------------------------------------------------------------------------------------

INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def read_type(text, ids_by_name):
    """A type's name, or its number; a number may be missing from the registry (the run quarantines it)."""
    if text in ids_by_name:
        return ids_by_name[text]
    if INTEGER.fullmatch(text) and 0 <= int(text) <= 255:
        return int(text)
    raise ValueError("the type is neither a known name nor an id in 0..255")


def minor_units(text, currency):
    """A decimal amount as minor units, rounded once, half away from zero (decimal calls that half up)."""
    if not text:
        return None
    places = CURRENCY_PLACES.get(currency, 2)
    return int(Decimal(text).scaleb(places).to_integral_value(ROUND_HALF_UP))


def read_money(line):
    """The fields of a row that have to do with money."""
    currency = line.get("currency") or None
    return {"currency": currency,
            **{name: minor_units(line.get(name), currency) for name in ("amount", "discount", "margin")}}


def second_of_day(text):
    """The seconds since midnight of `YYYY-MM-DD HH:MM:SS`; None without a time of day."""
    if len(text) <= 10:
        return None
    hours, minutes, seconds = (int(part) for part in text[11:19].split(":"))
    return 3600 * hours + 60 * minutes + seconds


def read_message(line):
    """The fields of a row that have to do with chat. Blanks at both ends of a cell do not count when it is imported."""
    text = (line.get("text") or "").strip(" \t\u00a0")
    return {"second": second_of_day(line.get("day") or line["time"]), "speaker": line.get("speaker") or None,
            "message": line.get("message") or None, "text": text.encode() if text else None}


def read_interactions(path, types):
    """All rows of a canonical CSV; customers are integers if every one of them is, else all are texts."""
    ids_by_name = {entry.name: entry.type_id for entry in types.values()}
    rows = []
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        for line in reader:
            try:
                if not line["customer"]:
                    raise ValueError("no customer")
                day = line.get("day") or line["time"]
                arrival = line.get("arrival")
                rows.append(Row(line["customer"], day_number(day), read_type(line["type"], ids_by_name),
                                line.get("order") or None, line.get("brand") or None,
                                line.get("category") or None, line.get("product") or None,
                                day_number(arrival) if arrival else None, **read_money(line), **read_message(line)))
            except (KeyError, ValueError) as problem:
                raise ValueError(f"{path}:{reader.line_num}: {problem}") from None
    if all(INTEGER.fullmatch(row.customer) for row in rows):
        rows = [row._replace(customer=int(row.customer)) for row in rows]
    return rows


def read_products(path):
    """(brand, category) by product."""
    with open(path, newline="", encoding="utf-8") as file:
        return {line["product"]: (line.get("brand") or None, line.get("category") or None)
                for line in csv.DictReader(file)}


def known_rows(rows, types, as_of, view):
    """The rows that count, and how many were left out and why; each row has exactly one fate."""
    scored, counts = [], Counter()
    for row in rows:
        arrival = row.day if row.arrival is None else row.arrival
        if row.day > as_of:
            counts["after_as_of"] += 1
        elif view == "known-then" and arrival > as_of:
            counts["not_yet_known"] += 1
        elif row.type_id not in types:
            counts["quarantined"] += 1
        else:
            scored.append(row)
            counts["late"] += arrival > row.day
            counts["late_over_30"] += arrival - row.day > LATE_REPORTED_DAYS
    counts["rows_in"] = len(rows)
    counts["scored"] = len(scored)
    assert counts["rows_in"] == sum(
        counts[fate] for fate in ("scored", "after_as_of", "not_yet_known", "quarantined"))
    return scored, counts


def scope_value(row, scope, products):
    """The brand, category or product a row belongs to: its own, else the products table's, else None."""
    if scope == "product":
        return row.product
    brand, category = products.get(row.product, (None, None))
    return (row.brand or brand) if scope == "brand" else (row.category or category)


def rows_by_scope(rows, scope, products):
    """(customer, value) -> rows; value is "" for the customer scope. A row without a value is in no scope."""
    scopes = defaultdict(list)
    for row in rows:
        value = "" if scope == "customer" else scope_value(row, scope, products)
        if value is not None:
            scopes[row.customer, value].append(row)
    return scopes


# --- counting, capping, decaying ----------------------------------------------------------------

def round_half_away(numerator, denominator):
    """The integer nearest to numerator / denominator, ties away from zero."""
    assert denominator > 0
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def units_of(entry, orders):
    """u: rows, or distinct orders, where a row without an order counts by itself. `orders` has one item a row."""
    if entry.count_by == "row":
        return len(orders)
    return len({order for order in orders if order is not None}) + orders.count(None)


def counted_units(entry, units):
    return units if entry.daily_cap == 0 else min(units, entry.daily_cap)


def points_per_row(entry, n, counted):
    """p(g) = round_half_away(1e6 * w * counted / n), with the weight in thousandths."""
    return round_half_away(1000 * entry.weight_thousandths * counted, n)


def daily_groups(rows, types):
    """The rows of one scope as groups of one type on one day."""
    orders = defaultdict(list)
    for row in rows:
        orders[row.type_id, row.day].append(row.order)
    groups = []
    for (type_id, day), group_orders in orders.items():
        entry, n = types[type_id], len(group_orders)
        counted = counted_units(entry, units_of(entry, group_orders))
        groups.append(Group(entry, day, n, counted, points_per_row(entry, n, counted)))
    return groups


def contribution(p, decay_q32):
    """What one row of p micro-points is still worth; >> is floor for negative numbers too."""
    return (p * decay_q32 + 2**31) >> 32


def group_points(group, as_of, model):
    """The sum of the contributions of a group's rows; a group past the horizon has none left."""
    age = as_of - group.day
    if age > model.horizon_days:
        return 0
    return group.n * contribution(group.p, model.decay[group.type.half_life_thousandths][age])


def lost_to_cap(group):
    return group.n * 1000 * group.type.weight_thousandths - group.n * group.p


def lost_to_decay(group, points):
    return group.n * group.p - points


# --- scores -------------------------------------------------------------------------------------

def score(raw, k):
    """round_half_up(100 R / (R + K)) with R = max(0, raw): 0..100."""
    r = max(0, raw)
    return (200 * r + r + k) // (2 * (r + k))


def band(engagement):
    if engagement == 0:
        return "none"
    if engagement < 20:
        return "cold"
    if engagement < 40:
        return "warm"
    return "engaged" if engagement < 60 else "hot"


def window_points(groups, as_of, ages):
    """Undecayed points of positive rows whose age lies in `ages`."""
    return sum(group.n * group.p for group in groups if group.p > 0 and as_of - group.day in ages)


def trend(points_28, points_84, started, unit):
    """F = points_28 against B = points_84 / 3, multiplied out so that all of it stays in integers."""
    if points_28 == 0 and points_84 == 0:
        return "quiet"
    if started:
        return "started"
    if 6 * (points_28 + unit) >= 3 * points_84 + 9 * unit:
        return "rising"
    if 6 * (points_28 + unit) <= points_84 + 3 * unit:
        return "falling"
    return "steady"


def has_started(groups, as_of):
    """Whether the first group ever with a weight lies in the last 28 days; sending mail starts nothing."""
    weighted_days = [group.day for group in groups if group.type.weight_thousandths != 0]
    return bool(weighted_days) and as_of - min(weighted_days) in RECENT_AGES


def last_purchase_day(groups):
    return max((group.day for group in groups if group.type.role == "purchase"), default=None)


def intent_groups(groups, last_purchase):
    """Inbound interest that no purchase has answered yet: strictly after the last purchase day."""
    return [group for group in groups if group.type.direction == "inbound"
            and (last_purchase is None or group.day > last_purchase)]


def score_groups(groups, as_of, model, tag_points=()):
    """All result columns of one scope but the percentile, which needs the others; days are numbers.

    tag_points: what each firing day of the customer's tags is worth (section 5).
    """
    points = [(group, group_points(group, as_of, model)) for group in groups]
    worth = [*(value for _, value in points), *tag_points]
    last_purchase = last_purchase_day(groups)
    interest = intent_groups(groups, last_purchase)
    result = {
        "raw": sum(worth),
        "raw_positive": sum(value for value in worth if value > 0),
        "raw_negative": sum(value for value in worth if value < 0),
        "intent_raw": sum(group_points(group, as_of, model) for group in interest),
        "points_28": window_points(groups, as_of, RECENT_AGES),
        "points_84": window_points(groups, as_of, BEFORE_AGES),
        "intent_points_28": window_points(interest, as_of, RECENT_AGES),
        "intent_points_84": window_points(interest, as_of, BEFORE_AGES),
        "rows": sum(group.n for group in groups),
        "units": sum(group.units for group in groups),
        "first_day": min(group.day for group in groups),
        "last_day": max(group.day for group in groups),
        "last_purchase_day": last_purchase,
        "lost_to_cap": sum(lost_to_cap(group) for group in groups),
        "lost_to_decay": sum(lost_to_decay(group, value) for group, value in points),
        "percentile": None,
    }
    for loop in LOOPS:
        result[f"points_{loop}"] = sum(value for group, value in points if group.type.loop == loop)
    result["engagement"] = score(result["raw"], model.engagement_k)
    result["band"] = band(result["engagement"])
    result["intent"] = score(result["intent_raw"], model.intent_k)
    result["trend"] = trend(result["points_28"], result["points_84"],
                            has_started(groups, as_of), model.trend_unit)
    result["intent_trend"] = trend(result["intent_points_28"], result["intent_points_84"],
                                   False, model.trend_unit)
    return result


def type_rows(groups, as_of, model):
    """The 140-wide rows of one scope: what each type brought and lost, by type id; points add up to raw."""
    by_type = {}
    for group in groups:
        row = by_type.setdefault(group.type.type_id, {
            "type_id": group.type.type_id, "type": group.type.name, "n": 0, "units": 0,
            "points": 0, "lost_to_cap": 0, "lost_to_decay": 0, "last_day": group.day})
        points = group_points(group, as_of, model)
        row["n"] += group.n
        row["units"] += group.units
        row["points"] += points
        row["lost_to_cap"] += lost_to_cap(group)
        row["lost_to_decay"] += lost_to_decay(group, points)
        row["last_day"] = max(row["last_day"], group.day)
    return [by_type[type_id] for type_id in sorted(by_type)]


def add_percentiles(results):
    """The percentile by raw among the results with raw > 0; the others keep null."""
    raws = sorted(result["raw"] for result in results if result["raw"] > 0)
    for result in results:
        if result["raw"] > 0:
            less = bisect_left(raws, result["raw"])
            equal = bisect_right(raws, result["raw"]) - less
            result["percentile"] = (200 * less + 100 * equal + len(raws)) // (2 * len(raws))


def score_rows(rows, model, as_of, view="known-now", scope="customer", products=None):
    """[((customer, value), result)] in order, and the counts of known_rows."""
    scored, counts = known_rows(rows, model.types, as_of, view)
    scopes = rows_by_scope(scored, scope, products or {})
    results = [(key, score_groups(daily_groups(scopes[key], model.types), as_of, model))
               for key in sorted(scopes)]
    if scope == "customer":
        add_percentiles([result for _, result in results])
    return results, counts


def explain_rows(rows, model, as_of, customer, view="known-now", scope="customer", products=None):
    """[(value, type rows)] of one customer."""
    scored, _ = known_rows([row for row in rows if row.customer == customer], model.types, as_of, view)
    scopes = rows_by_scope(scored, scope, products or {})
    return [(value, type_rows(daily_groups(scopes[key, value], model.types), as_of, model))
            for key, value in sorted(scopes)]


# --- command line -------------------------------------------------------------------------------

COUNT_NAMES = ("rows_in", "scored", "after_as_of", "not_yet_known", "quarantined", "late", "late_over_30")


def result_cells(result):
    """The result columns as texts, None as nothing."""
    for column in RESULT_COLUMNS:
        value = result[column]
        yield day_text(value) if column in DAY_COLUMNS else "" if value is None else value


def write_score(arguments, rows, model, products, output):
    results, counts = score_rows(rows, model, arguments.as_of, arguments.view, arguments.scope, products)
    named = [] if arguments.scope == "customer" else [arguments.scope]
    output.writerow(["customer", *named, *RESULT_COLUMNS])
    for (customer, value), result in results:
        output.writerow([customer, *([value] if named else []), *result_cells(result)])
    for name in COUNT_NAMES:
        print(name, counts[name], file=sys.stderr)


def write_explain(arguments, rows, model, products, output):
    customer = next((row.customer for row in rows if str(row.customer) == arguments.customer), None)
    if customer is None:
        raise ValueError("no row has this customer")
    named = [] if arguments.scope == "customer" else [arguments.scope]
    output.writerow([*named, *EXPLAIN_COLUMNS])
    for value, lines in explain_rows(rows, model, arguments.as_of, customer,
                                     arguments.view, arguments.scope, products):
        for line in lines:
            output.writerow([*([value] if named else []), *(line[column] for column in EXPLAIN_COLUMNS)])


def parse_arguments(arguments):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--registry", required=True, help="CSV of the interaction types")
    common.add_argument("--as-of", required=True, help="YYYY-MM-DD")
    common.add_argument("--view", choices=VIEWS, default="known-now")
    common.add_argument("--scope", choices=SCOPES, default="customer")
    common.add_argument("--products", help="CSV: product, brand, category")
    common.add_argument("--engagement-k", help="points that give a score of 50; default by scope")
    common.add_argument("--intent-k", help="the same for intent")
    common.add_argument("--trend-unit", default=TREND_UNIT_POINTS, help="points")
    common.add_argument("--horizon", type=int, default=HORIZON_DAYS, help="days")
    common.add_argument("interactions", help="CSV with our own column names")
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("score", parents=[common], help="one line a customer, or customer and brand, ...")
    explain = verbs.add_parser("explain", parents=[common], help="what each type brought to one customer")
    explain.add_argument("--customer", required=True)
    return parser.parse_args(arguments)


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends us quietly
    sys.stdout.reconfigure(encoding="utf-8")
    arguments = parse_arguments(sys.argv[1:])
    try:
        arguments.as_of = day_number(arguments.as_of)
        types = read_registry(arguments.registry)
        rows = read_interactions(arguments.interactions, types)
        products = read_products(arguments.products) if arguments.products else {}
        model = make_model(types, arguments.scope, arguments.engagement_k, arguments.intent_k,
                           arguments.trend_unit, arguments.horizon)
        output = csv.writer(sys.stdout, lineterminator="\n")
        write = write_score if arguments.verb == "score" else write_explain
        write(arguments, rows, model, products, output)
    except (OSError, ValueError) as problem:
        sys.exit(f"reference: {problem}")


if __name__ == "__main__":
    main()
