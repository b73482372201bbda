"""The tags of customers as of a night: firing days, spells, points (section 5)."""

from collections import defaultdict
from typing import NamedTuple, Optional

import reference
from hits import message_hits

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


class Firing(NamedTuple):
    """A firing day of a tag, and the last day on which it keeps the tag on."""
    day: int
    end: int
    by_hand: bool


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
                for row in given if row.until is None or row.until >= row.day]
    return sorted(firings)


def last_spell(firings):
    """From the last firing day on that the days before it do not keep on; all that fires on one day goes together."""
    since = max(day for day in {firing.day for firing in firings}
                if not any(firing.day < day <= firing.end for firing in firings))
    return [firing for firing in firings if firing.day >= since]


def last_day_on(spell):
    """If nothing new comes."""
    return max(firing.end for firing in spell)


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
    spell = last_spell(firings)
    own = [(row, hits) for row, hits in found if row.day > spell[0].day - tag.days]
    row = {"tag": name, "since": spell[0].day, "last": spell[-1].day, "expires": last_day_on(spell),
           "hits": len(own), "priority": tag.priority, "points": sum(points),
           "given": int(any(one.by_hand for one in spell)), **NO_EVIDENCE}
    if not all(one.by_hand for one in spell):
        message, hits = min(own, key=lambda pair: message_order(pair[0]))
        row.update(evidence_columns(message, min(hits, key=lambda hit: (hit.offset, -hit.length, hit.rule))))
    return row

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
        if firings and last_day_on(last_spell(firings)) >= as_of:
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
