"""Customer ids that are texts: shown as they came in, never kept with --pseudonymous, one key file for one folder."""

import unittest

from cli_case import CliCase, main

MAP = "ids: text\nzone: UTC\ncolumns:\n  customer: customer\n  time: time\n  type: type\n"
ROWS = ("customer,time,type\nanna@example.org,2026-03-30 10:00:00,web_visit\n"
        "Zoë,2026-03-29 10:00:00,shop_advice_talk\nanna@example.org,2026-03-28 10:00:00,web_guide_read\n")
IDS = ["Zoë", "anna@example.org"]


class TextIds(CliCase):
    def setUp(self):
        super().setUp()
        self.write("map.yaml", MAP)
        self.write("rows.csv", ROWS)
        self.make_model()

    def take_in(self, *more, name="rows.csv", into="data", **settings):
        return self.fourloop("import", "--map", "map.yaml", "--into", into, *more, name, **settings)

    def test_ids_come_back(self):
        self.take_in()
        self.run_night()
        self.assertEqual(IDS, sorted(row["customer_id"] for row in self.exported()))
        told = self.fourloop("explain", "--run", "out", "--data", "data", "anna@example.org").stdout.decode()
        self.assertIn("anna@example.org", told)
        self.assertIn("web_guide_read", told)
        self.fourloop("explain", "--run", "out", "--data", "data", "nobody@example.org", code=66)
        self.fourloop("verify", "data", "out")
        self.assertEqual(0o600, self.path("data/key").stat().st_mode & 0o777)

    def test_rows_of_a_later_import_join(self):
        self.take_in()
        self.write("more.csv", "customer,time,type\nZoë,2026-03-31 10:00:00,web_visit\n"
                   "Bob,2026-03-31 10:00:00,web_visit\n")
        self.take_in(name="more.csv")
        self.run_night()
        self.assertEqual({"Zoë": "2", "anna@example.org": "2", "Bob": "1"},
                         {row["customer_id"]: row["rows"] for row in self.exported()})

    def test_own_names_follow_the_folder(self):
        """Without a mapping nothing says that ids are text, but the folder knows."""
        self.take_in()
        self.import_rows("customer,birth_year\nZoë,1980\n", name="people.csv", table="customers")
        self.import_rows("customer,time,type\nBob,2026-03-31 10:00:00,web_visit\n", name="more.csv")
        self.run_night()
        self.assertEqual(sorted([*IDS, "Bob"]), sorted(row["customer_id"] for row in self.exported()))

    def test_pseudonymous_keeps_none(self):
        self.take_in("--pseudonymous")
        self.run_night()
        self.assertEqual(["", ""], [row["customer_id"] for row in self.exported()])
        for folder in ("data", "out"):
            for name, content in self.snapshot(folder).items():
                self.assertNotIn(b"anna@example", content, name)
                self.assertNotIn("Zoë".encode(), content, name)
        told = self.fourloop("explain", "--run", "out", "--data", "data", "anna@example.org").stdout
        self.assertIn(b"web_guide_read", told)

    def test_one_key_for_two_folders(self):
        self.take_in()
        self.take_in("--key-file", "data/key", into="twin")
        self.take_in(into="stranger")
        for folder in ("data", "twin", "stranger"):
            self.run_night(f"{folder}-out", data=folder)
        keys = {folder: [row["customer"] for row in self.exported(f"{folder}-out")]
                for folder in ("data", "twin", "stranger")}
        self.assertEqual(keys["data"], keys["twin"])
        self.assertNotEqual(keys["data"], keys["stranger"])
        self.assertEqual(self.customers_bytes("data-out"), self.customers_bytes("twin-out"))

    def test_the_key_is_guarded(self):
        self.take_in()
        key = self.path("data/key")
        key.chmod(0o644)
        self.run_night(code=77, says="key")
        key.chmod(0o600)
        good = key.read_bytes()
        key.write_bytes(bytes(len(good)))
        self.run_night(code=65, says="key")
        key.write_bytes(good)
        self.run_night()

    def test_kinds_do_not_mix(self):
        self.take_in()
        before = self.snapshot("data")
        self.write("numbers.csv", "customer,time,type\n1,2026-03-30 10:00:00,web_visit\n")
        self.write("numbers.yaml", MAP.replace("ids: text", "ids: integer"))
        self.fourloop("import", "--map", "numbers.yaml", "--into", "data", "numbers.csv", code=78,
                      says=("text", "integer"))
        self.assertEqual(before, self.snapshot("data"))
        self.fourloop("import", "--into", "numbers", "numbers.csv")
        self.take_in(into="numbers", code=78, says=("text", "integer"))


if __name__ == "__main__":
    main()
