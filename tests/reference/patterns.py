"""Where a regular expression lies in a folded text (section 5), by Python's re."""

import re
import unicodedata
from functools import lru_cache


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
