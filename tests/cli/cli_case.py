"""What the tests of the command line share: the program, a folder of their own, small files."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests/reference/reference.py"
REGISTRY = ROOT / "engine/defaults/registry.csv"
FOURLOOP = Path(os.environ.get("FOURLOOP_BIN") or ROOT / "build/fourloop").resolve()

SKIPPED = 77  # what CTest takes for "did not run"
TIMEOUT_SECONDS = 300
if not FOURLOOP.is_file():
    sys.exit(f"no program at {FOURLOOP}: build it, or name it in FOURLOOP_BIN")

# Sanitizers make programs larger; limits of memory are then not looked at.
SANITIZED = b"__asan_init" in FOURLOOP.read_bytes()


def seeds(count, first=0):
    """Seeds of cases that chance makes: with sanitizers a quarter of them, two at least, as many take turns."""
    return range(first, first + (max(2, count // 4) if SANITIZED else count))


# One day of three customers: every kind of column once.
SMALL = """customer,time,type,order,brand,category,product,quantity,amount,discount,margin,currency,speaker,message,text
1,2026-03-30 10:00:00,web_visit,,,,,,,,,,,,
1,2026-03-30 10:05:00,purchase_web,77,Norvik,garden-eco,P1,1.5,12.50,0.50,2.00,EUR,,,
1,2026-03-30 10:05:00,purchase_web,77,Norvik,garden-eco,P2,1,7.00,,,EUR,,,
2,2026-03-29 18:20:00,chat_customer_message,,,,,,,,,,customer,m1,"Hallo, waar blijft ""alles""?"
3,2026-02-01 09:00:00,shop_advice_talk,,Velora,,,,,,,,,,
3,2026-03-31 00:00:00,return_registered,78,Velora,,P3,1,5.00,,,EUR,,,
"""
AS_OF = "2026-03-31"


class CliCase(unittest.TestCase):
    """A test with a folder of its own, in which every command runs."""

    maxDiff = 4000

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fourloop-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return self.folder / name

    def write(self, name, content):
        """A file of text or bytes."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def fourloop(self, *arguments, code=0, says=(), stdin=b"", env=None, **settings):
        """Runs the program; fails unless it ends with `code`, and stderr has each of `says`."""
        command = [str(FOURLOOP), *(str(argument) for argument in arguments)]
        if isinstance(stdin, bytes):
            settings["input"] = stdin
        else:
            settings["stdin"] = stdin
        settings.setdefault("stdout", subprocess.PIPE)
        settings.setdefault("stderr", subprocess.PIPE)
        settings.setdefault("timeout", TIMEOUT_SECONDS)
        done = subprocess.run(command, cwd=self.folder, env={**os.environ, **(env or {})}, **settings)
        words = (done.stderr or b"").decode("utf-8", "replace")
        where = f"{' '.join(command)}\nexit {done.returncode}, wanted {code}\n{words[:3000]}"
        self.assertEqual(code, done.returncode, where)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, words, where)
        return done

    # --- steps of a night

    def import_rows(self, content=SMALL, name="rows.csv", into="data", table="interactions", **settings):
        self.write(name, content)
        return self.fourloop("import", "--table", table, "--into", into, name, **settings)

    def make_model(self, name="model"):
        self.fourloop("model", "init", name)

    def run_night(self, out="out", *more, data="data", as_of=AS_OF, **settings):
        return self.fourloop("run", "--model", "model", "--data", data, "--as-of", as_of, "--out", out, *more,
                             **settings)

    def export(self, out="out"):
        """The customers of a run as CSV bytes."""
        return self.fourloop("export", out, "--table", "customers", "--to", "csv").stdout

    def exported(self, out="out"):
        """The same as dictionaries."""
        return list(csv.DictReader(io.StringIO(self.export(out).decode())))

    # --- what must hold

    def table_file(self, folder, table="interactions", suffix=".flint"):
        """The one table file of `table` in a folder."""
        found = sorted(self.path(folder).glob(f"{table}-*{suffix}"))
        self.assertEqual(1, len(found), found)
        return found[0]

    def customers_bytes(self, out="out"):
        return self.table_file(out, "customers", ".flseg").read_bytes()

    def assert_nothing_there(self, folder):
        """Neither a manifest nor anything temporary: nobody can take the folder for a result."""
        self.assertFalse(self.path(f"{folder}/manifest.json").exists())
        self.assert_nothing_temporary(folder)

    def assert_nothing_temporary(self, folder):
        path = self.path(folder)
        left = [entry.name for entry in path.iterdir()] if path.is_dir() else []
        self.assertEqual([], [name for name in left if name.startswith(".fl-tmp-")])

    def snapshot(self, folder):
        """All files of a folder with their bytes."""
        root = self.path(folder)
        return {entry.relative_to(root).as_posix(): entry.read_bytes()
                for entry in sorted(root.rglob("*")) if entry.is_file()}


def main():
    """Runs the caller's tests; exit code 77 when not one of them could run."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    for case, reason in result.skipped:
        print(f"SKIPPED: {case}: {reason}", file=sys.stderr)
    sys.exit(SKIPPED if result.skipped and len(result.skipped) == result.testsRun else 0)
