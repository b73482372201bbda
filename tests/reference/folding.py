"""One form for all ways to write a text, with the place of each folded character in the text as it came (section 5)."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

CLUSTER_MAX = 32  # characters
REPLACEMENT = "\ufffd"

# Default_Ignorable_Code_Point of Unicode.
IGNORABLE_RANGES = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF))

# Those of modern syllables: the older ones compose with nothing.
JAMO_VOWELS, JAMO_TAILS = range(0x1161, 0x1176), range(0x11A8, 0x11C3)


class Folded(NamedTuple):
    """The folded text; places[i]: bytes (from, to) of the text as it came that character i stands for."""
    text: str
    places: list


def is_ignorable(character):
    return any(first <= ord(character) <= last for first, last in IGNORABLE_RANGES)


def without_ignorables(characters):
    return "".join(one for one in characters if not is_ignorable(one))


@lru_cache(maxsize=None)
def fold_character(character):
    """Compatible form and full case folding, again and again until nothing changes (Unicode's NFKC_CF)."""
    while True:
        folded = unicodedata.normalize("NFKC", without_ignorables(character.casefold()))
        if folded == character:
            return folded
        character = folded


def fold_characters(characters):
    """Each character of what is taken apart, then put together (Unicode's toNFKC_Casefold of NFD).

    Taken apart first: the small iota of U+1FC7 becomes a letter, behind all marks of its eta however it came.
    """
    apart = unicodedata.normalize("NFD", without_ignorables(characters))
    return unicodedata.normalize("NFC", "".join(fold_character(one) for one in apart))


def fold(text):
    """The folded form of a word (a str): without places."""
    return fold_bytes(text.encode("utf-8", "surrogateescape")).text


@lru_cache(maxsize=1)
def second_halves():
    """Characters that compose with one before them."""
    pairs = (unicodedata.decomposition(chr(code)).split() for code in range(0x110000))
    return {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")}


@lru_cache(maxsize=None)
def goes_with_the_one_before(character):
    """Marks, jamo of a syllable's end and the like; what has no width goes with what it follows."""
    parts = without_ignorables(unicodedata.normalize("NFKD", character))
    return (parts == "" or unicodedata.combining(parts[0]) != 0 or parts[0] in second_halves()
            or ord(parts[0]) in JAMO_VOWELS or ord(parts[0]) in JAMO_TAILS)


def characters_of(text):
    """(character, size in bytes) one after the other; a byte that is no UTF-8 is one U+FFFD."""
    at = 0
    while at < len(text):
        for size in (1, 2, 3, 4):
            try:
                yield text[at:at + size].decode("utf-8"), size
                break
            except UnicodeDecodeError:
                continue
        else:
            size = 1
            yield REPLACEMENT, 1
        at += size


def clusters_of(text):
    """(characters, from, to): each with what composes with it."""
    cluster, begin, at = "", 0, 0
    for character, size in characters_of(text):
        if cluster and (len(cluster) == CLUSTER_MAX or not goes_with_the_one_before(character)):
            yield cluster, begin, at
            cluster, begin = "", at
        cluster += character
        at += size
    if cluster:
        yield cluster, begin, at


@lru_cache(maxsize=100_000)
def fold_cluster(cluster):
    return fold_characters(cluster)


def fold_bytes(text):
    """Cluster by cluster."""
    folded, places = [], []
    for cluster, begin, end in clusters_of(text):
        for character in fold_cluster(cluster):
            folded.append(character)
            places.append((begin, end))
    return Folded("".join(folded), places)
