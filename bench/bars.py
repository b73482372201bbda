"""The bars: what each experiment must reach, and the line that says whether it did."""

from typing import NamedTuple


class Bar(NamedTuple):
    """`at_least` is how many times better than the peer ours must be; "at most 0.95 of it" is 1 / 0.95."""
    at_least: float
    unit: str
    larger_is_better: bool = False


BARS = {
    "score.full.duckdb": Bar(50, "cpu_ns_per_row"),
    "score.full.clickhouse": Bar(15, "cpu_ns_per_row"),
    "score.plain.duckdb": Bar(25, "cpu_ns_per_row"),
    "score.plain.clickhouse": Bar(14, "cpu_ns_per_row"),
    "score.plain.polars": Bar(4, "cpu_ns_per_row"),
    "night.duckdb": Bar(25, "cpu_ns_per_row"),
    "night.clickhouse": Bar(10, "cpu_ns_per_row"),
    "fit.alone": Bar(1, "cpu_seconds_per_million_customers"),
    # "28 nights in less than the time of 10 single ones."
    "replay.nights": Bar(1 / 10, "cpu_ns_per_row"),
    "import.duckdb": Bar(6, "cpu_ns_per_row"),
    "import.parquet.duckdb": Bar(2, "cpu_ns_per_row"),
    "import.alone": Bar(1, "mb_per_cpu_second", larger_is_better=True),
    "export.csv.duckdb": Bar(6, "cpu_ns_per_row"),
    "export.parquet.duckdb": Bar(2, "cpu_ns_per_row"),
    "export.pgcopy": Bar(1, "million_int64_cells_per_cpu_second", larger_is_better=True),
    "size.short": Bar(1 / 0.95, "bytes_per_row"),
    "size.text": Bar(1 / 1.15, "bytes_per_text_row"),
    "compact.daily": Bar(1 / 1.6, "cpu_ns_per_row"),
    "growth.rows": Bar(1 / 1.15, "cpu_ns_per_row"),
    "growth.night": Bar(1 / 1.15, "cpu_ns_per_row"),
    "growth.threads": Bar(1.8, "wall_ns_per_row"),
    "growth.half": Bar(1 / 1.2, "cpu_ns_per_row"),
    # "No slower": two costs of the same size differ by some per cent from run to run, so 5 % is not a difference.
    "growth.ids": Bar(0.95, "cpu_ns_per_row"),
    **{f"tag.english.{words}.{peer}": Bar(at_least, "cpu_ns_per_message")
       for peer, bars in {"clickhouse": (4, 4, 2.5, 1.8), "scan": (3, 3, 1.8, 1.2)}.items()
       for words, at_least in zip((10, 50, 200, 1000), bars)},
    **{f"tag.{texts}.{peer}": Bar(2, "cpu_ns_per_message")
       for texts in ("chinese", "mixed") for peer in ("clickhouse", "scan")},
    "tag.fold.ascii": Bar(1, "mb_per_cpu_second", larger_is_better=True),
    "tag.fold.chinese": Bar(1, "mb_per_cpu_second", larger_is_better=True),
    "tag.compile.10000": Bar(1, "cpu_seconds"),
    "tag.compile.100000": Bar(1, "cpu_seconds"),
    **{f"tag.compile.{words}{memory}": Bar(1, "peak_mib" if memory else "cpu_seconds")
       for words in ("hostile", "nested", "endless") for memory in ("", ".memory")},
    "tag.nested": Bar(1, "cpu_seconds"),
    "tag.nested.memory": Bar(1, "peak_mib"),
    # "Flat": ten times the messages in the same memory, but for 5 % of noise.
    "tag.memory": Bar(0.95, "peak_mib"),
    "tag.threads": Bar(1.8, "wall_ns_per_message"),
    **{f"cluster.kmeans.{k}.{peer}": Bar(at_least, "cpu_ns_per_customer_iteration")
       for peer, bars in {"sklearn": (5, 9, 10), "faiss": (4, 4, 4)}.items()
       for k, at_least in zip((16, 64, 128), bars)},
    "cluster.threads": Bar(1.8, "wall_ns_per_customer_iteration"),
    "cluster.assign": Bar(1, "cpu_ns_per_customer"),
    **{f"cluster.pairs.{items}.duckdb": Bar(6, "cpu_ns_per_line") for items in ("categories", "products")},
    # Beyond what the pipe itself costs `cat`.
    "arrow.in": Bar(1, "cpu_ns_per_byte"),
    "arrow.out": Bar(1, "cpu_ns_per_byte"),
}

IMPORT_MB_PER_CPU_SECOND = 120.0
FIT_CPU_SECONDS = 10.0
EXPORT_MILLION_CELLS = 60.0
ASSIGN_CPU_NS = 40.0
ARROW_CPU_NS_PER_BYTE = 0.8
FOLD_MB_PER_CPU_SECOND = {"ascii": 400.0, "chinese": 60.0}
COMPILE_CPU_SECONDS = {10_000: 1.0, 100_000: 10.0}
HOSTILE_PEAK_MIB = 1024.0
NESTED_CPU_SECONDS = 2.0


def bench_line(name, ours, peer, equal):
    bar = BARS[name]
    ratio = ours / peer if bar.larger_is_better else peer / ours
    verdict = "ok" if equal and ratio >= bar.at_least else "short"
    return (f"BENCH name={name} ours={ours:.3f} peer={peer:.3f} unit={bar.unit} ratio={ratio:.3f} "
            f"bar={bar.at_least:.3f} equal={'yes' if equal else 'no'} {verdict}")
