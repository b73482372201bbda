"""The README's lines on chats and clusters, pasted into a shell, show what the README says they do.

Each section's lines run in a folder of their own, in their order, and stop at the first that fails. They need sqlite3 and
$FOURLOOP_DATA (or shared/data beside the checkout): both are skipped loudly.
"""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from cli_case import FOURLOOP, ROOT, CliCase, main

DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve()


def blocks(heading):
    """The commands below a heading: those of each fence, without what only shows a file."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(rf"(?ms)^#+ {re.escape(heading)}$(.*?)^#", text + "\n#").group(1)
    return [block for block in re.findall(r"(?ms)^```\n(.*?)^```$", section) if "build/fourloop" in block]


@unittest.skipUnless(shutil.which("sqlite3"), "no sqlite3: apt-get install sqlite3")
class Readme(CliCase):
    def setUp(self):
        super().setUp()
        if not DATA.is_dir():
            self.skipTest(f"no {DATA}: set FOURLOOP_DATA to the folder of the public data sets")
        self.path("build").mkdir()
        self.path("build/fourloop").symlink_to(Path(FOURLOOP).resolve())
        self.path("formats").symlink_to(ROOT / "formats")

    def paste(self, block):
        """What it shows on both outputs."""
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=self.path("."), text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "DATA": str(DATA)})
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def test_chats(self):
        block = next(block for block in blocks("Tags: what customers write about") if "$DATA" in block)
        shown = self.paste(block)
        self.assertRegex(shown, r"(?m)^price_question\|[1-9]\d*\|[1-9]\d*$")
        self.assertRegex(shown, r"yes store_visit, line \d+: `营业时间`")
        before, after = map(int, re.findall(r"(\d+) tags of customers", shown))
        self.assertLess(before, after)

    def test_clusters(self):
        self.paste(blocks("Four public data sets, step by step")[0])
        shown = "".join(map(self.paste, blocks("Clusters")))
        for number in range(1, 5):
            self.assertRegex(shown, rf"(?m)^cluster {number}: ")
        self.assertRegex(shown, r"(?m)^22\|3\|4\|")
        self.assertIn("nearer for the second night", shown)

    def test_a_rule_that_is_shown_fits_the_shipped_list(self):
        """A line of it can be pasted behind the default list."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        head, *rules = re.search(r"(?ms)^(tag,any,.*?)```", text).group(1).splitlines()
        shipped = (ROOT / "engine/defaults/keywords.csv").read_text(encoding="utf-8").splitlines()[0]
        self.assertEqual(shipped, head)
        self.assertEqual({head.count(",")}, {rule.count(",") for rule in rules})


if __name__ == "__main__":
    main()
