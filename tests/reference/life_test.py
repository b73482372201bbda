"""Life cycle, loops and profiles (section 4), and whole nights (section 13), against cases worked out by hand.

Stages are asked a day before and on the day of each border: 28, 60, 90, 365 days, two and four rhythms, the own
longest gap.
"""

import unittest
from pathlib import Path

import life
import lifetime
import loops
import night
import profiles
import reference
from reference import Row
from settings import Life, Loops, Settings

ROOT = Path(__file__).resolve().parents[2]
TYPES = reference.read_registry(ROOT / "engine/defaults/registry.csv")
IDS = {entry.name: entry.type_id for entry in TYPES.values()}
AS_OF = reference.day_number("2026-03-31")
LIFE = Life()
FIT = lifetime.Fit("mbgnbd", "0.525", "6.183", "0.891", "1.614", "6.25", "3.74", "1544", 50, (("garden", 7),))


def row(type_name, age=0, customer=1, amount=None, **fields):
    return Row(customer, AS_OF - age, IDS[type_name], amount=amount, **fields)


def bought(*ages, **fields):
    return [row("purchase_shop", age, amount=fields.pop("amount", 1000), **fields) for age in ages]


def night_of(rows, previous=None, fit=None, as_of=AS_OF, **tables):
    return night.run_night(night.Data(rows, **tables), night.make_recipe(TYPES, Settings(), fit), as_of,
                           previous=previous)


def customer_of(rows, **more):
    [result] = night_of(rows, **more).customers.values()
    return result


def stages_of(*all_ages):
    return [customer_of(bought(*ages))["stage"] for ages in all_ages]


class Rhythm(unittest.TestCase):
    def test_own_gaps_with_three_of_others(self):
        # gaps 10 and 30: (40 + 3 * 60) / 5 = 44; 20 days are 0.4545 of it
        result = customer_of(bought(60, 50, 50, 20))
        self.assertEqual([result[name] for name in ("rhythm_days", "days_since_purchase", "overdue",
                                                    "longest_gap_days")], [44_000, 20, 455, 30])

    def test_one_purchase_has_the_rhythm_of_others(self):
        result = customer_of(bought(90))
        self.assertEqual([result[name] for name in ("rhythm_days", "overdue", "longest_gap_days")], [60_000, 1500, 0])

    def test_nothing_bought(self):
        result = customer_of([row("web_visit")])
        self.assertEqual([result[name] for name in ("rhythm_days", "days_since_purchase", "overdue",
                                                    "longest_gap_days")], [None, None, None, 0])

    def test_gap_of_the_main_category(self):
        self.assertEqual(customer_of(bought(9, category="garden"), fit=FIT)["rhythm_days"], 7000)
        self.assertEqual(customer_of(bought(9, category="toys"), fit=FIT)["rhythm_days"], 50_000)
        self.assertEqual(customer_of(bought(9), fit=FIT)["rhythm_days"], 50_000)
        self.assertEqual(customer_of(bought(9, category="garden"))["rhythm_days"], 60_000)

    def test_fit_takes_lower_medians(self):
        self.assertEqual(life.lower_median([4, 1, 3, 2]), 2)
        history = life.History(tuple(range(0, 90, 3)) + (100,), ((100, "garden", 5),))  # 29 gaps of 3 and one of 13
        short = life.History((0, 50), ((50, "toys", 5),))
        self.assertEqual(life.fit_gaps([history, short], 100, LIFE), (3, {"garden": 3}))
        self.assertEqual(life.fit_gaps([history, short], 99, LIFE), (3, {}))  # 29 gaps are too few
        self.assertEqual(life.fit_gaps([], 99, LIFE), (60, {}))


class MainCategory(unittest.TestCase):
    def test_largest_net(self):
        rows = [*bought(5, category="toys", amount=300), *bought(5, category="garden", amount=500),
                row("return_registered", 2, category="garden", amount=201)]
        self.assertEqual(customer_of(rows)["main_category"], "toys")

    def test_ties_go_to_the_smaller_text(self):
        self.assertEqual(customer_of(bought(5, category="b") + bought(4, category="a"))["main_category"], "a")
        self.assertEqual(customer_of(bought(5, category="a") + bought(4, category="B"))["main_category"], "B")

    def test_window(self):
        old, new = bought(730, category="old", amount=9000), bought(729, category="new")
        self.assertEqual(customer_of(old + new)["main_category"], "new")
        self.assertIsNone(customer_of(old)["main_category"])

    def test_category_of_the_products_table(self):
        products = {"P": (None, "garden")}
        self.assertEqual(customer_of(bought(1, product="P"), products=products)["main_category"], "garden")

    def test_only_money_has_a_category_here(self):
        self.assertIsNone(customer_of([row("web_product_view", category="toys"), *bought(3)])["main_category"])


class Stages(unittest.TestCase):
    def test_nothing_bought(self):
        # three carts of one day are 15 points, a product view one: 100 * 19 / 99 = 19.2, then 100 * 20 / 100
        for views, intent, stage in ((4, 19, "prospect"), (5, 20, "lead")):
            result = customer_of([row("web_cart_add")] * 3 + [row("web_product_view")] * views)
            self.assertEqual((result["intent"], result["stage"]), (intent, stage))

    def test_new_for_90_days(self):
        # then o = 91 / 60: active; slipping needs o > 2
        self.assertEqual(stages_of([0], [90], [91], [120], [121]), ["new", "new", "active", "active", "slipping"])

    def test_two_purchases_on_a_day_are_one(self):
        self.assertEqual(stages_of([90, 90]), ["new"])

    def test_one_purchase_runs_out(self):
        # g = 60: lapsed from 241 days on, lost from 365
        self.assertEqual(stages_of([240], [241], [364], [365]), ["slipping", "lapsed", "lapsed", "lost"])

    def test_slipping_needs_28_days(self):
        # 60 gaps of 1 day: g = (60 + 180) / 63 = 3.8..; o > 4 from 16 days, but nothing is said before day 28
        often = list(range(61))
        self.assertEqual(stages_of(*([age + days for age in often] for days in (27, 28, 59, 60))),
                         ["active", "slipping", "slipping", "lapsed"])

    def test_exactly_two_and_four_rhythms(self):
        # one gap of 60: g = 60; o = 2 at 120 days, 4 at 240
        self.assertEqual(stages_of(*([days, days + 60] for days in (120, 121, 240, 241))),
                         ["active", "slipping", "slipping", "lapsed"])

    def test_lapsed_is_longer_than_ever(self):
        # nine gaps, one of 100 and eight of 1: g = (108 + 180) / 12 = 24: o > 4 from 97 days on
        ages = [*range(9), 108]
        self.assertEqual(stages_of(*([age + days for age in ages] for days in (96, 97, 100, 101))),
                         ["slipping", "slipping", "slipping", "lapsed"])

    def test_lost_does_not_ask_for_the_longest_gap(self):
        # gaps 1 (forty times) and 400: g = (440 + 180) / 44: long past four of it
        ages = [*range(41), 440]
        self.assertEqual(stages_of(*([age + days for age in ages] for days in (364, 365))), ["slipping", "lost"])

    def test_won_back(self):
        # on the day before the second purchase the first was 241 days old: lapsed (240: slipping)
        self.assertEqual(stages_of([0, 242], [0, 241], [90, 332], [91, 333]),
                         ["won_back", "active", "won_back", "active"])
        self.assertEqual(stages_of([5, 5 + 400]), ["won_back"])  # was lost
        # won back, then bought again: the day before that, the stage was won_back and not lapsed
        self.assertEqual(stages_of([0, 10, 252]), ["active"])

    def test_won_back_goes_before_lapsed_in_the_past_too(self):
        """The last gap is 80 days: o > 4 and longest, lapsed but for having been won back 80 days before."""
        fit = FIT._replace(gap_days=5, gaps_by_category=())
        # purchases at 0, 1, 2, .. 9, then day 75 (66 later: lapsed), then day 156 (81 later)
        days = [*range(10), 75, 156]
        rows = bought(*(156 - day for day in days))
        self.assertEqual(customer_of(rows, fit=fit)["stage"], "active")
        # on day 155 itself: 80 days after the purchase that won back
        self.assertEqual(customer_of(rows, fit=fit, as_of=AS_OF - 1)["stage"], "won_back")
        # with 92 days between, on the day before the last purchase it was lapsed again (91 > 90)
        days = [*range(10), 75, 167]
        self.assertEqual(customer_of(bought(*(167 - day for day in days)), fit=fit)["stage"], "won_back")

    def test_main_category_of_that_day(self):
        """The day before the last purchase the main category was garden (G 7), today it is toys (G 50)."""
        rows = bought(112, 111, category="garden", amount=100)
        self.assertEqual(customer_of(rows, fit=FIT, as_of=AS_OF - 41)["stage"], "lapsed")  # 70 days, g = 5.5
        rows += bought(40, category="toys", amount=9000)
        self.assertEqual(customer_of(rows, fit=FIT)["main_category"], "toys")
        self.assertEqual(customer_of(rows, fit=FIT)["stage"], "won_back")

    def test_late_rows_tell_the_past_as_we_know_it_now(self):
        rows = bought(0, 242) + bought(100, arrival=AS_OF)
        self.assertEqual(customer_of(rows)["stage"], "active")


class Signals(unittest.TestCase):
    def signals(self, rows, **more):
        result = customer_of(rows, **more)
        self.assertEqual(result["churn_signals"], sum(result[name] for name in result if name.startswith("signal_")))
        return {name[7:] for name in result if name.startswith("signal_") and result[name]}

    def test_one_by_one(self):
        self.assertEqual(self.signals(bought(120)), set())
        self.assertEqual(self.signals(bought(121)), {"overdue"})
        self.assertEqual(self.signals([row("email_unsubscribed", 89)]), {"opt_out"})
        self.assertEqual(self.signals([row("email_unsubscribed", 90)]), set())
        self.assertEqual(self.signals([row("complaint_filed", 89)]), {"friction"})
        self.assertEqual(self.signals([row("complaint_filed", 90)]), set())

    def test_falling(self):
        # 84 days before: 20 points in each of 5 purchases; none since. Falling: 6 u <= 100 + 3 u with u = 30
        self.assertEqual(self.signals(bought(30, 40, 50, 60, 70)), {"falling"})

    def test_half_returned(self):
        self.assertEqual(self.signals(bought(5) + [row("return_registered", 1, amount=500)]), {"returns"})
        self.assertEqual(self.signals(bought(5) + [row("return_registered", 1, amount=499)]), set())
        self.assertEqual(self.signals([row("return_registered", 1, amount=1)]), {"returns"})
        self.assertEqual(self.signals(bought(5, amount=0)), set())

    def test_p_alive(self):
        result = customer_of(bought(20, 22, 24, 26, 28), fit=FIT)
        self.assertEqual(result["signal_p_alive"], int(result["p_alive"] < 300_000))
        gone = customer_of(bought(*range(300, 340)), fit=FIT)
        self.assertLess(gone["p_alive"], 300_000)
        self.assertEqual(gone["signal_p_alive"], 1)


class Winback(unittest.TestCase):
    def day(self, rows, previous=None):
        found = customer_of(rows, previous=previous)["winback_day"]
        return None if found is None else found - AS_OF

    def test_anniversaries(self):
        self.assertEqual(self.day(bought(0)), 365)
        self.assertEqual(self.day(bought(365)), 0)
        self.assertEqual(self.day(bought(366)), None)
        survey = [row("exit_survey_answered", 100), row("exit_survey_answered", 300)]
        self.assertEqual(self.day(survey), 265)
        self.assertEqual(self.day(survey + bought(200)), 165)
        self.assertEqual(self.day(survey + bought(366)), 265)
        self.assertEqual(self.day([row("web_visit")]), None)

    def test_the_night_it_becomes_lapsed(self):
        slipping = night_of(bought(241), as_of=AS_OF - 1)
        self.assertEqual(slipping.customers[1]["stage"], "slipping")
        self.assertEqual(self.day(bought(241), slipping), 0)
        self.assertEqual(self.day(bought(242), night_of(bought(242), as_of=AS_OF - 1)), 365 - 242)
        self.assertEqual(self.day(bought(241), night_of([row("web_visit", customer=2)])), 365 - 241)


class Tenure(unittest.TestCase):
    def test_bands(self):
        bands = [customer_of([row("web_visit", age)])["tenure_band"] for age in (0, 89, 90, 364, 365, 1094, 1095)]
        self.assertEqual(bands, ["under_90_days"] * 2 + ["under_1_year"] * 2 + ["under_3_years"] * 2 + ["longer"])

    def test_first_contact(self):
        for contact, days in ((AS_OF - 100, 100), (AS_OF - 5, 10), (AS_OF + 3, 10), (None, 10)):
            profile = profiles.Profile(1, first_contact=contact)
            self.assertEqual(customer_of([row("web_visit", 10)], customers=(profile,))["tenure_days"], days)


class LoopsAndPhases(unittest.TestCase):
    def loop(self, intent=0, engagement=0, points=0, trend="steady", intent_trend="steady"):
        return loops.loop_of({"intent": intent, "engagement": engagement, "raw": points * 1_000_000, "trend": trend,
                              "intent_trend": intent_trend}, Loops())

    def test_loops(self):
        self.assertEqual([self.loop(intent) for intent in (45, 44, 35, 34)],
                         ["conversion", "experience", "experience", "awareness"])
        self.assertEqual([self.loop(intent, intent_trend="rising") for intent in (30, 29)], ["conversion", "awareness"])
        self.assertEqual([self.loop(intent, trend="started") for intent in (30, 29)], ["conversion", "awareness"])
        self.assertEqual(self.loop(30, trend="rising"), "awareness")
        self.assertEqual([self.loop(0, engagement) for engagement in (40, 39)], ["experience", "awareness"])
        self.assertEqual([self.loop(0, 0, points) for points in (5, 4)], ["nurturing", "awareness"])

    def test_phases(self):
        self.assertEqual(customer_of(bought(364))["phase"], "connect")
        self.assertEqual(customer_of(bought(365))["phase"], "find")
        self.assertEqual([loops.phase_of(loop, False) for loop in reference.LOOPS],
                         ["find", "entice", "conquer", "conquer"])

    def test_ambassadors(self):
        praise, share = row("social_praise", 364), row("content_shared", 0)
        for rows, expected in (((praise, share), 1), ((praise, praise), 0), ((row("social_praise", 365), share), 0),
                               ((praise, share, row("complaint_filed", 89)), 0),
                               ((praise, share, row("complaint_filed", 90)), 1)):
            self.assertEqual(customer_of([*bought(9), *rows])["ambassador"], expected)
        self.assertEqual(customer_of([praise, share])["ambassador"], 0)

    def test_engaged_without_value(self):
        carts = [row("web_cart_add", age) for age in range(30) for _ in range(3)]
        self.assertEqual(customer_of(carts)["engaged_no_value"], 1)
        self.assertEqual(customer_of([*carts, *bought(365)])["engaged_no_value"], 1)
        self.assertEqual(customer_of([*carts, *bought(364, amount=0)])["engaged_no_value"], 0)
        self.assertEqual(customer_of([row("web_visit")])["engaged_no_value"], 0)

    def test_each_scope_for_itself(self):
        rows = [*bought(3, brand="X"), *(row("web_cart_add", age, brand="Y") for age in range(30) for _ in range(3))]
        done = night.run_night(night.Data(rows), night.make_recipe(TYPES), AS_OF, scopes=("brand",))
        brands = {word: result for (_, word), result in done.scopes["brand"].items()}
        self.assertEqual([(brands[word]["phase"], brands[word]["net_12m"], brands[word]["engaged_no_value"])
                          for word in "XY"], [("connect", 1000, 0), ("conquer", 0, 1)])


class Profiles(unittest.TestCase):
    def test_age_bands(self):
        bands = (0, 18, 25, 65)
        self.assertEqual([profiles.band_name(age, bands) for age in (0, 17, 18, 64, 65, 120, -1)],
                         ["0-17", "0-17", "18-24", "25-64", "65+", "65+", None])
        given = profiles.Profile(1, birth_year=1950, age_band="45-54")
        self.assertEqual(profiles.age_band(given, AS_OF, bands), "45-54")
        self.assertEqual(profiles.age_band(given._replace(age_band=None), AS_OF, bands), "65+")

    def test_distances(self):
        # a quarter and a half of the circle 2 pi R = 40,030,228.9 m; one minute of arc is 1853.25 m
        self.assertEqual(profiles.distance_m(("0", "0"), ("0", "90")), 10_007_557)
        self.assertEqual(profiles.distance_m(("90", "0"), ("-90", "77")), 20_015_114)
        self.assertEqual(profiles.distance_m(("52", "4.5"), ("52.016666666666667", "4.5")), 1853)
        self.assertEqual(profiles.distance_m(("10", "179.9"), ("10", "-179.9")),
                         profiles.distance_m(("10", "0.1"), ("10", "-0.1")))
        self.assertEqual(profiles.distance_m(("1", "2"), ("1", "2")), 0)

    def test_nearest_store(self):
        stores = (profiles.Store("b", "0", "1"), profiles.Store("a", "0", "-1"), profiles.Store("c", "0", "3"))
        here = profiles.Profile(1, latitude="0", longitude="0")
        self.assertEqual(profiles.nearest_store(here, stores), ("a", 111_195))
        self.assertEqual(profiles.nearest_store(here._replace(longitude="2.1"), stores), ("c", 100_076))
        self.assertEqual(profiles.nearest_store(here._replace(latitude=None), stores), (None, None))

    def test_the_row_that_arrived_last(self):
        rows = [profiles.Profile(1, region="a", arrival=5), profiles.Profile(1, region="b", arrival=7),
                profiles.Profile(1, region="c", arrival=6), profiles.Profile(1, region="d")]
        self.assertEqual(profiles.latest(rows, lambda profile: profile.customer)[1].region, "b")
        self.assertEqual(customer_of([row("web_visit")], customers=rows)["region"], "b")

    def test_a_profile_alone_is_no_customer(self):
        self.assertEqual(night_of([], customers=(profiles.Profile(1),)).customers, {})


class Nights(unittest.TestCase):
    def test_replay_is_single_nights(self):
        rows = bought(400, 100, 3) + [row("web_cart_add", age) for age in range(9)] + bought(2, arrival=AS_OF - 1)
        recipe = night.make_recipe(TYPES)
        replayed = night.replay(night.Data(rows), recipe, AS_OF - 4, AS_OF)
        previous = None
        for as_of in range(AS_OF - 4, AS_OF + 1):
            previous = night.run_night(night.Data(rows), recipe, as_of, "known-then", previous)
            self.assertEqual(replayed[as_of], previous)
        self.assertEqual(replayed[AS_OF - 2].customers[1]["days_since_purchase"], 1)  # not yet known
        self.assertEqual(replayed[AS_OF - 1].customers[1]["days_since_purchase"], 1)

    def test_before(self):
        old = night_of(bought(241), as_of=AS_OF - 1)
        done = night_of(bought(241) + [row("web_visit", customer=2)], old)
        self.assertEqual(done.customers[1]["stage_before"], "slipping")
        self.assertEqual(done.customers[1]["engagement_before"], old.customers[1]["engagement"])
        self.assertIsNone(done.customers[2]["stage_before"])
        self.assertEqual(done.transitions["stage", "slipping", "lapsed"], 1)
        self.assertEqual({key: count for key, count in done.transitions.items() if key[0] == "stage"},
                         {("stage", "slipping", "lapsed"): 1, ("stage", "", "prospect"): 1})
        self.assertEqual(night_of([], done).transitions["tier", "D", ""], 0)
        self.assertEqual(night_of([], done).transitions["stage", "lapsed", ""], 1)

    def test_columns_are_all_made(self):
        done = night_of(bought(3), fit=FIT)
        for name in night.CUSTOMER_COLUMNS:
            self.assertIn(name, done.customers[1])
        self.assertEqual(len(set(night.CUSTOMER_COLUMNS)), 25 + 70)

    def test_type_view(self):
        rows = [row("web_visit")] * 9 + [row("web_visit", 3), row("purchase_shop", 1200)]
        [visits, purchases] = night_of(rows).types
        self.assertEqual([visits[name] for name in ("type", "rows", "last_day")], ["web_visit", 10, AS_OF])
        self.assertEqual([purchases[name] for name in ("rows", "units", "points")], [1, 1, 0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
