"""Exporting: the customers of a run as CSV and Parquet, against DuckDB's COPY of the same table; PGCOPY by itself."""

import shutil

from bars import EXPORT_MILLION_CELLS
from measure import alternate, best_cpu, summary

PARQUET = "(FORMAT parquet, COMPRESSION snappy)"


def export(bench):
    shop = bench.shop(bench.rows)
    shop.need_data()
    shop.need_models()
    out = shop.folder / "export-out"
    bench.program.run(shop.model, shop.data, out)
    definition, load = load_sql(bench, out, "duckdb", "csv")
    table = shop.folder / "export.csv"
    bench.program.export(out, table)
    with open(table, "rb") as file:
        rows = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1
    bench.say(f"# export: {rows} customers, {table.stat().st_size / rows:.1f} bytes of CSV a row")
    if bench.has_peer("duckdb", "export.csv.duckdb"):
        with bench.peer("duckdb", shop) as duckdb:
            duckdb.value("exportLoad", statements=[definition, load.replace("'customers.csv'", f"'{table}'")])
            against(bench, duckdb, shop, out, rows, "csv", "(FORMAT csv, HEADER true)")
            against(bench, duckdb, shop, out, rows, "parquet", PARQUET)
    pgcopy(bench, shop, out, rows)
    table.unlink()
    shutil.rmtree(out)


def load_sql(bench, out, database, to):
    """Definition and load statement of the customers."""
    text = bench.program.call("load-sql", "--for", database, "--to", to, out, "--table", "customers",
                              keep_output=True)[1].decode()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [part.strip() for part in lines.split(";\n")][:2]


def export_to(bench, out, to, target):
    return bench.program.call("export", out, "--table", "customers", "--to", to, "-o", target)[0]


def against(bench, duckdb, shop, out, rows, to, options):
    ours, theirs = shop.folder / f"ours.{to}", shop.folder / f"duckdb.{to}"
    costs, peer = alternate([lambda: export_to(bench, out, to, ours),
                             lambda: duckdb.cost("exportCopy", to=theirs, options=options)], bench.runs)
    same = ours.read_bytes() == theirs.read_bytes() if to == "csv" else \
        duckdb.value("sameParquet", ours=ours, theirs=theirs)
    bench.say(summary(f"fourloop export {to}", costs, rows))
    bench.say(summary(f"duckdb copy {to}", peer, rows))
    bench.report(f"export.{to}.duckdb", best_cpu(costs) / rows, best_cpu(peer) / rows, same)
    ours.unlink()
    theirs.unlink()


def pgcopy(bench, shop, out, rows):
    """64-bit cells a second of CPU; the cells of other types are written on the way and not counted."""
    cells = load_sql(bench, out, "postgres", "pgcopy")[0].count(" bigint") * rows
    target = shop.folder / "ours.pgcopy"
    export_to(bench, out, "pgcopy", target)
    with open(target, "rb") as file:
        head = file.read(19)
        file.seek(-2, 2)
        whole = head == b"PGCOPY\n\xff\r\n" + bytes(9) and file.read() == b"\xff\xff"
    (costs,) = alternate([lambda: export_to(bench, out, "pgcopy", "-")], bench.runs)
    bench.say(summary("fourloop export pgcopy", costs, rows))
    bench.report("export.pgcopy", cells / best_cpu(costs) * 1e3, EXPORT_MILLION_CELLS, whole)
    target.unlink()
