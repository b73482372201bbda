"""The manual page and the completions: every verb and every flag of the tables is in them, and they work.

The verbs are read from their .def file, the flags from each verb's --help, which usage_test holds against theirs. The page goes through groff with all its warnings, bash's
completion is called as bash calls it, zsh reads its own; what is not installed here is skipped.
"""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from cli_case import CliCase, main
from usage_test import VERBS

BUILD = Path(os.environ.get("FOURLOOP_BUILD") or "build").resolve()
PAGES = BUILD / "pages"


class Pages(CliCase):
    def flags_of(self, name):
        """Flag -> argument, "" without. Choices are words in small letters, `FILE` and the like are not."""
        text = self.fourloop(*name.split(), "--help").stdout.decode()
        return dict(re.findall(r"(?m)^  (--?[a-z][a-z-]*)(?: (\S+))?(?:  .*)?$", text))

    def test_the_manual_has_every_flag_of_every_verb(self):
        text = (PAGES / "fourloop.1").read_text().replace("\\-", "-")
        for _, name in VERBS:
            section = re.search(rf"(?ms)^\.SS fourloop {name} (.*?)(?=^\.S[SH] )", text)
            self.assertIsNotNone(section, name)
            listed = set(re.findall(r"(?m)^\\fB(--?[a-z-]+)\\fR", section[1]))
            self.assertEqual(set(self.flags_of(name)), listed, name)
            self.assertIn(f"fourloop {name}", section[1])
        for code in (0, 64, 65, 66, 70, 71, 73, 74, 75, 77, 78, 99, 130):
            self.assertEqual(1, text.count(f".TP\n.B {code}\n"), code)

    @unittest.skipUnless(shutil.which("groff"), "no groff here")
    def test_the_manual_is_good_troff(self):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", PAGES / "fourloop.1"], capture_output=True, check=True)
        self.assertEqual(b"", done.stderr)

    def complete(self, *words):
        """What bash would offer for the last of `words`."""
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _fourloop; echo "${COMPREPLY[*]}"'
        done = subprocess.run(["bash", "-u", "-c", script, "bash", PAGES / "fourloop.bash", "fourloop", *words],
                              capture_output=True, check=True, text=True)
        self.assertEqual("", done.stderr)
        return set(done.stdout.split())

    def test_bash_offers_verbs(self):
        self.assertEqual({name.split()[0] for _, name in VERBS} | {"--help", "--version"}, self.complete(""))
        self.assertEqual({"import", "inspect"}, self.complete("i"))
        self.assertEqual({"init", "check", "test", "--help"}, self.complete("model", ""))

    def test_bash_offers_every_flag_and_every_choice(self):
        for _, name in VERBS:
            flags = self.flags_of(name)
            self.assertEqual({flag for flag in flags if flag.startswith("--")} | {"--help"},
                             self.complete(*name.split(), "--"))
            for flag, argument in flags.items():
                if argument:
                    wanted = set(argument.split("|")) if argument.islower() else set()
                    self.assertEqual(wanted, self.complete(*name.split(), flag, ""), flag)

    def test_bash_leaves_files_to_bash(self):
        self.assertEqual(set(), self.complete("import", ""))
        self.assertEqual(set(), self.complete("verify", "da"))
        self.assertIn("--data", self.complete("run", ""))

    def test_zsh_has_every_flag_of_every_verb(self):
        text = (PAGES / "_fourloop").read_text()
        for _, name in VERBS:
            part = re.search(rf"(?ms)^    '{name}'\)\n(.*?);;", text)
            self.assertEqual(set(self.flags_of(name)), set(re.findall(r"(?m)^ +'(--?[a-z-]+)\[", part[1])), name)
            self.assertIn(f"        '{name}:", text)

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_reads_it(self):
        subprocess.run(["zsh", "-n", PAGES / "_fourloop"], check=True)

    def test_all_are_installed(self):
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.folder], check=True, capture_output=True)
        for name in ("bin/fourloop", "share/man/man1/fourloop.1", "share/bash-completion/completions/fourloop",
                     "share/zsh/site-functions/_fourloop"):
            self.assertTrue(self.path(name).is_file(), name)


if __name__ == "__main__":
    main()
