"""Lets a second user plant links, pipes and names with .. where another writes, and swap them meanwhile.

The attacker is nobody, in folders that all may write to (with the sticky bit, as /tmp, and without), or that belong to
the attacker. Who is attacked is root, then an ordinary user, and owns a folder of files: none of them may change or
vanish, nothing may appear among them, and what is written is for its owner's eyes only.
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

from figures import FOURLOOP, Figures, scratch_folder, skip
from watched_run import tree

ATTACKER, USERS = 65534, (0, 1000)
TIMEOUT_SECONDS = 60
ROWS = "customer,time,type,order,product,amount,currency\n" + "".join(
    f"{i},2026-03-30 10:00:00,purchase_web,{i},P{i},5.00,EUR\n" for i in range(1, 40)) + "1,never,web_visit,,,,\n"
SECRET = b"the victim's own\n"


def drop_to(user):
    def drop():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        os.umask(0o022)
    return drop


class Place:
    """A user with files to lose, a folder that all may write to, and what the program works on."""

    def __init__(self, scratch, user, shared_mode):
        self.user, self.shared_mode = user, shared_mode
        self.root = scratch / f"{user}-{shared_mode:o}"
        self.victim, self.shared, self.own = (self.root / name for name in ("victim", "shared", "own"))
        self.root.mkdir(mode=0o755)
        for folder in (self.victim, self.own, self.victim / "folder", self.victim / "empty"):
            folder.mkdir(mode=0o700)
            os.chown(folder, user, user)
        for name in ("secret", "folder/customers.csv", "folder/manifest.json", "folder/movers.csv", "folder/.fl-tmp-1-1"):
            (self.victim / name).write_bytes(SECRET)
            os.chmod(self.victim / name, 0o600)
            os.chown(self.victim / name, user, user)
        self.fresh()

    def fresh(self):
        """The shared folder, empty again."""
        shutil.rmtree(self.shared, ignore_errors=True)
        self.shared.mkdir()
        self.shared.chmod(self.shared_mode)

    def victims(self):
        """All there is to be lost, and its facts."""
        found = {}
        for parent, folders, files in os.walk(self.victim):
            for name in (*folders, *files):
                path = os.path.join(parent, name)
                facts = os.lstat(path)
                content = Path(path).read_bytes() if stat.S_ISREG(facts.st_mode) else b""
                found[path] = (facts.st_mode, facts.st_uid, facts.st_ino, facts.st_mtime_ns, content)
        return found


class Attacks:
    """Counts attacks and says which one got through."""

    def __init__(self, figures, program):
        self.figures, self.program = figures, program
        self.count = self.through = 0

    def run(self, place, *arguments, before=None):
        """Exit code and words of the program as its user, code None when it hangs. `before(pid)` is called with the
        process id that the program will have, before it begins."""
        drop = drop_to(place.user)

        def begin():
            if before is not None:
                before(os.getpid())
            drop()

        try:
            done = subprocess.run([self.program, *arguments], cwd=place.own, preexec_fn=begin, timeout=TIMEOUT_SECONDS,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except subprocess.TimeoutExpired:
            return None, "hangs"
        return done.returncode, done.stderr.decode(errors="replace")

    def hold(self, place, before, what, code, codes, words=""):
        """What must be so after each attack."""
        self.count += 1
        where = f"{what}, user {place.user}, folder {place.shared_mode:o}"
        after = place.victims()
        lost = sorted(path for path in set(before) | set(after) if before.get(path) != after.get(path))
        readable = [path for path in tree(place.shared) if readable_result(path, place.user)]
        if lost or readable or code not in codes:
            self.through += 1
            self.figures.violation(f"{where}: exit {code} ({words.strip()}), changed {lost}, open to others {readable}")


def readable_result(path, user):
    """Whether others may read what the user made; what the attacker moved away meanwhile is not looked at."""
    try:
        facts = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return facts.st_uid == user and not stat.S_ISLNK(facts.st_mode) and stat.S_IMODE(facts.st_mode) & 0o077 != 0


def as_attacker(work):
    """Runs work() in a child that is the attacker."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            drop_to(ATTACKER)()
            work()
            os._exit(0)
        os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


# --- what is planted: (name, how), at a path, against a place

def plant_folder(path, place):
    path.mkdir(exist_ok=True)
    (path / "file").write_text("attacker's")


PLANTS = (
    ("link to a file", lambda path, place: path.symlink_to(place.victim / "secret")),
    ("link to nothing", lambda path, place: path.symlink_to(place.victim / "new")),
    ("link to a full folder", lambda path, place: path.symlink_to(place.victim / "folder")),
    ("link to an empty folder", lambda path, place: path.symlink_to(place.victim / "empty")),
    ("pipe", lambda path, place: os.mkfifo(path, 0o666)),
    ("file", lambda path, place: path.write_text("attacker's")),
    ("folder", plant_folder),
)


def hard_link(path, place):
    """As the attacker where the kernel lets; by root where it does not: such links may be older than its guard."""
    if not as_attacker(lambda: os.link(place.victim / "secret", path)):
        os.link(place.victim / "secret", path)


def outputs(place):
    """Commands by the name they write below the shared folder."""
    shared = place.shared
    night = ("--model", "model", "--data", "data", "--as-of", "2026-03-31")
    yield "c.csv", ("export", "out", "--table", "customers", "--to", "csv", "-o", shared / "c.csv")
    yield "t", ("export", "out", "--table", "all", "--to", "csv", "-o", f"{shared}/t/")
    yield "p", ("export", "out", "--table", "customers", "--to", "csv", "--files", "2", "-o", f"{shared}/p/")
    yield "out", ("run", *night, "--out", shared / "out")
    yield "data", ("import", "--into", f"{shared}/data/", "--max-rejects", "1", "rows.csv")
    yield "model", ("model", "init", shared / "model")
    yield "moved", ("diff", "out", "next", "--data", "data", "--scratch", shared, "-o", shared / "moved")
    yield "raw", ("gen", "--customers", "20", "--out", shared / "raw")
    yield "pairs.csv", ("cluster", "pairs", *night, "--of", "products", "-o", shared / "pairs.csv")


DONE_OR_REFUSED = (0, 73, 74, 77)
REFUSED = (65, 66, 73, 74, 77, 78)


def plant_at_final_names(attacks, place):
    deeper = ("sub", ("export", "out", "--table", "customers", "--to", "csv", "-o", place.shared / "sub/c.csv"))
    for name, command in (*outputs(place), deeper):
        for what, plant in (*PLANTS, ("hard link", None)):
            place.fresh()
            path = place.shared / name
            if plant is None:
                hard_link(path, place)
            else:
                as_attacker(lambda: plant(path, place))
            before = place.victims()
            code, words = attacks.run(place, *command)
            attacks.hold(place, before, f"{what} at {name} of {command[0]}", code, DONE_OR_REFUSED, words)


def plant_at_temporary_names(attacks, place):
    """The attacker knows the process id, and plants what the first temporary names would be. They are passed over."""
    for name, command in outputs(place):
        for what, plant in PLANTS:
            place.fresh()
            before = place.victims()

            def plant_all(pid):
                as_attacker(lambda: [plant(place.shared / f".fl-tmp-{pid}-{number}", place) for number in range(6)])

            code, words = attacks.run(place, *command, before=plant_all)
            attacks.hold(place, before, f"{what} at the temporary names of {command[0]} to {name}", code, (0,), words)


# --- folders that are the attacker's

def with_name(path, old, new):
    """The manifest with one name in it exchanged, wherever it stands."""
    return path.read_text().replace(old, new)


def name_others_files(attacks, place):
    """Manifests that name files outside their folder."""
    night = ("run", "--model", "model", "--as-of", "2026-04-01", "--out", "again", "--data")
    readers = {"data": ((*night, "{}"), ("compact", "{}"), ("verify", "{}"), ("export", "{}", "--table", "interactions", "--to", "csv"),
                        ("import", "--into", "{}", "--max-rejects", "1", "more.csv")),
               "out": (("verify", "{}"), ("export", "{}", "--table", "customers", "--to", "csv"),
                       ("explain", "--run", "{}", "--data", "data", "1"), ("diff", "{}", "out"),
                       (*night, "data", "--previous", "{}"))}
    for kind, commands in readers.items():
        manifest = json.loads((place.own / kind / "manifest.json").read_text())
        listed = sorted(entry.name for entry in (place.own / kind).iterdir() if entry.name in json.dumps(manifest))
        for name in listed:
            for evil in ("../../victim/secret", place.victim / "secret", "..", "x/../../../victim/secret", f"./{name}"):
                for command in commands:
                    place.fresh()
                    hostile = place.shared / kind
                    shutil.copytree(place.own / kind, hostile)
                    (hostile / "manifest.json").write_text(with_name(hostile / "manifest.json", name, str(evil)))
                    for path in (hostile, *hostile.rglob("*")):
                        os.chown(path, place.user, place.user)
                    before = place.victims()
                    code, words = attacks.run(place, *(word.format(hostile) for word in command))
                    attacks.hold(place, before, f"{evil} for {name} before {command[0]}", code, REFUSED, words)
                    shutil.rmtree(place.own / "again", ignore_errors=True)


def plant_within_a_data_folder(attacks, place):
    """A data folder that others may write to: links at the names of its own small files."""
    for name in (".lock", ".compact", "rejects", "manifest.json", "key"):
        for what, plant in PLANTS:
            for command in (("import", "--into", place.shared, "--max-rejects", "1", "rows.csv"), ("compact", place.shared)):
                place.fresh()
                if name != "manifest.json":
                    shutil.copytree(place.own / "data", place.shared, dirs_exist_ok=True,
                                    ignore=shutil.ignore_patterns(name))
                    place.shared.chmod(place.shared_mode)
                as_attacker(lambda: plant(place.shared / name, place))
                before = place.victims()
                code, words = attacks.run(place, *command)
                attacks.hold(place, before, f"{what} at {name} of a data folder before {command[0]}", code,
                             (0, 75, *REFUSED), words)


# --- races

def swap_for_ever(shared, name, target, ready):
    """Makes a folder and a link change places, and a new folder when the program took it."""
    path, spare, link = (shared / part for part in (name, "spare", "link"))
    link.symlink_to(target)
    os.write(ready, b"r")
    while True:
        path.mkdir(exist_ok=True)
        for number in range(20):
            (path / f".fl-tmp-1-{number}").touch()
        with contextlib.suppress(OSError):
            for _ in range(1000):
                os.rename(path, spare)
                os.rename(link, path)
                os.rename(path, link)
                os.rename(spare, path)


@contextlib.contextmanager
def swapping(place, name):
    """The attacker at work."""
    ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            drop_to(ATTACKER)()
            swap_for_ever(place.shared, name, place.victim / "folder", ready[1])
        os._exit(1)
    os.read(ready[0], 1)
    for end in ready:
        os.close(end)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def swap_meanwhile(attacks, place, times):
    """A folder of the attacker's that becomes a link to the victim's and back, at a name that is swept or written to."""
    export = ("export", "out", "--table", "customers", "--to", "csv", "-o", place.shared / "c.csv")
    tables = ("export", "out", "--table", "all", "--to", "csv", "-o", f"{place.shared}/t/")
    for name, command in ((".fl-tmp-1-1", export), (".fl-tmp-1-1", tables), ("c.csv", export), ("t", tables)):
        place.fresh()
        with swapping(place, name):
            for number in range(times):
                before = place.victims()
                code, words = attacks.run(place, *command)
                attacks.hold(place, before, f"race {number} at {name} of {command[0]}", code, DONE_OR_REFUSED, words)


def prepare(attacks, place):
    """What the user has of its own."""
    for name, content in (("rows.csv", ROWS), ("more.csv", ROWS.replace("2026-03-30", "2026-03-29"))):
        (place.own / name).write_text(content)
        os.chown(place.own / name, place.user, place.user)
    night = ("run", "--model", "model", "--data", "data", "--as-of")
    for command in (("import", "--into", "data", "--max-rejects", "1", "rows.csv"), ("model", "init", "model"),
                    (*night, "2026-03-31", "--out", "out"), (*night, "2026-04-01", "--previous", "out", "--out", "next")):
        code, words = attacks.run(place, *command)
        if code != 0:
            sys.exit(f"path_attacks: {command}: exit {code}: {words}")


def main():
    figures = Figures(__doc__.splitlines()[0])
    if os.geteuid() != 0:
        skip("a second user needs root, who can become one")
    scratch = scratch_folder()
    scratch.chmod(0o755)
    program = scratch / "fourloop"
    shutil.copy(FOURLOOP, program)
    program.chmod(0o755)
    attacks = Attacks(figures, program)
    settings = tuple(itertools.product(USERS, (0o1777, 0o777)))
    for user, mode in settings[1:3] if figures.quick else settings:
        place = Place(scratch, user, mode)
        prepare(attacks, place)
        plant_at_final_names(attacks, place)
        plant_at_temporary_names(attacks, place)
        plant_within_a_data_folder(attacks, place)
        name_others_files(attacks, place)
        swap_meanwhile(attacks, place, 20 if figures.quick else 600)
    figures.show("path attacks by a second user", f"{attacks.count:,} tried, {attacks.through} got through",
                 "0" if figures.quick else ">= 10,000 tried, 0", attacks.through == 0)
    figures.finish()


if __name__ == "__main__":
    main()
