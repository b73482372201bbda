"""`tag --text` on real texts against searches that share nothing with it: re, ripgrep, answer files, treebanks.

Word lists only: each word is a rule of its own, so that places are compared word by word. Needs the data sets
($FOURLOOP_DATA, or shared/data beside the checkout); says so and is skipped without them.
"""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import unittest

from cli_case import REFERENCE, CliCase, main

sys.path.insert(0, str(REFERENCE.parent))
import chats  # noqa: E402
import datasets  # noqa: E402
import folding  # noqa: E402
import letters  # noqa: E402

DATA = datasets.data_root()
SUPPORT_WORDS = ("refund", "card", "PIN", "can't", "top-up", "please", "thank you", "hotel", "a", "I", "the", "wi-fi",
                 "ubuntu", "train", "dvd", "it's", "x", "no", "24/7")
LETTER = r"[^\W\u4e00-\u9fff]"  # those of Chinese need no boundary
SUPPORT_SIGNS = ("?", "£", ":)", "...", "->", "#")
# Tokens with a letter; places of such words that are no token: parts of hyphened words, in Chinese of longer words.
TREEBANKS = {"nl_lassysmall": (24021, 324), "no_bokmaal": (31630, 225), "ru_taiga": (13062, 158),
             "zh_gsdsimp": (10532, 6980)}
CUT_OUT = {"ru_taiga": ["кг", "ли", "ты"]}  # of runs of letters: `3кг`, `тыли`
WORD_BYTES_MAX = 256
RIPGREP = shutil.which("rg")


def escaped(word):
    return re.sub(r"[\\|*]", r"\\\g<0>", word)


def word_list(words):
    """keywords.csv with a line for each word; the first is line 2."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(("tag", "any", "speaker"))
    writer.writerows(("words", word, "both") for word in words)
    return output.getvalue()


def lines_of(path):
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def byte_place(line, begin, end):
    """(offset, length) in bytes."""
    return len(line[:begin].encode()), len(line[begin:end].encode())


def re_places(words, lines, pattern):
    """{(line from 1, number of the word, offset, length)} of a caseless pattern, looked for ahead: they may overlap."""
    found = set()
    for number, word in enumerate(words):
        search = re.compile(f"(?=({pattern.format(re.escape(word))}))", re.IGNORECASE)
        for line_number, line in enumerate(lines, 1):
            found |= {(line_number, number, *byte_place(line, *match.span(1))) for match in search.finditer(line)}
    return found


def naive_places(words, lines):
    """The same by looking at each place of each folded line for each length that a word has."""
    numbers = {}
    for number, word in enumerate(words):
        numbers.setdefault(folding.fold(word), []).append(number)
    sizes, found = sorted({len(word) for word in numbers}), set()
    for line_number, line in enumerate(lines, 1):
        folded = folding.fold_bytes(line.encode())
        for begin in range(len(folded.text)):
            for end in (begin + size for size in sizes if begin + size <= len(folded.text)):
                if folded.text[begin:end] in numbers and letters.stands_free(folded.text, begin, end, False, False):
                    offset = folded.places[begin][0]
                    found |= {(line_number, number, offset, folded.places[end - 1][1] - offset)
                              for number in numbers[folded.text[begin:end]]}
    return found


def sentences(path):
    """(text, [(begin, end) of each token as it is written]) of a treebank."""
    text, tokens, at, behind = "", [], 0, 0
    for line in lines_of(path) + [""]:
        cells = line.split("\t")
        if line.startswith("# text = "):
            text, tokens, at, behind = line[len("# text = "):], [], 0, 0
        elif len(cells) == 10 and "." not in cells[0]:
            first, _, last = cells[0].partition("-")
            if int(first) > behind:  # else a part of a token that stands written as one
                behind = int(last or first)
                begin = text.index(cells[1], at)
                at = begin + len(cells[1])
                tokens.append((begin, at))
        elif not line and tokens:
            yield text, tokens
            tokens = []


def is_word(token):
    """A token with a letter, of the length that words may have."""
    return any(letter.isalpha() for letter in token) and len(folding.fold(token).encode()) <= WORD_BYTES_MAX


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class TextOracle(CliCase):
    def setUp(self):
        super().setUp()
        self.make_model()

    def places(self, words, lines):
        """What the program finds, as re_places() gives it."""
        self.write("model/keywords.csv", word_list(words))
        plain = not any(re.search(r"[\r\n]", line) for line in lines)
        self.write("texts", "".join(f"{line}\n" if plain else json.dumps({"text": line}) + "\n" for line in lines))
        done = self.fourloop("tag", "--text", "texts", "--model", "model", "--from", "lines" if plain else "ndjson",
                             "--to", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
        found = {(int(row["message"]), int(row["rule"]) - 2, int(row["offset"]), int(row["length"])) for row in rows}
        self.assertEqual(len(rows), len(found), "a hit is there twice")
        return found

    def assert_places(self, wanted, found, words):
        differing = sorted(wanted ^ found)
        first = [(place, words[place[1]], "wanted" if place in wanted else "found") for place in differing[:5]]
        self.assertFalse(differing, f"{len(differing)} of {len(wanted)} differ, first {first}")

    def chat_lines(self, name, most):
        return [line["text"] for _, line in zip(range(most), chats.CHATS[name](DATA / "text"))]

    def test_answers_of_banking77(self):
        """Rows with each word, whole and as a part, as another program counted them; places as re says."""
        for part in ("train", "test"):
            lines = [line["text"] for line in datasets.read_csv(DATA / f"text/banking77/{part}.csv")]
            answers = json.loads((DATA / f"answers/tag_banking77_{part}.json").read_text(encoding="utf-8"))
            for kind, ends, pattern in (("caseless_wholeword_rows", "{}", r"\b{}\b"),
                                        ("caseless_substring_rows", "*{}*", "{}")):
                words = list(answers[kind])
                found = self.places([ends.format(escaped(word)) for word in words], lines)
                self.assert_places(re_places(words, lines, pattern), found, words)
                self.assertEqual(answers[kind], {word: len({place[0] for place in found if place[1] == number})
                                                 for number, word in enumerate(words)})

    def test_answers_of_crosswoz(self):
        """8,974 Chinese words, which need no blanks around."""
        lines = lines_of(DATA / "words/crosswoz_val.lines")
        words = lines_of(DATA / "words/thuocl_food.lit")
        answers = json.loads((DATA / "answers/tag_food_crosswoz_val.json").read_text(encoding="utf-8"))
        found = self.places([escaped(word) for word in words], lines)
        pairs = {place[:2] for place in found}
        self.assertEqual([answers[name] for name in ("patterns", "lines", "lines_hit", "pairs", "occurrences")],
                         [len(words), len(lines), len({line for line, _ in pairs}), len(pairs), len(found)])
        for word, pairs_wanted, places_wanted in answers["top"]:
            own = [place for place in found if words[place[1]] == word]
            self.assertEqual((pairs_wanted, places_wanted), (len({place[0] for place in own}), len(own)), word)
        self.assert_places(naive_places(words, lines), found, words)

    def test_support_chat(self):
        """Words and phrases, which need boundaries, and signs, which do not, as re finds them."""
        for name in ("multiwoz", "sgd", "irc"):
            lines = self.chat_lines(name, 12_000)
            for words, pattern in ((SUPPORT_WORDS, f"(?<!{LETTER}){{}}(?!{LETTER})"), (SUPPORT_SIGNS, "{}")):
                found = self.places([escaped(word) for word in words], lines)
                self.assert_places(re_places(words, lines, pattern), found, words)

    @unittest.skipUnless(RIPGREP, "no ripgrep: tools/setup --bench installs it")
    def test_ripgrep(self):
        lines = lines_of(DATA / "words/banking77_train.lines")
        words = ["card", "PIN", "top up", "exchange rate", "can't", "transfer", "a", "fee"]
        starts, at = [], 0
        for line in lines:
            starts.append(at)
            at += len(line.encode()) + 1
        wanted = set()
        for number, word in enumerate(words):
            done = subprocess.run([RIPGREP, "--no-config", "-nbowiF", "--", word, DATA / "words/banking77_train.lines"],
                                  stdout=subprocess.PIPE, check=True)
            for hit in done.stdout.decode().splitlines():
                line, offset, text = hit.split(":", 2)
                wanted.add((int(line), number, int(offset) - starts[int(line) - 1], len(text.encode())))
        self.assert_places(wanted, self.places(words, lines), words)

    def test_brands_in_all_scripts(self):
        """21,812 names against a naive search."""
        words = lines_of(DATA / "words/nsi_brands.lit")
        self.assertEqual(21_812, len(words))
        for name, most in (("irc", 4000), ("multiwoz", 2500), ("crosswoz", 2500)):
            lines = self.chat_lines(name, most)
            found = self.places([escaped(word) for word in words], lines)
            self.assertTrue(found)
            self.assert_places(naive_places(words, lines), found, words)

    def test_tokens_of_treebanks(self):
        """Each token with a letter is found as a whole word; what else is found are parts of tokens that stand free."""
        for name, counts in TREEBANKS.items():
            with self.subTest(name):
                read = list(sentences(DATA / f"text/ud/{name}-ud-dev.conllu"))
                tokens = {(number, *byte_place(text, begin, end)): text[begin:end]
                          for number, (text, places) in enumerate(read, 1) for begin, end in places
                          if is_word(text[begin:end])}
                words = sorted(set(tokens.values()))
                found = {(line, offset, length) for line, _, offset, length in
                         self.places([escaped(word) for word in words], [text for text, _ in read])}
                self.assertEqual(CUT_OUT.get(name, []), sorted(tokens[place] for place in tokens.keys() - found))
                self.assertEqual(counts, (len(tokens), len(found - tokens.keys())))


if __name__ == "__main__":
    main()
