"""The command line itself: every verb and flag of the tables shows in the help, every kind of slip is named.

The lists of verbs and flags are read from the .def files, so that a new line there is tested at once.
"""

import re
import unittest

from cli_case import ROOT, CliCase, main

VERBS = re.findall(r'^FL_VERB\((\w+), \w+, "([^"]+)"', (ROOT / "tools/fourloop/verbs.def").read_text(), re.MULTILINE)
FLAGS = re.findall(r'^FL_FLAG\(\w+, "([^"]+)", (\w+|"[^"]*"), (\w+), (NULL|"[^"]*"),\s*((?:ON\(\w+\)[\s|]*)+),',
                   (ROOT / "tools/fourloop/flags.def").read_text(), re.MULTILINE)


class Usage(CliCase):
    def test_tables_were_read(self):
        self.assertGreaterEqual(len(VERBS), 10)
        lines = (ROOT / "tools/fourloop/flags.def").read_text().count("\nFL_FLAG(")
        self.assertEqual(lines, len(FLAGS))

    def test_overview_lists_every_verb(self):
        text = self.fourloop("--help").stdout.decode()
        for _, name in VERBS:
            self.assertRegex(text, rf"(?m)^  {name} ")
        self.assertLess(text.index("Examples:"), text.index("Verbs"))
        self.assertEqual(text, self.fourloop("-h").stdout.decode())

    def test_help_of_every_verb_has_its_flags(self):
        for upper, name in VERBS:
            text = self.fourloop(*name.split(), "--help").stdout.decode()
            self.assertLess(text.index("Examples:"), text.index("Usage:"), name)
            self.assertIn(f"  fourloop {name} ", text.replace("\n", " \n"))
            wanted = {flag for flag, _, _, _, verbs in FLAGS if f"ON({upper})" in verbs}
            listed = set(re.findall(r"(?m)^  (--?[a-z-]+)", text)) - {"-h"}
            self.assertEqual(wanted, listed, name)

    def test_help_of_a_group(self):
        text = self.fourloop("model", "--help").stdout.decode()
        self.assertIn("fourloop model init - ", text)
        self.assertIn("fourloop model check - ", text)

    def test_help_wins_over_what_is_missing(self):
        self.fourloop("run", "--model", "x", "--help")

    def test_version(self):
        self.assertRegex(self.fourloop("--version").stdout.decode(), r"^fourloop \d+\.\d+\.\d+\n$")

    def test_verb_slips(self):
        self.fourloop(code=64, says="a verb is missing; see `fourloop --help`")
        self.fourloop("imprt", code=64, says="no verb `imprt`; did you mean `import`?")
        self.fourloop("zzzzzzzzz", code=64, says="no verb `zzzzzzzzz`; see `fourloop --help`")
        self.fourloop("model", code=64, says="`model` needs a second word: one of init, check, test; see `fourloop model --help`")
        self.fourloop("cluster", "list", code=64, says="one of fit, assign, profile, pairs; see `fourloop cluster --help`")

    def test_flag_slips(self):
        run = ("run", "--model", "m", "--data", "d", "--out", "o")
        for arguments, words in (
                (("run", "--modle", "m"), "run: no flag `--modle`; did you mean `--model`?"),
                (("run", "--zzzzzzzz"), "run: no flag `--zzzzzzzz`; see `fourloop run --help`"),
                (run, "run wants one of --as-of DAY and --replay FROM..TO"),
                ((*run, "--as-of"), "run: --as-of needs its DAY"),
                ((*run, "--as-of", "2026-02-30"),
                 "run: --as-of takes a day of the calendar as YYYY-MM-DD, not `2026-02-30`"),
                ((*run, "--as-of=2026-02-01", "--view", "known"),
                 "run: --view takes known-now|known-then, not `known`"),
                ((*run, "--model", "n"), "run: --model is given twice"),
                ((*run, "--as-of=2026-02-01", "--skip-unchanged=yes"), "run: --skip-unchanged takes no value"),
                ((*run, "--as-of=2026-02-01", "--memory", "1T"),
                 "run: --memory takes a size such as 512M or 4G, not `1T`"),
                ((*run, "--as-of=2026-02-01", "--memory", "99999999999G"), "run: --memory takes a size"),
                ((*run, "--as-of=2026-02-01", "--threads", "0"), "run: --threads 0, at least 1"),
                (("import", "--into", "d", "--threads", "1025", "x.csv"), "import: --threads 1025, at least 1"),
                ((*run, "--as-of=2026-02-01", "extra"), "run: `extra` is one word too many"),
                (("gen", "--out", "o", "--customers", "-1"),
                 "gen: --customers takes a whole number from 0, not `-1`"),
                (("gen", "--out", "o", "--customers", "01"), "not `01`"),
                (("gen", "--out", "o", "--customers", "0"), "gen: 0 customers, at least 1"),
                (("gen", "--out", "o", "--days", "0"), "gen: 0 days, at least 1"),
                (("gen", "--out", "o", "--last-day", "1970-01-31"), "gen: the log would start before 1970-01-01"),
                (("gen", "--out", ""), "gen: --out takes a text that is not empty"),
                (("import", "--into", "d"), "import: FILE...|- is missing"),
                (("verify",), "verify: PATH...|- is missing"),
                (("export", "o", "--table", "customers", "--to", "xls"), "export: --to takes csv|"),
                (("explain", "--run", "o", "--data", "d"), "explain: CUSTOMER is missing")):
            with self.subTest(arguments):
                done = self.fourloop(*arguments, code=64, says=("fourloop: error USAGE: ", words))
                self.assertEqual(b"", done.stdout)
        self.assertEqual([], list(self.folder.iterdir()))

    def test_words_behind_a_double_dash(self):
        self.fourloop("verify", "--", "--nothing", code=66, says="--nothing")

    def test_doctor(self):
        done = self.fourloop("doctor", ".")
        for fact in ("version", "compiler", "built with", "core dumps", "descriptors", "symlinks", "cpu", "page size",
                     "mapped files", "time zones", "space", "writing"):
            self.assertRegex(done.stdout.decode(), rf"(?m)^{fact} +\S")
        self.fourloop("doctor", "nowhere", code=66, says="something the tool needs is missing")
        self.write("file", "")
        self.fourloop("doctor", "file", code=73, says="something the tool needs is missing")


if __name__ == "__main__":
    main()
