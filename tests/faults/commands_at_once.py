"""Two commands at once, one stopped at each of its system calls while the other goes on: as one after the other.

The first command waits in front of a system call; the second is started and runs to its end, or until it waits for a
lock of the first; then the first goes on, or, where the second waits for it, is killed every other time, and repeated
when the second has ended. Exit codes and every byte that both leave must be those of one order or the other, or of one
of them alone where the other was told to try again later.
"""

import random
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from driver import Stopped, check_driver
from figures import FOURLOOP, Figures, scratch_folder
from interrupted import (TIMEOUT_SECONDS, digest, environment, fit, fourloop, night, snapshot, with_buyers,
                         with_rows, with_run, with_tastes, with_two_files)

SEED = 8
QUICK_POINTS = 60  # of all pairs together
TRY_AGAIN = 75
FLOCK_CALL = "73 "  # how /proc/PID/syscall begins while the process waits for a lock (x86-64)
LOCKS = (".lock", ".compact")  # empty, and there once somebody needed them


class Pair(NamedTuple):
    name: str
    before: callable
    first: list
    second: list


THIRD_ROWS = "customer,time,type,brand\n2,2026-03-31 11:00:00,web_visit,Norvik\n9,2026-03-31 12:00:00,web_visit,\n"


def with_third(folder):
    with_two_files(folder)
    (folder / "third.csv").write_text(THIRD_ROWS)


IMPORT, MORE, THIRD = (["import", "--into", "data", name] for name in ("rows.csv", "more.csv", "third.csv"))
IMPORT_IDS = ["import", "--into", "data", "--map", "ids.yaml", "--key-file", "key", "rows.csv"]
COMPACT = ["compact", "data"]
EXPORT = ["export", "out", "--table", "customers", "-o", "customers.out", "--to"]


def all_pairs():
    return [
        Pair("import, import", with_rows, IMPORT, MORE),
        Pair("import twice", with_rows, IMPORT, IMPORT),
        Pair("import of ids twice", with_rows, IMPORT_IDS, IMPORT_IDS),
        Pair("import, compact", with_third, THIRD, COMPACT),
        Pair("compact, import", with_third, COMPACT, THIRD),
        Pair("compact twice", with_third, COMPACT, COMPACT),
        Pair("import, run", with_third, THIRD, night("out")),
        Pair("run, import", with_third, night("out"), THIRD),
        Pair("compact, run", with_third, COMPACT, night("out")),
        Pair("run, compact", with_third, night("out"), COMPACT),
        Pair("run twice", with_third, night("out"), night("out")),
        Pair("run, run of another day", with_third, night("out"), night("out", "2026-03-30")),
        Pair("export, export of another kind", with_run, [*EXPORT, "csv"], [*EXPORT, "ndjson"]),
        Pair("value fit, fit of another kind", with_buyers, fit("value"), fit("value", "--kind", "bgnbd")),
        Pair("run, value fit", with_buyers, night("out"), fit("value")),
        Pair("cluster fit, fit with another seed", with_tastes, fit("cluster", "--k", "2", "--force"),
             fit("cluster", "--k", "2", "--force", "--seed", "2")),
    ]


def state(folder):
    """Digest of all that is there but for empty locks."""
    return digest({name: content for name, content in snapshot(folder).items() if Path(name).name not in LOCKS})


def waits_for_lock(process):
    try:
        return Path(f"/proc/{process.pid}/syscall").read_text().startswith(FLOCK_CALL)
    except OSError:
        return False  # ended


def run_until_it_waits(process):
    """True when the process waits for a lock, False when it ended."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while process.poll() is None:
        if waits_for_lock(process):
            time.sleep(0.005)
            if waits_for_lock(process):  # still, so it is another's
                return True
        if time.monotonic() > until:
            process.kill()
        time.sleep(0.001)
    return False


class Together:
    """A pair, and what may come of it: (exit code of the first, of the second, state)."""

    def __init__(self, pair, scratch):
        self.pair = pair
        self.before, self.folder = scratch / "before", scratch / "now"
        shutil.rmtree(self.before, ignore_errors=True)
        (self.before / "tmp").mkdir(parents=True)
        pair.before(self.before)
        first, second = pair.first, pair.second
        of_second, of_first, turned = self.in_order(second, first)
        of_first_alone, first_alone = self.in_order(first)
        self.right = {self.in_order(first, second), (of_first, of_second, turned), (TRY_AGAIN, *self.in_order(second)),
                      (of_first_alone, TRY_AGAIN, first_alone)}
        _, between, repeated, at_end = self.in_order(first, second, first)  # killed when all but its end was done
        self.right_after_kill = self.right | {(repeated, between, at_end)}

    def start_over(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.before, self.folder)

    def in_order(self, *commands):
        """(exit code of each, state)."""
        self.start_over()
        codes = [fourloop(self.folder, *command).returncode for command in commands]
        return *codes, state(self.folder)

    def calls(self):
        self.start_over()
        stopped = Stopped(self.folder, self.pair.first)
        stopped.wait()
        return stopped.calls

    def start_second(self):
        return subprocess.Popen([FOURLOOP, *self.pair.second], cwd=self.folder, env=environment(self.folder),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def attempt(self, call, kills):
        """(how it went, fault or None) with the first stopped at `call`."""
        self.start_over()
        first = Stopped(self.folder, self.pair.first, ask=True)
        second, went = None, "second first"
        for number, _ in enumerate(first.stops(), start=1):
            if number != call:
                continue
            second = self.start_second()
            if run_until_it_waits(second):
                went = "killed" if kills else "waited"
            if went == "killed":
                first.process.kill()
                break
        code = first.wait()
        if second is None:
            return "ended before", None  # made fewer calls than before
        words = second.communicate(timeout=TIMEOUT_SECONDS)[1].decode()
        if went == "killed":
            code = fourloop(self.folder, *self.pair.first).returncode
        return went, self.fault(call, went, (code, second.returncode, state(self.folder)), first.words + words)

    def fault(self, call, went, outcome, words):
        rights = self.right_after_kill if went == "killed" else self.right
        if outcome in rights:
            return None
        codes = {right[:2] for right in rights}
        what = "another state than any order gives" if outcome[:2] in codes else f"exit codes, wanted one of {codes}"
        return f"{self.pair.name}, call {call}, {went}: exit {outcome[:2]}: {what}: {words.strip()[:300]}"


def main():
    figures = Figures(__doc__.splitlines()[0])
    scratch = scratch_folder()
    (scratch / "tmp").mkdir()
    check_driver(scratch)
    chance = random.Random(SEED)
    started = time.monotonic()
    pairs = all_pairs()
    ways, wrong = Counter(), 0
    for pair in pairs:
        together = Together(pair, scratch)
        points = range(1, together.calls() + 1)
        if figures.quick:
            points = sorted(chance.sample(points, QUICK_POINTS // len(pairs)))
        for place, call in enumerate(points):
            went, fault = together.attempt(call, kills=place % 2 == 1)
            ways[went] += 1
            wrong += fault is not None
            if fault is not None:
                figures.violation(fault)
    counts = ", ".join(f"{way} {count:,}" for way, count in sorted(ways.items()))
    figures.show("commands at once", f"{sum(ways.values()):,} meetings of {len(pairs)} pairs ({counts}), "
                 f"{wrong} wrong, {time.monotonic() - started:.0f} s", "0 wrong", wrong == 0)
    figures.finish()


if __name__ == "__main__":
    main()
