"""Exports: every format, to a file, a folder, the standard output, in parts, of runs, data folders and table files.

The CSV of the whole table on the standard output is the measure; it is compared with the unit tests' slow writer there.
Here every other way to the same rows must give the same rows.
"""

import csv
import io
import json
import os
import re
import subprocess

from cli_case import FOURLOOP, SMALL, CliCase, main

def formats():
    """Word of --to -> extension, which is the same but for streams of Arrow; every format of this build."""
    help_text = subprocess.run([FOURLOOP, "export", "--help"], capture_output=True, text=True, check=True).stdout
    return {word: {"arrow": "arrows"}.get(word, word) for word in re.search(r"(?m)^  --to (\S+)", help_text).group(1).split("|")}


FORMATS = formats()


class Export(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()
        model = self.path("model/model.yaml")
        model.write_text(model.read_text().replace("scopes: [customer]", "scopes: [customer, brand, category]"))
        self.run_night()

    def table(self, name="customers", to="csv", source="out", *more):
        return self.fourloop("export", source, "--table", name, "--to", to, *more).stdout

    def rows(self, name="customers"):
        return list(csv.DictReader(io.StringIO(self.table(name).decode())))

    def names(self, folder):
        return sorted(entry.name for entry in self.path(folder).iterdir())

    # --- where to

    def test_every_format_every_target(self):
        for to, extension in FORMATS.items():
            whole = self.table(to=to)
            self.assertGreater(len(whole), 200, to)
            self.assertEqual(whole, self.table("customers", to, "out", "-o", "-"))
            self.fourloop("export", "out", "--table", "customers", "--to", to, "-o", "one")
            self.assertEqual(whole, self.path("one").read_bytes())
            self.fourloop("export", "out", "--table", "customers", "--to", to, "-o", "folder/")
            self.assertEqual(whole, self.path(f"folder/customers.{extension}").read_bytes())
            self.assertEqual(whole, self.table("customers", to, self.table_file("out", "customers", ".flseg")))
        self.assertEqual(sorted(f"customers.{extension}" for extension in FORMATS.values()), self.names("folder"))
        self.assert_nothing_temporary("folder")

    def test_all_tables(self):
        self.fourloop("export", "out", "--table", "all", "--to", "csv", "-o", "tables/", says="tables/: 4 files")
        self.assertEqual(["brands.csv", "categories.csv", "customers.csv", "tags.csv"], self.names("tables"))
        for name in ("brands", "categories", "customers", "tags"):
            self.assertEqual(self.table(name), self.path(f"tables/{name}.csv").read_bytes())
        self.assertEqual(0o700, self.path("tables").stat().st_mode & 0o777)
        self.fourloop("export", "out", "--table", "all", "--to", "csv", "-o", "tables", code=64, says="-o DIR/")
        self.fourloop("export", "out", "--table", "all", "--to", "csv", code=64, says="-o DIR/")

    def test_parts(self):
        whole = self.table()
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--files", 2, "-o", "parts/")
        names = self.names("parts")
        self.assertRegex(" ".join(names), r"^customers-00001-of-00002-[0-9a-f]{16}\.csv customers-00002-of-00002-[0-9a-f]{16}\.csv$")
        lines = [self.path(f"parts/{name}").read_bytes().splitlines(keepends=True) for name in names]
        self.assertEqual({whole.splitlines(keepends=True)[0]}, {part[0] for part in lines})
        self.assertEqual(whole.splitlines(keepends=True)[1:], [line for part in lines for line in part[1:]])
        before = self.snapshot("parts")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--files", 2, "-o", "parts/",
                      says="these 2 files are there already")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--files", 3, "-o", "parts/", code=73,
                      says="other files")
        self.fourloop("export", "out", "--table", "all", "--to", "csv", "-o", "parts/", code=73, says="other files")
        self.assertEqual(before, self.snapshot("parts"))
        self.fourloop("export", "out", "--table", "all", "--to", "ndjson", "--files", 2, "-o", "all/", says="8 files")
        for wrong in (0, 10001):
            self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--files", wrong, "-o", "x/", code=64)
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--files", 2, "-o", "x", code=64, says="-o DIR/")
        self.assert_nothing_temporary(".")

    def test_killed_set_is_swept(self):
        self.write(".fl-tmp-1-0/customers.csv", "half")
        self.fourloop("export", "out", "--table", "all", "--to", "csv", "-o", "tables/")
        self.assert_nothing_temporary(".")

    def test_binary_is_nothing_for_a_terminal(self):
        leader, follower = os.openpty()
        self.fourloop("export", "out", "--table", "customers", "--to", "pgcopy", code=64, says="terminal", stdout=follower)
        os.close(leader)
        os.close(follower)

    # --- from where

    def test_data_folder(self):
        header = "customer,day,type,order,second,brand"
        self.assertTrue(self.table("interactions", "csv", "data").decode().startswith(header))
        file = self.table_file("data")
        self.assertEqual(self.table("interactions", "csv", "data"), self.fourloop("export", file, "--to", "csv").stdout)
        self.fourloop("export", file, "--to", "csv", "--table", "customers", code=64, says="interactions")
        self.fourloop("export", "data", "--to", "csv", code=64, says="--table is missing; there are: interactions")
        self.import_rows(SMALL.replace("\n1,", "\n4,"), name="more.csv")
        self.fourloop("export", "data", "--table", "interactions", "--to", "csv", code=64, says=("2 files", "compact"))
        self.fourloop("export", "data", "--table", "interactions", "--to", "csv", "-o", "files/")
        self.assertEqual(2, len(self.names("files")))
        rows = sum((self.path(f"files/{name}").read_bytes().count(b"\n") - 1) for name in self.names("files"))
        self.assertEqual(12, rows)

    # --- what is written

    def test_ndjson_says_what_csv_says(self):
        for name in ("customers", "brands"):
            objects = [json.loads(line) for line in self.table(name, "ndjson").decode().splitlines()]
            texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in objects]
            self.assertEqual(self.rows(name), texts)

    def test_csv_marks(self):
        plain = list(csv.reader(io.StringIO(self.table("interactions", "csv", "data").decode())))
        marked = self.table("interactions", "csv", "data", "--null", "\\N", "--delimiter", "tab", "--decimal", ",").decode()
        found = list(csv.reader(io.StringIO(marked), delimiter="\t"))
        self.assertEqual(len(plain), len(found))
        quantity = plain[0].index("quantity")
        for ours, theirs in zip(plain[1:], found[1:]):
            ours[quantity] = ours[quantity].replace(".", ",")
            self.assertEqual([cell or "\\N" for cell in ours], theirs)
        self.assertIn("1,5", marked)

    def test_marks_that_do_not_fit(self):
        for flags, words in ((("--decimal", ","), "another delimiter"), (("--delimiter", "ab"), "one character"),
                             (("--delimiter", "x"), "delimiter"), (("--null", "0"), "number"),
                             (("--null", "a,b"), "null")):
            self.fourloop("export", "out", "--table", "customers", "--to", "csv", *flags, code=64, says=words)
            self.fourloop("export", "out", "--table", "customers", "--to", "csv", *flags, "-o", "x.csv", code=64)
        self.assertFalse(self.path("x.csv").exists())
        self.fourloop("export", "out", "--table", "customers", "--to", "ndjson", "--null", "x", code=64,
                      says="--null means nothing with --to ndjson")
        self.fourloop("export", "out", "--table", "customers", "--to", "csv", "--dictionary", code=64,
                      says="--dictionary means nothing with --to csv")

    def test_same_bytes_at_every_cpu_level(self):
        for to in FORMATS:
            found = {self.fourloop("export", "out", "--table", "customers", "--to", to,
                                   env={"FL_DISABLE_CPU": levels}).stdout for levels in ("", "avx512", "avx512,avx2")}
            self.assertEqual(1, len(found), to)


if __name__ == "__main__":
    main()
