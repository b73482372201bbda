"""`fourloop explain` of customers worked out by hand: each line says the number and what it was made of."""

import json
import unittest

from cli_case import CliCase, main

MAP = """ids: text
zone: UTC
columns:
  customer: customer
  time: {column: day, format: "%Y-%m-%d"}
  type: type
  product: product
  amount: amount
  margin: margin
  discount: discount
"""

# Anna was away for 403 days and came back; Bob only looks.
ROWS = """customer,day,type,product,amount,margin,discount
Anna,2025-01-10,purchase_shop,lamp,100.00,25.00,
Anna,2025-02-10,purchase_shop,lamp,50.00,10.00,5.00
Anna,2026-03-20,purchase_shop,chair,80.00,20.00,8.00
Anna,2026-03-25,return_registered,chair,30.00,5.00,
Anna,2026-03-01,email_unsubscribed,,,,
Bob,2026-03-30,web_visit,lamp,,,
Bob,2026-03-30,shop_advice_talk,chair,,,
"""
PRODUCTS = "product,brand,category\nlamp,Acme,light\nchair,Bolt,seats\n"


class Explain(CliCase):
    def setUp(self):
        super().setUp()
        self.write("map.yaml", MAP)
        self.write("rows.csv", ROWS)
        self.make_model()
        self.write("model/model.yaml", "scopes: [customer, brand, category]\n")
        self.fourloop("import", "--map", "map.yaml", "--into", "data", "rows.csv")
        self.import_rows(PRODUCTS, name="products.csv", table="products")
        self.import_rows("customer,birth_year,country,first_contact\nAnna,1990,NL,2020-05-01\n", name="people.csv",
                         table="customers")

    def explain(self, customer, *more, run="out", **settings):
        return self.fourloop("explain", "--run", run, "--data", "data", customer, *more, **settings).stdout.decode()

    def night(self, out="out", *more, as_of="2026-03-31"):
        self.run_night(out, *more, as_of=as_of)

    def assert_said(self, text, lines):
        said = [" ".join(line.split()) for line in text.splitlines()]
        for line in lines.strip().splitlines():
            self.assertIn(" ".join(line.split()), said)

    def test_anna(self):
        self.night()
        self.assert_said(self.explain("Anna"), """
customer Anna, as of 2026-03-31
last_purchase_day 2026-03-20 of the last purchase
connect: a purchase yes last purchase 2026-03-20; asked of 2025-04-01 to 2026-03-31
phase connect the first that holds; else find
net_12m 50.00 bought 80.00 less returned 30.00, 2025-04-01 to 2026-03-31, in EUR
margin_12m 15.00 margin of the same rows
promo_share 1 bought with a discount 80.00 of 80.00
recency_days 11 days since the last purchase, of 2024-04-01 to 2026-03-31
rfm_r 3 of 1 customers 0 have more days, 1 as many: 1 + floor(5 (less + equal / 2) / all)
rfm_f 3 2, 3, 4, 5 from 2, 3, 5, 10 purchase days
net_24m 200.00 purchases less returns and cancels in the window
rfm_code 333 100 R + 10 F + M
first_purchase_day 2025-01-10 over all history
repeat_purchase_days 2 x: 3 purchase days, the first not counted
days from first to last 434 t_x, as weeks / 7
days since the first 445 T, as weeks / 7
mean_purchase 65.00 m: repeat days brought 130.00, on 2 days
tier value 50.00 net_12m; of 1 buyers 0 have less, 1 as much
A by value yes from 50.00
tier A A by value; without a night before nothing can be pending
main_category light the largest net purchases in 730 days
usual gap 60 G, days between purchases of light: the model's, as no fit was made yet
longest_gap_days 403 of 2 gaps between purchase days
rhythm_days 122.8 g = (gaps 434 + 3 x 60) / (2 + 3)
days_since_purchase 11 since 2026-03-20
overdue 0.09 o = 11 / g
stage won_back the first that holds; else active
won_back yes 11 days, at most 90; the day before the last purchase: lost (lapsed or lost)
new no 3 purchase days, 1; 11 days, at most 90
lapsed no 11 days, from 60, longer than the longest gap of 403; o 0.09, above 4
winback_day 2027-03-20 the first day from 2026-03-31 on of: 365 days after the last purchase (2026-03-20), after the last exit survey (none)
tenure_days 2160 since the first contact, 2020-05-01
tenure_band longer borders 90, 365, 1095 days
signal_opt_out 1 last email_unsubscribed on 2026-03-01; asked of 90 days
signal_returns 0 returned 30.00, half of bought 80.00 or more
age_band 35-44 the age reached in 2026, born in 1990
country NL from the customers table
money by day, the last 4 of 4 days, in EUR
2026-03-20 yes 80.00 0.00 20.00 80.00
2026-03-25 no 0.00 30.00 -5.00 0.00
""")

    def test_bob(self):
        self.night()
        told = self.explain("Bob")
        self.assert_said(told, """
customer Bob, as of 2026-03-31
last_purchase_day - there is no purchase
connect: a purchase no never bought; asked of 2025-04-01 to 2026-03-31
promo_share - bought with a discount 0.00 of 0.00
rfm_r 0 0: no purchase in the window
takes part no no net purchases above 0 in the window: Z
tier Z Z by value; without a night before nothing can be pending
main_category - the largest net purchases in 730 days
usual gap 60 G, days between purchases of everybody: the model's, as no fit was made yet
rhythm_days - never bought
trend started the first row with a weight lies in the last 28 days
tenure_days 1 since the first row, 2026-03-30
age_band - neither a band nor a year of birth
""")
        self.assertNotIn("money by day", told)
        self.assertIn("Acme", told)  # of the product of his visit

    def test_days_are_limited(self):
        self.night()
        self.assert_said(self.explain("Anna", "--days", "1"), "money by day, the last 1 of 4 days, in EUR")
        self.assertNotIn("money by day", self.explain("Anna", "--days", "0"))

    def test_a_scope(self):
        self.night()
        told = self.explain("Anna", "--scope", "brand=Acme")
        self.assert_said(told, """
customer Anna, brand Acme, as of 2026-03-31
last_purchase_day 2025-02-10 of the last purchase
net_12m 0.00 purchases less returns and cancels, 2025-04-01 to 2026-03-31, in EUR
2025-02-10 yes 50.00 0.00 10.00 50.00
""")
        self.assertNotIn("stage", told)
        self.explain("Anna", "--scope", "category=Acme", code=66, says="the customer has no row of this scope")
        self.explain("Anna", "--scope", "product=lamp", code=64, says="the run has no table of products")
        self.explain("Anna", "--scope", "shop=Acme", code=64, says="shop=Acme")

    def test_the_night_before(self):
        self.night("one", as_of="2026-03-19")
        self.night("two", "--previous", "one", as_of="2026-03-20")
        self.assert_said(self.explain("Anna", run="two"), """
stage_before lost as that night stored it
tier_before Z as that night stored it
tier A A by value, Z the night before: the change holds
stage won_back the first that holds; else active
""")
        self.assert_said(self.explain("Anna", run="one"), """
lost yes 402 days, from 365; o 7.621, above 4
stage lost the first that holds; else active
""")

    # --- tags

    RULES = """tag,any,near,speaker,priority,points,expiry_days
late,,late near/3 parcel,,5,-2,
thanks,谢谢|thank you,,both,9,1.5,10
old,long ago,,,,8,20
"""
    # Without an id, and the one that counts: at the same second, but its text comes first.
    CHAT = """customer,day,type,message,speaker,text
Anna,2026-03-28,chat_customer_message,,,"Where is it? Late, my PARCEL, as always, and nobody in this shop of yours ever tells me why that is"
Anna,2026-03-28,chat_customer_message,,,so late the parcel
Anna,2026-03-29,chat_customer_message,m-1,agent,非常谢谢您
Anna,2026-02-01,chat_customer_message,m-0,,long ago
Anna,2026-04-02,chat_customer_message,m-9,,too late for a parcel
"""

    def tag_night(self):
        self.write("model/keywords.csv", self.RULES)
        chat_map = MAP.replace("  product: product\n  amount: amount\n  margin: margin\n  discount: discount\n",
                               "  message: message\n  speaker: speaker\n  text: text\n")
        self.write("chat.yaml", chat_map)
        self.write("chat.csv", self.CHAT)
        self.fourloop("import", "--map", "chat.yaml", "--into", "data", "chat.csv")
        self.import_rows("customer,tag,day,until,giver\nAnna,vip,2026-03-30,2026-04-30,Eve\nAnna,gone,2026-01-01,2026-01-02,Eve\n",
                         name="given.csv", table="given_tags")
        self.night()

    def test_tags(self):
        """-2 points of 3 days ago, 1.5 of 2 days, 8 of 58 days whose tag is off since 39 days."""
        self.tag_night()
        text = self.explain("Anna")
        self.assert_said(text, """
tags thanks|late|vip those that are on, the highest priority first
tag on since last expires hits priority points
late yes 2026-03-28 2026-03-28 2026-09-23 2 5 -1.866066
first on 2026-03-28 in a message without id, byte 13, by line 2 of keywords.csv: near late near/3 parcel
Where is it? [Late], my PARCEL, as always, and nobody in this shop of yours eve ...
old no 2026-02-01 2026-02-01 2026-02-20 1 0 2.094588
first on 2026-02-01 in message m-0, byte 0, by line 4 of keywords.csv: any long ago
[long ago]
thanks yes 2026-03-29 2026-03-29 2026-04-07 1 9 1.432262
first on 2026-03-29 in message m-1, byte 6, by line 3 of keywords.csv: any 谢谢 | thank you
非常[谢谢]您
vip yes 2026-03-30 2026-03-30 2026-04-30 0 0 0.000000 given by hand
tags 1.660784
""")
        self.assertNotIn("gone", text)

    def test_tags_as_json(self):
        self.tag_night()
        told = json.loads(self.explain("Anna", "--json"))
        self.assertEqual(told["raw"], sum(row["points"] for row in told["types"]) + told["tag_points"])
        self.assertEqual(told["tag_points"], sum(tag["points"] for tag in told["tags"]))
        row = next(row for row in self.exported() if row["customer_id"] == "Anna")
        self.assertEqual((str(told["tag_points"]), "thanks|late|vip"), (row["tag_points"], row["tags"]))
        self.assertEqual([("late", True, False), ("old", False, False), ("thanks", True, False), ("vip", True, True)],
                         [(tag["tag"], tag["on"], tag["given"]) for tag in told["tags"]])
        self.assertEqual({"day": "2026-03-29", "second": None, "message": "m-1", "rule": 3, "words": "any 谢谢 | thank you",
                          "offset": 6, "length": 6, "before": "非常", "hit": "谢谢", "behind": "您"}, told["tags"][2]["first"])
        self.assertIsNone(told["tags"][3]["first"])
        brand = json.loads(self.explain("Anna", "--scope", "brand=Acme", "--json"))
        self.assertEqual((0, []), (brand["tag_points"], brand["tags"]))
        self.assertEqual(brand["raw"], sum(row["points"] for row in brand["types"]))

    def test_a_run_of_tags_alone(self):
        self.tag_night()
        self.fourloop("tag", "--model", "model", "--data", "data", "--as-of", "2026-03-31", "--out", "tags")
        self.explain("Anna", run="tags", code=64, says="the folder has tags alone")

    def test_json(self):
        self.night()
        told = json.loads(self.explain("Anna", "--json"))
        lines = {line["name"]: line for line in told["lines"]}
        row = next(row for row in self.exported() if row["customer_id"] == "Anna")
        self.assertEqual(("EUR", "2026-03-31", "customer", None),
                         (told["currency"], told["as_of"], told["scope"], told["word"]))
        self.assertEqual(5000, lines["net_12m"]["value"])
        self.assertEqual("50.00", lines["net_12m"]["shown"])
        self.assertIs(True, lines["won_back"]["value"])
        self.assertEqual(row["percentile"], str(lines["percentile"]["value"]))
        # A run without fits, without texts, without a night before, lacks the columns that need them.
        absent = {"p_alive", "expected_purchases", "lifetime_value", "tags", "tag_points", "range",
                  *(name for name in row if name.endswith("_before") or name.startswith("cluster"))}
        self.assertEqual({name for name in row if name not in ("customer", "customer_id")} - absent,
                         {name for name, line in lines.items() if line["column"]})
        self.assertIs(False, lines["a fit"]["value"])
        self.assertEqual(told["raw"], sum(row["points"] for row in told["types"]))
        self.assertEqual((0, []), (told["tag_points"], told["tags"]))
        self.assertEqual([10000, 5000, 8000, 0], [day["bought"] for day in told["days"]])
        self.assertEqual({("brand", "Acme"), ("brand", "Bolt"), ("category", "light"), ("category", "seats")},
                         {(scope["scope"], scope["word"]) for scope in told["scopes"]})


if __name__ == "__main__":
    main()
