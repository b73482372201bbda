"""Tags of whole nights against the slow reference: every cell of the tables tags and hits and of the customers.

Hostile chat first (several scripts, rules of all cells, tags given by hand, days on every border), in one file and in
several, in both views, in a replay; then a made-up retailer with the list that every model begins with.
"""

import random
import unittest

from cli_case import main, seeds
from night_case import NightCase, night, reference, tags
from hostile_chat import ChatMaker

AS_OF = reference.day_number("2026-01-01")
TAGS = ("late", "refund", "Zorg", "a b", "退")
HEADER = "tag,any,hits,days,expiry_days,points\n"


class TagCompare(NightCase):
    scopes = ("brand",)

    def hostile(self, seed, customers=20, rows=300, rules=30):
        """(data, recipe) of a seed."""
        maker = ChatMaker(seed, AS_OF)
        recipe = self.recipe(keywords=maker.keywords_text(TAGS, rules))
        data = self.import_data(maker.rows_text(customers, rows), into=f"data{seed}",
                                given=maker.given(TAGS, customers + 3, 30))
        return data, recipe

    def compare(self, data, recipe, as_of, view="known-now", into="data"):
        """A run with its hits, and tags made alone."""
        wanted = night.run_night(data, recipe, as_of, view, scopes=self.scopes)
        for verb in ("run", "tag"):
            out, day = f"{verb}-{into}-{as_of}-{view}", reference.day_text(as_of)
            self.fourloop(verb, "--model", "model", "--data", into, "--as-of", day, "--view", view, "--hits",
                          "--out", out)
            if verb == "run":
                self.assert_tables(wanted, out)
            self.assert_tags(wanted.tagged, out)
            self.assert_hits(wanted.tagged, out)
            self.fourloop("verify", out)  # rows in order
        return wanted

    def test_without_rules(self):
        """Tags by hand need no rules, texts without either bring nothing."""
        maker = ChatMaker(300, AS_OF)
        recipe = self.recipe(keywords="tag\nvip\n")
        data = self.import_data(maker.rows_text(9, 60), into="by-hand", given=maker.given(("vip",), 12, 20))
        self.compare(data, recipe, AS_OF, into="by-hand")
        self.run_compared(self.import_data(maker.rows_text(9, 60)), recipe, AS_OF)

    def test_hostile_chat(self):
        for seed in seeds(12):
            with self.subTest(seed):
                data, recipe = self.hostile(seed)
                for as_of, view in ((AS_OF, "known-now"), (AS_OF - 30, "known-then")):
                    self.assertTrue(self.compare(data, recipe, as_of, view, f"data{seed}").tagged.hits)

    def test_several_files(self):
        """Messages of one customer and day in different files."""
        maker = ChatMaker(100, AS_OF)
        recipe = self.recipe(keywords=maker.keywords_text(TAGS, 30))
        rows = [row for _ in range(5) for row in self.import_data(maker.rows_text(4, 80)).rows]
        self.compare(night.Data(rows), recipe, AS_OF)

    def test_replay(self):
        """Each folder of a replay is the night alone, known then."""
        data, recipe = self.hostile(200)
        first = AS_OF - 3
        self.fourloop("run", "--model", "model", "--data", "data200", "--hits", "--replay",
                      f"{reference.day_text(first)}..{reference.day_text(AS_OF)}", "--out", "replayed")
        for as_of, wanted in night.replay(data, recipe, first, AS_OF, self.scopes).items():
            out = f"replayed/{reference.day_text(as_of)}"
            self.assert_tables(wanted, out)
            self.assert_hits(wanted.tagged, out)

    def test_days_alone(self):
        """One word, many days, few customers: firing days and spells of every shape."""
        for seed in seeds(4):
            chance = random.Random(seed)
            expiry = chance.choice((3, 7, 20))
            recipe = self.recipe(keywords=HEADER + f"late,late,{chance.choice((1, 2, 3))},{chance.choice((1, 2, 3))},"
                                                   f"{expiry},2.5\n")
            lines = [f"{customer},{reference.day_text(AS_OF - chance.randrange(60))},chat_customer_message,late"
                     for customer in range(1, 40) for _ in range(chance.choice((1, 4, 12, 30)))]
            given = [tags.Given(chance.randrange(1, 50), "late", day, chance.choice((None, day + chance.randrange(30))))
                     for day in (AS_OF - chance.randrange(60) for _ in range(60))]
            into = f"days{seed}"
            data = self.import_data("customer,time,type,text\n" + "\n".join(lines) + "\n", into=into, given=given)
            for as_of in (AS_OF, AS_OF - 1, AS_OF - 9):
                self.compare(data, recipe, as_of, into=into)

    def test_made_up_retailer(self):
        recipe = self.recipe()
        self.fourloop("gen", "--customers", "300", "--days", "200", "--seed", "5", "--out", "raw")
        self.fourloop("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv")
        rows = reference.read_interactions(self.path("raw/interactions.csv"), recipe.types)
        self.assertTrue(self.compare(night.Data(rows), recipe, reference.day_number("2026-11-01")).tagged.rows)


if __name__ == "__main__":
    main()
