"""All tables of a night against the slow reference: value, life cycle, loops, profiles, the night before.

Customers stand on every border of the rules, first each border by itself, then many at random with several currencies,
late rows, products of several kinds, profiles and stores; then chains of nights, each with the one before it.
"""

import random
import unittest

from cli_case import main, seeds
from night_case import TABLES, NightCase, lifetime, night, profiles, reference
from hostile_rows import PRODUCTS, border_text, hostile_text
from settings import Life, Loops, Settings, Value

AS_OF = reference.day_number("2026-01-01")
CURRENCIES = ("", "", "EUR", "USD", "JPY")
RATES = {"USD": [(AS_OF - 15000, "0.91"), (AS_OF - 240, "0.875"), (AS_OF - 1, "1.005")],
         "JPY": [(AS_OF - 15000, "0.0061"), (AS_OF - 60, "0.00585")]}
FITS = (lifetime.Fit("mbgnbd", "0.525", "6.183", "0.891", "1.614", "6.25", "3.74", "1544", 50,
                     (("Toys", 91), ("garden", 7), ("toys", 30))),
        lifetime.Fit("bgnbd", "0.242594", "4.41360182", "0.79292155", "2.42590687", "6.2495721", "3.7442231",
                     "1544.352", 14),
        lifetime.Fit("mbgnbd", "1.75", "31.5", "2.5", "17.25", "1.875", "1.125", "9999.5", 1), None)
OTHER = Settings(
    Value(window_days=90, rfm_days=365, frequency_cuts=(2, 4, 6, 9), recency_cuts=(28, 60, 91, 241),
          monetary_cuts=(-500, 0, 1001, 20000), tier_shares_milli=(100, 255, 300), tier_up_milli=1200,
          tier_down_milli=800, engaged_floor=20, intent_floor=10),
    Life(prior_gaps=1, default_gap_days=15, won_back_days=61, new_days=30, lost_days=240, lapsed_days=29,
         slipping_days=1, overdue_lost=5, overdue_slipping=1, lead_intent=5, category_days=120,
         p_alive_below_micro=500_000, opt_out_days=28, friction_days=365, winback_days=60, tenure_days=(29, 61, 366)),
    Loops(conversion_intent=30, conversion_moving_intent=5, experience_intent=12, experience_engagement=20,
          nurturing_micro=1_500_000, purchase_days=60, ambassador_days=91, ambassador_event_days=1, friction_days=0),
    age_bands=(0, 30, 50), rates=RATES)


def some_profiles(seed):
    """Profiles of customers with rows and without; places on one spot, at the poles, on the other side."""
    chance = random.Random(seed)
    places = (("52.370216", "4.895168"), ("-89.999999", "0"), ("90", "-180"), ("0", "179.999999"), ("35.6", "139.7"))
    made = []
    for customer in sorted({chance.randrange(-60, 90) for _ in range(60)} - {0}):
        latitude, longitude = chance.choice((*places, (None, None)))
        made.append(profiles.Profile(
            customer, chance.choice((None, 1950, 1976, 1996, 2008)), chance.choice((None, None, "45-54", "Zoë")),
            chance.choice((None, "family")), chance.choice((None, "NL", "NO")), chance.choice((None, "Gelderland")),
            chance.choice((None, "rural", "urban")), latitude, longitude, chance.choice((None, None, 0, 1250)),
            chance.choice((None, AS_OF - 5000, AS_OF - 90, AS_OF + 3))))
    # people who moved, some of them twice: the row that arrived last counts, one without a day is the oldest
    moved = [profile._replace(region=region, latitude="52.1", longitude="5.2", arrival=arrival)
             for arrival, region in ((AS_OF + 50, "Utrecht"), (AS_OF - 9, "Vlieland"))
             for profile in chance.sample(made, 15)]
    return made + moved


STORES = (profiles.Store("Utrecht", "52.090737", "5.121420"), profiles.Store("Arnhem", "52.090737", "5.121420"),
          profiles.Store("Osaka", "34.693738", "135.502165"), profiles.Store("Suva", "-18.141600", "178.441895"))


class NightCompare(NightCase):
    def test_all_columns_are_there(self):
        data = self.import_data(hostile_text(1, AS_OF, 5))
        self.assertTrue(data.rows)
        self.recipe()
        self.run_night("out", as_of=reference.day_text(AS_OF))
        self.assertEqual({"customer", "customer_id", *night.CUSTOMER_COLUMNS}, set(self.table("out", "customers")[0]))
        for scope, table in TABLES.items():
            self.assertEqual({"customer", "customer_id", scope, *night.SCOPE_COLUMNS}, set(self.table("out", table)[0]))

    def test_each_border_alone(self):
        recipe = self.recipe()
        data = self.import_data(border_text(AS_OF))
        for shift in (0, -1, 1):
            self.run_compared(data, recipe, AS_OF + shift)

    def test_hostile_rows(self):
        for seed in seeds(12):
            with self.subTest(seed):
                into = f"data{seed}"
                recipe = self.recipe(Settings(rates=RATES) if seed % 2 else OTHER, FITS[seed // 2 % 4])
                data = self.import_data(hostile_text(seed, AS_OF, currencies=CURRENCIES), PRODUCTS,
                                        some_profiles(seed), STORES, into)
                self.run_compared(data, recipe, AS_OF, into=into)
                self.run_compared(data, recipe, AS_OF - 30, "known-then", into=into)

    def test_currencies_of_other_places(self):
        """A model in yen, which has no smaller unit, and rows in dinars of thousandths."""
        rates = {"EUR": [(AS_OF - 15000, "160.25"), (AS_OF - 50, "163.9")], "KWD": [(AS_OF - 15000, "480.005")]}
        cuts = Value(recency_cuts=(1, 30, 90, 365), monetary_cuts=(1, 500, 1600, 200000))
        recipe = self.recipe(Settings(cuts, currency="JPY", rates=rates), FITS[1]._replace(gamma="2470"))
        data = self.import_data(hostile_text(300, AS_OF, 100, ("JPY", "EUR", "KWD")))
        self.run_compared(data, recipe, AS_OF)

    def test_nights_in_a_row(self):
        """Tiers wait, change and forget; stages move; customers appear and vanish."""
        for seed in seeds(4, 100):
            with self.subTest(seed):
                into, previous = f"data{seed}", None
                tiers = Value(tier_by="lifetime" if seed % 2 else "net")
                recipe = self.recipe(Settings(tiers, rates=RATES), FITS[seed % 3])
                data = self.import_data(hostile_text(seed, AS_OF, 80, CURRENCIES), into=into)
                for as_of in range(AS_OF - 4, AS_OF + 1):
                    previous = self.run_compared(data, recipe, as_of, "known-then", previous, into)

    def test_the_night_somebody_lapses_is_a_winback_day(self):
        """Once this night said 1970-01-01: too seldom a case for chance to meet it every time."""
        recipe = self.recipe()
        lines = [f"{customer},{reference.day_text(AS_OF - 241 + shift)},purchase_shop,5.00\n"
                 for customer, shift in ((1, -1), (2, 0), (3, 1))]
        data = self.import_data("customer,day,type,amount\n" + "".join(lines))
        before = self.run_compared(data, recipe, AS_OF - 1)
        _, tonight = self.run_compared(data, recipe, AS_OF, previous=before)
        self.assertEqual([AS_OF + 365 - 242, AS_OF, AS_OF + 365 - 240],
                         [row["winback_day"] for row in tonight.customers.values()])

    def test_each_column_alone(self):
        """A run of one column computes no less for it than a run of all."""
        recipe = self.recipe(Settings(rates=RATES), FITS[0])
        data = self.import_data(hostile_text(103, AS_OF, 80, CURRENCIES), PRODUCTS, some_profiles(103), STORES)
        before = self.run_compared(data, recipe, AS_OF - 1)
        out, _ = self.run_compared(data, recipe, AS_OF, previous=before)
        whole = self.table(out, "customers")
        for column in night.CUSTOMER_COLUMNS:
            with self.subTest(column):
                self.run_night(f"only-{column}", "--columns", column, "--previous", before[0],
                               as_of=reference.day_text(AS_OF))
                alone = self.table(f"only-{column}", "customers")
                self.assertEqual([row[column] for row in whole], [row[column] for row in alone])

    def test_replay_is_nights_in_a_row(self):
        """Each folder of a replay against the reference's chain of known-then nights, the first without one before."""
        recipe = self.recipe(Settings(rates=RATES), FITS[0])
        data = self.import_data(hostile_text(200, AS_OF, 80, CURRENCIES), PRODUCTS, some_profiles(200), STORES)
        first = AS_OF - 5
        self.fourloop("run", "--model", "model", "--data", "data", "--replay",
                      f"{reference.day_text(first)}..{reference.day_text(AS_OF)}", "--out", "replayed")
        nights = night.replay(data, recipe, first, AS_OF, self.scopes)
        self.assertEqual(6, len(nights))
        for as_of, wanted in nights.items():
            self.assert_tables(wanted, f"replayed/{reference.day_text(as_of)}")

    def test_tiers_wait(self):
        """Few customers with values near the borders, whom small purchases push over them."""
        recipe = self.recipe(Settings(Value(tier_shares_milli=(200, 300, 300))))
        chance = random.Random(3)
        lines = [f"{customer},{reference.day_text(AS_OF - age)},purchase_shop,{chance.choice((1, 2, 3))}.00"
                 for customer in range(1, 31) for age in (*range(9), *range(360, 372)) if chance.random() < 0.7]
        data = self.import_data("customer,day,type,amount\n" + "\n".join(lines) + "\n")
        previous, seen = None, set()
        for as_of in range(AS_OF - 9, AS_OF + 1):
            previous = self.run_compared(data, recipe, as_of, previous=previous)
            seen |= {(row["tier"], row["tier_pending"]) for row in previous[1].customers.values()}
        self.assertGreater(sum(pending is not None for _, pending in seen), 2, "nobody ever waited")


if __name__ == "__main__":
    main()
