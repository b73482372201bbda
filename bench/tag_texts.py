"""Messages and word lists of the tagging experiments, made from the public data sets."""

import gzip
import hashlib
import re
import sys
from collections import Counter
from itertools import cycle, islice

from shop import ROOT

sys.path.insert(0, str(ROOT / "tests/reference"))
import chats  # noqa: E402
import datasets  # noqa: E402
import folding  # noqa: E402

DATA = datasets.data_root()
WORD_BYTES_MAX = 256
ENGLISH_BYTES_MIN = 17  # what is shorter is left out, so that messages have 56 bytes on average
HITS_PER_MESSAGE = 0.1
MIXED_LETTERS_MIN = 4


def lines_of(path):
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def irc_lines():
    for path in sorted((DATA / "text/irc").glob("*/*.raw.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            yield re.sub(r"^\[[^]]*\] (<[^>]*> ?)?", "", line.rstrip("\r"))


def english():
    """Questions to a bank, talks with assistants, support chat: in ASCII, for which all mean the same by a word."""
    lines = [line for part in ("train", "test") for line in lines_of(DATA / f"words/banking77_{part}.lines")]
    with gzip.open(DATA / "text/sgd/sgd_dev_utterances.tsv.gz", "rt", encoding="utf-8") as file:
        lines += [line.rstrip("\n").split("\t")[-1] for line in file]
    lines += irc_lines()
    return shuffled(line for line in lines if len(line) >= ENGLISH_BYTES_MIN and line.isascii() and line.isprintable())


def chinese():
    return lines_of(DATA / "words/crosswoz_val.lines")


def mixed():
    """Chinese talks; Dutch, Norwegian, Chinese, English sentences; Russian ones of a treebank."""
    lines = chinese() + [row["text"] for row in chats.xsid(DATA / "text")]
    lines += [line.removeprefix("# text = ") for line in lines_of(DATA / "text/ud/ru_taiga-ud-dev.conllu")
              if line.startswith("# text = ")]
    return shuffled(lines)


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def shuffled(lines):
    """In an order that has nothing to do with where they came from, but always the same."""
    return sorted((line for line in lines if "\n" not in line and "\r" not in line), key=digest)


def write_messages(lines, count, path):
    """`lines` again and again until there are `count`."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in islice(cycle(lines), count))


def english_words(lines, count):
    """Words of the lines themselves, all about equally frequent: together in HITS_PER_MESSAGE of the messages."""
    frequency = Counter(word for line in lines for word in set(re.findall(r"[a-z0-9_]+", line.lower())))
    wanted = HITS_PER_MESSAGE * len(lines) / count
    words = [word for word in frequency if re.fullmatch("[a-z]{3,}", word)]
    return sorted(words, key=lambda word: (abs(frequency[word] - wanted), digest(word)))[:count]


def distinct_folded(words):
    """In the folded form, each once."""
    return list(dict.fromkeys(folded for folded in map(folding.fold, words)
                              if 0 < len(folded.encode()) <= WORD_BYTES_MAX))


def as_rule(word):
    """As keywords.csv writes it."""
    return re.sub(r"[\\|*]", r"\\\g<0>", word)


def food_words():
    return distinct_folded(lines_of(DATA / "words/thuocl_food.lit"))


def brand_words():
    return [word for word in distinct_folded(lines_of(DATA / "words/nsi_brands.lit")) if len(word) >= MIXED_LETTERS_MIN]


def many_words(count):
    """Words of dictionaries, then the same with a number behind."""
    parts = lines_of(DATA / "words/thuocl_food.lit") + lines_of(DATA / "words/nsi_brands.lit")
    for path in sorted((DATA / "words/thuocl").glob("*.txt")):
        parts += [line.split("\t")[0].strip() for line in lines_of(path)]
    made = (f"{parts[number % len(parts)]} {number}" for number in range(count))
    distinct = {word.casefold(): word for word in [*parts, *made] if 0 < len(word.encode()) <= WORD_BYTES_MAX}
    return list(distinct.values())[:count]


def nested_words():
    """Each within the next, and open at both ends: they are everywhere in a text of their letter."""
    return [f"*{'a' * size}*" for size in range(1, WORD_BYTES_MAX + 1)]


def endless_words():
    """Of a mebibyte each."""
    return [letter * 2**20 for letter in "abcdefgh"]


def near_duplicates(count):
    """Words of which each differs from the next ones in its last letters only."""
    return [f"{'abcdefgh' * 12}{number:06d}" for number in range(count)]
