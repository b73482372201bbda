"""kill -9 at every system call: the same command afterwards gives the same bytes, and readers see the old or the new.

Each command is run until its N-th call and killed, for every N. What is then on the disk is read, the same command is
given again, and every byte below the folder is compared with a run that nobody disturbed (of timing.json only that it
is whole); a file more is a stray. Some of the repeats are killed as well, once or twice, and some runs on two threads.
"""

import random
import threading

from driver import KILLED, Stopped, check_driver
from figures import Figures, scratch_folder
from interrupted import all_commands, in_parallel

QUICK_STEP = 11  # a prime: no pattern of calls in step with it
REPEATS_KILLED, THREADED_KILLS, QUICK_SHARE = 40, 200, 10
# First imports, where what a killed one left decides whether its repeat may begin: so many first calls, and as many
# second ones after each. Pairs that were drawn met a repeat that was refused by luck only.
GRID = {"import-new": 25, "import-ids": 25}
SEED = 8


class Kills:
    """Counts what comes of kills; workers may share it."""

    def __init__(self, figures, scratch):
        self.figures = figures
        self.scratch = scratch
        self.lock = threading.Lock()
        self.points = self.identical = 0

    def try_point(self, point):
        """One run killed at the first of some calls, its repeats at the others; then the command to its end."""
        command, kills = point
        folder = self.scratch / f"worker-{threading.get_ident()}"
        command.copy_before(folder)
        trouble = None
        for call in kills:
            ended = Stopped(folder, command.command, kill_at=call).wait()
            if ended not in (0, KILLED):
                trouble = f"exit code {ended}"
            trouble = trouble or command.see_trouble(folder, ended=ended == 0)
        trouble = trouble or command.repeat_trouble(folder)
        with self.lock:
            self.points += 1
            self.identical += trouble is None
            if trouble:
                places = ", then at ".join(map(str, kills))
                self.figures.violation(f"{command.name}: killed at call {places}: {trouble}; "
                                       f"stop_at_call -r 2 -n {kills[0]} fourloop {' '.join(command.command)}")


def calls_of(command, folder):
    """How many system calls an undisturbed run makes. Runs differ by a few."""
    command.copy_before(folder)
    run = Stopped(folder, command.command)
    run.wait()
    return run.calls


def spread(count, calls, chance):
    """So many calls, equally far from each other, from anywhere on."""
    step = calls / count
    first = chance.uniform(0, step)
    return [1 + int(first + step * number) for number in range(count)]


def all_points(commands, scratch, quick):
    """(command, calls to kill at): every call, some more than once, and some calls of two threads."""
    chance = random.Random(SEED)
    share = QUICK_SHARE if quick else 1
    for command in commands:
        command.prepare(scratch)
        calls = calls_of(command, scratch / "count")
        for call in range(1 + chance.randrange(QUICK_STEP) if quick else 1, calls + 1, QUICK_STEP if quick else 1):
            yield command, [call]
        for _ in range(REPEATS_KILLED // share):
            yield command, [chance.randint(1, calls) for _ in range(chance.choice((2, 3)))]
        grid = GRID.get(command.name, 0) // share
        for first in spread(grid, calls, chance) if grid else []:
            yield from ((command, [first, second]) for second in spread(grid, calls, chance))
        if command.name == "run":
            threaded = command.on_threads(2)
            for _ in range(THREADED_KILLS // share):
                yield threaded, [chance.randint(1, calls + 50)]


def main():
    figures = Figures(__doc__.splitlines()[0])
    scratch = scratch_folder()
    (scratch / "tmp").mkdir()
    check_driver(scratch)
    points = list(all_points(all_commands(), scratch, figures.quick))
    kills = Kills(figures, scratch)
    in_parallel(kills.try_point, points)
    figures.show("kill -9 at system calls", f"{kills.points:,} points, {kills.identical:,} repeated identical, "
                 f"{kills.points - kills.identical} strays or mixes", "all identical", kills.points == kills.identical)
    figures.finish()


if __name__ == "__main__":
    main()
