"""What is bought together: pairs of categories and of products against a self-join, all pairs compared."""

import csv
import shutil

from measure import alternate, best_cpu, summary
from program import AS_OF

LINES = 10e6
MIN_BASKETS = 10
ITEMS = {"categories": "category", "products": "product"}
WAYS = ("columns", "key")


def pairs(bench, shop):
    baskets, data, lines = shop.baskets(LINES)
    model = shop.folder / "model"
    if not model.is_dir():
        bench.program.call("model", "init", model)
    bench.say(f"# cluster.pairs: {lines} lines made up, pairs of {MIN_BASKETS} baskets or more, a row is a line")
    for items, column in ITEMS.items():
        ours_csv = shop.folder / f"ours.{items}.csv"

        def step(items=items, to=ours_csv):
            return bench.program.cluster_pairs(model, data, items, MIN_BASKETS, to)

        step()
        name = f"cluster.pairs.{items}.duckdb"
        if bench.has_peer("duckdb", name):
            against_duckdb(bench, shop, name, (baskets, column, lines), step, ours_csv)
    shutil.rmtree(data)


def against_duckdb(bench, shop, name, inputs, step, ours_csv):
    baskets, column, lines = inputs
    theirs_csv = shop.folder / "theirs.csv"
    with bench.peer("duckdb", shop) as peer:
        loaded = peer.value("pairsLoad", csv=baskets, column=column)
        bench.say(f"# duckdb {peer.value('version')}: {loaded:.0f} different (basket, item)")
        query = {"minBaskets": MIN_BASKETS, "to": theirs_csv}
        variant, tried = peer.quickest("pairs", WAYS, tries=1, **query)
        bench.say(tried)
        ours, theirs = alternate([step, lambda: peer.cost("pairs", variant=variant, **query)], bench.runs)
    bench.say(summary(f"fourloop {name}", ours, lines))
    bench.say(summary("duckdb", theirs, lines))
    mine, other = counts_of(ours_csv), counts_of(theirs_csv)
    bench.say(f"# {name}: {len(mine)} pairs, duckdb {len(other)}")
    if mine != other:
        bench.say(f"#   first that differ: {sorted(mine.items() ^ other.items())[:4]}")
    bench.report(name, best_cpu(ours) / lines, best_cpu(theirs) / lines, mine == other != {})


def counts_of(path):
    """Pair of names, in their order -> baskets with both, with the first, with the second."""
    counts = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            a, b = (row["a"], row["baskets_a"]), (row["b"], row["baskets_b"])
            (first, first_baskets), (second, second_baskets) = sorted((a, b))
            counts[first, second] = int(row["baskets_both"]), int(first_baskets), int(second_baskets)
    return counts
