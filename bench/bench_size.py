"""Bytes on disk: our columns without texts against Parquet with zstd, our texts against zstd pages."""

import shutil

from bench_import import same_rows
from program import interaction_files

# What makes Parquet smaller differs by data: all of these are tried, the smallest counts.
PARQUET_OPTIONS = ("", ", ROW_GROUP_SIZE 1000000", ", ROW_GROUP_SIZE 1000000, DICTIONARY_SIZE_LIMIT 100000")
TEXTS = ("message", "text")


def compacted(bench, shop):
    """The interaction file after `compact`, in a copy of the data folder."""
    folder = shop.folder / "data-compacted"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shop.data, folder)
    if bench.has_verb("compact"):
        bench.program.compact(folder)
    else:
        bench.say("# this build has no compact: sizes are those of the import")
    (found,) = interaction_files(folder)
    return folder, found


def short_bytes(bench, file):
    """Bytes of a table file but for its texts' pages: header, footer and dictionaries count."""
    stored = bench.program.stored_bytes(file)
    return file.stat().st_size - sum(stored[name] for name in TEXTS)


def size(bench):
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    folder, file = compacted(bench, shop)
    stored = bench.program.stored_bytes(file)
    short = short_bytes(bench, file)
    bench.say(f"# size: {rows} rows; bytes a row: "
              + ", ".join(f"{name} {column_bytes / rows:.4f}" for name, column_bytes in stored.items()))
    bench.say(f"# fourloop as imported, without texts: {short_bytes(bench, shop.file()) / rows:.4f}")
    if bench.has_peer("duckdb", "size"):
        shop.need_registry()
        with bench.peer("duckdb", shop) as duckdb:
            shop.need_parquet(duckdb)
            equal = same_rows(bench, shop, duckdb, rows)
            target = shop.folder / "duckdb-size.parquet"
            sizes = {}
            for options in PARQUET_OPTIONS:
                duckdb.cost("shortColumns", parquet=shop.parquet, to=target, options=options)
                sizes[options] = target.stat().st_size
            pages = {column: duckdb.value("textPages", parquet=shop.parquet, column=column, to=target)
                     for column in TEXTS}
            target.unlink()
        bench.say("# duckdb Parquet v2 zstd, bytes: "
                  + "; ".join(f"{options[2:] or 'defaults'} {found}" for options, found in sizes.items()))
        for column in TEXTS:
            plain, words = (pages[column][kind] for kind in ("plain", "words"))
            bench.say(f"# {column}, zstd level 3 pages: plain {plain:.0f} bytes, repeated texts kept once {words:.0f}; "
                      f"ours {stored[column]}")
        bench.report("size.short", short / rows, min(sizes.values()) / rows, equal)
        bench.report("size.text", stored["text"] / rows, pages["text"]["plain"] / rows, equal)
    shutil.rmtree(folder)
