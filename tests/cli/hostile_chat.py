"""Made-up chat in several scripts, with keyword lists and tags given by hand that sit on every border of section 5."""

import csv
import io
import random

import folding
import reference
import tags

COLUMNS = ("customer", "time", "type", "order", "brand", "amount", "arrival", "speaker", "message", "text")
KEYWORD_COLUMNS = ("tag", "any", "all", "none", "near", "regex", "speaker", "hits", "days", "expiry_days", "priority",
                   "points", "half_life_days", "note")

# Words, in the ways that people and keyboards write them.
SPELLINGS = (
    ("price", "Price", "PRICE", "ＰＲＩＣＥ", "pri\u200bce", "pr\u00adice", "priced", "unprice", "price2", "price_"),
    ("straße", "STRASSE", "Strasse", "straſſe", "STRA\u1e9eE"),
    ("été", "e\u0301te\u0301", "ÉTÉ", "E\u0301TE\u0301", "ete", "été\u0301"),
    ("привет", "ПРИВЕТ", "Приветы", "приве\u0301т", "й", "и\u0306"),
    ("退款", "退款退款", "退\u200b款", "款退", "我要退款了", "退"),
    ("コーヒー", "ｺｰﾋｰ", "コーヒ", "ガ", "ｶﾞ", "か\u3099", "ひらがな"),
    ("ราคา", "ราคาถูก", "ກາ", "ខ្មែរ"),
    ("한국", "\u1112\u1161\u11ab국", "한국어"),
    ("fine", "ﬁne", "of\ufb01ce", "office", "ﬃ"),
    ("my parcel", "my  parcel", "My\u00a0parcel", "my parcels", "my\u3000parcel"),
    ("haha", "hahaha", "ha ha ha", "HA", "ha"),
    ("c++", "c+", "5€", "€", "a|b", "a*b", "\\", "50%"),
    ("½", "1⁄2", "①", "1", "ℌ", "㎏", "ⅷ", "İ", "i\u0307", "ſ", "ß", "ss", "s"),
    ("٣", "۴5", "३"),
    ("order ab-123", "ab-12", "AB-1234", "ab-", "aab", "abab"),
)
JOINTS = (" ", " ", " ", "  ", "", "", "-", "_", ", ", ". ", "'", "、", "。", "\n", "\t", "\u200d",
          "\u0301", "😀", "\u00a0", "\ufffd")
REGEXES = ("ab-[0-9]{1,3}", "(ab){2}|ab|aab?", "ha(ha)*", "pri.e", "(退款)+", r"\d+", "a?b?", "стра|приве[а-я]",
           "[^a-z ]e", r"\bha\b", "ss?|s{2,3}e", r"\w+-\w+", "e.", r"\S\s\S", r"\D\d\D", r"h\B\w", r"[\w-]{3,5}",
           r"[^\s\d]{2}", r"\W\w\W", r"a\|b|a\*b|c\++")
AGES = (0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 28, 29, 30, 31, 58, 59, 60, 61, 118, 119, 120, 178, 179, 180, 181, 364, 365,
        366, 1094, 1095, 1096, 1500)
EXPIRIES = ("", "1", "2", "5", "30", "60", "180", "365", "3650")


def csv_text(columns, lines):
    """Lines are dictionaries; what they lack is empty."""
    output = io.StringIO()
    writer = csv.DictWriter(output, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return output.getvalue()


class ChatMaker:
    """The same seed gives the same texts, rules and days."""

    def __init__(self, seed, as_of):
        self.chance = random.Random(seed)
        self.as_of = as_of

    def pick(self, choices):
        return self.chance.choice(choices)

    def day(self, age):
        return reference.day_text(self.as_of - age)

    # --- rows

    def text(self):
        """A few spellings with anything between them."""
        pieces = []
        for _ in range(self.pick((1, 2, 3, 5, 8, 20))):
            pieces += [self.pick(self.pick(SPELLINGS)), self.pick(JOINTS)]
        return "".join(pieces)

    def row(self, customers):
        age = self.pick(AGES) if self.chance.random() < 0.95 else -self.pick((1, 2))
        clock = self.pick(("", " 00:00:00", " 09:30:01", " 23:59:59"))
        kind = self.pick(("chat_customer_message", "chat_customer_message", "chat_agent_message",
                          "call_service_inbound", "web_visit", "purchase_shop", "255"))
        return {"customer": self.chance.randrange(1, customers + 1), "time": self.day(age) + clock, "type": kind,
                "order": self.pick(("", "", "1", "20", "3")), "brand": self.pick(("", "Norvik")),
                "amount": "5.00" if kind == "purchase_shop" else "",
                "arrival": "" if self.chance.random() < 0.7 else self.day(age - self.pick((0, 1, 30))),
                "speaker": self.pick(("", "customer", "customer", "agent")),
                "message": self.pick(("", "m1", "m2", "é")),
                "text": "" if self.chance.random() < 0.1 else self.text()}

    def rows_text(self, customers, rows):
        return csv_text(COLUMNS, [self.row(customers) for _ in range(rows)])

    # --- rules

    def word(self):
        """Spellings of which something is left when they are folded, escaped, perhaps open at an end."""
        word = ""
        while not folding.fold(word).strip():
            word = self.spelling().strip()
        word = word.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*")
        return self.pick(("", "", "", "*")) + word + self.pick(("", "", "", "*"))

    def spelling(self):
        """One or two, or a piece of one."""
        word = self.pick(self.pick(SPELLINGS))
        kind = self.chance.random()
        if kind < 0.15:
            word += self.pick((" ", "", "-")) + self.pick(self.pick(SPELLINGS))
        elif kind < 0.3 and len(word) > 2:
            word = word[self.pick((0, 1)):self.pick((2, 3))]
        return word

    def words(self):
        return self.pick(("|", " | ")).join(self.word() for _ in range(self.pick((1, 1, 2, 4))))

    def near(self):
        return " | ".join(f"{self.word()} near/{self.pick((0, 1, 2, 3, 10))} {self.word()}"
                          for _ in range(self.pick((1, 1, 2))))

    def rule(self, tag):
        """A line with some cells of words filled."""
        chance = self.chance.random
        line = {"tag": tag}
        for cell, likely, make in (("any", 0.75, self.words), ("all", 0.15, self.words), ("near", 0.2, self.near),
                                   ("regex", 0.15, lambda: self.pick(REGEXES))):
            if chance() < likely:
                line[cell] = make()
        if len(line) > 1 and chance() < 0.25:
            line["none"] = self.words()
        return {**line, "speaker": self.pick(("", "", "customer", "agent", "both"))}

    def tag_cells(self):
        """What a tag asks for; days never more than the expiry."""
        expiry = self.pick(EXPIRIES)
        longest = int(expiry or 180)
        return {"hits": self.pick(("", "1", "2", "3")), "expiry_days": expiry,
                "days": str(self.pick([days for days in (1, 2, 3, 7, 31, 60) if days <= longest])),
                "priority": self.pick(("", "1", "5", "-3")),
                "points": self.pick(("", "0", "3", "-4.5", "0.001", "120")),
                "half_life_days": self.pick(("", "1", "7.5", "30", "365"))}

    def keywords_text(self, tag_names, rules):
        """Tag by tag the cells that belong to it in its first line; a tag may be one that only hands give."""
        lines = [{"tag": name, **self.tag_cells()} for name in tag_names]
        lines += [self.rule(self.pick(tag_names)) for _ in range(rules)]
        return csv_text(KEYWORD_COLUMNS, lines)

    # --- by hand

    def given(self, tag_names, customers, count):
        """For customers with rows and without, tags of the list and others, ending on borders."""
        made = []
        for _ in range(count):
            day = self.as_of - self.pick(AGES)
            until = self.pick((None, None, day - 1, day, day + 1, day + 59, day + 400, self.as_of, self.as_of - 1))
            made.append(tags.Given(self.chance.randrange(1, customers + 1),
                                   self.pick((*tag_names, "by hand", "Zoë")), day, until,
                                   self.pick((None, None, day, day + 30))))
        return tuple(made)
