"""Files that are cut, rewritten or replaced while a command reads them: its result is right, or there is none.

A change strikes in front of a random system call of the command, or between two of them, right after bytes were brought
in or their checksum was looked at (change_at_moment.c), or at any time of a command that runs free. What is right does
not depend on where it hits: the result that the file gave before, that which it gives now, or a refusal with the place.
"""

import multiprocessing
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter

import changes
from changes import HANDLER_WORDS, Night
from driver import Stopped, check_driver
from fault_case import preloaded
from figures import FOURLOOP, Figures, scratch_folder
from interrupted import TIMEOUT_SECONDS, environment
from night_files import make_night, mapping_commands, only_file, other_commands, twin_of

SEED = 8
WORKERS = 2
TRUNCATIONS, REWRITES, INPUTS = 1000, 1000, 500
QUICK_SHARE = 25  # with --quick one in so many

CUTS = (changes.cut, changes.cut, changes.cut, changes.cut_and_grow)
REPLACEMENTS = (changes.flip, changes.spoil, changes.spoil, changes.write_other, changes.rename_other, changes.remove)


# --- one attempt

class Instant:
    """When the change comes, and a command to which it comes then."""

    def __init__(self, chance, cost, victim, change):
        moments = cost.moments_of(victim) if change.variables else 0
        self.kind = chance.choice(("at a call", "any time", *(("at a moment",) if moments > 0 else ())))
        self.number = chance.randint(1, moments if self.kind == "at a moment" else cost.calls)
        self.seconds = chance.random() * cost.seconds

    def __str__(self):
        return f"after {self.seconds * 1e3:.3f} ms" if self.kind == "any time" else f"{self.kind} ({self.number})"

    def strike(self, night, command, victim, change):
        """Outcome of the command to which the change happens."""
        with tempfile.TemporaryFile() as stdout:
            if self.kind == "at a call":
                code, words = self.run_stopped(night, command, change, stdout)
            elif self.kind == "any time":
                code, words = self.run_free(night, command, change, stdout)
            else:
                code, words = run_preloaded(night, command, stdout, CHANGE_MOMENT=self.number,
                                            CHANGE_FILE=night.path(victim), **change.variables)
            stdout.seek(0)
            return night.outcome(command, code, stdout.read(), words)

    def run_free(self, night, command, change, stdout):
        process = subprocess.Popen([FOURLOOP, *command.words()], cwd=night.folder, env=environment(night.folder),
                                   stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
        time.sleep(self.seconds)
        change.make()
        words = process.communicate(timeout=TIMEOUT_SECONDS)[1]
        return process.returncode, words

    def run_stopped(self, night, command, change, stdout):
        stopped = Stopped(night.folder, command.words(), ask=True, stdout=stdout)
        for number, _ in enumerate(stopped.stops(), start=1):
            if number == self.number:
                change.make()
        code = stopped.wait()
        return code, stopped.words.encode()


def run_preloaded(night, command, stdout, **variables):
    """(exit code, stderr) under the library that changes a file at a moment."""
    done = subprocess.run([FOURLOOP, *command.words()], cwd=night.folder, timeout=TIMEOUT_SECONDS,
                          env={**environment(night.folder), **preloaded("change_at_moment", **variables)},
                          stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE)
    return done.returncode, done.stderr


class Cost:
    """How many calls a command makes, how much time it takes, how many moments it has with each file."""

    def __init__(self, night, command):
        self.night, self.command, self.moments = night, command, {}
        night.clear()
        stopped = Stopped(night.folder, command.words())
        stopped.wait()
        self.calls = stopped.calls
        night.clear()
        started = time.monotonic()
        night.run(command)
        self.seconds = time.monotonic() - started

    def moments_of(self, victim):
        if victim not in self.moments:
            self.night.clear()
            count_file = self.night.path("moments")
            run_preloaded(self.night, self.command, subprocess.DEVNULL, CHANGE_FILE=self.night.path(victim),
                          PRELOAD_COUNT_FILE=count_file)
            self.moments[victim] = int(count_file.read_text())
        return self.moments[victim]


def attempt(night, costs, commands, kinds, seed):
    """(outcome, what happened in words, its faults) of one change, drawn by `seed`."""
    chance = random.Random(seed)
    command = chance.choice(commands)
    victim = chance.choice(command.victims)
    twin = only_file(night.folder, twin_of(victim))
    change = chance.choice(kinds)(night.path(victim), chance, night.path(twin).read_bytes())
    instant = Instant(chance, costs[command.name], victim, change)
    night.clear()
    try:
        outcome = instant.strike(night, command, victim, change)
        faults = night.faults(command, victim, outcome)
    finally:
        night.restore(victim)
    if outcome.code != 0:
        faults += night.faults_of_repeat(command)
    said = outcome.words.strip().splitlines()[:1]
    what = f"seed {seed}: {command.name}: {victim} {change.words} {instant}: exit {outcome.code}: {said}"
    return outcome, what, faults


# --- many of them

def work(folder, kinds, commands, seeds, results):
    """One worker, with files of its own."""
    night = Night(folder, commands)
    costs = {command.name: Cost(night, command) for command in commands}
    for seed in seeds:
        outcome, what, faults = attempt(night, costs, commands, kinds, seed)
        results.put((outcome.code, HANDLER_WORDS in outcome.words, what, faults))


class Tally:
    """Counts what came of the changes of one kind."""

    def __init__(self, figures):
        self.figures = figures
        self.codes, self.by_handler, self.wrong, self.seconds = Counter(), 0, 0, 0.0

    def try_all(self, folder, kinds, commands, count, salt):
        if self.figures.quick:
            count //= QUICK_SHARE
        started = time.monotonic()
        results = multiprocessing.Queue()
        for number in range(WORKERS):
            own = folder.with_name(f"{folder.name}-{salt}-{number}")
            shutil.copytree(folder, own)
            seeds = [f"{SEED}-{salt}-{index}" for index in range(number, count, WORKERS)]
            multiprocessing.Process(target=work, args=(own, kinds, commands, seeds, results), daemon=True).start()
        for _ in range(count):
            self.add(*results.get(timeout=4 * TIMEOUT_SECONDS))
        self.seconds += time.monotonic() - started

    def add(self, code, by_handler, what, faults):
        self.codes[code] += 1
        self.by_handler += by_handler
        self.wrong += faults != []
        for fault in faults:
            self.figures.violation(f"{fault}: {what}")

    def show(self, name, bar, wanted=0):
        count = sum(self.codes.values())
        died = sum(number for code, number in self.codes.items() if code < 0 or code >= 128)
        ends = ", ".join(f"exit {code} {number:,}" for code, number in sorted(self.codes.items()))
        value = (f"{count:,} ({ends}; handler of SIGBUS {self.by_handler}), {died} deaths by signal, "
                 f"{self.wrong} wrong, {self.seconds:.0f} s")
        # That the handler was met shows that pages were lost between the guard and their use.
        enough = self.figures.quick or wanted == 0 or (count >= wanted and self.by_handler > 0)
        self.figures.show(name, value, bar, died == 0 and self.wrong == 0 and enough)


def main():
    figures = Figures(__doc__.splitlines()[0])
    folder = scratch_folder() / "night"
    make_night(folder)
    check_driver(folder)
    commands = mapping_commands(folder)
    cuts = Tally(figures)
    cuts.try_all(folder, CUTS, commands, TRUNCATIONS, "cut")
    cuts.show("truncations under map", "1,000; 0 deaths, 0 wrong", TRUNCATIONS)
    rewrites = Tally(figures)
    rewrites.try_all(folder, REPLACEMENTS, commands, REWRITES, "rewrite")
    rewrites.show("rewrites and renames under map", "0 deaths, 0 wrong")
    inputs = Tally(figures)
    inputs.try_all(folder, (*CUTS, *REPLACEMENTS), other_commands(), INPUTS, "input")
    inputs.show("inputs and models changed while read", "0 deaths, 0 wrong")
    figures.finish()


if __name__ == "__main__":
    main()
