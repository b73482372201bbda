"""Every allocation of an import, a run and others fails, once or ever after: exit 71, and nothing is lost or left.

A preloaded malloc() counts what an undisturbed run asks for, from main() on; then number 1, 2, 3 ... fails, whoever
asks: the engine, jansson, libyaml, zstd, Hyperscan or the C library.
"""

import itertools
import os
import time

from fault_case import FaultCase, Tally, for_all, preloaded, undisturbed
from figures import Figures, scratch_folder
from small_shop import COMMANDS, make_shop

NAMES = ("import", "import-more", "import-ndjson", "run", "tag", "tag-text", "keywords-check", "keywords-test",
         "model-check", "fit", "compact", "export", "export-all", "export-stdout", "explain", "verify")
QUICK_CASES = 500
NO_MEMORY = 71


class Sweep:
    """All allocations of one command."""

    def __init__(self, scratch, command, tally):
        self.scratch, self.command, self.tally = scratch, command, tally
        self.undisturbed = undisturbed(scratch, command)
        self.not_reached = 0
        with FaultCase(scratch, command, "allocations") as case:
            count_file = scratch / "allocations"
            case.run(env=preloaded("failing_allocations", PRELOAD_COUNT_FILE=count_file))
            self.allocations = int(count_file.read_text())

    def cases(self):
        return [(self, *case) for case in itertools.product(range(1, self.allocations + 1), (0, 1))]

    def try_one(self, allocation, ever_after, number):
        faults = {"FAIL_ALLOCATION": allocation, "FAIL_EVER_AFTER": ever_after}
        with FaultCase(self.scratch, self.command, number) as case:
            outcome = case.run(env=preloaded("failing_allocations", **faults))
            shown = " ".join(f"{name}={value}" for name, value in faults.items())
            self.tally.judge(case, self.undisturbed, outcome, shown, codes={NO_MEMORY})


def main():
    figures = Figures(__doc__.splitlines()[0])
    started = time.monotonic()
    scratch = scratch_folder()
    make_shop(scratch)
    tally = Tally(figures)
    sweeps = [Sweep(scratch, COMMANDS[name], tally) for name in NAMES]
    cases = [case for sweep in sweeps for case in sweep.cases()]
    points = len(cases) // 2
    if figures.quick:
        cases = cases[::len(cases) // QUICK_CASES | 1]
    for_all(cases, lambda case, number: case[0].try_one(*case[1:], number))
    tally.show("allocations failing", f"{points:,} allocations x once, ever after ({time.monotonic() - started:.0f} s)")
    figures.finish()


if __name__ == "__main__":
    main()
