"""The personas through the whole program: import, a night of all scopes, export; every expected cell exactly.

personas_expected.csv comes from an independent hand; lives_expected.csv was worked out by hand, a reason beside each
cell. Both are told in days ago, so two as-of days, one of them after a leap day, must give the same.
"""

import csv
import io

from cli_case import ROOT, CliCase, main
from night_case import TEXT_IDS, reference
import personas_test

PERSONAS = ROOT / "tests/golden/personas"
TABLES = {"customer": "customers", "brand": "brands", "category": "categories"}
HEADER = "customer,day,type,order,brand,category,amount,discount,currency\n"


class PersonasNight(CliCase):
    def night(self, name, as_of):
        """Rows of all tables of a night of the personas of a file, by kind of scope and (persona, word)."""
        with open(PERSONAS / f"{name}.csv", newline="", encoding="utf-8") as file:
            lines = [",".join((line["persona"], reference.day_text(as_of - int(line["days_ago"])), line["type"],
                               line["order"], line["brand"], line["category"], line.get("amount", ""),
                               line.get("discount", ""), "EUR")) + "\n"
                     for line in csv.DictReader(file) for _ in range(int(line["rows"]))]
        if not self.path("model").exists():
            self.make_model()
        self.write("model/model.yaml", "scopes: [customer, brand, category]\n")
        into, out = f"{name}-{as_of}", f"out-{name}-{as_of}"
        self.write("text_ids.yaml", TEXT_IDS)
        self.write(f"{into}.csv", HEADER + "".join(lines))
        self.fourloop("import", "--map", "text_ids.yaml", "--into", into, f"{into}.csv")
        self.run_night(out, data=into, as_of=reference.day_text(as_of))
        return {kind: self.by_persona(out, table, kind) for kind, table in TABLES.items()}

    def by_persona(self, out, table, kind):
        text = self.fourloop("export", out, "--table", table, "--to", "csv").stdout.decode()
        return {(row["customer_id"], row.get(kind, "") if kind != "customer" else ""): row
                for row in csv.DictReader(io.StringIO(text))}

    def as_of_days(self):
        return personas_test.AS_OF, reference.day_number("2024-03-01")

    def test_expected_by_another_hand(self):
        for as_of in self.as_of_days():
            tables = self.night("personas", as_of)
            expected = personas_test.read_expected()
            self.assertLess(30, len(expected))
            for line in expected:
                kind, _, word = line["scope"].partition(" ")
                row = tables[kind][line["persona"], word]
                with self.subTest(persona=line["persona"], scope=line["scope"]):
                    self.assertEqual({name: line[name] for name in personas_test.COLUMNS},
                                     {name: row[ours] for name, ours in personas_test.COLUMNS.items()})

    def test_lives_worked_out_by_hand(self):
        for as_of in self.as_of_days():
            tables = self.night("lives", as_of)
            for persona, kind, word, column, text in personas_test.read_expected_lives(as_of):
                with self.subTest(persona=persona, scope=f"{kind} {word}", column=column):
                    self.assertEqual(text, tables[kind][persona, word][column])



if __name__ == "__main__":
    main()
