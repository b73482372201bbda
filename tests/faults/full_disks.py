"""Disks that are full at every page and every file of what is written, and files that may not grow.

Small disks are mounted in a name space of this program's own, so they are gone with it, however it ends.
"""

import os
import subprocess
import sys
import time

from fault_case import FaultCase, Tally, for_all, undisturbed
from figures import Figures, scratch_folder, skip
from small_shop import COMMANDS, TIMEOUT_SECONDS, make_shop

OWN_SPACE = "FOURLOOP_OWN_MOUNTS"
NAMES = ("import", "import-more", "compact", "run", "tag", "fit", "export", "export-all")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")
LIMIT_STEP_BYTES = 1024  # of a file's size
STEPS_MAX = 1000
IO, DISK_FULL = 74, 75
AMPLE = "size=64m,nr_inodes=10000"


def enter_own_space():
    """Begins anew where mounts are nobody else's."""
    if OWN_SPACE in os.environ:
        return
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        skip("small disks need the right to mount (root)")
    os.execvpe("unshare", ["unshare", "-m", sys.executable, "-B", *sys.argv], {**os.environ, OWN_SPACE: "1"})


class SmallDisk(FaultCase):
    """A case whose folder is a disk of its own, with room for so much more than lies there already."""

    def make_folder(self):
        super().make_folder()
        self.mount(AMPLE)

    def mount(self, options, *more):
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join((*more, "mode=700", options)), "none", self.folder],
                       check=True, timeout=TIMEOUT_SECONDS)

    def leave(self, pages=None, files=None):
        facts = os.statvfs(self.folder)
        if pages is not None:
            # 0 would mean any size at all.
            self.mount(f"size={max(1, facts.f_blocks - facts.f_bfree + pages) * PAGE_BYTES}", "remount")
        if files is not None:
            self.mount(f"nr_inodes={facts.f_files - facts.f_ffree + files}", "remount")

    def lift(self):
        self.mount(AMPLE, "remount")

    def __exit__(self, *trouble):
        subprocess.run(["umount", "-l", self.folder], check=True, timeout=TIMEOUT_SECONDS)
        super().__exit__(*trouble)


class Sweeps:
    """One command with ever more room, until it works."""

    def __init__(self, scratch, figures):
        self.scratch, self.tally = scratch, Tally(figures)
        self.undisturbed = {name: undisturbed(scratch, COMMANDS[name]) for name in NAMES}

    def until_it_works(self, name, fault, try_one):
        """`fault` says what of the step is left; try_one(command, undisturbed, step, words) gives an outcome's code."""
        command, normal = COMMANDS[name], self.undisturbed[name]
        for step in range(STEPS_MAX):
            if try_one(command, normal, step, fault.format(step)) == 0:
                return
        self.tally.figures.violation(f"{name}: {fault.format(STEPS_MAX)}: does not work with all the room it needs")

    def small_disk(self, kind):
        def try_one(command, normal, step, words):
            with SmallDisk(self.scratch, command, f"{kind}-{step}") as case:
                case.leave(**{kind: step})
                outcome = case.run()
                self.tally.judge(case, normal, outcome, words, codes={DISK_FULL})
            return outcome.code
        return try_one

    def short_files(self, command, normal, step, words):
        with FaultCase(self.scratch, command, f"limit-{step}") as case:
            outcome = case.run(("prlimit", f"--fsize={step * LIMIT_STEP_BYTES}"))
            self.tally.judge(case, normal, outcome, words, codes={IO})
        return outcome.code

    def sweep(self, name, kind):
        if kind == "limit":
            self.until_it_works(name, f"files of at most {{}} x {LIMIT_STEP_BYTES} bytes", self.short_files)
        else:
            self.until_it_works(name, f"a disk with {{}} free {kind}", self.small_disk(kind))


def main():
    figures = Figures(__doc__.splitlines()[0])
    enter_own_space()
    started = time.monotonic()
    scratch = scratch_folder()
    make_shop(scratch)
    sweeps = Sweeps(scratch, figures)
    cases = [(name, kind) for name in NAMES for kind in ("pages", "files", "limit")]
    for_all(cases, lambda case, number: sweeps.sweep(*case))
    sweeps.tally.show("full disks", f"{len(NAMES)} commands on disks short of 0, 1, 2 ... pages and files, and under file-size "
                                    f"limits ({time.monotonic() - started:.0f} s)")
    figures.finish()


if __name__ == "__main__":
    main()
