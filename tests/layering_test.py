"""Reads the includes of all C files: layers point down, libraries stay behind one file, paths start at the root.

Every file is read, so a breach cannot hide; the checks are tried on made-up lines first, so that they can fail.
"""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# A file may include files of its own level and of those below.
LEVELS = {
    "formats/base": 0,
    "formats/encodings": 1, "formats/schema": 1, "formats/arrow": 1, "formats/parquet": 1,
    "formats/table": 2, "formats/folder": 2, "formats/compact": 2, "formats/importers": 2, "formats/exporters": 2,
    "engine": 3,
    "tools": 4, "bench": 4, "tests": 4,
}

# Foreign headers that one file of a folder alone may include.
BEHIND_ONE_FILE = ("lz4", "zstd", "hs", "utf8proc", "yaml", "sodium")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', re.MULTILINE)


def level_of(path):
    """The level of a file by the longest folder that has one, or None."""
    folders = [folder for folder in LEVELS if path == folder or path.startswith(folder + "/")]
    return LEVELS[max(folders, key=len)] if folders else None


def breach(path, included):
    """What is wrong with `included` (from the root) in `path`, or None."""
    own, other = level_of(path), level_of(included)
    if other is None:
        return f"{path}: \"{included}\" does not start at the root"
    if other > own:
        return f"{path}: includes {included}, which lies above"
    if own < 4 and level_of(included) == 4:
        return f"{path}: nobody includes {included}"
    if path.startswith("engine/kernels/") and not included.startswith(("engine/kernels/", "formats/base/")):
        return f"{path}: a kernel includes {included}"
    if path.startswith(("tools/", "bench/")) and included.startswith("tests/"):
        return f"{path}: includes {included} of the tests"
    return None


def sources():
    for folder in ("formats", "engine", "tools", "bench", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".def"):
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


class Layering(unittest.TestCase):
    def test_checks_can_fail(self):
        self.assertIsNone(breach("engine/score.c", "formats/table/table_reader.h"))
        self.assertIsNone(breach("formats/table/table_reader.c", "formats/folder/data_folder.h"))
        for path, included in (("formats/base/io.c", "formats/schema/schema.h"),
                               ("formats/importers/import.c", "engine/fourloop.h"),
                               ("formats/encodings/bits.c", "formats/table/table_layout.h"),
                               ("engine/job.c", "tools/gen/gen.h"),
                               ("engine/kernels/sum.c", "engine/score.h"),
                               ("engine/job.c", "score.h")):
            self.assertIsNotNone(breach(path, included), (path, included))

    def test_includes_point_down(self):
        breaches, seen = [], 0
        for path, text in sources():
            for mark, included in INCLUDE.findall(text):
                if mark == '"':
                    seen += 1
                    breaches.append(breach(path, included))
        self.assertGreater(seen, 100)
        self.assertEqual([], [words for words in breaches if words])

    def test_included_files_exist(self):
        made_by_build = {"tools/gen/registry_types.def"}
        missing = [f"{path}: {included}" for path, text in sources() for mark, included in INCLUDE.findall(text)
                   if mark == '"' and included not in made_by_build and not (ROOT / included).is_file()]
        self.assertEqual([], missing)

    def test_libraries_stay_behind_one_file(self):
        users = {}
        for path, text in sources():
            if path.startswith("tests/"):
                continue
            for mark, included in INCLUDE.findall(text):
                library = re.split(r"[./]", included)[0]
                if mark == "<" and library in BEHIND_ONE_FILE:
                    users.setdefault((library, str(Path(path).parent)), set()).add(path)
        self.assertIn(("lz4", "formats/encodings"), users)
        self.assertIn(("zstd", "formats/encodings"), users)
        self.assertEqual({}, {use: files for use, files in users.items() if len(files) > 1})

    def test_files_open_with_their_job(self):
        wrong = [path for path, text in sources()
                 if not text.startswith(f"/* {Path(path).name} - ")]
        self.assertEqual([], wrong)


if __name__ == "__main__":
    unittest.main()
