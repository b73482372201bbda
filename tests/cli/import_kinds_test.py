"""Imports of NDJSON, Parquet and Arrow from the command line, beside CSV of the same rows.

The same events in each kind of file must give the same table, which is compared as a whole: `inspect --rows` prints
every cell. Parquet and Arrow come from our own export here (tests/interop has those of other programs). What goes the
quick way, from typed values to cells, is compared with the careful way, by way of texts, which a `skip when` that never
holds asks for. Then what is refused: rows with their reasons and the reject file that comes back, columns, cut and
changed files of which nothing may be published.
"""

import csv
import io
import json
import subprocess

from cli_case import FOURLOOP, SMALL, CliCase, main

NUMBERS = ("customer", "order", "quantity", "amount", "discount", "margin")

MAPPING = """table: interactions
zone: Europe/Amsterdam
columns:
  customer: id
  time: at
  type: what
  brand: brand
  amount: paid
  currency: {constant: EUR}
"""


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def ndjson_of(rows, raw_numbers=()):
    """Empty cells are left out, and numbers stand as they stood in the CSV."""
    lines = []
    for row in rows:
        members = [f"{json.dumps(name)}: {cell if name in raw_numbers else json.dumps(cell)}"
                   for name, cell in row.items() if cell != ""]
        lines.append("{" + ", ".join(members) + "}\n")
    return "".join(lines)


class Kinds(CliCase):
    def take(self, into, name, *flags, content=None, **settings):
        if content is not None:
            self.write(name, content)
        return self.fourloop("import", "--into", into, *flags, name, **settings)

    def cells(self, folder):
        return self.fourloop("inspect", "--rows", 1000, self.table_file(folder)).stdout.decode()

    def rejects(self, folder):
        (found,) = self.path(f"{folder}/rejects").iterdir()
        return found

    # --- the same rows

    def test_ndjson_gives_what_csv_gives(self):
        self.import_rows()
        self.take("lines", "rows.ndjson", content=ndjson_of(rows_of(SMALL), NUMBERS))
        self.assertEqual(self.cells("data"), self.cells("lines"))
        texts = ndjson_of(rows_of(SMALL)).replace("\n", "\r\n\r\n").encode()
        self.take("texts", "rows.jsonl", content=b"\xef\xbb\xbf \n" + texts)
        self.assertEqual(self.cells("data"), self.cells("texts"))

    def test_our_own_exports_come_back(self):
        self.import_rows(SMALL + "4,2026-03-30,web_visit,,,,,,,,,,,,\n"
                         "5,2026-03-30 10:00:00,chat_customer_message,,\"Ünïque \",,,,,,,,customer,m2,\"\"\n")
        for kind in ("csv", "ndjson", "parquet", "arrow"):
            self.fourloop("export", "data", "--table", "interactions", "--to", kind, "-o", f"rows.{kind}")
            self.take(kind, f"rows.{kind}", "--money", "minor")
            self.assertEqual(self.cells("data"), self.cells(kind), kind)
            whole = self.path(f"rows.{kind}").read_bytes()
            self.fourloop("import", "--money", "minor", "--into", kind, "-", stdin=whole, says="already imported")
        self.fourloop("export", "data", "--table", "interactions", "--to", "arrow", "--dictionary", "-o", "words.arrow")
        self.take("words", "words.arrow", "--money", "minor")
        self.assertEqual(self.cells("data"), self.cells("words"))

    def test_money_of_an_export_is_never_guessed(self):
        """Once it was taken for units: each amount came back a hundred times as large."""
        self.import_rows()
        for kind in ("csv", "ndjson", "parquet", "arrow"):
            self.fourloop("export", "data", "--table", "interactions", "--to", kind, "-o", f"rows.{kind}")
            self.take("guess", f"rows.{kind}", code=65, says=("columns of an export", "--money minor"))
            self.assert_nothing_there("guess")
        self.take("units", "rows.csv", "--money", "units")
        money = [[row["amount"] for row in rows_of(self.cells(folder)) if row["amount"]] for folder in ("data", "units")]
        self.assertEqual([amount + "00" for amount in money[0]], money[1])
        # A mapping says it itself; what is in minor units is a whole number; units may be any.
        self.write("map.yaml", "money: minor\ncolumns: {customer: customer, time: day, type: type, amount: amount}\n")
        self.take("mapped", "rows.parquet", "--map", "map.yaml")
        mapped = [row["amount"] for row in rows_of(self.cells("mapped")) if row["amount"]]
        self.assertEqual(sorted(money[0]), sorted(mapped))
        self.take("both", "rows.csv", "--map", "map.yaml", "--money", "minor", code=64, says="`money: minor`")
        self.take("cents", "cents.csv", "--money", "minor", code=65, says="amount: not a whole number",
                  content="customer,day,type,amount\n1,2026-03-30,purchase_web,12.50\n")
        self.write("cents.yaml", "money: cents\ncolumns: {customer: customer, time: day, type: type}\n")
        self.take("cents", "cents.csv", "--map", "cents.yaml", code=78, says="units")
        # Money of other tables is none, and the same file in other units is another import.
        self.take("twice", "cents.csv")
        self.take("twice", "cents.csv", "--money", "units", says="already imported")

    def test_quick_way_and_careful_way_agree(self):
        self.import_rows(SMALL)
        columns = ("customer", "day", "type", "order", "second", "brand", "category", "product", "quantity", "amount",
                   "discount", "margin", "currency", "speaker", "message", "text")
        quick = "columns: {" + ", ".join(f"{name}: {name}" for name in columns) + "}\n"
        self.write("quick.yaml", quick)
        self.write("careful.yaml", quick + "skip when: [{column: customer, is: nobody, reason: never}]\n")
        for kind in ("parquet", "arrow"):
            self.fourloop("export", "data", "--table", "interactions", "--to", kind, "-o", f"rows.{kind}")
            for way in ("quick", "careful"):
                self.take(f"{kind}-{way}", f"rows.{kind}", "--map", f"{way}.yaml")
            self.assertEqual(self.cells(f"{kind}-quick"), self.cells(f"{kind}-careful"), kind)

    def test_threads_and_memory_change_nothing(self):
        self.take("data", "rows.ndjson", content=ndjson_of(rows_of(SMALL) * 500, NUMBERS))
        self.fourloop("export", "data", "--table", "interactions", "--to", "parquet", "-o", "rows.parquet")
        for name in ("rows.ndjson", "rows.parquet"):
            money = ("--money", "minor") if name == "rows.parquet" else ()
            self.take(f"one-{name}", name, "--threads", 1, *money)
            self.take(f"four-{name}", name, "--threads", 4, "--memory", "128M", *money)
            self.assertEqual(self.snapshot(f"one-{name}"), self.snapshot(f"four-{name}"))

    def test_several_kinds_in_one_import(self):
        half = SMALL.splitlines(keepends=True)
        self.take("lines", "rows.ndjson", content=ndjson_of(rows_of("".join(half[:1] + half[4:]))))
        self.write("half.csv", "".join(half[:4]))
        self.fourloop("import", "--into", "both", "half.csv", "rows.ndjson")
        self.import_rows()
        self.assertEqual(self.cells("data"), self.cells("both"))

    # --- numbers, times, kinds

    def test_numbers_of_json_are_exact(self):
        self.write("map.yaml", MAPPING)
        line = '{"id": %s, "at": "2026-03-30 10:00", "what": "purchase_web", "brand": true, "paid": %s}\n'
        content = "".join(line % pair for pair in (("9223372036854775807", "0.125"), ("-1", "90071992547409.93"),
                                                   ("2", "1.25e2"), ("3", "12345678901234567.89")))
        self.take("data", "a.ndjson", "--map", "map.yaml", content=content)
        found = {row["customer"]: (row["amount"], row["brand"]) for row in rows_of(self.cells("data"))}
        self.assertEqual({"9223372036854775807": ("13", "true"), "-1": ("9007199254740993", "true"),
                          "2": ("12500", "true"), "3": ("1234567890123456789", "true")}, found)

    def test_mapping_says_the_kind(self):
        self.write("map.yaml", "format: ndjson\n" + MAPPING)
        row = '{"id": 1, "at": "2026-03-30", "what": "web_visit", "brand": null, "paid": null}'
        self.take("data", "a.txt", "--map", "map.yaml", content=" \t" + row)
        self.write("wrong.yaml", "format: parquet\n" + MAPPING)
        self.take("wrong", "a.txt", "--map", "wrong.yaml", code=65, says="PAR1")
        self.write("unknown.yaml", "format: xml\n" + MAPPING)
        self.take("wrong", "a.txt", "--map", "unknown.yaml", code=78, says="xml")
        self.write("headless.yaml", MAPPING + "csv: {header: false, names: [id, at, what, brand, paid]}\n")
        self.take("wrong", "a.ndjson", "--map", "headless.yaml", content=row, code=65, says="header: false")

    # --- what is refused

    def test_bad_lines_are_rejects_that_come_back(self):
        self.write("map.yaml", "format: ndjson\n" + MAPPING)
        good = '{"id": 1, "at": "2026-03-30T10:00:00Z", "what": "purchase_web", "brand": "a \\"b\\", c", "paid": 1.5}'
        bad = (('{"id": 2, "at": "2026-03-30"', "not one JSON object"),
               ('[1]', "not one JSON object"),
               (good + good, "not one JSON object"),
               ('{"id": 1, "id": 2}', "a name comes twice"),
               (good.replace('"a', '"\\u0000'), "holds a NUL"),
               (good.replace("1.5", "1e999"), "too large"),
               (good.replace("1.5", "[1.5]"), "a list or an object"),
               (good.replace('"id": 1', '"id": {"a": 1}'), "a list or an object"),
               (good.replace('"id": 1', '"id": 1.0'), "customer: not a whole number"),
               (good.replace('"id": 1', '"id": null'), "customer: empty"),
               (good.replace("purchase_web", "purchase_wbe"), "the nearest is `purchase_web`"),
               (good.replace("1.5", '"1,5"'), "amount: not a number"),
               (good.replace("03-30", "02-30"), "no such day"))
        content = "".join(line + "\n" for line, _ in bad) + good
        self.take("data", "a.ndjson", "--map", "map.yaml", content=content, code=65,
                  says=[f"{len(bad)} rows of {len(bad) + 1} rejected", "first: line 1"])
        self.assert_nothing_there("data")
        self.take("data", "a.ndjson", "--map", "map.yaml", "--max-rejects", len(bad))
        found = rows_of(self.rejects("data").read_text())
        self.assertEqual([str(number + 1) for number in range(len(bad))], [row["reject_line"] for row in found])
        for row, (_, reason) in zip(found, bad):
            self.assertIn(reason, row["reject_reason"])
        self.assertEqual('a "b", c', found[-1]["brand"])
        mended = self.rejects("data").read_text().replace("02-30", "03-30").replace("purchase_wbe", "purchase_web")
        self.write("mended.csv", mended)
        self.take("data", "mended.csv", "--map", "map.yaml", "--max-rejects", len(bad), says="2 written")

    def test_rejects_of_typed_files_have_row_numbers(self):
        self.import_rows()
        for kind in ("parquet", "arrow"):
            self.fourloop("export", "data", "--table", "interactions", "--to", kind, "-o", f"rows.{kind}")
            self.write("map.yaml", "columns: {customer: customer, time: day, type: type, product: product,"
                                   " order: {column: brand, empty: reject}}\n")
            self.take(kind, f"rows.{kind}", "--map", "map.yaml", "--max-rejects", 2, says="order: empty")
            self.assertEqual("customer,day,type,order", self.rejects(kind).read_text()[:23])
            found = rows_of(self.rejects(kind).read_text())
            self.assertEqual([("1", "6", "1", "2026-03-30"), ("4", "6", "2", "2026-03-29")],
                             [(row["reject_line"], row["reject_column"], row["customer"], row["day"]) for row in found])

    def test_wrong_columns(self):
        self.import_rows()
        self.write("map.yaml", MAPPING)
        self.write("a.ndjson", ndjson_of(rows_of(SMALL)))
        self.take("wrong", "a.ndjson", "--map", "map.yaml", code=65, says="column `id` is not in the header")
        self.take("wrong", "b.ndjson", content='{"custommer": 1}\n', code=65, says="did you mean `customer`?")
        self.fourloop("export", "data", "--table", "interactions", "--to", "parquet", "-o", "a.parquet")
        self.take("wrong", "a.parquet", "--map", "map.yaml", code=65, says="column `id` is not in the header")
        self.write("format.yaml", "columns: {customer: customer, type: type, time: {column: day, format: '%d.%m.%Y'}}\n")
        self.take("wrong", "a.parquet", "--map", "format.yaml", code=65, says="`day` holds dates or times")
        self.take("wrong", "many.ndjson", content="{%s}\n" % ", ".join(f'"c{i}": 1' for i in range(1025)), code=65,
                  says="more than 1024 different names")
        self.assert_nothing_there("wrong")

    def test_long_lines(self):
        self.take("wrong", "long.ndjson", content='{"text": "' + "x" * (8 << 20) + '"}\n', code=65, says="8388608 bytes")
        wide = '{"customer": 1, "type": "web_visit", "time": "2026-03-30", "brand": [' + "0," * 200000 + "0]}\n"
        self.take("wide", "wide.ndjson", "--max-rejects", 1, content=wide + ndjson_of(rows_of(SMALL)),
                  says="too many values in one line")

    def test_cut_and_changed_files_publish_nothing(self):
        self.import_rows(SMALL)
        for kind in ("parquet", "arrow"):
            self.fourloop("export", "data", "--table", "interactions", "--to", kind, "-o", f"rows.{kind}")
            whole = self.path(f"rows.{kind}").read_bytes()
            for size in sorted({8, 9, 100, len(whole) // 2, len(whole) - 100, len(whole) - 8, len(whole) - 1}):
                self.take("wrong", "part", content=whole[:size], code=65)
            self.assert_nothing_there("wrong")
            for number, at in enumerate(range(12, len(whole), max(1, len(whole) // 100))):
                self.write("changed", whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:])
                into = f"{kind}-{number}"
                done = subprocess.run([FOURLOOP, "import", "--into", into, "--max-rejects", "9", "changed"],
                                      cwd=self.folder, capture_output=True, timeout=60)
                self.assertIn(done.returncode, (0, 65), (kind, at, done.stderr)) # 0: a value, or padding
                self.assertEqual(done.returncode == 0, self.path(f"{into}/manifest.json").is_file(), (kind, at))
                self.assert_nothing_temporary(into)


if __name__ == "__main__":
    main()
