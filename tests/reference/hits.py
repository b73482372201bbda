"""The hits of rules in one message (section 5)."""

from itertools import groupby, islice, product
from typing import NamedTuple

from folding import fold_bytes
from letters import stands_free, words_between
from patterns import regex_places


RULE_HITS, MESSAGE_HITS = 1000, 1_000_000  # that count, of a rule in a message and of all rules in it


class Hit(NamedTuple):
    """A place because of which a rule holds: bytes of the text as it came."""
    offset: int
    length: int
    rule: int
    tag: str


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


def first_hits(hits):
    """Of each rule those that count; the rules of a message share what it may have."""
    most = min(RULE_HITS, MESSAGE_HITS // max(1, len({hit.rule for hit in hits})))
    return [hit for _, own in groupby(hits, key=lambda hit: hit.rule) for hit in islice(own, most)]


def message_hits(text, speaker, rules):
    """The hits in a message's bytes that count, by rule, offset, the longest first."""
    folded = fold_bytes(text)
    hits = set()
    for rule in rules:
        for begin, end in rule_places(rule, folded.text) if may_see(rule.speaker, speaker) else ():
            offset = folded.places[begin][0]
            hits.add(Hit(offset, folded.places[end - 1][1] - offset, rule.line, rule.tag))
    return first_hits(sorted(hits, key=lambda hit: (hit.rule, hit.offset, -hit.length)))
