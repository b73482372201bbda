"""Reads and writes that move few bytes at a time, or are interrupted each third time, must change nothing at all."""

import itertools
import time

from fault_case import FaultCase, Tally, for_all, preloaded, undisturbed
from figures import Figures, scratch_folder
from small_shop import COMMANDS, make_shop

SIZES = (1, 7, 4095, 4097)
INTERRUPTS = (0, 3)
NAMES = ("import", "import-pipe", "import-more", "import-ndjson", "compact", "run", "run-copied", "tag", "fit", "export",
         "export-all", "export-stdout", "explain")


class Transfers:
    """All commands, in pieces of each size."""

    def __init__(self, scratch, figures):
        self.scratch, self.figures = scratch, figures
        self.tally = Tally(figures)
        self.undisturbed = {name: undisturbed(scratch, COMMANDS[name]) for name in NAMES}

    def try_one(self, name, size, interrupt_every, number):
        faults = {"TRANSFER_BYTES": size, "INTERRUPT_EVERY": interrupt_every}
        count_file = self.scratch / f"disturbed-{number}"
        shown = " ".join(f"{variable}={value}" for variable, value in faults.items())
        with FaultCase(self.scratch, COMMANDS[name], number) as case:
            outcome = case.run(env=preloaded("short_transfers", PRELOAD_COUNT_FILE=count_file, **faults))
            self.tally.judge(case, self.undisturbed[name], outcome, shown, codes=frozenset())
        if (size < 4095 or interrupt_every) and count_file.read_text() == "0\n":
            self.figures.violation(f"{name}: {shown}: no call was disturbed")


def main():
    figures = Figures(__doc__.splitlines()[0])
    started = time.monotonic()
    scratch = scratch_folder()
    make_shop(scratch)
    transfers = Transfers(scratch, figures)
    for_all(itertools.product(NAMES, SIZES, INTERRUPTS), lambda case, number: transfers.try_one(*case, number))
    transfers.tally.show("short reads and writes", f"{len(NAMES)} commands x {len(SIZES)} sizes x plain, interrupted "
                                                   f"({time.monotonic() - started:.0f} s)")
    figures.finish()


if __name__ == "__main__":
    main()
