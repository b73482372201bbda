"""Looks at the mode of every path that the program creates, temporaries included, whatever the umask.

The mode stands in the system call, so that nothing can be missed for being short-lived; what is left is looked at once
more. With umask 000 the two are the same.
"""

import os
import re
import shutil
import stat

from figures import ROOT, Figures, scratch_folder
from watched_run import creations, need_strace, tree, watched

FILE_MODE, FOLDER_MODE = 0o600, 0o700
NIGHT = ("--model", "model", "--data", "data", "--as-of", "2026-11-20")
# Every verb that writes, in an order in which they work.
COMMANDS = (
    ("gen", "--customers", "1000", "--days", "400", "--out", "raw"),
    ("import", "--map", "raw/mapping.yaml", "--into", "data", "raw/interactions.csv"),
    ("import", "--map", "raw/mapping.yaml", "--threads", "2", "--into", "threads", "raw/interactions.csv"),
    ("import", "--map", "raw/mapping.yaml", "--into", "piped", "-"),
    ("import", "--into", "rejecting", "--max-rejects", "9", "wrong.csv"),
    ("import", "--map", "text.yaml", "--into", "texts", "texts.csv"),
    ("compact", "piped"),
    ("model", "init", "model"),
    ("model", "test", "model", "--scratch", "."),
    ("value", "fit", *NIGHT),
    ("cluster", "fit", *NIGHT, "--k", "3", "--force"),
    ("run", *NIGHT, "--hits", "--out", "out"),
    ("run", *NIGHT, "--threads", "2", "--memory", "512M", "--out", "more"),
    ("run", "--model", "model", "--data", "data", "--replay", "2026-11-19..2026-11-20", "--out", "month"),
    ("cluster", "assign", *NIGHT, "--out", "clusters"),
    ("tag", *NIGHT, "--out", "tags"),
    ("tag", "--model", "model", "--text", "messages.txt", "-o", "hits.csv"),
    ("diff", "month/2026-11-19", "month/2026-11-20", "--data", "data", "--scratch", ".", "-o", "moved"),
    ("cluster", "profile", "--run", "out", "--data", "data", "--to", "csv", "-o", "profile.csv"),
    ("cluster", "pairs", *NIGHT, "--of", "categories", "-o", "pairs.csv"),
    ("export", "out", "--table", "customers", "--to", "csv", "-o", "customers.csv"),
    ("export", "out", "--table", "customers", "--to", "parquet", "-o", "customers.parquet"),
    ("export", "out", "--table", "all", "--to", "arrow", "-o", "tables/"),
    ("export", "out", "--table", "customers", "--to", "pgcopy", "--files", "3", "-o", "parts/"),
    ("doctor", "."),
)


def verbs_that_write():
    """Of verbs.def those that publish, of flags.def those that take a folder or file to write."""
    verbs = (ROOT / "tools/fourloop/verbs.def").read_text()
    names = {upper: name for upper, name in re.findall(r'FL_VERB\((\w+), \w+, "([^"]+)"', verbs)}
    publish = set(re.findall(r'FL_VERB\((\w+), [^;]*?, true,', verbs.replace("FL_VERB", ";FL_VERB")))
    flags = (ROOT / "tools/fourloop/flags.def").read_text()
    for _, owners in re.findall(r'FL_FLAG\(\w+, "(-o|--out|--into|--scratch)", [^;]*?, (ON\([^"]*)', flags.replace("FL_FLAG", ";FL_FLAG")):
        publish |= set(re.findall(r"ON\((\w+)\)", owners))
    return {names[upper] for upper in publish}


class Modes:
    """Holds each path to the mode of its kind."""

    def __init__(self, figures):
        self.figures = figures
        self.paths = self.wider = 0

    def hold(self, path, mode, is_folder, where):
        self.paths += 1
        if mode != (FOLDER_MODE if is_folder else FILE_MODE):
            self.wider += 1
            self.figures.violation(f"{path}: mode {mode:04o}, {where}")

    def run(self, folder, command, umask):
        """One command: what it asked for, and what is there afterwards."""
        before = set(tree(folder))
        piped = (folder / "raw/interactions.csv").read_bytes() if "-" in command else b""
        done = watched(folder, command, stdin=piped, umask=umask)
        where = f"`{done.command}` with umask {umask:03o}"
        if done.code != 0:
            self.figures.violation(f"{where} ended with {done.code}: {done.stderr.decode(errors='replace')}")
        made = [one for one in creations(done.trace) if not one[0].startswith(("/dev/", "/proc/"))]
        if not made:
            self.figures.violation(f"{where}: the trace shows nothing that was created")
        for path, mode, is_folder in made:
            self.hold(path, mode & 0o7777, is_folder, where)
        if re.search(r"\b(fchmod|chmod|fchmodat|chown|symlink|symlinkat|link|linkat)\(", done.trace):
            self.figures.violation(f"{where}: changes a mode or an owner, or makes a link")
        for path in set(tree(folder)) - before:
            facts = os.lstat(path)
            self.hold(path, stat.S_IMODE(facts.st_mode), stat.S_ISDIR(facts.st_mode), f"left by {where}")


def check_itself(figures):
    """What would be wrong is seen."""
    calls = 'openat(AT_FDCWD, "a", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3\n7 mkdir("b", 0755) = 0\nopenat(5, "c", O_RDONLY) = 4\n'
    if list(creations(calls)) != [("a", 0o644, False), ("b", 0o755, True)]:
        figures.violation("control: creations are not seen in a trace")
    unseen = verbs_that_write() - {" ".join(command[:2]) for command in COMMANDS} - {command[0] for command in COMMANDS}
    if unseen:
        figures.violation(f"no command here for the verbs {', '.join(sorted(unseen))}, which write")


def write_inputs(folder):
    folder.mkdir(mode=0o700)
    (folder / "wrong.csv").write_text("customer,time,type\n1,2026-03-30 10:00:00,web_visit\n2,never,web_visit\n")
    (folder / "texts.csv").write_text("customer,time,type\nC-1,2026-03-30 10:00:00,web_visit\n")
    (folder / "text.yaml").write_text("ids: text\ncolumns: {customer: customer, time: time, type: type}\n")
    (folder / "messages.txt").write_text("Where is my parcel?\n")


def main():
    figures = Figures(__doc__.splitlines()[0])
    need_strace()
    check_itself(figures)
    modes, scratch = Modes(figures), scratch_folder()
    umasks = (0o000, 0o077) if figures.quick else (0o000, 0o002, 0o022, 0o027, 0o077)
    for umask in umasks:
        folder = scratch / "work"
        write_inputs(folder)
        for command in COMMANDS:
            modes.run(folder, command, umask)
        shutil.rmtree(folder)
    figures.show("modes of created paths",
                 f"{modes.paths:,} paths by {len(COMMANDS)} commands at {len(umasks)} umasks, {modes.wider} not 0600 or 0700",
                 "all verbs that write, 0", modes.wider == 0)
    figures.finish()


if __name__ == "__main__":
    main()
