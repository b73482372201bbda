"""Folding and letters against the Unicode data of Python, which is not ours.

Every assigned code point by itself, between two letters, and behind a letter with marks around it; then random texts in
many scripts and random bytes. The form must be the standard's toNFKC_Casefold. Letters must be those of the categories
L, M, N and `_`; scripts without spaces are known by the names of their characters. Characters that Python does not know,
as its Unicode data may be older, are left out.
"""

import codecs
import functools
import os
import random
import re
import struct
import subprocess
import sys
import unicodedata
import unittest
from pathlib import Path

TEXTS = Path(os.environ["FOURLOOP_BIN"]).resolve().parent / "tests/fold_texts"
CLUSTER_MAX = 32

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt.
NO_WIDTH = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
            (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
            (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)]
STRIP = {c: None for first, last in NO_WIDTH for c in range(first, last + 1)}

# Characters of scripts without spaces between words, by how their names begin.
UNSPACED = re.compile("CJK|HIRAGANA|KATAKANA|HALFWIDTH KATAKANA|BOPOMOFO|THAI |LAO |MYANMAR|KHMER|IDEOGRAPHIC (?!TALLY)|HANGZHOU"
                      "|VERTICAL KANA|VERTICAL IDEOGRAPHIC|MASU|HENTAIGANA|KANGXI|OLD CHINESE|VIETNAMESE ALTERNATE"
                      "|COMBINING KATAKANA|KANBUN")


@functools.lru_cache(maxsize=None)
def map_character(character):
    """NFKC_Casefold of Unicode's DerivedNormalizationProps.txt, by its definition."""
    form = character
    while True:
        again = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", form).casefold().translate(STRIP))
        if again == form:
            return form
        form = again


def fold(text):
    """toNFKC_Casefold of the Unicode Standard, with what has no width taken out before marks are put in order."""
    form = unicodedata.normalize("NFD", text.translate(STRIP))
    return unicodedata.normalize("NFC", "".join(map_character(character) for character in form))


def decode(data):
    """Each byte that is no UTF-8 is one U+FFFD."""
    return data.decode("utf-8", "one_each")


codecs.register_error("one_each", lambda error: ("\uFFFD" * (error.end - error.start), error.end))


def run(texts):
    data = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    out = subprocess.run([TEXTS], input=data, stdout=subprocess.PIPE, check=True, timeout=120).stdout
    forms, at = [], 0
    while at < len(out):
        size = struct.unpack_from("<I", out, at)[0]
        forms.append(out[at + 4:at + 4 + size])
        at += 4 + size
    return forms


def is_known(character):
    return unicodedata.category(character) not in ("Cn", "Cs") or ord(character) in STRIP


class FoldPython(unittest.TestCase):
    def compare(self, texts):
        texts = [text if isinstance(text, bytes) else text.encode() for text in texts]
        forms = run(texts)
        self.assertEqual(len(forms), len(texts))
        wrong = [(text, form, fold(decode(text))) for text, form in zip(texts, forms)
                 if form != fold(decode(text)).encode()]
        self.assertEqual(wrong[:5], [], f"{len(wrong)} of {len(texts)}")

    def test_every_character(self):
        known = [chr(c) for c in range(sys.maxunicode + 1) if is_known(chr(c))]
        self.assertGreater(len(known), 280000)
        self.compare(known)
        private = [c for c in known if unicodedata.category(c) != "Co"]
        self.compare([f"A{c}b" for c in private])
        self.compare([f"e\u0327{c}\u0301z" for c in private])

    def test_every_character_after_what_composes(self):
        """Behind each first character of a composition its second one, with others between and behind."""
        pairs = [unicodedata.normalize("NFD", chr(c)) for c in range(sys.maxunicode + 1)
                 if len(unicodedata.normalize("NFD", chr(c))) > 1 and not 0xAC00 + 200 < c < 0xD7A3]
        self.compare([pair[:-1] + between + pair[-1] + behind for pair in pairs
                      for between in ("", "\u200D", "\u0323", "x") for behind in ("", "\u0345", "\u11A8")])

    def test_random_texts(self):
        blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x36F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF),
                  (0xE00, 0xEFF), (0xF00, 0xFFF), (0x1000, 0x11FF), (0x1780, 0x18AF), (0x1AB0, 0x1B7F), (0x1DC0, 0x20FF),
                  (0x2100, 0x218F), (0x2460, 0x24FF), (0x3000, 0x33FF), (0x4E00, 0x9FFF), (0xA640, 0xABFF), (0xAC00, 0xD7FF),
                  (0xF900, 0xFFFD), (0x10400, 0x104FF), (0x11000, 0x114FF), (0x1D000, 0x1D7FF), (0x1E000, 0x1E95F),
                  (0x1F100, 0x1F6FF), (0x2F800, 0x2FA1F)]
        source = random.Random(6)
        texts = []
        for _ in range(60000):
            chosen = source.choices(blocks, k=source.randint(1, 3))
            count = source.randint(1, CLUSTER_MAX - 1)
            characters = [chr(source.randint(*source.choice(chosen))) for _ in range(count)]
            texts.append("".join(c for c in characters if is_known(c)))
        self.compare(texts)

    def test_random_bytes(self):
        source = random.Random(7)
        pieces = [b"\xE4\xB8\xAD", b"\xCC\x81", b"e", b"\xC3\x89", b"\xF0\x9F\x98\x80", b"\xED\xA0\x80", b"\xF4\x90\x80\x80"]
        texts = []
        for _ in range(20000):
            parts = [source.choice(pieces) if source.random() < 0.6 else bytes([source.randrange(256)]) for _ in range(12)]
            cut = b"".join(parts)[source.randrange(3):]
            if all(is_known(c) for c in decode(cut)):
                texts.append(cut)
        self.assertGreater(len(texts), 10000)
        self.compare(texts)

    def test_letters(self):
        letters = subprocess.run([TEXTS, "letters"], stdout=subprocess.PIPE, check=True, timeout=60).stdout.decode()
        wrong = []
        for code in range(sys.maxunicode + 1):
            character, sort = chr(code), unicodedata.category(chr(code))[0]
            if sort == "C" and not is_known(character):
                continue
            expected = "1" if sort in "LMN" or character == "_" else "0"
            if expected == "1" and UNSPACED.match(unicodedata.name(character, "")):
                expected = "3" if sort == "M" else "2"
            if letters[code] != expected:
                wrong.append((f"{code:X}", unicodedata.name(character, ""), letters[code], expected))
        self.assertEqual(wrong[:20], [], f"{len(wrong)}")


if __name__ == "__main__":
    unittest.main()
