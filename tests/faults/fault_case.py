"""One command under one fault: what may come of it, whatever the fault was.

Complete, with the bytes of an undisturbed run. Or an exit code of the contract, a message that says what could not be
done with which file, what was published before still whole, and nothing left behind once the same command has worked.
"""

import itertools
import os
import re
import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from figures import FOURLOOP, SANITIZED, skip
from small_shop import TIMEOUT_SECONDS, snapshot

# Of a fault of the system: bad data is none, nor is a broken promise of the program.
FAULT_CODES = {66, 71, 73, 74, 75, 77}
MESSAGE = re.compile(r"^fourloop: error ([A-Z_]+): (.*)$", re.M)
LEFT = re.compile(r"\.fl-tmp-|\.import-")  # names of temporaries and of locks
PLACE = re.compile(r"[^\s:]+: \S|.*\bstandard (in|out)put\b")


class Outcome(NamedTuple):
    """What a command left."""

    code: int  # negative: the signal it died of; None: it never ended
    stdout: bytes
    words: str
    files: dict


class Undisturbed(NamedTuple):
    """What a command finds and what it must leave."""

    before: dict
    after: Outcome


class FaultCase:
    """The folder in which a command is run, disturbed and then not."""

    def __init__(self, scratch, command, number):
        self.command = command
        self.folder = scratch / f"{command.name}-{number}"
        self.make_folder()
        self.stdin = (scratch / "shop" / command.stdin).read_bytes() if command.stdin else b""
        if command.start:
            shutil.copytree(scratch / "shop" / command.start, self.folder / command.copy)

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_folder(self):
        self.folder.mkdir()

    def lift(self):
        """Takes away a fault that lies in the folder itself."""

    def run(self, before=(), more=(), **settings):
        """The command after the words of `before` (strace, ...) and before those of `more`."""
        streams = {"stdin": subprocess.PIPE if self.stdin else subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **settings}
        process = subprocess.Popen([*before, FOURLOOP, *self.command.words, *more], cwd=self.folder,
                                   start_new_session=True, **streams)
        try:
            stdout, words = process.communicate(self.stdin or None, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            # What strace follows would outlive it.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Outcome(None, b"", "", snapshot(self.folder))
        return Outcome(process.returncode, stdout or b"", (words or b"").decode(errors="replace"), snapshot(self.folder))


def preloaded(library, **variables):
    """An environment in which a library of this folder comes before all others."""
    path = FOURLOOP.parent / "tests" / f"{library}.so"
    if SANITIZED:
        skip("a sanitizer must be the first library itself")
    if not path.is_file():
        skip(f"no {path}")
    return {**os.environ, "LD_PRELOAD": str(path), **{name: str(value) for name, value in variables.items()}}


def undisturbed(scratch, command):
    with FaultCase(scratch, command, "undisturbed") as case:
        before = snapshot(case.folder)
        after = case.run()
    if after.code != 0:
        raise RuntimeError(f"{command.name} does not work at all: exit {after.code}: {after.words}")
    return Undisturbed(before, after)


def wrong_message(outcome):
    """What the message lacks, or None."""
    found = MESSAGE.search(outcome.words)
    if found is None:
        return f"no message but {outcome.words!r}"
    name, text = found.groups()
    if name != "NO_MEMORY" and PLACE.match(text) is None:
        return f"a message without a place: {text!r}"
    return None


def torn(command, undisturbed_, files):
    """What is half there although its mark says that it is whole, or None."""
    done = undisturbed_.after.files
    mark = files.get(command.mark)
    if mark is not None and mark == done[command.mark]:
        promised = done
    elif mark == undisturbed_.before.get(command.mark):
        promised = undisturbed_.before
    else:
        return f"{command.mark} is neither the old nor the new one"
    wrong = [name for name, content in promised.items() if name not in files or files[name] != content]
    return f"not as published: {', '.join(wrong)}" if wrong else None


def wrong_repeat(case, undisturbed_):
    """What is wrong after the same command undisturbed, or None."""
    case.lift()
    again = case.run()
    if again.code != 0:
        return f"repeated: exit {again.code}: {again.words}"
    if again.stdout != undisturbed_.after.stdout:
        return "repeated: another stdout"
    done = undisturbed_.after.files
    names = sorted(name for name in {*done, *again.files} if done.get(name, ...) != again.files.get(name, ...))
    return f"repeated: not the same: {', '.join(names)}" if names else None


def wrong_failure(case, undisturbed_, outcome, speechless, codes):
    """What is wrong with a command that failed, or None."""
    if outcome.code not in codes:
        return f"exit {outcome.code}: {outcome.words}"
    trouble = None if speechless else wrong_message(outcome)
    if trouble is None and case.command.mark:
        trouble = torn(case.command, undisturbed_, outcome.files)
    if trouble is None and outcome.files != undisturbed_.before:
        trouble = wrong_repeat(case, undisturbed_)
    return trouble


def is_complete(undisturbed_, outcome):
    """All is there. Beside it may lie what could not be removed, temporaries, locks or files of before: nobody reads
    them, and the next command sweeps them."""
    files = {name: content for name, content in outcome.files.items()
             if name in undisturbed_.after.files or (not LEFT.search(name) and name not in undisturbed_.before)}
    return outcome.stdout == undisturbed_.after.stdout and files == undisturbed_.after.files


class Tally:
    """Counts what came of cases; threads may share it."""

    def __init__(self, figures):
        self.figures = figures
        self.lock = threading.Lock()
        self.runs = self.complete = self.incomplete = self.deaths = self.others = 0
        self.codes = {}

    def judge(self, case, undisturbed_, outcome, repeat_by, speechless=False, codes=frozenset(FAULT_CODES)):
        """`repeat_by`: words that let one try the same again. `speechless`: the fault was that of stderr."""
        kind, trouble = "others", None
        if outcome.code is None:
            trouble = f"not done after {TIMEOUT_SECONDS} s"
        elif outcome.code < 0 and outcome.code not in codes:
            kind, trouble = "deaths", f"death by signal {-outcome.code}: {outcome.words}"
        elif outcome.code != 0:
            trouble = wrong_failure(case, undisturbed_, outcome, speechless, codes)
        elif not is_complete(undisturbed_, outcome):
            kind, trouble = "incomplete", "exit 0 but incomplete"
        elif outcome.files != undisturbed_.after.files:
            trouble = wrong_repeat(case, undisturbed_)
        with self.lock:
            self.runs += 1
            self.codes[outcome.code] = self.codes.get(outcome.code, 0) + 1
            if trouble is not None:
                setattr(self, kind, getattr(self, kind) + 1)
                self.figures.violation(f"{case.command.name}: {repeat_by}: {trouble.strip()}")

    def violations(self):
        return self.incomplete + self.deaths + self.others

    def show(self, name, points):
        """The figures of all that was judged."""
        failed = self.runs - self.codes.get(0, 0)
        self.figures.show(name, f"{points}: {self.runs:,} runs, {failed:,} failed in good order, {self.deaths} deaths, "
                                f"{self.others} other violations", "0 deaths, 0 violations", self.deaths + self.others == 0)
        self.figures.show(f"exit 0 but incomplete: {name}", str(self.incomplete), "0", self.incomplete == 0)


def for_all(cases, work):
    """work(case, number) for all cases, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, cases, itertools.count()):
            pass
