"""What the programs of this folder share: options, figures, violations, a scratch folder in memory."""

import argparse
import atexit
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from cli_case import FOURLOOP, ROOT, SANITIZED, SKIPPED  # noqa: E402, F401  # handed on


def scratch_folder():
    """A new folder, in memory where there is room for such, removed at the end, after signals too."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="fourloop-trust-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    return folder


def skip(reason):
    """Ends the program: this machine cannot do what it needs."""
    print(f"SKIPPED: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


class Figures:
    """Prints figures and violations as tools/trust reads them; finish() ends the program with what they say."""

    def __init__(self, description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--quick", action="store_true", help="what CI has time for")
        self.quick = parser.parse_args().quick
        self.all_hold = True

    def show(self, name, value, bar, holds, only_full=False):
        """One figure. `only_full`: a bar that the smaller counts of --quick cannot reach."""
        if only_full and self.quick:
            bar, holds = "-", True
        self.all_hold = self.all_hold and holds
        print("figure", name, value, bar, "ok" if holds else "SHORT", sep="\t", flush=True)

    def violation(self, words):
        """What went wrong, in a line that lets one repeat it."""
        self.all_hold = False
        print(f"violation: {words}", file=sys.stderr, flush=True)

    def finish(self):
        sys.exit(0 if self.all_hold else 1)
