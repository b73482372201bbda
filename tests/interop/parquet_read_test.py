"""Parquet files of other writers, read by us and compared cell by cell with what DuckDB reads in them.

DuckDB, arrow-rs (parquet-wasm) and ClickHouse (chdb) write one table of all types, with and without nulls, in every
version, codec and encoding they have; the public parquet-testing suite brings what older writers made. What we read
comes out as CSV (`inspect --rows`); DuckDB casts each cell to the column's own type and counts those that differ, and
`verify` must agree with all of it. Every file of the suite has its outcome pinned: equal, refused with which words, or
compared by hand where DuckDB cannot read it. Needs the programs of `tools/setup --bench`; says so and is skipped without
them, as the suite is without $FOURLOOP_DATA (or shared/data beside the checkout).
"""

import csv
import io
import os
import subprocess
import sys
import tarfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench")]

from cli_case import FOURLOOP, CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
HAS_PEERS = all((MODULES / package).is_dir() for package in ("@duckdb/node-api", "parquet-wasm", "chdb"))
DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()
SUITE = DATA / "suites/parquet-testing.tar.zst"

ROWS = 5000

# Every type that DuckDB writes as a column or a list of plain values. `{null}` becomes a condition for null.
TABLE = """
SELECT i AS id, {v} i % 3 = 0 {e} AS flag, {v} ((i * 7) % 256 - 128)::TINYINT {e} AS i8, {v} (i * 13 - 32500)::SMALLINT {e} AS i16,
    {v} (i * 99991 - 2000000000)::INTEGER {e} AS i32, {v} (i - 2500) * 3600000000000001 {e} AS i64,
    {v} (i % 256)::UTINYINT {e} AS u8, {v} (i * 13)::USMALLINT {e} AS u16, {v} (i * 858993)::UINTEGER {e} AS u32,
    {v} (i::UBIGINT * 3600000000000001::UBIGINT) {e} AS u64,
    {v} CASE i % 50 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' ELSE (i / 7.0)::VARCHAR END::FLOAT {e} AS f32,
    {v} CASE i % 50 WHEN 0 THEN 'nan' WHEN 1 THEN 'inf' ELSE (i / 7.0)::VARCHAR END::DOUBLE {e} AS f64,
    {v} ((i - 2500) / 10.0)::DECIMAL(4, 1) {e} AS d4, {v} (i * 123456789.01)::DECIMAL(18, 2) {e} AS d18,
    {v} ((i - 2500)::HUGEINT * 98765432109876543210987654321)::DECIMAL(38, 4) {e} AS d38,
    {v} 'brand-' || (i % 17) {e} AS word, {v} 'text "' || i || '", ' || repeat('ü', i % 40) {e} AS text,
    {v} CASE WHEN i % 5 = 0 THEN '' ELSE 'customer-' || lpad(i::VARCHAR, 9, '0') END {e} AS near,
    {v} unhex(printf('%08x', i * 655361)) {e} AS bytes, {v} DATE '1900-01-01' + i::INTEGER * 17 {e} AS day,
    {v} TIMESTAMP '1969-12-30 23:59:59.5' + to_microseconds(i * 12345678901) {e} AS us,
    {v} (TIMESTAMP '1960-01-01' + to_milliseconds(i * 1234567891))::TIMESTAMP_MS {e} AS ms,
    {v} make_timestamp_ns(i * 1234567890123 - 999999) {e} AS ns,
    {v} (TIMESTAMP '1969-12-31 23:59:59.999999' + to_seconds(i * 86399))::TIMESTAMPTZ {e} AS tz,
    {v} TIME '00:00:00' + to_microseconds(i * 17000001) {e} AS time,
    {v} (lpad(to_hex(i * 7919), 8, '0') || '-0000-4000-8000-00000000' || lpad(to_hex(i), 4, '0'))::UUID {e} AS uuid,
    {v} ['low', 'mid', 'high'][1 + i % 3]::ENUM ('low', 'mid', 'high') {e} AS rank,
    {v} list_transform(range(i % 4), x -> CASE WHEN x = 2 THEN NULL ELSE i * x END) {e} AS numbers,
    {v} list_transform(range(i % 7), x -> CASE WHEN x = 5 THEN NULL ELSE 'w' || (i + x) % 23 END) {e} AS words,
    {v} CASE WHEN i % 3 = 0 THEN [] ELSE [DATE '2000-01-01' + i::INTEGER] END {e} AS days
FROM range({first}, {last}) AS t (i) ORDER BY i"""

NULLS = {"none": "", "some": "CASE WHEN (i * 7 + {column}) % 11 < 3 OR i BETWEEN 3000 AND 3500 THEN NULL ELSE",
         "all": "CASE WHEN true THEN NULL ELSE"}


def table_sql(nulls, first=0, last=ROWS):
    """The table with a null for each cell that `nulls` says; another one in each column."""
    parts = TABLE.replace("{first}", str(first)).replace("{last}", str(last)).split("{v}")
    made = parts[0]
    for column, part in enumerate(parts[1:]):
        made += NULLS[nulls].replace("{column}", str(column)) + part
    return made.replace("{e}", "" if nulls == "none" else "END")


class Peers(Peer):
    def __init__(self, folder):
        self.name = "parquet_peers"
        folder.mkdir(parents=True, exist_ok=True)
        command = ["node", ROOT / "tests/interop/parquet_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)


class ReadCase(CliCase):
    def setUp(self):
        super().setUp()
        if not HAS_PEERS:
            self.skipTest(f"no DuckDB, parquet-wasm and chdb in {MODULES}: run tools/setup --bench")
        self.peers = Peers(self.path("peers"))
        self.addCleanup(self.peers.__exit__)

    def rows_of(self, path):
        """What we read, as CSV bytes, after verify has read all of it."""
        self.fourloop("verify", path)
        return self.fourloop("inspect", path, "--rows", 10**9).stdout

    def assert_equal_cells(self, path, to=None):
        """Our cells of `path` are DuckDB's of `to`, or of the same file."""
        ours = self.write("ours.csv", self.rows_of(path))
        told = self.peers.value("compare", parquet=str(to or path), csv=str(ours))
        self.assertEqual({}, told["differing"], (path, told))
        self.assertEqual(told["theirs"], told["ours"], path)
        return told


class OtherWriters(ReadCase):
    def copy(self, name, sql, options=""):
        path = self.path(name)
        self.peers.ask("run", sql=f"COPY ({sql}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048 {options})")
        return path

    def test_duckdb_types_and_nulls(self):
        for nulls in NULLS:
            for version in ("v1", "v2"):
                with self.subTest(nulls=nulls, version=version):
                    told = self.assert_equal_cells(
                        self.copy("t.parquet", table_sql(nulls), f", PARQUET_VERSION {version}"))
                    self.assertEqual(30, len(told["compared"]))
                    self.assertEqual([], told["missing"])

    def test_duckdb_codecs(self):
        for codec in ("uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"):
            for version in ("v1", "v2"):
                with self.subTest(codec=codec, version=version):
                    self.assert_equal_cells(self.copy("t.parquet", table_sql("some"),
                                                      f", CODEC {codec}, PARQUET_VERSION {version}"))

    def test_duckdb_without_dictionaries(self):
        for version in ("v1", "v2"):
            self.assert_equal_cells(self.copy("t.parquet", table_sql("some"),
                                              f", DICTIONARY_SIZE_LIMIT 1, PARQUET_VERSION {version}"))

    def test_duckdb_few_rows(self):
        for rows in (0, 1, 2, 7, 8, 9):
            for nulls in NULLS:
                with self.subTest(rows=rows, nulls=nulls):
                    told = self.assert_equal_cells(self.copy("t.parquet", table_sql(nulls, 1, 1 + rows)))
                    self.assertEqual(rows, told["ours"])

    def test_arrow_rs(self):
        deltas = {"i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "id": "DELTA_BINARY_PACKED",
                  "day": "DELTA_BINARY_PACKED", "us": "DELTA_BINARY_PACKED", "word": "DELTA_LENGTH_BYTE_ARRAY",
                  "text": "DELTA_BYTE_ARRAY", "near": "DELTA_BYTE_ARRAY", "bytes": "DELTA_LENGTH_BYTE_ARRAY",
                  "f32": "BYTE_STREAM_SPLIT", "f64": "BYTE_STREAM_SPLIT", "d18": "BYTE_STREAM_SPLIT",
                  "uuid": "BYTE_STREAM_SPLIT", "d38": "DELTA_BYTE_ARRAY"}
        plain = {"word": "PLAIN"}
        from_file = self.copy("base.parquet", table_sql("some"))
        for compression in ("UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4_RAW", "LZ4"):
            to = self.rewrite(from_file, compression, "V2", {}, True, 1000, 3000)
            # DuckDB does not read the old LZ4, but the same rows.
            known = to if compression != "LZ4" else known
            self.assert_equal_cells(to, known)
        for version in ("V1", "V2"):
            for encoding in (deltas, plain):
                self.assert_equal_cells(self.rewrite(from_file, "SNAPPY", version, encoding, False, 2000, 100000), known)
        for page in (1, 100, 1 << 20):
            self.assert_equal_cells(self.rewrite(from_file, "UNCOMPRESSED", "V1", {}, True, page, 100000))

    def rewrite(self, from_file, compression, version, encoding, dictionary, page, group):
        to = self.path(f"{compression}-{version}-{page}.parquet")
        self.peers.ask("rewrite", **{"from": str(from_file)}, to=str(to), compression=compression, version=version,
                       encoding=encoding, dictionary=dictionary, page=page, group=group)
        return to

    def test_clickhouse(self):
        """Of the types that ClickHouse gives back as they came; it knows no list that is null."""
        columns = """id, flag, i8, i16, i32, i64, f32, f64, d4, d18, d38, word, text, near, day, us,
            coalesce(numbers, []) AS numbers, coalesce(words, []) AS words"""
        for nulls in ("none", "some"):
            base = self.copy("base.parquet", f"SELECT {columns} FROM ({table_sql(nulls)})")
            for settings in ("output_format_parquet_compression_method = 'zstd'",
                             "output_format_parquet_compression_method = 'lz4'",
                             "output_format_parquet_compression_method = 'gzip', output_format_parquet_version = '1.0'",
                             "output_format_parquet_use_custom_encoder = 0, output_format_parquet_data_page_size = 1000",
                             "output_format_parquet_row_group_size = 100, output_format_parquet_data_page_size = 100"):
                with self.subTest(nulls=nulls, settings=settings):
                    to = self.path("clickhouse.parquet")
                    to.unlink(missing_ok=True)
                    self.peers.ask("clickhouse", sql=f"""INSERT INTO FUNCTION file('{to}', 'Parquet')
                        SELECT * FROM file('{base}', 'Parquet') ORDER BY id SETTINGS max_threads = 1, {settings}""")
                    self.assert_equal_cells(to, base)


# Outcome of each file of the suite: None: every column equal to DuckDB's; words: refused with them; BY_HAND: read, and
# compared by a test of its own; a list: the columns that are left out, all others equal.
BY_HAND = object()
ENCRYPTED = "encrypted footer"
OUTCOMES = {
    "data/alltypes_dictionary.parquet": None,
    "data/alltypes_plain.parquet": None,
    "data/alltypes_plain.snappy.parquet": None,
    "data/alltypes_tiny_pages.parquet": None,
    "data/alltypes_tiny_pages_plain.parquet": None,
    "data/binary.parquet": None,
    "data/binary_truncated_min_max.parquet": None,
    "data/byte_array_decimal.parquet": None,
    "data/byte_stream_split.zstd.parquet": None,
    "data/byte_stream_split_extended.gzip.parquet": BY_HAND,
    "data/column_chunk_key_value_metadata.parquet": None,
    "data/concatenated_gzip_members.parquet": None,
    "data/data_index_bloom_encoding_stats.parquet": None,
    "data/data_index_bloom_encoding_with_length.parquet": None,
    "data/datapage_v1-corrupt-checksum.parquet": "checksum is 0f4f6d0a, its header says bbce3b9d",
    "data/datapage_v1-snappy-compressed-checksum.parquet": None,
    "data/datapage_v1-uncompressed-checksum.parquet": None,
    "data/datapage_v2.snappy.parquet": None,
    "data/datapage_v2_empty_datapage.snappy.parquet": None,
    "data/delta_binary_packed.parquet": None,
    "data/delta_byte_array.parquet": None,
    "data/delta_encoding_optional_column.parquet": None,
    "data/delta_encoding_required_column.parquet": None,
    "data/delta_length_byte_array.parquet": None,
    "data/dict-page-offset-zero.parquet": None,
    "data/encrypt_columns_and_footer.parquet.encrypted": ENCRYPTED,
    "data/encrypt_columns_and_footer_aad.parquet.encrypted": ENCRYPTED,
    "data/encrypt_columns_and_footer_bloom_filter.parquet.encrypted": ENCRYPTED,
    "data/encrypt_columns_and_footer_ctr.parquet.encrypted": ENCRYPTED,
    "data/encrypt_columns_and_footer_disable_aad_storage.parquet.encrypted": ENCRYPTED,
    "data/encrypt_columns_plaintext_footer.parquet.encrypted": "it is encrypted",
    "data/external_key_material_java.parquet.encrypted": ENCRYPTED,
    "data/aes256/encrypt_columns_and_footer.parquet.encrypted": ENCRYPTED,
    "data/aes256/encrypt_columns_and_footer_ctr.parquet.encrypted": ENCRYPTED,
    "data/aes256/encrypt_columns_and_footer_disable_aad_storage.parquet.encrypted": ENCRYPTED,
    "data/aes256/encrypt_columns_plaintext_footer.parquet.encrypted": "it is encrypted",
    "data/aes256/uniform_encryption.parquet.encrypted": ENCRYPTED,
    "data/fixed_length_byte_array.parquet": None,
    "data/fixed_length_decimal.parquet": None,
    "data/fixed_length_decimal_legacy.parquet": None,
    "data/float16_nonzeros_and_nans.parquet": None,
    "data/float16_zeros_and_nans.parquet": None,
    "data/floating_orders_nan_count.parquet": None,
    "data/hadoop_lz4_compressed.parquet": BY_HAND,
    "data/hadoop_lz4_compressed_larger.parquet": BY_HAND,
    "data/incorrect_map_schema.parquet": "no column that can be read",
    "data/int32_decimal.parquet": None,
    "data/int32_with_null_pages.parquet": None,
    "data/int64_decimal.parquet": None,
    "data/int96_from_spark.parquet": BY_HAND,
    "data/large_string_map.brotli.parquet": "no column that can be read",
    "data/list_columns.parquet": None,
    "data/lz4_raw_compressed.parquet": None,
    "data/lz4_raw_compressed_larger.parquet": None,
    "data/map_no_value.parquet": BY_HAND,
    "data/nan_in_stats.parquet": None,
    "data/nation.dict-malformed.parquet": "a page of 28 bytes, the column has 13 more",
    "data/nested_lists.snappy.parquet": ["a"],
    "data/nested_maps.snappy.parquet": ["a"],
    "data/nested_structs.rust.parquet": "no column that can be read",
    "data/non_hadoop_lz4_compressed.parquet": BY_HAND,
    "data/nonnullable.impala.parquet": ["int_array_array", "Int_Map", "int_map_array", "nested_Struct"],
    "data/null_list.parquet": None,
    "data/nullable.impala.parquet": ["int_array_Array", "int_map", "int_Map_Array", "nested_struct"],
    "data/nulls.snappy.parquet": "no column that can be read",
    "data/old_list_structure.parquet": "no column that can be read",
    "data/overflow_i16_page_cnt.parquet": None,
    "data/page_v2_empty_compressed.parquet": None,
    "data/plain-dict-uncompressed-checksum.parquet": None,
    "data/repeated_no_annotation.parquet": ["phoneNumbers"],
    "data/repeated_primitive_no_list.parquet": ["group_of_lists"],
    "data/rle-dict-snappy-checksum.parquet": None,
    "data/rle-dict-uncompressed-corrupt-checksum.parquet": "checksum is 6522df69, its header says 6522df6a",
    "data/rle_boolean_encoding.parquet": None,
    "data/single_nan.parquet": None,
    "data/sort_columns.parquet": None,
    "data/uniform_encryption.parquet.encrypted": ENCRYPTED,
    "data/unknown-logical-type.parquet": None,
    "bad_data/ARROW-GH-41317.parquet": "its pages end before its last row, 3 values are missing",
    "bad_data/ARROW-GH-41321.parquet": "dictionary indices of 254 bits",
    # Indices of 0 bits into a dictionary of one value: nothing is wrong with it, DuckDB reads the same.
    "bad_data/ARROW-GH-43605.parquet": None,
    "bad_data/ARROW-GH-45185.parquet": "an element that continues no list",
    "bad_data/ARROW-GH-47662.parquet": "the page ends before its last value",
    "bad_data/ARROW-RS-GH-6229-DICTHEADER.parquet": "its pages are at offset 129, 322 bytes, but pages end at 291",
    "bad_data/ARROW-RS-GH-6229-LEVELS.parquet": "no column that can be read",
    "bad_data/PARQUET-1481.parquet": "a column of an unknown physical type",
}

# What verify says of those that it alone reads: all pages of nested columns too.
VERIFIED = {"data/incorrect_map_schema.parquet": 0, "data/nested_structs.rust.parquet": 0,
            "data/nulls.snappy.parquet": 0, "data/old_list_structure.parquet": 0,
            "data/nested_lists.snappy.parquet": 0, "data/large_string_map.brotli.parquet": 65,
            "bad_data/ARROW-RS-GH-6229-LEVELS.parquet": 65}


class Suite(ReadCase):
    def setUp(self):
        super().setUp()
        if not SUITE.is_file():
            self.skipTest(f"no {SUITE}: set FOURLOOP_DATA")
        plain = subprocess.run(["zstd", "-dc", SUITE], check=True, stdout=subprocess.PIPE).stdout
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            archive.extractall(self.folder)
        self.suite = self.path("parquet-testing")

    def read(self, name):
        return list(csv.DictReader(io.StringIO(self.rows_of(self.suite / name).decode())))

    def test_every_file_has_an_outcome(self):
        there = [path.relative_to(self.suite).as_posix() for path in self.suite.rglob("*")
                 if path.name.endswith((".parquet", ".parquet.encrypted"))]
        self.assertEqual(sorted(OUTCOMES), sorted(there))

    def test_outcomes(self):
        for name, outcome in OUTCOMES.items():
            with self.subTest(name):
                path = self.suite / name
                if isinstance(outcome, str):
                    self.fourloop("inspect", path, "--rows", 10**9, code=65, says=outcome)
                elif outcome is not BY_HAND:
                    told = self.assert_equal_cells(path)
                    self.assertEqual(outcome or [], told["missing"])

    def test_verify_reads_nested_columns(self):
        for name, code in VERIFIED.items():
            with self.subTest(name):
                self.fourloop("verify", self.suite / name, code=code)

    def test_streams_of_bytes_equal_plain_ones(self):
        rows = self.read("data/byte_stream_split_extended.gzip.parquet")
        self.assertEqual(200, len(rows))
        plain = [column for column in rows[0] if column.endswith("_plain")]
        self.assertEqual(7, len(plain))
        for row in rows:
            for column in plain:
                self.assertEqual(row[column], row[column.replace("_plain", "_byte_stream_split")])

    def test_old_lz4(self):
        """The same values stand in files of a codec that DuckDB reads."""
        known = self.read("data/lz4_raw_compressed.parquet")
        self.assertEqual(4, len(known))
        self.assertEqual(known, self.read("data/hadoop_lz4_compressed.parquet"))
        self.assertEqual(known, self.read("data/non_hadoop_lz4_compressed.parquet"))
        self.assertEqual(self.read("data/lz4_raw_compressed_larger.parquet"),
                         self.read("data/hadoop_lz4_compressed_larger.parquet"))

    def test_int96(self):
        """As microseconds 1704141296123456, 1704070800000000, 253402225200000000, 1735599600000000, null,
        9089380393200000000: the last is beyond the years that have a text."""
        times = [row["a"] for row in csv.DictReader(
            io.StringIO("a\n" + self.rows_of(self.suite / "data/int96_from_spark.parquet").decode()
                        .replace("a\n", "", 1).replace("\n\n", "\n-\n")))]
        self.assertEqual(["2024-01-01 20:34:56.123456", "2024-01-01 01:00:00.000000", "9999-12-31 03:00:00.000000",
                          "2024-12-30 23:00:00.000000", "-", "105201161 23:00:00.000000"], times)

    def test_list_beside_maps(self):
        self.assertEqual(["[1,2,3]", "[4,5,6]", "[7,8,9]"],
                         [row["my_list"] for row in self.read("data/map_no_value.parquet")])


if __name__ == "__main__":
    if not FOURLOOP.is_file():
        sys.exit(f"no program at {FOURLOOP}")
    main()
