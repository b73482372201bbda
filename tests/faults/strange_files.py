"""Files that are no files: folders, pipes, sockets, devices, links in the place of each; no hang, no signal."""

import os
import socket
import subprocess
import time
from collections import Counter

from changes import Night
from figures import FOURLOOP, Figures, scratch_folder
from interrupted import environment
from night_files import make_night, mapping_commands, other_commands

HANG_SECONDS = 20
LISTS = {"data": ("data/manifest.json",), "eve": ("eve/manifest.json", "eve/_SUCCESS")}  # who reads the rest reads them
REFUSALS = (65, 66, 74, 78)
ENDLESS = ("a pipe without a writer", "a link to an endless device")  # an import waits for such, as cat does
LESS_IS_FINE = {"model/keywords.csv": ("nothing", "a link to nothing"), "model/model.yaml": ("an empty file",)}


# --- what stands in the place of a file

def put_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{here}/{path.name}")  # the whole path is longer than a socket's may be
        os.close(here)


def put_nothing(_):
    pass


KINDS = {
    "nothing": put_nothing,
    "an empty file": lambda path: path.write_bytes(b""),
    "a folder": lambda path: path.mkdir(),
    "a pipe without a writer": os.mkfifo,
    "a socket": put_socket,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a link to a folder": lambda path: path.symlink_to("."),
    "a link to an endless device": lambda path: path.symlink_to("/dev/zero"),
    "a link to an empty device": lambda path: path.symlink_to("/dev/null"),
    "a link to the program": lambda path: path.symlink_to("/proc/self/exe"),
}


def remove(path):
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def run_or_hang(night, command):
    """The outcome; None for a command that does not end."""
    try:
        done = subprocess.run([FOURLOOP, *command.words()], cwd=night.folder, env=environment(night.folder),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return night.outcome(command, done.returncode, done.stdout, done.stderr)


def fault_of(night, command, victim, outcome):
    if outcome is None:
        return f"does not end in {HANG_SECONDS} s"
    if outcome.code not in REFUSALS:
        return f"exit {outcome.code}: {outcome.words[:300]}"
    folder, name = victim.split("/")
    if name not in outcome.words and folder not in outcome.words:
        return f"exit {outcome.code} without the file's name: {outcome.words[:300]}"
    return None


def try_kind(night, command, victim, put):
    """(outcome, fault or None) of a command for which something else stands in the place of the file."""
    night.clear()
    remove(night.path(victim))
    try:
        put(night.path(victim))
        outcome = run_or_hang(night, command)
        return outcome, fault_of(night, command, victim, outcome)
    finally:
        remove(night.path(victim))
        night.restore(victim)


def cases(commands, quick):
    """(command, victim, kind): every one, or of the commands that read the same but one."""
    seen = set()
    for command in commands:
        folders = {victim.split("/")[0] for victim in command.victims}
        for victim in sorted({*command.victims, *(one for folder in folders for one in LISTS.get(folder, ()))}):
            for kind in KINDS:
                is_fine = kind in LESS_IS_FINE.get(victim, ()) or (victim.startswith("in/") and kind in ENDLESS)
                if is_fine or (quick and (victim, kind) in seen):
                    continue
                seen.add((victim, kind))
                yield command, victim, kind


def main():
    figures = Figures(__doc__.splitlines()[0])
    folder = scratch_folder() / "night"
    make_night(folder)
    commands = [*mapping_commands(folder), *other_commands()]
    night = Night(folder, commands)
    night.good.update({name: night.path(name).read_bytes() for lists in LISTS.values() for name in lists})
    started = time.monotonic()
    codes, wrong = Counter(), 0
    for command, victim, kind in cases(commands, figures.quick):
        outcome, fault = try_kind(night, command, victim, KINDS[kind])
        codes["hang" if outcome is None else f"exit {outcome.code}"] += 1
        wrong += fault is not None
        if fault is not None:
            figures.violation(f"{command.name}: {kind} in the place of {victim}: {fault}")
    ends = ", ".join(f"{end} {number:,}" for end, number in sorted(codes.items()))
    figures.show("files of other kinds", f"{sum(codes.values()):,} ({ends}), {wrong} wrong, "
                 f"{time.monotonic() - started:.0f} s", "0 wrong", wrong == 0)
    figures.finish()


if __name__ == "__main__":
    main()
