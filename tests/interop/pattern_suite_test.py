"""hscollider: regular expressions of Hyperscan's own tests, with the bytes behind which they end.

Those that our language has are read by us, and their places in the suite's texts must end where the suite says, and be
there whenever the suite has an end. Left out: flags that mean what we do not (anchors of lines, ends to count, NUL), and
what folding changes. What is refused must be refused for a known reason. Needs $FOURLOOP_DATA, or shared/data beside
the checkout; says so and is skipped without it.
"""

import collections
import re
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "tests/interop")]
from cli_case import FOURLOOP, main  # noqa: E402
from csv_suite_test import SuiteCase  # noqa: E402

PLACES = FOURLOOP.parent / "tests/pattern_places"
ESCAPES = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11, "a": 7, "e": 27, "0": 0}
NOT_OURS = ("begin and the end of a message", "there are `\\d", "lazy and", "look-around", "no character", "bracket",
            "counted to", "unlimited repeat", "cannot begin with a class", "a repeat is", "nothing to repeat", "unmatched",
            "steps", "a repeat of no times", "groups within", "goes backwards", "not closed")


def unescape(text):
    def byte(found):
        word = found[1].decode("latin-1")
        return bytes([int(word[1:], 16) if len(word) == 3 else ESCAPES.get(word, ord(word))])
    return re.sub(rb"\\(x[0-9a-f]{2}|.)", byte, text, flags=re.DOTALL)


def is_folded(text):
    form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return form == text and not any(unicodedata.category(character) == "Cf" for character in text)


def decoded(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def is_comparable(pattern, flags):
    """Flags: 8 is UTF-8, W Unicode's classes, O an order that we do not look at, s a dot for line ends, too."""
    if pattern is None or set(flags) - set("8WOs") or ("s" in flags and "." in pattern):
        return False
    return is_folded(re.sub(r"\\[DWSB]", "", pattern))


def is_comparable_text(text, flags):
    return text is not None and "\0" not in text and is_folded(text) and (text.isascii() or {"8", "W"} <= set(flags))


def packed(raw):
    return struct.pack("<I", len(raw)) + raw


class Hscollider(SuiteCase):
    suite = "hscollider"

    def lines(self, folder):
        for path in sorted((self.files / "tools/hscollider/test_cases" / folder).glob("*.txt")):
            yield from path.read_bytes().split(b"\n")

    def cases(self):
        """Patterns with their texts, each with the ends in it."""
        texts = collections.defaultdict(list)
        for line in self.lines("corpora"):
            if found := re.fullmatch(rb'(\d+)=?"(.*)": ?(.*)', line):
                texts[found[1]].append((unescape(found[2]), {int(end) for end in re.findall(rb"\d+", found[3])} - {0}))
        for line in self.lines("pcre"):
            found = re.fullmatch(rb"(\d+):/(.*)/([0-9a-zA-Z]*)", line)
            if found and is_comparable(decoded(found[2]), found[3].decode()):
                flags = found[3].decode()
                yield found[2], [(text, ends) for text, ends in texts[found[1]]
                                 if is_comparable_text(decoded(text), flags)]

    def test_places_end_where_the_suite_says(self):
        cases = [(pattern, texts) for pattern, texts in self.cases() if texts]
        stdin = b"".join(packed(pattern) + struct.pack("<I", len(texts)) + b"".join(packed(text) for text, _ in texts)
                         for pattern, texts in cases)
        done = subprocess.run([PLACES], input=stdin, stdout=subprocess.PIPE, check=True)
        answers = iter(done.stdout.decode().split("\n"))
        tried = placed = 0
        for pattern, texts in cases:
            answer = next(answers)
            if answer != "fine":
                self.assertTrue(any(reason in answer for reason in NOT_OURS), (pattern, answer))
                continue
            for text, ends in texts:
                places = [tuple(map(int, place.split("-"))) for place in next(answers).split()]
                with self.subTest(pattern=pattern, text=text):
                    self.assertLessEqual({to for _, to in places}, ends)
                    self.assertEqual(bool(ends), bool(places))
                tried += 1
                placed += bool(places)
        self.assertGreater(tried, 900)
        self.assertGreater(placed, 400)


if __name__ == "__main__":
    main()
