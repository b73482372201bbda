"""Runs the program under strace: what it printed, every path it named, every mode it asked for."""

import os
import re
import shutil
import subprocess
from typing import NamedTuple

from figures import FOURLOOP, skip

TIMEOUT_SECONDS = 60
# All calls that name a path or make one, and those that name a process.
CALLS = "trace=execve,prctl,%file,mkdir,mkdirat,fchmod"


class Run(NamedTuple):
    """What one command did."""

    command: str
    code: int
    stdout: bytes
    stderr: bytes
    trace: str


def need_strace():
    if shutil.which("strace") is None:
        skip("no strace (Debian: apt-get install strace)")


def watched(folder, arguments, *, inject=None, stdin=b"", **settings):
    """Runs the program in `folder`. `inject`: what strace does to one of its calls, such as fsync:signal=SEGV:when=1."""
    trace = folder.parent / f"{folder.name}.trace"
    injected = ["-e", f"inject={inject}"] if inject else []
    command = ["strace", "-f", "-qq", "-s", "4096", "-o", trace, "-e", CALLS + (f",{inject.split(':')[0]}" if inject else ""),
               *injected, FOURLOOP, *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, timeout=TIMEOUT_SECONDS, **settings)
    words = trace.read_text(errors="surrogateescape")
    trace.unlink()
    shown = " ".join(map(str, arguments)) + (f" [{inject}]" if inject else "")
    return Run(shown, done.returncode, done.stdout, done.stderr, words)


CREATION = re.compile(r'(?P<call>mkdir|mkdirat|open|openat|creat|mknod|mknodat)\((?:[A-Z_]+, |[0-9]+, )?"(?P<path>[^"]*)"'
                      r"(?:, (?P<flags>[A-Z_|]+))?(?:, (?P<mode>0[0-7]*))?")


def creations(trace):
    """(path, mode asked for, is a folder) of each path that a traced program made, or tried to."""
    for found in CREATION.finditer(trace):
        is_open = found["call"] in ("open", "openat")
        if not is_open or "O_CREAT" in found["flags"] or "O_TMPFILE" in found["flags"]:
            yield found["path"], int(found["mode"] or "7777", 8), found["call"].startswith("mkdir")


def tree(folder):
    """All paths below a folder, links not followed."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield os.path.join(parent, name)
