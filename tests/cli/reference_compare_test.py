"""The whole program against the slow reference scorer: every column of every customer must be equal.

Made-up retailers show the common shapes; random rows show the hostile ones: many rows on one day, orders that are
missing or shared, types the registry lacks, rows of the future, rows that came in late, huge and negative ids.
"""

import json
import random
import sys
import unittest

from cli_case import REFERENCE, REGISTRY, CliCase, main, seeds

sys.path.insert(0, str(REFERENCE.parent))
import reference  # noqa: E402

TYPES = reference.read_registry(REGISTRY)
MODEL = reference.make_model(TYPES)
DAY_ZERO = "2026-01-01"


def day_text(number):
    return reference.day_text(reference.day_number(DAY_ZERO) + number)


class Reference(CliCase):
    def assert_equal_to_reference(self, path, data, as_of, view="known-now"):
        rows = reference.read_interactions(self.path(path), TYPES)
        results, counts = reference.score_rows(rows, MODEL, reference.day_number(as_of), view)
        out = f"out-{data}-{as_of}-{view}"
        report = json.loads(self.run_night(out, "--view", view, "--json", data=data, as_of=as_of).stdout)
        for name in ("rows_in", "scored", "after_as_of", "not_yet_known", "quarantined", "late"):
            self.assertEqual(counts[name], report[name], name)
        self.assertEqual(counts["late_over_30"], report["late_reported"])
        wanted = [[str(customer), *(str(cell) for cell in reference.result_cells(result))]
                  for (customer, _), result in results]
        found = [[row["customer"], *(row[column] for column in reference.RESULT_COLUMNS)] for row in self.exported(out)]
        self.assertEqual(len(wanted), len(found))
        for one, other in zip(wanted, found):
            self.assertEqual(one, other, reference.RESULT_COLUMNS)

    def test_all_columns_are_compared(self):
        self.import_rows()
        self.make_model()
        self.run_night()
        wanted = ["customer", "customer_id", *reference.RESULT_COLUMNS]
        self.assertEqual(wanted, list(self.exported()[0])[:len(wanted)])

    def test_made_up_retailer(self):
        """About 100,000 rows; tags, which bring points too, are compared elsewhere."""
        self.make_model()
        self.path("model/keywords.csv").unlink()
        self.fourloop("gen", "--customers", "2000", "--days", "400", "--seed", "11", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        self.assert_equal_to_reference("raw/interactions.csv", "data", "2026-11-20")
        self.assert_equal_to_reference("raw/interactions.csv", "data", "2026-05-31")

    def random_rows(self, seed):
        """Few customers, few types, few days: groups that are large, capped, shared by orders, cut by windows."""
        chance = random.Random(seed)
        names = [entry.name for entry in TYPES.values()]
        favourites = [*chance.sample(names, 6), "purchase_shop", "purchase_web", "web_product_view",
                      "return_registered"]
        customers = [chance.choice((number, -number, 2**62 + number, -2**63 + number)) for number in range(1, 25)]
        span = chance.choice((5, 40, 200, 1500))
        lines = ["customer,time,type,order,product,arrival"]
        for _ in range(chance.choice((50, 600, 2500))):
            day = -chance.randrange(span) + chance.choice((0, 0, 0, 0, 20))
            kind = chance.random()
            name = chance.choice(favourites if kind < 0.7 else names if kind < 0.95 else ("0", "200", "255"))
            order = chance.choice(("", "1", "2", "3", str(2**63 - 1), "-5"))
            arrival = "" if chance.random() < 0.7 else day_text(day + chance.choice((0, 1, 31, 60)))
            product = chance.choice(("", "P1", "P2"))
            lines.append(f"{chance.choice(customers)},{day_text(day)} 12:00:00,{name},{order},{product},{arrival}")
        return "\n".join(lines) + "\n"

    def test_hostile_shapes(self):
        self.make_model()
        for seed in seeds(40):
            with self.subTest(seed):
                data = f"data{seed}"
                self.import_rows(self.random_rows(seed), name=f"{data}.csv", into=data)
                self.assert_equal_to_reference(f"{data}.csv", data, DAY_ZERO)
                self.assert_equal_to_reference(f"{data}.csv", data, DAY_ZERO, "known-then")
                self.assert_equal_to_reference(f"{data}.csv", data, day_text(-30), "known-then")

    def test_one_customer_with_most_rows(self):
        """More rows than a block holds, in three files that share the customer."""
        self.make_model()
        chance = random.Random(5)
        rows = [f"{7 if chance.random() < 0.9 else chance.randrange(50)},{day_text(-chance.randrange(300))} 12:00:00,"
                f"{chance.choice(('web_visit', 'purchase_shop', 'web_product_view'))},{chance.choice(('', '1', '2'))}\n"
                for _ in range(120000)]
        header = "customer,time,type,order\n"
        for part in range(3):
            self.import_rows(header + "".join(rows[part::3]), name=f"part{part}.csv")
        self.write("all.csv", header + "".join(rows))
        self.assert_equal_to_reference("all.csv", "data", DAY_ZERO)


if __name__ == "__main__":
    main()
