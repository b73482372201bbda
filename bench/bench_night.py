"""A whole night: scores of customers, brands and categories with loops, phases and net value; value, RFM, tiers, life cycle and
profile of customers; against the same in the databases' SQL."""

import csv
import filecmp

from measure import alternate, best_cpu, summary
from program import TABLES

# Each peer tries these and is measured with the quickest.
VARIANTS = {"duckdb": ("split.kept", "split.free"),
            "clickhouse": ("joined.inorder", "joined.hash", "array.hash")}
# What SQL has no function for: ours makes these columns all the same.
OURS_ALONE = ("p_alive", "expected_purchases", "lifetime_value", "signal_p_alive", "churn_signals")


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
        equal = equal and same
    return equal


def against(bench, shop, rows, name, query, step, out):
    with bench.peer(name, shop) as peer:
        peer.cost("model", types=shop.types, decay=shop.decay)
        loaded = shop.once(f"{name}-night", [shop.origin, query], lambda: peer.value("nightLoad", **query))["rows"]
        bench.say(f"# {name} {peer.value('version')}, threads {bench.threads}, rows {loaded:.0f}")
        variants = VARIANTS[name]
        chosen = {}
        for table in TABLES:
            chosen[table], tried = peer.quickest("night", variants, table=table, **query)
            bench.say(f"{tried} ({table})")
        sides = [step, lambda: peer.cost("night", variants=chosen, **query)]
        ours, theirs = alternate(sides, bench.runs)
        bench.say(summary("fourloop night", ours, rows))
        bench.say(summary(f"{name} night", theirs, rows))
        bench.report(f"night.{name}", best_cpu(ours) / rows, best_cpu(theirs) / rows, same_tables(bench, shop, peer, out))


def night(bench):
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    query = shop.need_night()
    if bench.peer_installed("duckdb"):
        with bench.peer("duckdb", shop) as duckdb:
            shop.need_night_parquet(duckdb, query)
    out = shop.folder / "out-night"

    def step():
        return bench.program.run(shop.night_model, shop.night_data, out)

    bench.say(f"# night: {rows} rows, {shop.customers} customers made up, as of {query['asOf']}, warm")
    step()
    for name in VARIANTS:
        if bench.has_peer(name, f"night.{name}"):
            against(bench, shop, rows, name, query, step, out)
