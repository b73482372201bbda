"""Every system call of an import, a run and others fails, each in six ways: once, or ever after.

strace puts errors in the place of system calls. Its `when=` counts each name by itself, so the points are the pairs of
name and number that an undisturbed run has, from main() on: the first call there is fcntl(0, F_GETFD).
"""

import collections
import itertools
import re
import shutil
import subprocess
import time

from fault_case import FaultCase, Tally, for_all, undisturbed
from figures import Figures, scratch_folder, skip
from small_shop import COMMANDS, make_shop

ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EINTR", "ENOMEM", "EMFILE")
# Commands with their threads: with one, calls come in the same order every time.
PASSES = (("import", 1), ("import-more", 1), ("run", 1), ("tag", 1), ("fit", 1), ("compact", 1), ("export", 1),
          ("export-all", 1), ("export-stdout", 1), ("explain", 1), ("verify", 1), ("import", 2), ("run", 2))
THREADED = {"import", "import-more", "run", "tag", "fit"}
QUICK_CASES = 500
# They cannot fail, or (brk, futex) not in these ways, and the C library ends the process when told they did.
NEVER_FAIL = {"brk", "exit", "exit_group", "futex", "getpid", "gettid", "rseq", "rt_sigreturn", "set_robust_list",
              "restart_syscall"}
# "Ever after" would be for ever: what is interrupted is tried again.
INTERRUPTS = 20
LINE = re.compile(r"(\d+) +(\w+)\((\d*)")


def calls_of(scratch, command, more):
    """{name: (calls before main, all calls)} of the thread that has most of them."""
    log = scratch / "calls.log"
    with FaultCase(scratch, command, "calls") as case:
        outcome = case.run(("strace", "-f", "-qq", "-e", "signal=none", "-o", log), more)
    if outcome.code != 0:
        skip(f"strace cannot follow the program here: {outcome.words}")
    before, counts, in_main = {}, collections.defaultdict(collections.Counter), False
    for line in log.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if found is None:
            continue
        thread, name, first = found.groups()
        if not in_main and name == "fcntl":
            in_main, before = True, dict(counts[thread])
        counts[thread][name] += 1
    most = collections.Counter()
    for names in counts.values():
        most |= names
    return {name: (before.get(name, 0), number) for name, number in most.items() if name not in NEVER_FAIL}


def points_of(scratch, command, more):
    """All (name, number) that can fail."""
    return [(name, number) for name, (skipped, calls) in sorted(calls_of(scratch, command, more).items())
            for number in range(skipped + 1, calls + 1)]


def injection(name, number, error, sticky):
    """strace's words for one fault."""
    when = str(number)
    if sticky:
        when = f"{number}..{number + INTERRUPTS}" if error == "EINTR" else f"{number}+"
    return f"{name}:error={error}:when={when}"


def injected(log):
    """The first argument of each call that was made to fail."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    return [found[3] for found in map(LINE.match, lines) if found]


def signals_of_others(log):
    """What strace says of signals that ask a command to end. No test here sends one, so it came from outside: a command
    that ends with 130 for it is no fault of its own, and the number of the process that sent it says whose."""
    return " ".join(re.findall(r"--- (SIG.*) ---", log.read_text(errors="replace")))


class Sweep:
    """All faults of one command."""

    def __init__(self, scratch, command, threads, tally):
        self.scratch, self.command, self.tally = scratch, command, tally
        self.more = ("--threads", str(threads)) if command.name in THREADED else ()
        self.undisturbed = undisturbed(scratch, command)
        self.points = points_of(scratch, command, self.more)
        self.not_reached = 0

    def cases(self):
        return [(self, *case) for case in itertools.product(self.points, ERRORS, (False, True))]

    def try_one(self, point, error, sticky, number):
        name, _ = point
        inject = injection(*point, error, sticky)
        log = self.scratch / f"{number}.log"
        with FaultCase(self.scratch, self.command, number) as case:
            outcome = case.run(("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=hup,int,term", "-o", log, "-e",
                                f"trace={name}", "-e", f"inject={inject}"), self.more)
            failing, ended_by = injected(log), signals_of_others(log)
            speechless = name == "write" and "2" in failing
            self.tally.judge(case, self.undisturbed, outcome,
                             f"strace -f -e inject={inject} {' '.join(self.more)} {ended_by}".rstrip(), speechless)
        log.unlink()
        self.not_reached += not failing


def main():
    figures = Figures(__doc__.splitlines()[0])
    if shutil.which("strace") is None:
        skip("no strace (tools/setup installs it)")
    started = time.monotonic()
    scratch = scratch_folder()
    make_shop(scratch)
    tally = Tally(figures)
    sweeps = [Sweep(scratch, COMMANDS[name], threads, tally) for name, threads in PASSES]
    cases = [case for sweep in sweeps for case in sweep.cases()]
    points = sum(len(sweep.points) for sweep in sweeps)
    if figures.quick:
        cases = cases[::len(cases) // QUICK_CASES | 1]
    for_all(cases, lambda case, number: case[0].try_one(*case[1:], number))
    not_reached = sum(sweep.not_reached for sweep in sweeps)
    tally.show("system calls failing", f"{points:,} points x {len(ERRORS)} errors x once, ever after "
                                       f"({not_reached} not reached, {time.monotonic() - started:.0f} s)")
    figures.finish()


if __name__ == "__main__":
    main()
