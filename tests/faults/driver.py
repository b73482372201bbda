"""Runs the program under stop_at_call: counted, killed at one call, or asked before each."""

import os
import subprocess

from figures import FOURLOOP, skip
from interrupted import TIMEOUT_SECONDS, environment

DRIVER = FOURLOOP.parent / "tests/stop_at_call"
KILLED = 137
# Numbers of calls that change no file, for tests that look what others have changed: read, close, stat, mmap (outputs
# are never written through a map), memory, signals, ioctl, pread, madvise, ids, fcntl, listing, futex, random numbers.
HARMLESS = frozenset((0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 16, 17, 28, 39, 72, 186, 202, 217, 218, 262, 318))
SYNCS = (74, 75)  # fsync and fdatasync


def check_driver(folder):
    """Ends the program, loudly, where nothing can be traced."""
    if not DRIVER.is_file():
        skip(f"no {DRIVER}")
    if Stopped(folder, ["--version"]).wait() != 0:
        skip("no program can be traced here (ptrace)")


class Stopped:
    """One traced command. After wait(): `calls`, `syncs`, `code`, `words` (on stderr)."""

    def __init__(self, folder, command, kill_at=0, skip_sync=0, ask=False, stdout=subprocess.DEVNULL):
        report, report_end = os.pipe()
        go_end, self.go = os.pipe()
        options = ["-r", report_end, "-n", kill_at, "-k", skip_sync, *(["-e", go_end] if ask else [])]
        self.process = subprocess.Popen([DRIVER, *map(str, options), FOURLOOP, *command], cwd=folder,
                                        env=environment(folder), stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.PIPE, pass_fds=(report_end, go_end))
        os.close(report_end)
        os.close(go_end)
        self.report = os.fdopen(report)
        self.waits = False

    def stops(self):
        """With `ask`: (thread, number of the call, first argument) before each call; the program waits meanwhile."""
        for line in self.report:
            words = line.split()
            if words[0] == "end":
                self.calls, self.syncs = int(words[1]), int(words[2])
                return
            self.waits = True
            yield tuple(map(int, words))
            self.go_on()

    def go_on(self):
        """Lets the program make the call it waits at; otherwise it does when the caller asks for the next one."""
        if self.waits:
            os.write(self.go, b".")
        self.waits = False

    def wait(self):
        """The exit code: the program's, or KILLED."""
        for _ in self.stops():
            pass
        self.words = self.process.communicate(timeout=TIMEOUT_SECONDS)[1].decode()
        self.report.close()
        os.close(self.go)
        self.code = self.process.returncode
        return self.code
