"""Standard input, output and error that are closed, full, or pipes that nobody reads: complete, or an exit code; no mess.

A closed descriptor's number must never go to a data file, into which messages would then be written.
"""

import os
import signal
import subprocess
import time

from fault_case import FaultCase, Tally, for_all, undisturbed
from figures import Figures, scratch_folder
from small_shop import COMMANDS, make_shop

NAMES = ("import", "import-pipe", "import-more", "compact", "run", "tag", "fit", "export", "export-all", "export-stdout",
         "explain")
QUIET = {"export", "export-all", "export-stdout", "explain"}
ENDS = {0: "<&-", 1: ">&-", 2: "2>&-"}
IO = 74
# What a shell does with the descriptors, and whether stderr is left to speak.
SHELL_FAULTS = [(" ".join(ENDS[end] for end in ENDS if number & 1 << end), not number & 4) for number in range(1, 8)]
SHELL_FAULTS += [(">/dev/full", True), ("2>/dev/full", False), (">/dev/full 2>/dev/full", False)]


def unread_pipe():
    """The end to write to of a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


class Ends:
    """All commands with all faults."""

    def __init__(self, scratch, figures):
        self.scratch, self.tally = scratch, Tally(figures)
        self.undisturbed = {name: undisturbed(scratch, COMMANDS[name]) for name in NAMES}

    def judge(self, case, outcome, words, speaks, codes):
        self.tally.judge(case, self.undisturbed[case.command.name], outcome, words, not speaks, codes)

    def in_shell(self, name, fault, speaks, number):
        with FaultCase(self.scratch, COMMANDS[name], number) as case:
            outcome = case.run(("bash", "-c", f'exec "$@" {fault}', "bash"))
            self.judge(case, outcome, fault, speaks, self.allowed(name, fault))

    def allowed(self, name, fault):
        """Only what has something to read or to write there may fail."""
        reads, writes = name == "import-pipe", self.undisturbed[name].after.stdout != b""
        fails = (reads and "<" in fault) or (writes and (">&-" in fault.replace("2>&-", "") or fault.startswith(">/dev/full")))
        return {IO} if fails else set()

    def unread(self, name, ends, number):
        writer = unread_pipe()
        # A pipe that nobody reads ends an export and other readers quietly; whoever publishes a folder goes on.
        codes = {-signal.SIGPIPE} if name in QUIET else set()
        try:
            with FaultCase(self.scratch, COMMANDS[name], number) as case:
                outcome = case.run(**{end: writer for end in ends})
                self.judge(case, outcome, f"nobody reads {', '.join(ends)}", False, codes)
        finally:
            os.close(writer)

    def try_one(self, case, number):
        name, fault = case
        if isinstance(fault[0], str):
            self.in_shell(name, *fault, number)
        else:
            self.unread(name, fault[0], number)


def main():
    figures = Figures(__doc__.splitlines()[0])
    started = time.monotonic()
    scratch = scratch_folder()
    make_shop(scratch)
    ends = Ends(scratch, figures)
    faults = [*SHELL_FAULTS, (("stdout",), True), (("stderr",), True), (("stdout", "stderr"), True)]
    for_all([(name, fault) for name in NAMES for fault in faults], ends.try_one)
    ends.tally.show("closed, full and unread descriptors", f"{len(NAMES)} commands x {len(faults)} faults "
                                                           f"({time.monotonic() - started:.0f} s)")
    figures.finish()


if __name__ == "__main__":
    main()
