"""keywords.csv: the rules, their words, and what each tag asks for (section 5)."""

import csv
import io
import re
from typing import NamedTuple

from folding import fold
from reference import thousandths

SPEAKERS = ("customer", "agent", "both")
TAG_CELLS = {"hits": int, "days": int, "expiry_days": int, "priority": int, "points": thousandths,
             "half_life_days": thousandths}
NEAR = re.compile(r"^(.*\S)[ \t]+near/([0-9]+)[ \t]+(\S.*)$", re.DOTALL)


class Word(NamedTuple):
    """A word or phrase, folded; an open side needs no boundary."""
    text: str
    open_left: bool
    open_right: bool


class Near(NamedTuple):
    left: Word
    right: Word
    distance: int


class Rule(NamedTuple):
    """A line of the file."""
    line: int
    tag: str
    speaker: str
    any: tuple
    all: tuple
    none: tuple
    near: tuple
    regex: str


class Tag(NamedTuple):
    """What a tag's lines ask for; points and half-life in thousandths."""
    hits: int = 1
    days: int = 1
    expiry_days: int = 180
    priority: int = 0
    points: int = 0
    half_life_days: int = 30_000


class Keywords(NamedTuple):
    rules: tuple = ()
    tags: dict = {}

    def tag(self, name):
        """A tag that only hands give has the defaults."""
        return self.tags.get(name, Tag())


def split_words(cell):
    """A cell at its `|`, but for those behind a backslash; blanks around do not count."""
    parts = re.findall(r"(?:\\.|[^\\|])*", cell, re.DOTALL)
    return [part.strip(" \t") for part in parts if part.strip(" \t")]


def read_word(text):
    """`*` at an end opens it; a backslash takes the meaning from what follows."""
    open_left = text.startswith("*")
    open_right = re.search(r"(?<!\\)(?:\\\\)*\*$", text) is not None
    inner = text[1 if open_left else 0:-1 if open_right else None]
    return Word(fold(re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)).strip(" "), open_left, open_right)


def read_words(cell):
    return tuple(read_word(text) for text in split_words(cell))


def read_near(text):
    left, distance, right = NEAR.match(text).groups()
    return Near(read_word(left), read_word(right), int(distance))


def read_rule(line, number):
    """None for a line that only makes its tag known."""
    rule = Rule(number, line["tag"], line.get("speaker") or "customer",
                *(read_words(line.get(cell) or "") for cell in ("any", "all", "none")),
                tuple(read_near(text) for text in split_words(line.get("near") or "")), line.get("regex") or "")
    if rule.speaker not in SPEAKERS:
        raise ValueError(f"line {number}: no such speaker")
    return rule if rule.any or rule.all or rule.near or rule.regex else None


def read_tag_cells(line, numbers, decimal):
    """The cells of a tag that this line fills are added to `numbers`."""
    for cell, read in TAG_CELLS.items():
        text = (line.get(cell) or "").replace(decimal, ".")
        if text and numbers.setdefault(cell, read(text)) != read(text):
            raise ValueError(f"{cell} of {line['tag']} differs from an earlier line")


def read_keywords(text):
    """Of the text of a file; a semicolon in its header says that commas are decimal ones."""
    delimiter, decimal = (";", ",") if ";" in text.split("\n", 1)[0] else (",", ".")
    rules, numbers = [], {}
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    for line in reader:
        rule = read_rule(line, reader.line_num)
        if rule:
            rules.append(rule)
        read_tag_cells(line, numbers.setdefault(line["tag"], {}), decimal)
    return Keywords(tuple(rules), {name: Tag(**own) for name, own in numbers.items()})
