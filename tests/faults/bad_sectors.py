"""A disk with one sector that cannot be read, anywhere in a file: exit 74 with the place, mapped or copied, no signal.

A file system of our own (FUSE) shows the files of a night, with one bad sector at a time.
"""

import atexit
import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

from changes import FAILED, Night
from figures import FOURLOOP, Figures, scratch_folder, skip
from night_files import make_night, mapping_commands, other_commands

FILE_SYSTEM = FOURLOOP.parent / "tests/bad_sector_fs"
SECTOR_BYTES = 4096
SEED = 8
QUICK_SECTORS = 25  # of all there are
MOUNT_SECONDS = 10


def mount(source, mountpoint):
    """Shows `source` at `mountpoint` until the end of this program."""
    if not FILE_SYSTEM.is_file():
        skip(f"no {FILE_SYSTEM}: it is built where libfuse3 is")
    mountpoint.mkdir()
    process = subprocess.Popen([FILE_SYSTEM, source, mountpoint], stderr=subprocess.PIPE)

    def unmount():
        subprocess.run(["umount", "-l", mountpoint], stderr=subprocess.DEVNULL)
        process.terminate()
        process.wait(timeout=MOUNT_SECONDS)

    atexit.register(unmount)
    until = time.monotonic() + MOUNT_SECONDS
    while not os.path.ismount(mountpoint):
        if process.poll() is not None or time.monotonic() > until:
            skip(f"FUSE cannot mount here: {process.stderr.read().decode().strip() if process.poll() else 'timeout'}")
        time.sleep(0.01)


def make_work_folder(folder, mountpoint):
    """Where commands run and write; what they read lies on the bad disk."""
    (folder / "tmp").mkdir(parents=True)
    for name in ("data", "eve", "in", "model"):
        (folder / name).symlink_to(mountpoint / name)


def points_of(night, commands):
    """Every sector of every file that a command reads."""
    return [(command, victim, sector) for command in commands for victim in sorted(set(command.victims))
            for sector in range((len(night.good[victim]) + SECTOR_BYTES - 1) // SECTOR_BYTES)]


def try_point(night, control, command, victim, sector):
    """(exit code, faults) of a command while the sector is bad."""
    night.clear()
    control.write_text(f"{sector} {victim}\n")
    outcome = night.run(command)
    faults = night.faults(command, victim, outcome)
    control.unlink()
    if outcome.code != 0:
        faults += night.faults_of_repeat(command)
    return outcome.code, [f"{fault}: {outcome.words.strip()[:300]}" for fault in faults]


def main():
    figures = Figures(__doc__.splitlines()[0])
    folder = scratch_folder()
    source = folder / "source"
    make_night(source)
    mount(source, folder / "disk")
    make_work_folder(folder / "work", folder / "disk")
    commands = [command._replace(refusals=(FAILED,)) for command in
                (*mapping_commands(source), *(one for one in other_commands() if one.name != "import ndjson"))]
    night = Night(folder / "work", commands)
    points = points_of(night, commands)
    if figures.quick:
        points = random.Random(SEED).sample(points, QUICK_SECTORS)

    started = time.monotonic()
    codes, wrong = Counter(), 0
    for command, victim, sector in points:
        code, faults = try_point(night, source / "BAD_SECTOR", command, victim, sector)
        codes[code] += 1
        wrong += faults != []
        for fault in faults:
            figures.violation(f"{command.name}: {victim} sector {sector}: {fault}")
    ends = ", ".join(f"exit {code} {number:,}" for code, number in sorted(codes.items()))
    died = sum(number for code, number in codes.items() if code < 0 or code >= 128)
    figures.show("bad sectors", f"{len(points):,} ({ends}), {died} deaths by signal, {wrong} wrong, "
                 f"{time.monotonic() - started:.0f} s", "0 deaths, 0 wrong", died == 0 and wrong == 0)
    figures.finish()


if __name__ == "__main__":
    main()
