"""The power is cut at every system call: what is on the disk is the old or the new, after exit 0 the new.

Each command runs on several disks:
  ext4    in a file; before every call its image is copied while the program waits, the copy is mounted (which replays
          the journal) and read. In ordered and in writeback mode; and once more with the journal brought to the disk
          after every change, as its timer may do at any instant: then names get there before bytes.
  strict  keeps nothing but what fsync promises, and of the rest each subset that is worth a try (lost_writes.py).
Readers must see the old or the new, and the same command must complete what is there to the same bytes, no file more.

Would it notice a missing fsync? Each fsync of each command is left out, one at a time, and a violation must come.
"""

import os
import random
import sys
import threading
from typing import NamedTuple

from driver import HARMLESS, SYNCS, Stopped, check_driver
from figures import Figures, scratch_folder
from interrupted import all_commands, comparable, digest, in_parallel, read_tree, write_tree
from loop_disk import Image, bring_journal, check_loops, in_own_namespace, make_disk, mounted
from lost_writes import UncertainDisk

DRAWS, QUICK_DRAWS = 8, 1
QUICK_SHARE = 8  # of the fsyncs one in so many is left out
SEED = 8


class Disk(NamedTuple):
    """A kind of disk: its name, how it is mounted, whether its journal gets to the disk after every change."""
    name: str
    options: str = ""
    eager: bool = False


STRICT = Disk("a strict disk")
LATE, EAGER = Disk("ext4"), Disk("ext4 with an eager journal", eager=True)
WRITEBACK, EAGER_WRITEBACK = Disk("ext4 writeback", "data=writeback"), Disk("ext4 writeback with an eager journal",
                                                                            "data=writeback", eager=True)


class Cut(NamedTuple):
    """What readers find when the power is back."""
    call: int  # the power was cut before this one
    ended: bool  # after exit 0
    tree: dict

    def when(self):
        return "after the end" if self.ended else f"before call {self.call}"


class Cuts:
    """Those of one run that differ, by digest and end, and how many instants they stand for."""

    def __init__(self):
        self.points = 0
        self.found = {}

    def add(self, call, ended, tree):
        self.found.setdefault((digest(comparable(tree)), ended), Cut(call, ended, tree))


def cuts_of_ext4(command, disk, place, skip_sync=0):
    """Runs the command on such a disk; (the cuts, the run)."""
    image = place.with_suffix(".img")
    make_disk(image, command.before)
    points, images = 0, {}

    def cut(ended):
        nonlocal points
        points += 1
        content = Image(image)
        images.setdefault((content.digest(), ended), (points, content))

    with mounted(image, place, disk.options) as folder:
        run = Stopped(folder, command.command, skip_sync=skip_sync, ask=True)
        last_call = None
        for _, call, _ in run.stops():
            if disk.eager and last_call not in HARMLESS:
                bring_journal(place)
            last_call = call
            cut(ended=False)
        cut(ended=run.wait() == 0)
    cuts = Cuts()
    cuts.points = points
    for (_, ended), (call, content) in images.items():
        content.write(image)
        with mounted(image, place, disk.options) as folder:
            cuts.add(call, ended, read_tree(folder))
    return cuts, run


def cuts_of_strict(command, draws, place, skip_sync=0):
    """The same on a disk that keeps only what is promised."""
    command.copy_before(place)
    disk, cuts, chance = UncertainDisk(place, command.unsure), Cuts(), random.Random(SEED)
    last_call = synced = None  # what the last call was an fsync of

    def cut(ended):
        cuts.points += 1
        if last_call in HARMLESS and not ended:
            return
        disk.look()
        disk.sync(synced)
        for tree in disk.trees(chance, draws):
            cuts.add(cuts.points, ended, tree)

    run = Stopped(place, command.command, skip_sync=skip_sync, ask=True)
    for thread, call, file in run.stops():
        cut(ended=False)
        last_call = call
        synced = os.stat(f"/proc/{thread}/fd/{file}").st_ino if call in SYNCS else None
    cut(ended=run.wait() == 0)
    return cuts, run


class PowerCuts:
    """Cuts the power of commands and counts what comes of it; workers may share it."""

    def __init__(self, figures, scratch):
        self.figures = figures
        self.scratch = scratch
        self.lock = threading.Lock()
        self.points = self.violations = 0
        self.syncs = {}  # of each command
        self.troubles = {}  # (command, digest of a tree, ended): words or None; the same is not tried twice
        self.removed = self.caught = self.caught_on_ext4 = 0

    def cuts(self, command, disk, skip_sync=0):
        place = self.scratch / f"cut-{threading.get_ident()}"
        if disk is STRICT:
            return cuts_of_strict(command, QUICK_DRAWS if self.figures.quick else DRAWS, place, skip_sync)
        return cuts_of_ext4(command, disk, place, skip_sync)

    def trouble(self, command, key, cut):
        """Words on what is wrong after this cut, or None."""
        key = (command.name, *key)
        if key not in self.troubles:
            folder = self.scratch / f"restored-{threading.get_ident()}"
            write_tree(cut.tree, folder)
            self.troubles[key] = command.see_trouble(folder, cut.ended) or command.repeat_trouble(folder)
        return self.troubles[key]

    def violation(self, command, words):
        self.figures.violation(f"{command.name}: {words}; fourloop {' '.join(command.command)}")

    def try_command(self, job):
        """Every cut of a command on a disk."""
        command, disk = job
        cuts, run = self.cuts(command, disk)
        troubles = [f"power cut {cut.when()} on {disk.name}: {trouble}" for key, cut in cuts.found.items()
                    if (trouble := self.trouble(command, key, cut))]
        if run.code != 0:
            troubles.append(f"undisturbed, it ends with {run.code}: {run.words}")
        with self.lock:
            self.points += cuts.points
            self.violations += len(troubles)
            self.syncs[command] = run.syncs
        for trouble in troubles:
            self.violation(command, trouble)

    def notices(self, command, disk, sync):
        """Whether a violation comes without this fsync."""
        cuts, run = self.cuts(command, disk, skip_sync=sync)
        if run.code != 0:
            sys.exit(f"{command.name} without its fsync number {sync} ends with {run.code}: {run.words}")
        return any(self.trouble(command, key, cut) for key, cut in cuts.found.items())

    def leave_out(self, job):
        """One fsync of a command is left out: that must be noticed."""
        command, sync = job
        caught = self.notices(command, STRICT, sync)
        on_ext4 = not self.figures.quick and self.notices(command, EAGER, sync)
        with self.lock:
            self.removed += 1
            self.caught += caught
            self.caught_on_ext4 += on_ext4
        if not caught:
            self.violation(command, f"nothing is noticed without its fsync number {sync}")


def main():
    in_own_namespace()
    figures = Figures(__doc__.splitlines()[0])
    scratch = scratch_folder()
    (scratch / "tmp").mkdir()
    check_driver(scratch)
    check_loops(scratch)
    commands = all_commands()
    for command in commands:
        command.prepare(scratch)
    cuts = PowerCuts(figures, scratch)
    disks = (STRICT, EAGER) if figures.quick else (STRICT, LATE, WRITEBACK, EAGER, EAGER_WRITEBACK)
    in_parallel(cuts.try_command, [(command, disk) for command in commands for disk in disks])
    states = len(cuts.troubles)
    syncs = [(command, sync + 1) for command in commands for sync in range(cuts.syncs[command])]
    in_parallel(cuts.leave_out, random.Random(SEED).sample(syncs, len(syncs) // QUICK_SHARE) if figures.quick else syncs)
    figures.show("power cuts at system calls", f"{cuts.points:,} cuts on {len(disks)} disks, {states:,} different states, "
                 f"{cuts.violations} violations", "0 violations", cuts.violations == 0)
    figures.show("removed fsyncs", f"{cuts.caught} of {cuts.removed} caught"
                 + ("" if figures.quick else f" ({cuts.caught_on_ext4} on ext4 alone)"), "all", cuts.caught == cuts.removed)
    figures.finish()


if __name__ == "__main__":
    main()
