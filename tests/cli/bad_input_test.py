"""Every kind of bad input: a clear error with its place, its exit code, nothing published, no value of a person shown.

Each case is then mended and the same command must work, which shows that the failure left nothing in the way.
"""

import os
import subprocess
import unittest

from cli_case import FOURLOOP, SANITIZED, SMALL, CliCase, main

CANARY = "Canary4711"  # stands where a value of a person would; must never show in a message


class BadInput(CliCase):
    def assert_refused_then_mended(self, bad, *says, code=65, mended=SMALL):
        """`bad` is refused, nothing is published, and `mended` under the same name goes in."""
        done = self.import_rows(bad, code=code, says=says)
        self.assertEqual(b"", done.stdout)
        self.assertNotIn(CANARY, done.stderr.decode("utf-8", "replace"))
        self.assert_nothing_there("data")
        self.import_rows(mended)
        self.assertTrue(self.path("data/manifest.json").is_file())

    def assert_row_refused(self, row, *says):
        self.assert_refused_then_mended(SMALL + row + "\n", "rows.csv", "line 8", *says)

    def test_unknown_type(self):
        self.assert_row_refused("9,2026-03-30 10:00:00,web_vist,,,,,,,,,,,,", "type", "web_visit")

    def test_impossible_date(self):
        self.assert_row_refused("9,2026-02-30 10:00:00,web_visit,,,,,,,,,,,,", "time")

    def test_text_where_a_number_belongs(self):
        self.assert_row_refused(f"9,2026-03-30 10:00:00,purchase_web,1,,,,1,{CANARY},,,EUR,,,", "amount")

    def test_text_where_a_customer_belongs(self):
        self.assert_row_refused(f"{CANARY},2026-03-30 10:00:00,web_visit,,,,,,,,,,,,", "customer")

    def test_negative_amount(self):
        self.assert_row_refused("9,2026-03-30 10:00:00,purchase_web,1,,,,1,-5.00,,,EUR,,,", "amount", "negative")

    def test_too_few_fields(self):
        self.assert_row_refused("9,2026-03-30 10:00:00", "record")

    def test_nul(self):
        self.assert_row_refused("9,2026-03-30 10:00:00,chat_customer_message,,,,,,,,,,customer,m9,a\0b", "text")

    def test_invalid_utf8(self):
        bad = SMALL.encode() + b"9,2026-03-30 10:00:00,chat_customer_message,,,,,,,,,,customer,m9,a\xc3(b\n"
        self.assert_refused_then_mended(bad, "rows.csv", "line 8", "text")

    def test_profiles_stores_and_given_tags_that_cannot_be(self):
        good = {"customers": ("customer", "birth_year,latitude,longitude,store_distance_m,first_contact"),
                "stores": ("store", "latitude,longitude"), "given_tags": ("customer", "day,tag,until")}
        bad = (("customers", "1,80,,,,", "birth_year: out of range: 1850 to 2100"),
               ("customers", "1,1980.5,,,,", "birth_year: not a whole number"),
               ("customers", "1,,5.1,520.1,,", "longitude: out of range: -180 to 180"),
               ("customers", "1,,,,-1,", "store_distance_m: negative"),
               ("customers", "1,,,,far,", "store_distance_m: not a whole number"),
               ("customers", "1,,,,,2026-02-30", "first_contact: no such day"),
               ("customers", ",1980,,,,", "customer: empty"),
               ("stores", "S1,90.5,5.1", "latitude: out of range: -90 to 90"),
               ("stores", "S1,north,5.1", "latitude: not a number"),
               ("stores", ",52.1,5.1", "store: empty"),
               ("given_tags", ",2026-11-01,vip,", "customer: empty"), ("given_tags", "1,,vip,", "day: empty"),
               ("given_tags", "1,2026-11-01,,", "tag: empty"),
               ("given_tags", "1,2026-11-01,vip|gift,", "tag: no name of a tag"),
               ("given_tags", "1,2026-11-01,vi\tp,", "tag: no name of a tag"),
               ("given_tags", f"1,2026-11-01,{'v' * 129},", "tag: no name of a tag: 1 to 128 bytes"),
               ("given_tags", "1,2026-11-01,vip,2026-11-31", "until: no such day"))
        for table, row, reason in bad:
            key, columns = good[table]
            self.import_rows(f"{key},{columns}\n{row}\n", name="rows.csv", table=table, code=65, says=("line 2", reason))
            self.assert_nothing_there("data")
        self.import_rows("store,lattitude\nS1,52.1\n", table="stores", code=65, says=("rows.csv:1", "latitude"))
        self.import_rows("latitude,longitude\n52.1,5.1\n", table="stores", code=65, says="stores needs a column `store`")
        self.import_rows("store\nS1\n", table="shops", code=64, says="customers, stores and given_tags")
        self.write("map.yaml", "table: shops\ncolumns: {store: s}\n")
        self.fourloop("import", "--map", "map.yaml", "--into", "data", "rows.csv", code=78, says="stores")
        self.assert_nothing_there("data")
        self.import_rows("customer,tag\n1,vip\n", table="given_tags", code=65, says="given_tags needs a column `day`")
        for table, (key, columns) in good.items():
            rest = ",2026-11-01,vip," if table == "given_tags" else "," * (columns.count(",") + 1)
            self.import_rows(f"{key},{columns}\n7{rest}\n", table=table)
        self.import_rows(f"customer,day,tag\n7,2026-11-01,{'v' * 128}\n", table="given_tags")

    def test_text_over_a_mebibyte(self):
        row = "9,2026-03-30 10:00:00,chat_customer_message,,,,,,,,,,customer,m9,"
        self.assert_row_refused(row + "x" * ((1 << 20) + 1), "text", "too long")
        self.import_rows(SMALL + row + "x" * (1 << 20) + "\n", into="edge")

    def test_missing_column(self):
        self.assert_refused_then_mended(SMALL.replace(",type,", ",typ,"), "rows.csv:1", "type", "typ")

    def test_open_quote(self):
        self.assert_refused_then_mended(SMALL + '9,"2026-03-30\n', "rows.csv:8")

    def test_utf16(self):
        self.assert_refused_then_mended(SMALL.encode("utf-16"), "rows.csv", "UTF-16")

    def test_empty_file(self):
        self.assert_refused_then_mended("", "rows.csv", "empty")

    def test_header_only(self):
        self.import_rows(SMALL.splitlines()[0] + "\n", says="0 rows read")
        self.make_model()
        self.run_night(says="0 customers scored")
        self.assertEqual(1, len(self.export().splitlines()))

    def test_directory_in_place_of_a_file(self):
        self.path("rows.csv").mkdir()
        self.fourloop("import", "--into", "data", "rows.csv", code=65, says="rows.csv")
        self.assert_nothing_there("data")
        self.path("rows.csv").rmdir()
        self.import_rows()

    def test_missing_file(self):
        self.fourloop("import", "--into", "data", "rows.csv", code=66, says="rows.csv")
        self.assert_nothing_there("data")
        self.import_rows()

    def test_one_bad_file_of_several(self):
        self.write("good.csv", SMALL)
        self.write("bad.csv", SMALL.replace("web_visit", "web_vist"))
        self.fourloop("import", "--into", "data", "good.csv", "bad.csv", code=65, says="bad.csv")
        self.assert_nothing_there("data")
        self.fourloop("import", "--into", "data", "good.csv")

    def test_endless_line(self):
        """A gibibyte without a line end, as a file and (less of it) as a pipe: refused in little memory."""
        start = SMALL.splitlines()[0].encode() + b"\n9,2026-03-30 10:00:00,"
        long = self.write("long.csv", start)
        os.truncate(long, 1 << 30)
        for name, stdin in (("long.csv", subprocess.DEVNULL), ("-", subprocess.PIPE)):
            with self.subTest(name):
                process = subprocess.Popen([FOURLOOP, "import", "--into", "data", name], cwd=self.folder, stdin=stdin,
                                           stderr=subprocess.PIPE)
                if stdin == subprocess.PIPE:
                    process.stdin.write(start + b"x" * (64 << 20))
                    process.stdin.close()
                words = process.stderr.read().decode()
                process.stderr.close()
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                self.assertEqual(65, process.returncode, words)
                self.assertIn(":2:1: a record of more than 16777216 bytes", words)
                self.assert_nothing_there("data")
                if not SANITIZED:
                    self.assertLess(usage.ru_maxrss, 400 << 10)
        self.import_rows()

    def test_bad_mapping(self):
        self.write("rows.csv", SMALL)
        good = "table: interactions\nzone: UTC\ncolumns:\n  customer: customer\n  time: time\n  type: type\n"
        arguments = ("import", "--map", "map.yaml", "--into", "data", "rows.csv")
        self.fourloop(*arguments, code=66, says="map.yaml")
        for bad, says in ((good.replace("zone:", "zoen:"), ("map.yaml:2", "zone")),
                          (good.replace("UTC", "Europe/Amsterdm"), ("map.yaml:2", "Europe/Amsterdm")),
                          (good.replace("  type: type\n", ""), ("map.yaml", "type")),
                          (good + "  time: day\n", ("map.yaml:7",)),
                          (good + "  brand: [\n", ("map.yaml",))):
            self.write("map.yaml", bad)
            self.fourloop(*arguments, code=78, says=says)
            self.assert_nothing_there("data")
        self.write("map.yaml", good)
        self.fourloop(*arguments)

    def test_rejects_can_be_mended(self):
        """Allowed rejects are put aside; mending that file alone gives the night of clean data."""
        same = ("customer", "time", "type", "order", "brand", "category", "product", "amount", "discount", "margin", "text")
        self.write("map.yaml", "columns: {" + ", ".join(f"{name}: {name}" for name in same) + "}\n")
        bad = SMALL.replace("shop_advice_talk", "shop_advise_talk")
        self.write("rows.csv", bad)
        take_in = ("import", "--map", "map.yaml", "--into", "data")
        self.fourloop(*take_in, "rows.csv", code=65, says="--max-rejects")
        self.assert_nothing_there("data")
        self.fourloop(*take_in, "--max-rejects", "1", "rows.csv", says=("1 rejected", "data/rejects/"))
        reject = next(self.path("data/rejects").iterdir())
        self.assertEqual(0o600, reject.stat().st_mode & 0o777)
        self.write("mended.csv", reject.read_text().replace("shop_advise_talk", "shop_advice_talk"))
        self.fourloop(*take_in, "mended.csv", says="1 rows read, 1 written")
        self.import_rows(SMALL, into="clean")
        self.make_model()
        self.run_night("out")
        self.run_night("out-clean", data="clean")
        self.assertEqual(self.export("out-clean"), self.export("out"))


class BadModel(CliCase):
    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()

    def assert_run_refused_then_mended(self, name, bad, *says):
        path = self.path(f"model/{name}")
        good = path.read_text()
        changed = bad(good)
        self.assertNotEqual(good, changed)
        path.write_text(changed)
        self.run_night(code=78, says=(name, *says))
        self.assert_nothing_there("out")
        self.fourloop("model", "check", "model", code=78, says=(name, *says))
        path.write_text(good)
        self.fourloop("model", "check", "model")
        self.run_night()

    def test_tiers_by_a_value_that_was_not_fitted(self):
        path = self.path("model/model.yaml")
        path.write_text(path.read_text().replace("tier_by: net", "tier_by: lifetime"))
        self.run_night(code=78, says=("value fit", "tier_by: net"))
        self.assert_nothing_there("out")
        self.run_night("scores", "--columns", "engagement,loop")

    def test_unknown_word_in_registry(self):
        self.assert_run_refused_then_mended("registry.csv", lambda text: text.replace("inbound", "inbuond", 1),
                                            "inbuond")

    def test_weight_that_is_no_number(self):
        self.assert_run_refused_then_mended(
            "registry.csv", lambda text: text.replace("web_visit,web,inbound,awareness,1,",
                                                      "web_visit,web,inbound,awareness,one,"), "registry.csv:10")

    def test_type_twice(self):
        self.assert_run_refused_then_mended("registry.csv", lambda text: text.replace("\n2,", "\n1,", 1),
                                            "registry.csv:3")

    def test_unknown_key_in_model(self):
        self.assert_run_refused_then_mended("model.yaml", lambda text: text.replace("horizon_days", "horizn_days"),
                                            "horizn_days", "horizon_days")

    def test_model_is_missing(self):
        os.rename(self.path("model"), self.path("elsewhere"))
        self.run_night(code=66, says="model")
        self.assert_nothing_there("out")
        os.rename(self.path("elsewhere"), self.path("model"))
        self.run_night()

    def test_init_leaves_a_model_alone(self):
        rates = self.path("model/rates.csv")
        for edited in (False, True):
            if edited:
                rates.write_text(rates.read_text() + "NOK,2026-01-01,0.085\n")
            before = self.snapshot("model")
            self.fourloop("model", "init", "model", code=73 if edited else 0, says="rates.csv" if edited else "model")
            self.assertEqual(before, self.snapshot("model"))

    def test_currency_without_a_rate(self):
        self.import_rows("customer,time,type,order,amount,currency\n8,2026-03-30 10:00:00,purchase_web,5,10.00,NOK\n",
                         name="nok.csv")
        self.run_night(code=78, says=("NOK", "rates.csv"))
        self.assert_nothing_there("out")
        rates = self.path("model/rates.csv")
        rates.write_text(rates.read_text() + "NOK,2026-01-01,0.085\n")
        self.run_night()
        self.assertEqual(4, len(self.exported()))


class BrokenFiles(CliCase):
    """A table file that was damaged after it was written; test_faults has those that shrink while they are read."""

    def setUp(self):
        super().setUp()
        self.import_rows()
        self.make_model()
        self.table = self.table_file("data")
        self.good = self.table.read_bytes()
        self.nights = 0

    def assert_refused_then_mended(self, bad):
        self.nights += 1
        out = f"out{self.nights}"
        self.table.write_bytes(bad)
        for more in ((), ("--io", "copy")):
            self.run_night(out, *more, code=65, says=self.table.name)
            self.assert_nothing_there(out)
        self.fourloop("verify", "data", code=65, says=self.table.name)
        self.fourloop("verify", self.table, code=65, says=self.table.name)
        self.table.write_bytes(self.good)
        self.fourloop("verify", "data")
        self.run_night(out)

    def test_truncated(self):
        for size in (0, 1, 63, 64, len(self.good) // 2, len(self.good) - 1):
            with self.subTest(size):
                self.assert_refused_then_mended(self.good[:size])

    def test_flipped_bit(self):
        middle = bytearray(self.good)
        middle[len(middle) // 2] ^= 4
        self.table.write_bytes(bytes(middle))
        self.fourloop("verify", "data", code=65, says=self.table.name)
        self.table.write_bytes(self.good)

    def test_zeros_of_the_right_size(self):
        self.assert_refused_then_mended(bytes(len(self.good)))

    def test_removed(self):
        self.table.unlink()
        self.run_night(code=66, says=self.table.name)
        self.assert_nothing_there("out")
        self.fourloop("verify", "data", code=65, says=(self.table.name, "not there"))
        self.table.write_bytes(self.good)
        self.run_night()

    def test_folders_that_are_none(self):
        self.run_night(data="model", code=66)
        self.assert_nothing_there("out")
        self.fourloop("verify", "nowhere", code=66, says="nowhere")
        self.fourloop("verify", "model", code=66, says="model")
        self.fourloop("verify", "rows.csv", code=65, says="rows.csv")
        self.fourloop("export", "data", "--table", "customers", "--to", "csv", code=64, says="interactions")
        self.fourloop("export", "model", "--table", "customers", "--to", "csv", code=66)

    def test_manifest_that_lies(self):
        manifest = self.path("data/manifest.json")
        good = manifest.read_text()
        for bad in (good[: len(good) // 2], "{}", "[]", good.replace('"rows": 6', '"rows": 7')):
            manifest.write_text(bad)
            self.fourloop("verify", "data", code=65, says="manifest")
        manifest.write_text(good)
        self.run_night()


if __name__ == "__main__":
    main()
