"""A whole night: scores of customers, brands and categories with loops, phases and net value; value, RFM, tiers, life
cycle and profile of customers; against the same in the databases' SQL."""

import collections
import csv
import filecmp
from itertools import zip_longest

from measure import alternate, best_cpu, summary
from night_shop import NightShop
from program import TABLES

# Each peer tries these once for customers, these for brands and categories, and is measured with the quickest.
WHOLE = {"duckdb": ("split.free",), "clickhouse": ("joined.hash", "array.inorder")}
WORDED = {"duckdb": ("split.free", "split.free.ranges"),
          "clickhouse": ("joined.hash", "joined.hash.ranges", "array.hash")}
# What SQL has no function for: ours makes these columns all the same.
OURS_ALONE = ("p_alive", "expected_purchases", "lifetime_value", "signal_p_alive", "churn_signals")

DIFFERENCES_SAID = 12


def compared_columns(ours_csv, table):
    """(all columns of our file, those that the peers have too)."""
    with open(ours_csv, newline="", encoding="utf-8") as file:
        columns = next(csv.reader(file))
    return columns, [name for name in columns if table != "customers" or name not in OURS_ALONE]


def without_columns(ours_csv, columns, kept, to):
    """Our file with the kept columns only. No cell of these tables has a comma or a quotation mark."""
    places = [columns.index(name) for name in kept]
    with open(ours_csv, encoding="utf-8") as ours, open(to, "w", encoding="utf-8") as file:
        for line in ours:
            cells = line.rstrip("\n").split(",")
            file.write(",".join([cells[at] for at in places]) + "\n")


def differences(ours_csv, peer_csv):
    """For each column that differs: in how many rows, and the first of them with both cells."""
    counts, first = collections.Counter(), {}
    with open(ours_csv, encoding="utf-8") as ours, open(peer_csv, encoding="utf-8") as theirs:
        columns = next(ours).rstrip("\n").split(",")
        next(theirs)
        for mine, other in zip_longest(ours, theirs, fillvalue=""):
            if mine == other:
                continue
            cells = [line.rstrip("\n").split(",") for line in (mine, other)]
            for name, left, right in zip_longest(columns, *cells):
                if left != right:
                    counts[name] += 1
                    first.setdefault(name, f"customer {cells[0][0]}: {left or 'null'}, not {right or 'null'}")
    return [f"{name} in {count} rows, first {first[name]}" for name, count in counts.most_common(DIFFERENCES_SAID)]


def same_tables(bench, shop, peer, out):
    """Whether each table of a run is the same text, cell by cell, as the peer's; says which is not."""
    equal = True
    for table in TABLES:
        ours, theirs = shop.folder / f"ours.{table}.csv", shop.folder / f"{peer.name}.{table}.csv"
        bench.program.export(out, ours, table)
        columns, kept = compared_columns(ours, table)
        if kept != columns:
            narrow = shop.folder / f"ours.{table}.kept.csv"
            without_columns(ours, columns, kept, narrow)
            narrow.replace(ours)
        peer.cost("nightAnswers", table=table, columns=kept, to=theirs)
        same = filecmp.cmp(ours, theirs, shallow=False)
        bench.say(f"# {peer.name} night: {table}, {len(kept)} columns compared: {'equal' if same else 'not equal'}")
        if same:
            ours.unlink()
            theirs.unlink()
        else:
            bench.say("#   " + "; ".join(differences(ours, theirs)))
        equal = equal and same
    return equal


def quickest_ways(bench, peer, query):
    """Table -> the variant that takes least."""
    chosen = {}
    for table in TABLES:
        costs = {variant: peer.cost("night", variants={table: variant}, **query).cpu_ns
                 for variant in (WHOLE if table == "customers" else WORDED)[peer.name]}
        chosen[table] = min(costs, key=costs.get)
        tries = ", ".join(f"{variant} {cost / 1e9:.3f} s" for variant, cost in costs.items())
        bench.say(f"# {peer.name} night, {table}: tried {tries}; measured: {chosen[table]}")
    return chosen


def against(bench, shop, rows, name, query, step, out):
    with bench.peer(name, shop) as peer:
        peer.cost("model", types=shop.types, decay=shop.decay)
        loaded = shop.once(f"{name}-night", [shop.origin, query], lambda: peer.value("nightLoad", **query))["rows"]
        bench.say(f"# {name} {peer.value('version')}, threads {bench.threads}, rows {loaded:.0f}")
        ways = quickest_ways(bench, peer, query)
        ours, theirs = alternate([step, lambda: peer.cost("night", variants=ways, **query)], bench.runs)
        bench.say(summary("fourloop night", ours, rows))
        bench.say(summary(f"{name} night", theirs, rows))
        equal = same_tables(bench, shop, peer, out)
        bench.report(f"night.{name}", best_cpu(ours) / rows, best_cpu(theirs) / rows, equal)


def say_stages(bench, out, rows):
    """Where the time of the run in `out` went, by its own log."""
    stages = bench.program.stages(out)
    bench.say("# fourloop night, wall ns a row by stage: "
              + ", ".join(f"{name} {time * 1000 / rows:.3f}" for name, time in stages.items()))


def night(bench):
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    made = NightShop(shop)
    made.need()
    query = made.query()
    if bench.peer_installed("duckdb"):
        with bench.peer("duckdb", shop) as duckdb:
            made.need_parquet(duckdb, query)
    out = shop.folder / "out-night"

    def step():
        return bench.program.run(made.model, made.data, out)

    bench.say(f"# night: {rows} rows, {shop.customers} customers made up, as of {query['asOf']}, warm")
    step()
    say_stages(bench, out, rows)
    for name in WHOLE:
        if bench.has_peer(name, f"night.{name}"):
            against(bench, shop, rows, name, query, step, out)
