"""Chat tags (section 5) against cases worked out by hand: folding, words, rules, days, spells, points, whole nights."""

import unittest
from pathlib import Path

import folding
import hits
import letters
import night
import reference
from keyword_rules import Near, Word, read_keywords, read_word, read_words
from reference import Row
from tags import Given

ROOT = Path(__file__).resolve().parents[2]
TYPES = reference.read_registry(ROOT / "engine/defaults/registry.csv")
IDS = {entry.name: entry.type_id for entry in TYPES.values()}
AS_OF = reference.day_number("2026-03-31")
HEADER = "tag,any,all,none,near,regex,speaker,hits,days,expiry_days,priority,points,half_life_days,note\n"


def keywords(*lines):
    """A list with one column a cell; each line as {cell: text}."""
    names = HEADER.strip().split(",")
    return read_keywords(HEADER + "".join(",".join(f'"{line.get(name, "")}"' for name in names) + "\n"
                                          for line in lines))


def found(text, said_by=None, **cells):
    """(offset, length) of the hits of one rule in a text."""
    rules = keywords({"tag": "t", **cells}).rules
    return [(hit.offset, hit.length) for hit in hits.message_hits(text.encode(), said_by, rules)]


def said(age, text, customer=1, kind="chat_customer_message", **fields):
    return Row(customer, AS_OF - age, IDS[kind], text=text.encode(), **fields)


def night_of(rows, *lines, given=(), as_of=AS_OF, view="known-now"):
    recipe = night.make_recipe(TYPES, keywords=keywords(*lines))
    return night.run_night(night.Data(rows, given=given), recipe, as_of, view)


def tags_of(*arguments, **more):
    """The rows of the table of tags of such a night."""
    return night_of(*arguments, **more).tagged.rows


def tag_of(*arguments, **more):
    [row] = tags_of(*arguments, **more)
    return row


class Folding(unittest.TestCase):
    def test_one_form(self):
        for text, wanted in (("Straße STRASSE", "strasse strasse"), ("Ａｐｐｌｅ １２", "apple 12"),
                             ("ﬁne", "fine"), ("E\u0301 É é", "é é é"), ("ПРИВЕТ", "привет"), ("ς Σ", "σ σ"),
                             ("İ", "i\u0307"), ("re\u00adturn pri\u200bce", "return price"), ("ｶﾞ", "ガ"),
                             ("\u1112\u1161\u11ab", "한"), ("e\u200d\u0301", "é"), ("\u1fc7\u0300", "\u1fc6\u0300\u03b9"), ("½", "1\u20442"), ("℡", "tel")):
            self.assertEqual(wanted, folding.fold(text), text)

    def test_places(self):
        # ß: bytes 1 and 2; its two folded s both come from there
        self.assertEqual([(0, 1), (1, 3), (1, 3), (3, 4)], folding.fold_bytes("aßb".encode()).places)
        # e with an accent behind it: three bytes, one folded character
        self.assertEqual([(0, 3), (3, 4)], folding.fold_bytes("e\u0301x".encode()).places)
        # three jamo of three bytes
        self.assertEqual([(0, 9)], folding.fold_bytes("\u1112\u1161\u11ab".encode()).places)
        # a mark that composes with nothing still goes with its letter
        self.assertEqual([(0, 3), (0, 3), (3, 4)], folding.fold_bytes("q\u0301x".encode()).places)

    def test_a_cluster_ends_after_32_characters(self):
        # a and 40 accents: the first cluster has a and 31 accents (1 + 62 bytes), the second 9 (18 bytes)
        places = folding.fold_bytes(("a" + "\u0301" * 40).encode()).places
        self.assertEqual([(0, 63)] * 31 + [(63, 81)] * 9, places)

    def test_bytes_that_are_no_utf8(self):
        # a lone lead byte, a cut character, a surrogate: each byte is one U+FFFD
        folded = folding.fold_bytes(b"a\xc3b\xe2\x82c\xed\xa0\x80")
        self.assertEqual("a\ufffdb\ufffd\ufffdc\ufffd\ufffd\ufffd", folded.text)
        self.assertEqual([(at, at + 1) for at in range(9)], folded.places)


class Letters(unittest.TestCase):
    def test_kinds(self):
        for character in "aß1_жא\u0301ａ½한":
            self.assertTrue(letters.is_spaced(character), character)
        for character in "我々〇ひカー๑กកခຂㄅ":
            self.assertTrue(letters.is_unspaced(character), character)
            self.assertFalse(letters.is_spaced(character), character)
        for character in " .-'|、。€😀\u0e31\ufffd":  # a Thai vowel sign is a mark of its script: neither
            self.assertFalse(letters.is_spaced(character) or letters.is_unspaced(character), character)

    def test_words_between(self):
        text = "late, my big par-cel"
        self.assertEqual(2, letters.words_between(text, 4, 12))  # my, big
        self.assertEqual(1, letters.words_between(text, 7, 13))  # of my only the y, of parcel only the p: big alone
        self.assertEqual(2, letters.words_between("我的iphone", 0, 5))  # 我, 的; iphone does not lie whole in it
        self.assertEqual(3, letters.words_between("我的iphone", 0, 8))


class Words(unittest.TestCase):
    def test_cells(self):
        self.assertEqual((Word("late parcel", False, False), Word("slow", False, True), Word("ness", True, False)),
                         read_words(" late parcel |slow*| *ness "))
        self.assertEqual((Word("a|b", False, False), Word("5*", False, False), Word("c\\", False, True)),
                         read_words(r"a\|b|5\*|c\\*"))
        self.assertEqual(Word("strasse", True, True), read_word("*Straße*"))

    def test_boundaries(self):
        self.assertEqual([(0, 5), (7, 5)], found("price, Price! priced unprice", any="price"))
        self.assertEqual([(0, 5), (6, 5)], found("price priced unprice", any="price*"))
        self.assertEqual([(0, 5), (15, 5)], found("price priced unprice", any="*price"))
        self.assertEqual([(0, 5), (6, 5), (15, 5)], found("price priced unprice", any="*price*"))
        self.assertEqual([(0, 3)], found("pin pin_code pin2 pin\u0301", any="pin"))  # _, digits, marks are letters

    def test_scripts_without_spaces_need_none(self):
        self.assertEqual([(6, 6)], found("我的iphone手机", any="iphone"))
        self.assertEqual([(3, 6)], found("我退款了", any="退款"))
        self.assertEqual([(0, 6)], found("退款abc", any="退款"))
        self.assertEqual([(0, 7)], found("退款a", any="退款a"))
        self.assertEqual([], found("退款ab", any="退款a"))

    def test_ends_that_are_no_letters_need_none(self):
        self.assertEqual([(4, 2)], found("ac+ c+d", any="c+"))  # its c needs one, its + none
        self.assertEqual([(1, 3)], found("5€a", any="€"))

    def test_overlapping_places_count(self):
        self.assertEqual([(0, 6), (3, 6)], found("退退退", any="退退"))
        self.assertEqual([(0, 5), (3, 5)], found("ha ha ha", any="ha ha"))

    def test_places_in_the_text_as_it_came(self):
        self.assertEqual([(2, 7)], found("a Straße", any="strasse"))
        self.assertEqual([(0, 8)], found("pri\u200bce", any="price"))
        self.assertEqual([(3, 15)], found("请ＰＲＩＣＥ", any="price"))
        self.assertEqual([(0, 2)], found("ß", any="*s*"))  # both folded s: one place of the text

    def test_blanks_count_one_for_one(self):
        self.assertEqual([(0, 8)], found("top  ups", any="top  ups"))
        self.assertEqual([], found("top  ups", any="top ups"))


class Rules(unittest.TestCase):
    def test_each_filled_cell_holds(self):
        text = "my parcel is late again"
        self.assertEqual([(3, 6), (13, 4)], found(text, any="late|slow", all="parcel"))
        self.assertEqual([], found(text, any="slow", all="parcel"))
        self.assertEqual([], found(text, any="late", all="parcel|refund"))
        self.assertEqual([(13, 4)], found(text, any="late", none="thanks"))
        self.assertEqual([], found(text, any="late", none="thanks|again"))

    def test_one_place_by_several_cells_is_one_hit(self):
        self.assertEqual([(0, 4)], found("late", any="late|late*|Late", all="late"))

    def test_near(self):
        text = "the parcel came two days late, a late parcel"
        # parcel(4) .. late(25): came two days; late(33) parcel(38): none; late(25) .. parcel(38): a, late
        self.assertEqual([(33, 4), (38, 6)], found(text, near="late near/0 parcel"))
        self.assertEqual([(25, 4), (33, 4), (38, 6)], found(text, near="late near/2 parcel"))
        self.assertEqual([(4, 6), (25, 4), (33, 4), (38, 6)], found(text, near="parcel near/3 late"))
        self.assertEqual([], found(text, near="late near/9 slow"))

    def test_near_does_not_overlap(self):
        self.assertEqual([], found("late parcel", near="late parcel near/5 parcel"))
        self.assertEqual([(0, 4), (5, 4)], found("late late", near="late near/0 late"))

    def test_near_of_stems(self):
        # parcels: the s behind the stem is no word between
        self.assertEqual([(0, 6), (8, 4)], found("parcels late", near="parcel* near/0 late"))
        # 包裹 很 晚: one character between
        self.assertEqual([], found("包裹很晚", near="包裹 near/0 晚"))
        self.assertEqual([(0, 6), (9, 3)], found("包裹很晚", near="包裹 near/1 晚"))

    def test_hits_of_near_lie_in_a_pair(self):
        self.assertEqual([(0, 4), (5, 6)], found("late parcel and many more words behind, late",
                                                 near="late near/1 parcel"))

    def test_the_first_hits_count(self):
        nested = found("a" * 400, any="*a*|*aa*|*aaa*")
        self.assertEqual([(offset, length) for offset in range(334) for length in (3, 2, 1)][:1000], nested)
        # what is left out still makes a rule hold, or not
        self.assertEqual([], found("late " * 1001 + "sorry", any="late", none="sorry"))
        # 2,500 rules: 400 hits each
        many = [hits.Hit(5 * number, 4, rule, "t") for rule in range(2500) for number in range(401)]
        self.assertEqual([hit for hit in many if hit.offset < 2000], hits.first_hits(many))

    def test_regex(self):
        self.assertEqual([(6, 9)], found("order AB-123456", regex="ab-[0-9]+"))
        self.assertEqual([(0, 3), (4, 2)], found("aaa aa", regex="a|aa|aaa"))  # the longest, not the first branch
        self.assertEqual([(0, 4), (4, 2)], found("ababab", regex="(ab){2}|ab"))
        self.assertEqual([(7, 3)], found("xabcab abc", regex=r"\babc\b"))
        self.assertEqual([(1, 2)], found("aßc", regex="ss"))
        self.assertEqual([], found("ha\u0301", regex=r"ha\b") + found("q\u0301-", regex=r"q\W"))  # marks are letters
        self.assertEqual([(0, 3)], found("q\u0301-", regex=r"[\w]+"))
        self.assertEqual([], found("abc", regex="x*"))  # empty places are none

    def test_speaker(self):
        for speaker, rules in ((None, ("customer", "both")), ("customer", ("customer", "both")),
                               ("agent", ("agent", "both")), ("bot", ("both",))):
            for rule in ("customer", "agent", "both"):
                self.assertEqual(rule in rules, bool(found("late", speaker, any="late", speaker=rule)), (speaker, rule))
        self.assertEqual([], found("late", "agent", any="late"))

    def test_file(self):
        made = read_keywords("tag;any;points;half_life_days\nlate;x|y;-2,5;7,5\nlate;z;;\nvip;;3;\n")
        self.assertEqual([(2, "late"), (3, "late")], [(rule.line, rule.tag) for rule in made.rules])
        self.assertEqual((-2500, 7500, 1, 180), (made.tag("late").points, made.tag("late").half_life_days,
                                                 made.tag("late").hits, made.tag("late").expiry_days))
        self.assertEqual(3000, made.tag("vip").points)
        self.assertEqual((0, 30_000), (made.tag("unheard").points, made.tag("unheard").half_life_days))
        with self.assertRaises(ValueError):
            read_keywords("tag,any,hits\nlate,x,1\nlate,y,2\n")
        self.assertEqual((Near(Word("late", False, True), Word("my parcel", False, False), 4),),
                         read_keywords("tag,near\nt,late* near/4 my parcel\n").rules[0].near)


class Days(unittest.TestCase):
    LATE = {"tag": "late", "any": "late"}

    def test_one_message(self):
        row = tag_of([said(10, "so late", second=5, message="m7")], self.LATE)
        self.assertEqual({"tag": "late", "since": AS_OF - 10, "last": AS_OF - 10, "expires": AS_OF - 10 + 179,
                          "hits": 1, "priority": 0, "points": 0, "given": 0, "first_day": AS_OF - 10,
                          "first_second": 5, "first_message": "m7", "first_offset": 3, "first_length": 4,
                          "first_rule": 2, "customer": 1}, row)

    def test_expiry(self):
        # the last 180 days are those of ages 0 .. 179
        self.assertEqual(1, len(tags_of([said(179, "late")], self.LATE)))
        self.assertEqual([], tags_of([said(180, "late")], self.LATE))
        self.assertEqual([], tags_of([said(-1, "late")], self.LATE))

    def test_spells(self):
        # 60 days on: days 100 and 41 are 59 apart, one spell; days 100 and 40 are 60 apart, two
        rule = {**self.LATE, "expiry_days": "60"}
        self.assertEqual((100, 41, 2), self.spell([said(100, "late"), said(41, "late")], rule))
        self.assertEqual((40, 40, 1), self.spell([said(100, "late"), said(40, "late")], rule))

    def spell(self, rows, rule, given=()):
        row = tag_of(rows, rule, given=given)
        return AS_OF - row["since"], AS_OF - row["last"], row["hits"]

    def test_hits_in_days(self):
        rule = {**self.LATE, "hits": "3", "days": "7"}
        # ages 20, 15, 14: the last of them has three in its seven days (20 .. 14), the day of age 15 only two
        rows = [said(20, "late"), said(15, "late"), said(14, "late")]
        self.assertEqual((14, 14, 3), self.spell(rows, rule))  # messages count from age 14 + 7 - 1 = 20 on
        self.assertEqual([], tags_of([said(21, "late"), *rows[1:]], rule))
        # age 3 fires with 9 and 8, which lie in its week; age 1 has but 3 and itself: it counts, but does not fire
        self.assertEqual((3, 3, 4), self.spell([said(9, "late"), said(8, "late"), said(3, "late"), said(1, "late")], rule))
        # two messages of one day count twice
        self.assertEqual((5, 5, 3), self.spell([said(5, "late")] * 3, rule))

    def test_several_rules_of_a_tag_in_a_message_count_once(self):
        self.assertEqual([], tags_of([said(5, "late slow")], {**self.LATE, "hits": "2", "days": "2"},
                                     {"tag": "late", "any": "slow"}))

    def test_first_evidence(self):
        slow = {"tag": "late", "any": "late again", "all": "again"}
        row = tag_of([said(5, "late", second=20, message="b"), said(5, "late!", second=None, message="c"),
                      said(4, "late", message="a")], self.LATE)
        self.assertEqual("c", row["first_message"])  # a missing second comes first
        row = tag_of([said(5, "oh late again", message="x", order="3"), said(5, "late", message="w", order="20")],
                     self.LATE, slow)
        # orders are numbers; of hits at one place the longest, though its rule comes later
        self.assertEqual(("x", 3, 10, 3),
                         tuple(row[f"first_{name}"] for name in ("message", "offset", "length", "rule")))
        row = tag_of([said(5, "a late", message="x"), said(5, "late", message="x")], self.LATE)
        self.assertEqual(2, row["first_offset"])  # of equal ones the text decides

    def test_views(self):
        rows = [said(5, "late", arrival=AS_OF + 1), said(3, "late")]
        self.assertEqual(2, tag_of(rows, self.LATE)["hits"])
        self.assertEqual(1, tag_of(rows, self.LATE, view="known-then")["hits"])
        self.assertEqual([], tags_of(rows, self.LATE, as_of=AS_OF - 4, view="known-then"))
        self.assertEqual(1, tag_of(rows, self.LATE, as_of=AS_OF - 4)["hits"])

    def test_all_ages_count(self):
        self.assertEqual(1, len(tags_of([said(3000, "late")], {**self.LATE, "expiry_days": "3650"})))


class ByHand(unittest.TestCase):
    LATE = {"tag": "late", "any": "late", "expiry_days": "60", "points": "2"}

    def test_alone(self):
        row = tag_of([], self.LATE, given=[Given(1, "late", AS_OF - 10)])
        self.assertEqual((AS_OF - 10, AS_OF - 10, AS_OF + 49, 0, 1, None),
                         tuple(row[name] for name in ("since", "last", "expires", "hits", "given", "first_day")))

    def test_unknown_tag_has_the_defaults(self):
        row = tag_of([], given=[Given(1, "vip", AS_OF - 10)])
        self.assertEqual((AS_OF + 169, 0, 0), (row["expires"], row["priority"], row["points"]))

    def test_until(self):
        self.assertEqual(AS_OF, tag_of([], self.LATE, given=[Given(1, "late", AS_OF - 300, AS_OF)])["expires"])
        self.assertEqual([], tags_of([], self.LATE, given=[Given(1, "late", AS_OF - 300, AS_OF - 1)]))
        self.assertEqual([], tags_of([], self.LATE, given=[Given(1, "late", AS_OF - 5, AS_OF - 1)]))
        # a message of that day keeps it on as long as messages do
        self.assertEqual(AS_OF + 54, tag_of([said(5, "late")], self.LATE,
                                            given=[Given(1, "late", AS_OF - 5, AS_OF - 1)])["expires"])

    def spell(self, ages, *untils):
        """(age of since, of last, of expires, hits, given, age of the first evidence) of messages and of days by hand
        (age, age of the last day on)."""
        row = tag_of([said(age, "late") for age in ages], self.LATE,
                     given=[Given(1, "late", AS_OF - age, AS_OF - end) for age, end in untils])
        day = lambda name: row[name] if row[name] is None else AS_OF - row[name]
        return day("since"), day("last"), day("expires"), row["hits"], row["given"], day("first_day")

    def test_an_until_before_its_day_is_nothing(self):
        self.assertEqual((20, 20, -39, 1, 0, 20), self.spell([20], (5, 6)))
        self.assertEqual((20, 5, -39, 1, 1, 20), self.spell([20], (5, 5)))

    def test_a_long_until_holds_a_spell_together(self):
        # on from age 300 by hand until after the night: age 100 is more than 60 days behind it, and finds it on
        self.assertEqual((300, 100, -5, 1, 1, 100), self.spell([100], (300, -5)))
        # the message of age 290 keeps it on up to 231, the day by hand up to 40: age 40 finds it on, 39 does not
        self.assertEqual((300, 40, -19, 2, 1, 290), self.spell([290, 40], (300, 40)))
        self.assertEqual((39, 39, -20, 1, 0, 39), self.spell([290, 39], (300, 40)))

    def test_a_short_until_ends_a_spell(self):
        self.assertEqual((30, 28, -31, 1, 1, 28), self.spell([28], (30, 28)))
        self.assertEqual((27, 27, -32, 1, 0, 27), self.spell([27], (30, 28)))
        # unless a message keeps it on: from age 80 up to 21
        self.assertEqual((80, 21, -38, 2, 1, 80), self.spell([80, 21], (30, 28)))
        self.assertEqual((20, 20, -39, 1, 0, 20), self.spell([80, 20], (30, 28)))
        # the longest of the rows of a day counts, whichever comes first
        self.assertEqual((30, 25, -34, 1, 1, 25), self.spell([25], (30, 25), (30, 28)))

    def test_what_fires_on_one_day_is_of_one_spell(self):
        # by hand for that day alone, and a message of it
        self.assertEqual((30, 30, -29, 1, 1, 30), self.spell([30], (30, 30)))

    def test_days_by_hand_alone_have_no_evidence(self):
        # the message hits, but two are needed: it counts, and no day fires because of it
        row = tag_of([said(5, "late")], {**self.LATE, "hits": "2"}, given=[Given(1, "late", AS_OF - 5)])
        self.assertEqual((1, 1, None), (row["hits"], row["given"], row["first_day"]))

    def test_counts_as_interactions_do(self):
        given = [Given(1, "late", AS_OF - 5, arrival=AS_OF + 1), Given(2, "late", AS_OF + 1)]
        self.assertEqual([], tags_of([], self.LATE, given=given, view="known-then"))
        self.assertEqual([1], [row["customer"] for row in tags_of([], self.LATE, given=given)])

    def test_no_customer_row_without_interactions(self):
        made = night_of([], self.LATE, given=[Given(1, "late", AS_OF)])
        self.assertEqual(({}, 1), (made.customers, len(made.tagged.rows)))


class Points(unittest.TestCase):
    def test_once_a_day_and_decaying(self):
        rule = {"tag": "late", "any": "late", "points": "-8", "half_life_days": "10", "expiry_days": "5", "days": "1"}
        rows = [said(10, "late"), said(10, "late late"), said(0, "late"), said(0, "visit", kind="chat_session_started")]
        made = night_of(rows, rule, given=[Given(1, "late", AS_OF - 10)])
        [row] = made.tagged.rows
        # ages 10 and 0: -8 * 2^-1 and -8 (D(0) is 2^32 - 1: -7999999.998 + .5, whose floor is -8000000); ten days
        # apart are two spells, whose points all count
        self.assertEqual((-12_000_000, AS_OF), (row["points"], row["since"]))
        customer = made.customers[1]
        # a session gives 4 points, chat messages none
        self.assertEqual((-12_000_000, -8_000_000, 4_000_000, -12_000_000),
                         tuple(customer[name] for name in ("tag_points", "raw", "raw_positive", "raw_negative")))
        self.assertEqual((0, 4_000_000, 0),
                         tuple(customer[name] for name in ("engagement", "intent_raw", "lost_to_decay")))

    def test_points_of_a_tag_that_is_off(self):
        rule = {"tag": "late", "any": "late", "points": "8", "half_life_days": "10", "expiry_days": "5"}
        customer = night_of([said(20, "late")], rule).customers[1]
        self.assertEqual((None, 2_000_000, 2_000_000), tuple(customer[name] for name in ("tags", "tag_points", "raw")))

    def test_horizon(self):
        rule = {"tag": "late", "any": "late", "points": "8", "half_life_days": "3650", "expiry_days": "3650"}
        self.assertGreater(tag_of([said(1095, "late")], rule)["points"], 0)
        self.assertEqual(0, tag_of([said(1096, "late")], rule)["points"])

    def test_scores_follow(self):
        rule = {"tag": "keen", "any": "keen", "points": "120", "half_life_days": "30"}
        customer = night_of([said(0, "so keen")], rule).customers[1]
        # 120 points are K: half of 100
        self.assertEqual((50, "engaged", "quiet", 0),
                         tuple(customer[name] for name in ("engagement", "band", "trend", "intent")))

    def test_not_of_brands(self):
        rule = {"tag": "keen", "any": "keen", "points": "120"}
        made = night.run_night(night.Data([said(0, "so keen", brand="Norvik")]),
                               night.make_recipe(TYPES, keywords=keywords(rule)), AS_OF, scopes=("brand",))
        self.assertEqual(0, made.scopes["brand"][1, "Norvik"]["raw"])


class Tables(unittest.TestCase):
    def test_names_by_priority(self):
        lines = ({"tag": "b", "any": "x"}, {"tag": "a", "any": "x"}, {"tag": "z", "any": "x", "priority": "5"},
                 {"tag": "off", "any": "y", "priority": "9"})
        self.assertEqual("z|a|b", night_of([said(1, "x")], *lines).customers[1]["tags"])

    def test_hits(self):
        made = night_of([said(1, "late late"), said(-1, "late")], {"tag": "late", "any": "late"},
                        {"tag": "b", "all": "late"})
        self.assertEqual([(2, "late", 0, 4), (2, "late", 5, 4), (3, "b", 0, 4), (3, "b", 5, 4)],
                         [(row["rule"], row["tag"], row["offset"], row["length"]) for row in made.tagged.hits])

    def test_unknown_types_do_not_count(self):
        row = said(1, "late")._replace(type_id=255)
        self.assertEqual([], tags_of([row], {"tag": "late", "any": "late"}))


if __name__ == "__main__":
    unittest.main()
