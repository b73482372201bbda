"""Tags of nights over real chat against the slow reference: every cell of the tables tags, hits and customers.

Talks and sentences in English, Chinese, Dutch and Norwegian become interactions (who spoke, when, what); they are
tagged with the list that every model begins with and with rules of our own: all cells, near, several hits in some
days. Needs the data sets ($FOURLOOP_DATA, or shared/data beside the checkout); says so and is skipped without them.
"""

import unittest

from cli_case import main
from night_case import NightCase, TYPES, night, reference
import chats
import datasets

DATA = datasets.data_root()
MESSAGES_MOST = 3000
TEXT_IDS = "ids: text\ncolumns:\n" + "".join(f"  {column}: {column}\n" for column in chats.COLUMNS)
RULES = """tag,any,all,none,near,regex,speaker,hits,days,expiry_days,priority,points,half_life_days
keen,please|thank*|want,,,,,both,3,7,30,5,2.5,14
travel,hotel*|train*|taxi|*airport*|酒店|地铁|togtur*,,cancel*|取消,,,customer,1,1,60,,1,30
asks,,,,how near/3 much | what near/2 time | where near/4 is | 请问 near/6 吗 | hva near/2 været,,both,2,3,90,9,-0.5,7
card,,card|my,lost,,,,1,1,365,,3,90
food,餐馆|吃|restaurant*|food,,,,,agent,1,1,10,,,
code,,,,,"[a-z]+[0-9]{2,}|[0-9]{1,2}:[0-9]{2}|[0-9]+点",both,2,2,20,,0.125,3
ubuntu,ubuntu*|linux,,windows,,,customer,5,30,3650,2,4,60
"""
NIGHTS = {"banking77": "2025-02-20", "crosswoz": "2025-02-03", "multiwoz": "2025-05-01", "sgd": "2025-04-20",
          "irc": "2009-10-02", "xsid": "2025-03-10"}


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class TagData(NightCase):
    scopes = ()

    def messages(self, name):
        """The rows of a set, imported, and as the reference reads them."""
        with open(self.path(f"{name}.csv"), "w", newline="", encoding="utf-8") as file:
            chats.write_chat(name, DATA, file, MESSAGES_MOST)
        self.write("text_ids.yaml", TEXT_IDS)
        self.fourloop("import", "--map", "text_ids.yaml", "--into", name, f"{name}.csv")
        return night.Data(reference.read_interactions(self.path(f"{name}.csv"), TYPES))

    def compare(self, name, recipe, list_name):
        data, as_of = self.data[name], reference.day_number(NIGHTS[name])
        wanted = night.run_night(data, recipe, as_of)
        out = f"{name}-{list_name}"
        self.run_night(out, "--hits", data=name, as_of=NIGHTS[name])
        self.assert_tables(wanted, out)
        self.assert_hits(wanted.tagged, out)
        return wanted.tagged

    def test_chats(self):
        self.data = {name: self.messages(name) for name in chats.CHATS}
        shipped, rules = self.recipe(), set()
        tagged = {name: self.compare(name, shipped, "shipped") for name in chats.CHATS}
        self.assertTrue(all(tagged[name].rows for name in ("banking77", "crosswoz", "multiwoz", "sgd")))
        own = self.recipe(keywords=RULES)
        for name in chats.CHATS:
            with self.subTest(name):
                found = self.compare(name, own, "own")
                rules |= {hit["rule"] for hit in found.hits}
        self.assertEqual({rule.line for rule in own.keywords.rules}, rules, "a rule that never hits tests nothing")


if __name__ == "__main__":
    main()
