"""JSONTestSuite: which texts are JSON, asked of the reader of NDJSON.

Each text of the suite stands in a line, as the value of a member that no column takes: lines with what must be accepted
(y_) become rows, those with what must be rejected (n_) are rejected with a sentence, and what is left open (i_) is
pinned. Objects are also lines by themselves. Where we say no to something that must be accepted, the table below says
why. Texts that are strings and numbers, taken as chat texts, come out as Python reads them. Needs $FOURLOOP_DATA, or
shared/data beside the checkout; says so and is skipped without it.
"""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "tests/interop")]
from cli_case import main  # noqa: E402
from csv_suite_test import SuiteCase  # noqa: E402

MAPPING = """zone: UTC
columns:
  customer: {constant: 1}
  time: {constant: 2026-03-30}
  type: {constant: web_visit}
"""
TEXT_MAPPING = """zone: UTC
columns: {customer: customer, time: time, type: type, text: {column: value, trim: false}}
"""
NOT_JSON = "not one JSON object"
NOT_UTF8 = "not UTF-8"
NUL = "it holds a NUL"
TOO_LARGE = "a number too large"
TWICE = "a name comes twice in it"

# What must be accepted, and is not.
STRICTER = {"y_object_duplicated_key": TWICE, "y_object_duplicated_key_and_value": TWICE,
            "y_object_escaped_null_in_key": NUL, "y_string_null_escape": NUL}
# What is left open, and rejected.
OPEN = {name: reason for reason, names in {
    NOT_JSON: [
        "object_key_lone_2nd_surrogate", "string_1st_surrogate_but_2nd_missing",
        "string_1st_valid_surrogate_2nd_invalid", "string_incomplete_surrogate_and_escape_valid",
        "string_incomplete_surrogate_pair", "string_incomplete_surrogates_escape_valid",
        "string_invalid_lonely_surrogate", "string_invalid_surrogate", "string_inverted_surrogates_U+1D11E",
        "string_lone_second_surrogate", "structure_UTF-8_BOM_empty_object"],
    NOT_UTF8: [
        "string_UTF-8_invalid_sequence", "string_UTF8_surrogate_U+D800", "string_invalid_utf-8",
        "string_iso_latin_1", "string_lone_utf8_continuation_byte", "string_not_in_unicode_range",
        "string_overlong_sequence_2_bytes", "string_overlong_sequence_6_bytes",
        "string_overlong_sequence_6_bytes_null", "string_truncated-utf-8"],
    NUL: [
        "string_UTF-16LE_with_BOM", "string_utf16BE_no_BOM", "string_utf16LE_no_BOM"],
    TOO_LARGE: [
        "number_huge_exp", "number_neg_int_huge_exp", "number_pos_double_huge_exp", "number_real_neg_overflow",
        "number_real_pos_overflow"],
}.items() for name in names}


class Json(SuiteCase):
    suite = "JSONTestSuite"

    def texts(self, prefix):
        """name -> text in one line. Between values a line end is a blank; within a string it must be rejected."""
        return {path.stem: path.read_bytes().replace(b"\n", b" " if prefix != "n_" else b"\x01")
                for path in sorted((self.files / "test_parsing").glob(f"{prefix}*.json"))}

    def rejected(self, lines, mapping=MAPPING):
        """line -> reason of those that are rejected. Line 0 is an object, by which a file is taken for NDJSON."""
        self.write("mapping.yaml", mapping)
        self.write("rows.ndjson", b"".join(line + b"\n" for line in [b'{"customer": 0}', *lines]))
        shutil.rmtree(self.path("data"), ignore_errors=True)
        blank = sum(not line.strip(b" \t") for line in lines)  # skipped
        self.fourloop("import", "--map", "mapping.yaml", "--into", "data", "--max-rejects", len(lines), "rows.ndjson",
                      says=f"{1 + len(lines) - blank} rows read")
        rejects = self.path("data/rejects")
        found = b"".join(path.read_bytes() for path in rejects.iterdir()) if rejects.is_dir() else b""
        return {int(line) - 1: words.decode() for line, words in
                re.findall(rb'rows.ndjson,(\d+),\d*,"?record: ([^"\n]*)"?$', found, re.MULTILINE)}

    def rejected_names(self, texts, wrap):
        rejected = self.rejected([wrap(text) for text in texts.values()])
        return {name: rejected[line] for line, name in enumerate(texts, 1) if line in rejected}

    def wrap(self, text):
        return b'{"customer": 1, "value": ' + text + b', "more": true}'

    def test_what_is_json_is_accepted(self):
        texts = self.texts("y_")
        self.assertEqual(95, len(texts))
        self.assertEqual(STRICTER, self.rejected_names(texts, self.wrap))
        objects = {name: text for name, text in texts.items() if text.lstrip().startswith(b"{")}
        self.assertEqual(12, len(objects))
        self.assertEqual({name: STRICTER[name] for name in objects if name in STRICTER},
                         self.rejected_names(objects, bytes))

    def test_what_is_no_json_is_rejected(self):
        texts = self.texts("n_")
        self.assertEqual(188, len(texts))
        for wrap in (self.wrap, bytes):
            found = self.rejected_names(texts, wrap)
            blank = {name for name, text in texts.items() if not wrap(text).strip()}
            self.assertEqual(set(texts) - blank, set(found))
            self.assertEqual(set(found.values()), {NOT_JSON, NOT_UTF8, NUL, TOO_LARGE})


    def test_what_is_left_open_stays_as_it_is(self):
        texts = self.texts("i_")
        wanted = {f"i_{name}": reason for name, reason in OPEN.items()}
        self.assertEqual(35, len(texts))
        self.assertEqual(wanted, self.rejected_names(texts, self.wrap))

    def test_texts_and_numbers_come_out(self):
        texts = {}
        for name, text in self.texts("y_").items():
            value = json.loads(text)
            for item in value if isinstance(value, list) else [value]:
                if name not in STRICTER and isinstance(item, str):
                    texts[item] = json.dumps(item, ensure_ascii=len(texts) % 2 == 0)
        self.assertGreater(len(texts), 40)
        rows = [f'{{"customer": {number}, "time": "2026-03-30", "type": "web_visit", "value": {text}}}'.encode()
                for number, text in enumerate(texts.values(), 1)]
        self.assertEqual({}, self.rejected(rows, TEXT_MAPPING))
        out = self.fourloop("export", "data", "--table", "interactions", "--to", "ndjson").stdout.decode()
        found = [json.loads(line)["text"] or "" for line in out.split("\n")[:-1]]
        self.assertEqual(list(texts), found)


if __name__ == "__main__":
    main()
