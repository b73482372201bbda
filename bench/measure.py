"""What a step costs: CPU and wall time of a child process, runs in the order A B A B, best and median."""

import os
import statistics
import subprocess
import sys
import time
from typing import NamedTuple


class Cost(NamedTuple):
    cpu_ns: float
    wall_ns: float


class StepFailed(Exception):
    """A program did not do its work; the message holds its last words."""


def run_child(command, env=None, keep_output=False):
    """Runs a program to its end: (cost of the whole process, what it printed if asked for)."""
    started = time.monotonic_ns()
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
                             stderr=subprocess.PIPE, env={**os.environ, **(env or {})})
    # stdout first: no command here says more on stderr than a pipe holds.
    output = child.stdout.read() if keep_output else b""
    words = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall_ns = time.monotonic_ns() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        last_words = words.decode(errors="replace")[-2000:]
        raise StepFailed(f"{' '.join(map(str, command))}: exit {child.returncode}\n{last_words}")
    return Cost((usage.ru_utime + usage.ru_stime) * 1e9, wall_ns), output


# In a process of its own, as a child's peak is never less than what its parent held when it was born.
PEAK = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def peak_bytes(command):
    """The most memory that a program held at once, mapped pages of files included."""
    return int(run_child([sys.executable, "-S", "-c", PEAK, *command], keep_output=True)[1]) * 1024


def alternate(sides, runs):
    """Costs of each side: one warm-up each, then A B A B, `runs` times."""
    for side in sides:
        side()
    costs = [[] for _ in sides]
    for _ in range(runs):
        for side, kept in zip(sides, costs):
            kept.append(side())
    return costs


def best_cpu(costs):
    return min(cost.cpu_ns for cost in costs)


def best_wall(costs):
    return min(cost.wall_ns for cost in costs)


def summary(label, costs, rows):
    """One comment line: best and median of both times, per row."""
    cpu = [cost.cpu_ns / rows for cost in costs]
    wall = [cost.wall_ns / rows for cost in costs]
    return (f"# {label}: cpu ns a row best {min(cpu):.3f} median {statistics.median(cpu):.3f}, "
            f"wall best {min(wall):.3f} median {statistics.median(wall):.3f}, {len(costs)} runs")


def drop_from_cache(paths):
    """Tells the system to forget the pages of files, so that the next reader meets a cold disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def copy_bytes_per_second(size=1 << 28, runs=5):
    """What one core can move at all: the best of some copies of `size` bytes, read and written bytes together."""
    source, target = bytearray(size), bytearray(size)
    best = float("inf")
    for _ in range(runs):
        started = time.monotonic_ns()
        target[:] = source
        best = min(best, time.monotonic_ns() - started)
    return 2 * size / best * 1e9
