"""Changes that befall a file while a command reads it, and whether what the command then did is right."""

import os
import re
import shutil
from pathlib import Path
from typing import Callable, NamedTuple

from interrupted import digest, fourloop, must, snapshot

OUT = "OUT"  # in arguments: where the result goes
BAD_DATA, MISSING, FAILED, BAD_MODEL = 65, 66, 74, 78
# Of a table file: where it is wrong, or that the whole of it is another one.
PLACE = re.compile(r"offset \d+|block \d+|column `|\d+ bytes|trailer|footer|header|does not start with|another file|"
                   r"is not there")
HANDLER_WORDS = "the file was cut or the disk failed while it was read"


# --- changes

class Change(NamedTuple):
    """In words; a function that makes it at once; the same for change_at_moment.c, where that can make it."""

    words: str
    make: Callable
    variables: dict = {}


# Each gets the path, a source of chance, the bytes of another valid file.

def cut(path, chance, _):
    size = chance.randrange(path.stat().st_size)
    return Change(f"cut to {size} bytes", lambda: os.truncate(path, size), {"CHANGE_SIZE": size})


def cut_and_grow(path, chance, _):
    """Zeros where bytes were, and the size tells nobody."""
    whole = path.stat().st_size
    size = chance.randrange(whole)

    def make():
        os.truncate(path, size)
        os.truncate(path, whole)

    return Change(f"zeros from byte {size} on", make, {"CHANGE_SIZE": size, "CHANGE_SIZE_AFTER": whole})


def writing(words, path, content):
    """Other bytes in the file as it is."""
    source = path.with_name(path.name + ".bytes")
    source.write_bytes(content)

    def make():
        with open(path, "r+b", buffering=0) as file:
            os.pwrite(file.fileno(), content, 0)
            file.truncate(len(content))

    return Change(words, make, {"CHANGE_BYTES": source, "CHANGE_SIZE_AFTER": len(content)})


def flip(path, chance, _):
    """Between two calls a bit of what is read just then, else one anywhere."""
    content = bytearray(path.read_bytes())
    bit = chance.randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    return writing(f"bit {bit} flipped", path, content)._replace(variables={"CHANGE_BIT": bit})


def spoil(path, chance, _):
    """Everywhere, so that whatever is read just now is hit."""
    mask = chance.randrange(1, 256)
    return writing(f"each byte changed by {mask}", path, bytes(byte ^ mask for byte in path.read_bytes()))


def write_other(path, _, other):
    return writing("another file written over it", path, other)


def rename_other(path, _, other):
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(other)
    return Change("another file renamed over it", lambda: os.replace(beside, path))


def remove(path, *_):
    return Change("removed", path.unlink)


# --- commands and what comes of them

class Command(NamedTuple):
    """A command line with the files it reads, which may change under it."""

    name: str
    arguments: tuple
    victims: tuple
    refusals: tuple = (BAD_DATA, MISSING, FAILED)

    def words(self, out=OUT):
        return [out if argument == OUT else argument for argument in self.arguments]


class Outcome(NamedTuple):
    code: int
    words: str        # stderr
    result: bytes     # digest of what is published, or of stdout


NOTHING = b""


def published(path):
    """Digest of a file or a complete folder. Refused rows are kept for whoever mends them, so they are no result."""
    if path.is_file():
        return digest({"": path.read_bytes()})
    if not (path / "manifest.json").is_file():
        return NOTHING
    return digest({name: content for name, content in snapshot(path).items() if not name.startswith("rejects")})


def temporaries(path):
    return [entry.name for entry in path.iterdir() if entry.name.startswith(".fl-tmp-")] if path.is_dir() else []


class Night:
    """A folder in which commands run while its files change, each of which can be put back as it was."""

    def __init__(self, folder, commands):
        self.folder = Path(folder)
        self.good = {victim: self.path(victim).read_bytes() for command in commands for victim in command.victims}
        self.results = {command.name: self.expect(command) for command in commands}

    def path(self, name):
        return self.folder / name

    def restore(self, victim):
        self.path(victim).write_bytes(self.good[victim])

    def clear(self, out=OUT):
        shutil.rmtree(self.path(out), ignore_errors=True)
        self.path(out).unlink(missing_ok=True)

    def expect(self, command):
        """What the command gives when nothing happens."""
        self.clear()
        done = must(self.folder, *command.words())
        return self.outcome(command, done.returncode, done.stdout, done.stderr).result

    def outcome(self, command, code, stdout, words, out=OUT):
        if OUT in command.arguments:
            result = published(self.path(out))
        else:
            result = digest({"": stdout}) if code == 0 else NOTHING
        return Outcome(code, words.decode("utf-8", "replace"), result)

    def run(self, command, out=OUT):
        """Outcome of the command as its files are now."""
        done = fourloop(self.folder, *command.words(out))
        return self.outcome(command, done.returncode, done.stdout, done.stderr, out)

    def faults(self, command, victim, outcome):
        """What is wrong with an outcome, judged while the victim is still as it was changed."""
        if outcome.code == 0:
            return [] if outcome.result == self.results[command.name] else self.faults_of_result(command, outcome)
        found = [] if outcome.code in command.refusals else [f"exit {outcome.code}"]
        if outcome.result != NOTHING:
            found.append(f"exit {outcome.code}, and something is published")
        if Path(victim).name not in outcome.words:
            found.append(f"exit {outcome.code} without the file's name")
        elif Path(victim).suffix in (".flint", ".flseg") and outcome.code != MISSING and \
                not PLACE.search(outcome.words):
            found.append(f"exit {outcome.code} without a place")
        return found

    def faults_of_result(self, command, outcome):
        """Another result is right where the changed file is a valid one that gives it."""
        self.clear("NOW")
        now = self.run(command, "NOW")
        if now.code == 0 and now.result == outcome.result:
            return []
        return ["exit 0 with what neither the file before nor the file after gives"]

    def faults_of_repeat(self, command):
        """The file is whole again: the same command must work, and sweep up."""
        again = self.run(command)
        if again.code != 0 or again.result != self.results[command.name]:
            return [f"the repeat: exit {again.code}, {again.words.strip()[:200]}"]
        left = temporaries(self.path(OUT))
        return [f"left after the repeat: {left}"] if left else []
