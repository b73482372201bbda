"""Scoring: the whole customer scope, and the decayed sum alone, against the databases' SQL."""

import csv
from itertools import zip_longest

from measure import alternate, best_cpu, drop_from_cache, summary
from program import interaction_files, segment_bytes

# Each peer tries these and is measured with the quickest.
FULL = {"duckdb": ("split.kept", "split.free", "whole.kept"),
        "clickhouse": ("joined.inorder", "joined.hash", "array.inorder")}
# Of score.full: engagement, intent and trend. What a whole night adds to them is measured by `night`.
COLUMNS = ("engagement", "band", "percentile", "trend", "intent", "intent_trend", "raw", "raw_positive", "raw_negative",
           "intent_raw", "points_28", "points_84", "intent_points_28", "intent_points_84", "points_awareness",
           "points_nurturing", "points_experience", "points_conversion", "rows", "units", "first_day", "last_day",
           "last_purchase_day", "lost_to_cap", "lost_to_decay")
LEVELS = ("", "avx512", "avx512,avx2")  # taken away by FL_DISABLE_CPU
SCANNED = ("customer", "day", "type", "order")  # the columns that a run with the default model reads
PLAIN = {"duckdb": ("rows", "grouped"), "clickhouse": ("inorder", "hash"), "polars": ("lazy", "eager")}


def same_answers(ours_csv, peer_csv, columns=None):
    """Whether each customer has the same text in each column of both files; `columns` limits ours, which shows a column
    that the run was not asked for as null."""
    with open(ours_csv, newline="", encoding="utf-8") as ours, open(peer_csv, newline="", encoding="utf-8") as peer:
        ours_rows, peer_rows = csv.reader(ours), csv.reader(peer)
        header = next(ours_rows)
        next(peer_rows)
        kept = [at for at, name in enumerate(header) if (name in columns if columns else name != "customer_id")]
        return all(mine is not None and theirs is not None and [mine[at] for at in kept] == theirs
                   for mine, theirs in zip_longest(ours_rows, peer_rows))


def our_side(bench, shop, kind):
    """(step that measures a run, its answers as CSV)."""
    model = shop.model if kind == "full" else shop.plain_model
    out = shop.folder / f"out-{kind}"
    flags = ["--columns", ",".join(COLUMNS) if kind == "full" else "raw"]
    answers = shop.folder / f"ours.{kind}.csv"
    bench.program.run(model, shop.data, out, *flags)
    bench.program.export(out, answers)
    return lambda: bench.program.run(model, shop.data, out, *flags), answers


def load_peer(bench, shop, peer):
    if peer.name == "polars":
        with bench.peer("duckdb", shop) as duckdb:
            shop.once("narrow", shop.origin, lambda: duckdb.value("narrow", parquet=shop.parquet, to=shop.narrow))
        return peer.value("load", narrow=shop.narrow, cells=shop.cells)
    peer.cost("model", types=shop.types, decay=shop.decay)
    return shop.once(f"{peer.name}-events", shop.origin, lambda: peer.value("load", parquet=shop.parquet))


def measure_kind(bench, shop, rows, kind, peers, query):
    step, answers = our_side(bench, shop, kind)
    for name, variants in peers.items():
        if not bench.has_peer(name, f"score.{kind}.{name}"):
            continue
        with bench.peer(name, shop) as peer:
            loaded = load_peer(bench, shop, peer)["rows"]
            bench.say(f"# {name} {peer.value('version')}, threads {bench.threads}, rows {loaded:.0f}")
            variant, tried = peer.quickest(kind, variants, **query)
            bench.say(tried)
            ours, theirs = alternate([step, lambda: peer.cost(kind, variant=variant, **query)], bench.runs)
            peer_answers = shop.folder / f"{name}.{kind}.csv"
            peer.cost("answers", name=kind, to=peer_answers)
        bench.say(summary(f"fourloop score.{kind}", ours, rows))
        bench.say(summary(f"{name} score.{kind}", theirs, rows))
        if kind == "full":
            cold_run(bench, shop, name, kind, variant, query, rows)
        columns = ("customer", *(COLUMNS if kind == "full" else ("raw",)))
        bench.report(f"score.{kind}.{name}", best_cpu(ours) / rows, best_cpu(theirs) / rows,
                     same_answers(answers, peer_answers, columns))
    if not any(bench.peer_installed(name) for name in peers):
        (ours,) = alternate([step], bench.runs)
        bench.say(summary(f"fourloop score.{kind}", ours, rows))
    return step


def cold_run(bench, shop, name, kind, variant, query, rows):
    """One run of a new process of a peer whose files are not in the page cache."""
    places = [shop.folder / "duckdb.db", *(shop.folder / "clickhouse").rglob("*")]
    drop_from_cache(path for path in places if path.is_file())
    with bench.peer(name, shop) as peer:
        peer.value("version")
        bench.say(summary(f"{name} score.{kind}, cold", [peer.cost(kind, variant=variant, **query)], rows))


def by_level(bench, shop, rows):
    """The same run at each CPU level of this machine: what the kernels bring, and that the bytes are the same."""
    outs = {taken_away: shop.folder / f"out-level-{number}" for number, taken_away in enumerate(LEVELS)}
    flags = ["--columns", ",".join(COLUMNS)]
    sides = [lambda off=taken_away, out=out: bench.program.run(shop.model, shop.data, out, *flags,
                                                               env={"FL_DISABLE_CPU": off})
             for taken_away, out in outs.items()]
    for taken_away, costs in zip(outs, alternate(sides, bench.runs)):
        bench.curve("score.levels", f"without-{taken_away}" if taken_away else "all", costs, rows)
    bench.must_be_equal("score.levels", len({segment_bytes(out) for out in outs.values()}) == 1)


def say_limits(bench, shop, rows, step):
    """What a run with the default model reads, against what this machine does at best."""
    stored = bench.program.stored_bytes(shop.file())
    bench.say_limits("score.full", sum(stored[name] for name in SCANNED) / rows,
                     bench.program.unpack_ns(shop.file(), SCANNED), best_cpu(alternate([step], 2)[0]) / rows)


def score(bench):
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    query = shop.need_registry()
    if bench.peer_installed("duckdb"):
        with bench.peer("duckdb", shop) as duckdb:
            shop.need_parquet(duckdb)
    bench.say(f"# score: {rows} rows, {shop.customers} customers made up, as of {query['asOf']}, warm")
    step = measure_kind(bench, shop, rows, "full", FULL, query)
    say_limits(bench, shop, rows, step)
    by_level(bench, shop, rows)
    drop_from_cache(interaction_files(shop.data))
    bench.say(summary("fourloop score.full, cold", [step()], rows))
    measure_kind(bench, shop, rows, "plain", PLAIN, query)
