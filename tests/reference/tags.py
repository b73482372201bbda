"""Chat becomes tags: hits of rules in messages, firing days, spells, points (section 5)."""

import re
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import product
from typing import NamedTuple, Optional

import reference
from folding import fold_bytes

from letters import stands_free, words_between

HIT_COLUMNS = ("customer", "day", "type", "order", "second", "message", "tag", "rule", "offset", "length")
TAG_COLUMNS = ("customer", "tag", "since", "last", "expires", "hits", "priority", "points", "given", "first_day",
               "first_second", "first_message", "first_offset", "first_length", "first_rule")


class Given(NamedTuple):
    """A tag given by hand; days are whole days, None is null."""
    customer: object
    tag: str
    day: int
    until: Optional[int] = None
    arrival: Optional[int] = None


class Hit(NamedTuple):
    """A place because of which a rule holds: bytes of the text as it came."""
    offset: int
    length: int
    rule: int
    tag: str


class Firing(NamedTuple):
    """A firing day of a tag, and the last day on which it keeps the tag on."""
    day: int
    end: int
    by_hand: bool


def ranges_of(characters):
    """Characters, given in order, as a class of re has them."""
    runs = []
    for character in characters:
        if runs and ord(character) == ord(runs[-1][1]) + 1:
            runs[-1] = (runs[-1][0], character)
        else:
            runs.append((character, character))
    return "".join(f"{first}-{last}" for first, last in runs)


MARKS = ranges_of(character for character in map(chr, range(0x110000)) if unicodedata.category(character)[0] == "M")


# --- one message --------------------------------------------------------------------------------

def places_of(word, text):
    """Every (begin, end) at which the word lies, overlapping ones too."""
    found, begin = [], text.find(word.text)
    while begin >= 0:
        end = begin + len(word.text)
        if stands_free(text, begin, end, word.open_left, word.open_right):
            found.append((begin, end))
        begin = text.find(word.text, begin + 1)
    return found


def near_places(near, text):
    """The places of both words that lie in a pair: not overlapping, few enough words between."""
    found = []
    for left, right in product(places_of(near.left, text), places_of(near.right, text)):
        first, second = sorted((left, right))
        if first[1] <= second[0] and words_between(text, first[1], second[0]) <= near.distance:
            found += [left, right]
    return found


@lru_cache(maxsize=None)
def pythonic(regex):
    """For Python's re, whose `\\w` lacks the marks: with them it is what words are made of, and `\\b` where they end."""
    letter = rf"[\w{MARKS}]"
    ahead, behind = f"(?={letter})", f"(?<={letter})"
    no_letter_ahead, no_letter_behind = f"(?!{letter})", f"(?<!{letter})"
    meanings = {r"\w": letter, r"\W": letter.replace("[", "[^", 1),
                r"\b": f"(?:{behind}{no_letter_ahead}|{no_letter_behind}{ahead})",
                r"\B": f"(?:{behind}{ahead}|{no_letter_behind}{no_letter_ahead})"}
    parts = re.findall(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|.", regex, re.DOTALL)
    return "".join(part.replace(r"\w", letter[1:-1]) if part.startswith("[") else meanings.get(part, part)
                   for part in parts)


@lru_cache(maxsize=None)
def ending_at(regex, left_over):
    """The pattern, when it ends so many characters before the end of the text."""
    return re.compile(rf"(?:{pythonic(regex)})(?=[\s\S]{{{left_over}}}\Z)")


def regex_places(regex, text):
    """From the left the first place, of those that begin there the longest, then on behind it; no empty ones."""
    found, begin = [], 0
    while begin < len(text):
        end = next((end for end in range(len(text), begin, -1)
                    if ending_at(regex, len(text) - end).match(text, begin)), None)
        if end:
            found.append((begin, end))
        begin = end or begin + 1
    return found


def rule_places(rule, text):
    """The places of a rule's hits in a folded text; none: it does not hold."""
    of_any = [place for word in rule.any for place in places_of(word, text)]
    of_all = [places_of(word, text) for word in rule.all]
    of_near = [place for near in rule.near for place in near_places(near, text)]
    of_regex = regex_places(rule.regex, text) if rule.regex else []
    holds = ((of_any or not rule.any) and all(of_all) and (of_near or not rule.near)
             and (of_regex or not rule.regex) and not any(places_of(word, text) for word in rule.none))
    return {*of_any, *(place for places in of_all for place in places), *of_near, *of_regex} if holds else set()


def may_see(rule_speaker, speaker):
    """Whether a rule of `rule_speaker` looks at a message of `speaker`; None is the customer."""
    return rule_speaker == "both" or rule_speaker == (speaker or "customer")


def message_hits(text, speaker, rules):
    """All hits in a message's bytes, by rule, offset, the longest first."""
    folded = fold_bytes(text)
    hits = set()
    for rule in rules:
        for begin, end in rule_places(rule, folded.text) if may_see(rule.speaker, speaker) else ():
            offset = folded.places[begin][0]
            hits.add(Hit(offset, folded.places[end - 1][1] - offset, rule.line, rule.tag))
    return sorted(hits, key=lambda hit: (hit.rule, hit.offset, -hit.length))


# --- days, spells, points -----------------------------------------------------------------------

def none_first(value):
    return (value is not None, value if value is not None else 0)


def message_order(row):
    """The order in which messages are evidence: (day, second, type, order, message, text), missing ones first."""
    order = None if row.order is None else int(row.order)
    message = None if row.message is None else row.message.encode()
    return (row.day, none_first(row.second), row.type_id, none_first(order), (message is not None, message or b""),
            row.text)


def firing_days(hit_days, given, tag):
    """The firing days by rising day. hit_days: the day of each message that hits the tag."""
    firings = []
    for day in sorted(set(hit_days)):
        if sum(day - tag.days < other <= day for other in hit_days) >= tag.hits:
            firings.append(Firing(day, day + tag.expiry_days - 1, False))
    firings += [Firing(row.day, row.day + tag.expiry_days - 1 if row.until is None else row.until, True)
                for row in given]
    return sorted(firings)


def last_spell(firings, tag):
    """Those of the last row of days, each less than `expiry_days` after the one before, however long a hand keeps it on."""
    spell = []
    for firing in firings:
        if spell and firing.day - spell[-1].day >= tag.expiry_days:
            spell = []
        spell.append(firing)
    return spell


def last_day_on(firings):
    """If nothing new comes."""
    return max(firing.end for firing in firings)


def day_points(firings, tag, as_of, horizon_days):
    """What each firing day is worth as of the night, in micro-points: once a day."""
    return [reference.contribution(tag.points * 1000, reference.decay(tag.half_life_days, as_of - day))
            for day in {firing.day for firing in firings} if as_of - day <= horizon_days]


def evidence_columns(row, hit):
    return {"first_day": row.day, "first_second": row.second, "first_message": row.message,
            "first_offset": hit.offset, "first_length": hit.length, "first_rule": hit.rule}


NO_EVIDENCE = dict.fromkeys(column for column in TAG_COLUMNS if column.startswith("first_"))


def tag_row(name, found, firings, tag, points):
    """A row of the table of tags. found: (message, its hits of the tag) for each message that hits it."""
    spell = last_spell(firings, tag)
    own = [(row, hits) for row, hits in found if row.day > spell[0].day - tag.days]
    row = {"tag": name, "since": spell[0].day, "last": spell[-1].day, "expires": last_day_on(firings),
           "hits": len(own), "priority": tag.priority, "points": sum(points),
           "given": int(any(one.by_hand for one in spell)), **NO_EVIDENCE}
    if not all(one.by_hand for one in spell):
        message, hits = min(own, key=lambda pair: message_order(pair[0]))
        row.update(evidence_columns(message, min(hits, key=lambda hit: (hit.offset, -hit.length, hit.rule))))
    return row


# --- a night ------------------------------------------------------------------------------------

class Tagged(NamedTuple):
    """rows: of the table of tags; hits: of the table of hits; points: micro-points of each firing day by customer."""
    rows: list
    hits: list
    points: dict


def counts_given(row, as_of, view):
    arrival = row.day if row.arrival is None else row.arrival
    return row.day <= as_of and (view == "known-now" or arrival <= as_of)


def hit_rows(rows, types, keywords):
    """(message, its hits) of all rows that have a text, and the table of hits."""
    found, table = defaultdict(list), []
    for row in rows:
        if row.text is None:
            continue
        hits = message_hits(row.text, row.speaker, keywords.rules)
        if hits:
            found[row.customer].append((row, hits))
        table += [{**row._asdict(), "type": types[row.type_id].name, **hit._asdict()} for hit in hits]
    return found, table


def customer_tags(found, given, keywords, as_of, horizon_days):
    """(rows of the tags that are on, points of all firing days) of one customer."""
    rows, points = [], []
    names = {hit.tag for _, hits in found for hit in hits} | {row.tag for row in given}
    for name in sorted(names, key=str.encode):
        tag = keywords.tag(name)
        own = [(row, [hit for hit in hits if hit.tag == name]) for row, hits in found]
        own = [(row, hits) for row, hits in own if hits]
        firings = firing_days([row.day for row, _ in own], [row for row in given if row.tag == name], tag)
        worth = day_points(firings, tag, as_of, horizon_days)
        points += worth
        if firings and last_day_on(firings) >= as_of:
            rows.append(tag_row(name, own, firings, tag, worth))
    return rows, points


def tag_night(rows, types, given, keywords, as_of, view, horizon_days):
    """All tags of a night. rows: the interactions that count."""
    found, table = hit_rows(rows, types, keywords)
    by_hand = defaultdict(list)
    for row in given:
        if counts_given(row, as_of, view):
            by_hand[row.customer].append(row)
    tagged = Tagged([], table, {})
    for customer in sorted({*found, *by_hand}):
        own, points = customer_tags(found[customer], by_hand[customer], keywords, as_of, horizon_days)
        tagged.points[customer] = points
        tagged.rows.extend({**row, "customer": customer} for row in own)
    return tagged


def names_by_customer(tagged):
    """The names of the tags that are on, the highest priority first, then by name."""
    by_customer = defaultdict(list)
    for row in tagged.rows:
        by_customer[row["customer"]].append(row)
    order = lambda row: (-row["priority"], row["tag"].encode())
    return {customer: "|".join(row["tag"] for row in sorted(own, key=order)) for customer, own in by_customer.items()}
