"""Importing: the generator's events, as CSV and as Parquet, to a sorted, compressed file, against DuckDB's readers, sort,
Parquet writer."""

import shutil

from bars import IMPORT_MB_PER_CPU_SECOND
from measure import alternate, best_cpu, summary
from program import interaction_files


def import_csv(bench):
    shop = bench.shop(bench.rows)
    shop.need_raw()
    rows = shop.need_rows()
    into = shop.folder / "import"

    def ours():
        return bench.program.import_files(into, shop.csv, mapping=shop.mapping)

    # An import takes a hundred times as long as a run, and its times are steadier.
    runs = max(1, (bench.runs + 1) // 2)
    bench.say(f"# import: {rows} rows, {shop.csv.stat().st_size / 1e6:.1f} MB of CSV, {runs} runs")
    if bench.has_peer("duckdb", "import.duckdb"):
        shop.need_registry()
        target = shop.folder / "duckdb-import.parquet"
        with bench.peer("duckdb", shop) as duckdb:
            shop.need_parquet(duckdb)
            costs, theirs = alternate([ours, lambda: duckdb.cost("importCsv", csv=shop.csv, to=target)], runs)
            equal = same_rows(bench, shop, duckdb, rows, shop.file(), shop.parquet)
            target.unlink()
        bench.say(summary("fourloop import", costs, rows))
        bench.say(summary("duckdb import", theirs, rows))
        bench.report("import.duckdb", best_cpu(costs) / rows, best_cpu(theirs) / rows, equal)
    else:
        (costs,) = alternate([ours], runs)
        bench.say(summary("fourloop import", costs, rows))
    bench.program.verify(into)
    (written,) = interaction_files(into)
    whole = written.read_bytes() == shop.file().read_bytes()
    shutil.rmtree(into)
    megabytes = shop.csv.stat().st_size / 1e6
    bench.report("import.alone", megabytes / (best_cpu(costs) / 1e9), IMPORT_MB_PER_CPU_SECOND, whole)
    if bench.has_peer("duckdb", "import.parquet.duckdb"):
        import_parquet(bench, shop, rows, runs)


def import_parquet(bench, shop, rows, runs):
    """The same events, unsorted, out of a Parquet file that DuckDB wrote."""
    into, raw, target = (shop.folder / name for name in ("import", "raw.parquet", "duckdb-import.parquet"))

    def ours():
        return bench.program.import_files(into, raw, mapping=shop.mapping)

    with bench.peer("duckdb", shop) as duckdb:
        duckdb.cost("model", types=shop.types, decay=shop.decay)
        duckdb.cost("rawParquet", csv=shop.csv, to=raw)
        costs, theirs = alternate([ours, lambda: duckdb.cost("importParquet", parquet=raw, to=target)], runs)
        (written,) = interaction_files(into)
        equal = same_rows(bench, shop, duckdb, rows, written, target)
    for path in (raw, target):
        path.unlink()
    shutil.rmtree(into)
    bench.say(summary("fourloop import of Parquet", costs, rows))
    bench.say(summary("duckdb import of Parquet", theirs, rows))
    bench.report("import.parquet.duckdb", best_cpu(costs) / rows, best_cpu(theirs) / rows, equal)


def same_rows(bench, shop, duckdb, rows, written, parquet):
    """Whether our file and the peer's hold the same values in the same order of keys."""
    listing = shop.folder / "ours.rows.csv"
    bench.program.table_rows(written, rows, listing)
    found = duckdb.value("sameRows", csv=listing, parquet=parquet, changes=shop.clock_changes())
    listing.unlink()
    if not found["equal"]:
        bench.say(f"# ours {found['ours']}\n# peer {found['theirs']}")
    return found["equal"]
