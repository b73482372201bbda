"""The public arrow-testing suite: what other libraries wrote since 2019, and what once broke one of them.

Each stream and file of the integration sets has its values published beside it as JSON. Those of types that we read are
read and compared value by value with texts made here from that JSON, by rules of our own; those of other types must be
refused by the type's name, whichever set they are in. The outcome of each broken input is pinned, word by word, in
arrow_broken.tsv. Everything goes through the standard input, which is where Arrow streams come from. Needs
$FOURLOOP_DATA, or shared/data beside the checkout; says so and is skipped without it.
"""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import unittest
from datetime import date, timedelta
from decimal import Context, Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
from cli_case import FOURLOOP, CliCase, main  # noqa: E402

DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()
SUITE = DATA / "suites/arrow-testing.tar.zst"
BROKEN = ROOT / "tests/interop/arrow_broken.tsv"
INTEGRATION = "arrow-testing/data/arrow-ipc-stream/integration/"

# Words of the refusal, by the name of the set's table.
REFUSED = {
    "binary_view": "type binary_view", "decimal256": "type decimal256", "decimal32": "type decimal32",
    "decimal64": "type decimal64", "duplicate_fieldnames": "type struct", "interval": "type interval",
    "interval_mdn": "type interval", "list_view": "type list_view", "map": "type map",
    "map_non_canonical": "type map", "nested": "type fixed_size_list", "nested_dictionary": "lists of dictionary words",
    "nested_large_offsets": "type list of lists", "recursive_nested": "type list of lists",
    "run_end_encoded": "type run_end_encoded", "union": "type union",
}
READ = {
    "binary", "binary_no_batches", "binary_zerolength", "custom_metadata", "datetime", "decimal", "dictionary",
    "dictionary_unsigned", "duration", "extension", "large_binary", "lz4", "null", "null_trivial", "primitive",
    "primitive_large_offsets", "primitive_no_batches", "primitive_zerolength", "shared_dict", "uncompressible_lz4",
    "uncompressible_zstd", "zstd",
}
UNITS = {"SECOND": ("s", 1, 0), "MILLISECOND": ("ms", 10**3, 3), "MICROSECOND": ("us", 10**6, 6),
         "NANOSECOND": ("ns", 10**9, 9)}
EXACT = Context(prec=80)
CALENDAR = range(-719162, 2932897)  # days of the years 1 to 9999


class Narrow(float):
    """A number of 32 bits or fewer."""


def suite_members():
    """path -> bytes of everything in the archive."""
    packed = subprocess.run(["zstd", "-dcq", SUITE], stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read()
                for member in archive if member.isfile()}


# --- values of the JSON as we print them

def clock(count, per_second, places):
    second, part = divmod(count, per_second)
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return text + (f".{part:0{places}d}" if places else "")


def timestamp(count, kind):
    _, per_second, places = UNITS[kind["unit"]]
    day, rest = divmod(count, 86400 * per_second)
    if day not in CALENDAR:
        return f"{count}{UNITS[kind['unit']][0]}"
    text = (date(1970, 1, 1) + timedelta(days=day)).isoformat() + "T" + clock(rest, per_second, places)
    return text + ("Z" if kind.get("timezone") else "")


def scalar_text(kind, value):
    """The text of one value that is not null; floats stay numbers, as their texts may differ in form."""
    name = kind["name"]
    if name == "bool":
        return "true" if value else "false"
    if name == "floatingpoint":
        return float(value) if kind["precision"] == "DOUBLE" else Narrow(value)
    if name == "decimal":
        return f"{Decimal(int(value)).scaleb(-kind['scale'], EXACT):f}"
    if name == "date":
        if kind["unit"] != "DAY" and int(value) % 86400000 != 0:
            return timestamp(int(value), kind)
        days = int(value) if kind["unit"] == "DAY" else int(value) // 86400000
        return (date(1970, 1, 1) + timedelta(days=days)).isoformat() if days in CALENDAR else f"{days}d"
    if name == "time":
        unit, per_second, places = UNITS[kind["unit"]]
        in_day = 0 <= int(value) < 86400 * per_second
        return clock(int(value), per_second, places) if in_day else f"{value}{unit}"
    if name == "timestamp":
        return timestamp(int(value), kind)
    if name == "duration":
        return f"{int(value)}{UNITS[kind['unit']][0]}"
    if "binary" in name:
        return value.lower()
    return str(value)


def column_values(field, column, dictionaries):
    """Texts of a column, None for null."""
    if field["type"]["name"] == "null":
        return [None] * column["count"]
    values = column.get("DATA")
    if "dictionary" in field:
        words = dictionaries[field["dictionary"]["id"]]
        values = [words[int(index)] if there else None for index, there in zip(values, column["VALIDITY"])]
    elif field["type"]["name"] in ("list", "largelist"):
        items = column_values(field["children"][0], column["children"][0], dictionaries)
        offsets = [int(offset) for offset in column["OFFSET"]]
        values = [items[start:end] for start, end in zip(offsets, offsets[1:])]
    else:
        values = [scalar_text(field["type"], value) for value in values]
    return [value if there else None for value, there in zip(values, column["VALIDITY"])]


def published_rows(published):
    """(names, rows) of a JSON of the suite."""
    fields = published["schema"]["fields"]
    dictionaries = {}
    for dictionary in published.get("dictionaries", []):
        field = next(field for field in fields if field.get("dictionary", {}).get("id") == dictionary["id"])
        plain = {key: value for key, value in field.items() if key != "dictionary"}
        dictionaries[dictionary["id"]] = column_values(plain, dictionary["data"]["columns"][0], dictionaries)
    rows = []
    for batch in published["batches"]:
        columns = [column_values(field, column, dictionaries) for field, column in zip(fields, batch["columns"])]
        rows += [list(row) for row in zip(*columns)] if columns else []
    return [field["name"] for field in fields], rows


# --- our CSV

def csv_rows(text):
    """Rows of cells: None for nothing, which null is, and text for anything else."""
    rows, row, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            cell, at = "", at + 1
            while True:
                end = text.index('"', at)
                cell, at = cell + text[at:end], end + 1
                if text[at] != '"':
                    break
                cell, at = cell + '"', at + 1
        else:
            end = min(place for place in (text.find(",", at), text.find("\n", at)) if place >= 0)
            cell, at = text[at:end] or None, end
        row.append(cell)
        if text[at] == "\n":
            rows.append(row)
            row = []
        at += 1
        if text[at - 1] == "," and text[at] == "\n":
            rows.append(row + [None])
            row, at = [], at + 1
    return rows


def is_same(wanted, found):
    if isinstance(wanted, list):
        items = None if found is None else json.loads(found)
        return items is not None and len(wanted) == len(items) and all(
            item == value if value is None or isinstance(item, str) else str(item).lower() == str(value)
            for value, item in zip(wanted, items))
    if isinstance(wanted, Narrow):
        return found is not None and struct.pack("f", float(found)) == struct.pack("f", wanted)
    if isinstance(wanted, float):
        return found is not None and repr(float(found)) == repr(wanted)
    return wanted == found


class Suite(CliCase):
    @classmethod
    def setUpClass(cls):
        if not SUITE.is_file():
            raise unittest.SkipTest(f"no {SUITE}: set FOURLOOP_DATA to the folder of the public data sets")
        cls.members = suite_members()

    def table_of(self, path):
        return Path(path).name.removeprefix("generated_").rsplit(".", 1)[0]

    def inputs(self):
        return {path: content for path, content in self.members.items()
                if path.startswith(INTEGRATION) and path.endswith((".stream", ".arrow_file"))}

    def test_published_values(self):
        read = set()
        for path, content in self.inputs().items():
            table = self.table_of(path)
            if "bigendian" in path or table in REFUSED:
                continue
            with self.subTest(path):
                self.assertIn(table, READ)
                read.add(table)
                published = gzip.decompress(self.members[path.rsplit(".", 1)[0] + ".json.gz"])
                names, rows = published_rows(json.loads(published))
                self.fourloop("verify", "-", stdin=content)
                out = self.fourloop("inspect", "--rows", 1 << 40, "-", stdin=content).stdout.decode()
                found = csv_rows(out)
                self.assertEqual(names, [name or "" for name in found[0]])
                self.assertEqual(len(rows), len(found) - 1)
                for number, (wanted, cells) in enumerate(zip(rows, found[1:])):
                    differ = [(name, value, cell) for name, value, cell in zip(names, wanted, cells)
                              if not is_same(value, cell)]
                    self.assertEqual([], differ, f"row {number}")
        self.assertEqual(READ, read)

    def test_other_types_are_refused_by_name(self):
        refused = set()
        for path, content in self.inputs().items():
            table = self.table_of(path)
            if "bigendian" in path:
                words = "big-endian Arrow is not read"
            elif table in REFUSED:
                words = REFUSED[table]
                refused.add(table)
            else:
                continue
            with self.subTest(path):
                self.fourloop("verify", "-", stdin=content, code=65, says=words)
        self.assertEqual(set(REFUSED), refused)

    def test_broken_inputs_keep_their_outcome(self):
        broken = {path: content for path, content in self.members.items()
                  if path.startswith("arrow-testing/data/") and "/integration/" not in path
                  and ("arrow-ipc" in path or path.endswith("schema_v6.arrow")) and not path.endswith(".md")}
        pins = dict(line.split("\t") for line in BROKEN.read_text(encoding="utf-8").splitlines())
        found = {}
        for path, content in broken.items():
            done = subprocess.run([FOURLOOP, "verify", "-"], input=content, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60)
            words = done.stderr.decode("utf-8", "replace").splitlines()[0] if done.stderr else ""
            found[path.removeprefix("arrow-testing/data/")] = f"{done.returncode} {words.removeprefix('fourloop: ')}"
        self.assertEqual(pins, found)


if __name__ == "__main__":
    main()
