"""Plants a canary in every cell of people's data, drives the program into success and trouble, searches all it leaves.

Every planted value holds the word NEEDLE, in any case (folding lowers it), numbers the digits NUMBER. Neither may stand
in a message, a file name, an argument, a path asked of the system, a core file, or a file that is not meant to hold
data; where the data is meant to be it must stand, or the search would prove nothing.
"""

import fnmatch
import itertools
import os
import random
import re
import resource
import shutil
import stat
import subprocess
import sys

from figures import FOURLOOP, Figures, scratch_folder, skip
from watched_run import need_strace, tree, watched

NEEDLE, NUMBER = b"kanarie", b"7319462"
SEED = 20261120
COLUMNS = ("customer", "time", "type", "order", "brand", "category", "product", "content", "agent", "channel", "store",
           "quantity", "amount", "discount", "margin", "currency", "arrival", "speaker", "message", "text")
# What is meant to hold people's data: tables, rows to mend (their folder is 0700), and what a command was asked to write.
MEANT = ("*.flint", "*.flseg", "*/rejects/*.csv", "*/asked/*")


# A manifest says which customers a file reaches from and to: numbers, and it lies where the file does.
RANGES = re.compile(rb'"customer_(?:min|max)": -?[0-9]+')


def has_needle(content):
    return NEEDLE in content.lower() or NUMBER in content


class Search:
    """Looks at all that a command leaves, counts the places, says where a canary was found."""

    def __init__(self, figures, folder):
        self.figures, self.folder = figures, folder
        self.inputs = set()
        self.places = self.found = self.controls = 0

    def look(self, content, where, command):
        self.places += 1
        if has_needle(content):
            self.found += 1
            at = max(content.lower().find(NEEDLE), content.find(NUMBER))
            self.figures.violation(f"{where} of `{command}` (seed {SEED}): {content[max(0, at - 80):at + 40]!r}")

    def meant(self, path):
        shown = f"/{path.relative_to(self.folder).as_posix()}"
        return path in self.inputs or any(fnmatch.fnmatch(shown, pattern) for pattern in MEANT)

    def look_at_files(self, command):
        for name in tree(self.folder):
            path = self.folder / os.path.relpath(name, self.folder)
            self.look(os.fsencode(path.name), "file name", command)
            if not path.is_file() or path in self.inputs:
                continue
            if path.name.startswith(".fl-tmp-") or self.meant(path):
                self.places += 1
                if stat.S_IMODE(path.stat().st_mode) & 0o077:
                    self.found += 1
                    self.figures.violation(f"{path} of `{command}` is readable by others")
            else:
                self.look(RANGES.sub(b"", path.read_bytes()), f"file {path.relative_to(self.folder)}", command)

    def run(self, *arguments, shows=False, codes=None, keep=False, **settings):
        """One command. `shows`: its standard output is about people by intent; True: and must be, if it ends well."""
        done = watched(self.folder, arguments, **settings)
        self.look(done.stderr, "stderr", done.command)
        if shows is False:
            self.look(done.stdout, "stdout", done.command)
        elif shows and done.code == 0:
            self.control(has_needle(done.stdout), f"stdout of `{done.command}` shows nobody's data")
        # What the caller typed after explain is the caller's; all other words are searched.
        typed = [word for word in arguments if has_needle(os.fsencode(word))]
        trace = "\n".join(line for line in done.trace.splitlines() if not (typed and "execve(" in line or " write(" in line))
        self.look(trace.encode(errors="surrogateescape"), "system calls", done.command)
        if codes is not None and done.code not in codes:
            self.figures.violation(f"`{done.command}` ended with {done.code}: {done.stderr.decode(errors='replace')}")
        if not keep:
            self.look_at_files(done.command)
        return done

    def control(self, holds, words):
        """A place that must hold canaries, or nothing of this would show anything."""
        self.controls += 1
        if not holds:
            self.figures.violation(f"control: {words}")


class Planted:
    """Input files full of canaries."""

    def __init__(self, folder, search):
        self.folder, self.search = folder, search
        self.numbers = itertools.count(1)

    def value(self):
        return f"Kanarie{next(self.numbers)}"

    def row(self, **cells):
        row = {"time": "2026-03-30 10:00:00", "type": "purchase_web", "quantity": "1", "amount": "5.00",
               "currency": "EUR", **{column: self.value() for column in
                                     ("customer", "order", "brand", "category", "product", "content", "agent", "store")}}
        return {**dict.fromkeys(COLUMNS, ""), **row, **cells}

    def message(self):
        return self.row(type="chat_customer_message", order="", quantity="", amount="", currency="", speaker="customer",
                        message=self.value(), text=f"Waar blijft mijn pakket {self.value()} of 7319462001?")

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogateescape"))
        self.search.inputs.add(path)
        return name

    def csv(self, name, rows):
        lines = [",".join(row.values()) for row in rows]
        return self.write(name, "\n".join([",".join(COLUMNS), *lines, ""]))

    def good(self):
        return self.csv("good.csv", [self.row() for _ in range(20)] + [self.message() for _ in range(20)])

    def numbered(self):
        """Customers that are numbers, for folders without texts."""
        return self.csv("numbered.csv", [self.row(customer=f"{NUMBER.decode()}{i:04}") for i in range(20)])

    def broken(self):
        """(name, content) of files that are wrong in one way each, the canary where it is wrong."""
        value, header = self.value(), ",".join(COLUMNS)
        for column in COLUMNS:
            wrong = (value, f'"{value}\n{value}"', value * 3000 if column != "text" else value, f"{value}\x01",
                     f"{value}\udcff", f"2026-99-99 {value}", f"{NUMBER.decode()}99999999999999999999999999999")
            yield f"cells-{column}.csv", self.lines([self.row(**{column: cell}) for cell in wrong])
        good = ",".join(self.row().values())
        yield "few.csv", f"{header}\n{value},{value}\n"
        yield "many.csv", f"{header}\n{','.join([value] * 40)}\n"
        yield "open.csv", f'{header}\n{good}\n"{value} never closed,{good}\n'
        yield "quote.csv", f'{header}\n{good}\n{value}"{value}",{good}\n'
        yield "header.csv", f"{value},{value}\n{good}\n"
        yield "headless.csv", f"{good}\n{good}\n"
        yield "twice.csv", f"{header},{value},{value}\n{good},1,2\n"
        yield "nul.csv", f"{header}\n{value}\0{value},{good}\n"
        yield "line.ndjson", f'{{"customer": "{value}", "time": \n'
        yield "types.ndjson", f'{{"customer": ["{value}"], "time": {{"{value}": 1}}, "type": "{value}"}}\n'
        yield "key.ndjson", f'{{"{value}": 1, "{value}": 2}}\n'
        yield "word.ndjson", f"{value}\n"
        yield "escape.ndjson", f'{{"customer": "{value}\\ud800", "time": "{value}"}}\n'

    @staticmethod
    def lines(rows):
        return "\n".join([",".join(COLUMNS), *(",".join(row.values()) for row in rows), ""])


MAPPING = "ids: text\ncolumns:\n" + "".join(f"  {column}: {column}\n" for column in COLUMNS
                                            if column not in ("channel", "arrival"))
OTHERS = {  # table: a row that fits, and what to say twice or wrong
    "products": ("product,brand,category", "{0},{1},{2}"),
    "stores": ("store,latitude,longitude", "{0},59.9,10.7"),
    "given_tags": ("customer,day,tag,until,giver", "{0},2026-03-30,complaint,2026-04-30,{1}"),
    "customers": ("customer,country,region", "{0},NO,{1}"),
}


def import_all(search, plant):
    """Good rows, every kind of bad one, every table."""
    plant.write("text.yaml", MAPPING)
    search.run("import", "--map", "text.yaml", "--into", "data", plant.good(), codes=(0,))
    search.run("import", "--into", "numbers", plant.numbered(), codes=(0,))
    for name, content in plant.broken():
        plant.write(name, content)
        for more in (("--map", "text.yaml"), ()):
            search.run("import", *more, "--into", "bad", "--max-rejects", "1", name, codes=(0, 65, 66, 78))
            shutil.rmtree(search.folder / "bad", ignore_errors=True)
    for table, (header, form) in OTHERS.items():
        cells = [plant.value() for _ in range(3)]
        row = form.format(*cells)
        plant.write(f"{table}.csv", f"{header}\n{row}\n{row}\n{form.format(*reversed(cells))},{cells[0]}\n{cells[0]}\n")
        for into in ("data", "numbers"):
            search.run("import", "--table", table, "--into", into, "--max-rejects", "9", f"{table}.csv", codes=(0, 64, 65, 78))


def look_at_night(search, plant):
    """What a night writes and shows, and what it says of people it does not know."""
    search.run("model", "init", "model", codes=(0,))
    for data, out in (("data", "out"), ("numbers", "numbers-out")):
        night = ("--model", "model", "--data", data, "--as-of", "2026-03-31")
        search.run("run", *night, "--hits", "--out", out, codes=(0,))
        search.run("run", "--model", "model", "--data", data, "--as-of", "2026-04-01", "--previous", out, "--out", f"{out}-next", "--json",
                   codes=(0,))
        search.run("tag", *night, "--out", f"{out}-tags", codes=(0, 66))
        search.run("diff", out, f"{out}-next", "--data", data, "--scratch", ".", "-o", f"asked/moved-{data}",
                   shows=True, codes=(0,))
        search.run("compact", data, codes=(0,))
        search.run("verify", data, out, codes=(0,))
        for form in ("csv", "ndjson", "pgcopy", "parquet", "arrow"):
            search.run("export", out, "--table", "all", "--to", form, "-o", f"asked/{out}-{form}/", codes=(0,))
            search.run("export", data, "--table", "interactions", "--to", form, "-o", f"asked/{data}.{form}", codes=(0,))
        search.run("load-sql", "--for", "postgres", out, "--table", "customers", codes=(0,))
        search.run("cluster", "fit", *night, "--k", "2", codes=(0, 65, 78))
        search.run("value", "fit", *night, codes=(0, 65, 78))
    search.run("export", "data", "--table", "interactions", "--to", "csv", shows=True, codes=(0,))
    search.run("explain", "--run", "out", "--data", "data", "Kanarie1", shows=True, codes=(0,))
    search.run("explain", "--run", "numbers-out", "--data", "numbers", f"{NUMBER.decode()}0001", shows=True, codes=(0,))
    for stranger in ("KanarieNobody", "Kanarie\x01", f"{NUMBER.decode()}99", f"{NUMBER.decode()}9999999999999999"):
        for data, out in (("data", "out"), ("numbers", "numbers-out")):
            search.run("explain", "--run", out, "--data", data, stranger, codes=(64, 65, 66))
        search.run("explain", "--run", "out", "--data", "data", "Kanarie1", "--scope", f"brand={stranger}", codes=(64, 65, 66))
    texts = plant.write("texts.txt", "Waar blijft mijn pakket, Kanarie?\n")
    search.run("keywords", "test", texts, "--model", "model", shows=True, codes=(0,))
    search.run("keywords", "check", "--model", "model", "--sample", texts, codes=(0,))
    search.run("tag", "--model", "model", "--text", texts, "-o", "asked/hits.csv", codes=(0,))
    for content in (b"Kanarie\xff\n", b"Kanarie\0\n", b'{"text": "Kanarie", "speaker": "Kanarie"}\n', b'{"text": "Kanarie\n',
                    b'{"Kanarie": 1}\n', b"Kanarie" * 400000):
        for form, verb in itertools.product(("lines", "ndjson"), (("tag", "--text"), ("keywords", "test"), ("keywords", "check", "--sample"))):
            search.run(*verb, "-", "--from", form, "--model", "model", shows=None, stdin=content)


def damage(search, chance, count):
    """Flipped bytes and cuts in each file that holds people's data, read by each verb."""
    readers = (("verify", "data"), ("verify", "out"), ("compact", "data"),
               ("run", "--model", "model", "--data", "data", "--as-of", "2026-03-31", "--out", "again"))
    showing = (("export", "out", "--table", "customers", "--to", "csv"),
               ("diff", "out", "out-next", "--data", "data", "--scratch", "."),
               ("explain", "--run", "out", "--data", "data", "Kanarie1"))
    files = [path for path in map(search.folder.__truediv__, sorted(os.path.relpath(name, search.folder) for name in tree(search.folder)))
             if path.is_file() and path.parent.name in ("data", "out", "asked") and path not in search.inputs]
    for path in files:
        good = path.read_bytes()
        for _ in range(count if len(good) > 0 else 0):
            bad = bytearray(good)
            for _ in range(chance.choice((1, 1, 8))):
                bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
            path.write_bytes(bad[:chance.randrange(len(bad))] if chance.random() < 0.2 else bad)
            own = path.relative_to(search.folder)
            if path.parent.name == "asked":
                chosen = chance.choice((("verify", own), ("inspect", own), ("import", "--map", "text.yaml", "--into", "bad", own)))
            else:
                chosen = chance.choice(readers + showing)
            shows = None if chosen in showing or chosen[0] == "inspect" else False
            search.run(*chosen, shows=shows)
            path.write_bytes(good)
            for made in ("again", "bad"):
                shutil.rmtree(search.folder / made, ignore_errors=True)


def few_resources(search, count):
    """Not enough memory, not enough room in one file, a call that fails."""
    night = ("run", "--model", "model", "--data", "data", "--as-of", "2026-03-31", "--out", "again")
    taking = ("import", "--map", "text.yaml", "--into", "again", "good.csv")
    def limit(kind, size):
        return lambda: resource.setrlimit(kind, (size, resource.getrlimit(kind)[1]))

    for command in (night, taking):
        for step in range(count):
            search.run(*command, preexec_fn=limit(resource.RLIMIT_AS, (24 << 20) + step * (320 << 20) // count))
            shutil.rmtree(search.folder / "again", ignore_errors=True)
        for call, error in itertools.product(("write", "fsync", "rename", "openat", "mmap"), ("ENOSPC", "EIO", "ENOMEM")):
            for place in (range(1, 2 + count // 2) if call != "mmap" else (40, 60, 80)):
                search.run(*command, inject=f"{call}:error={error}:when={place}")
                shutil.rmtree(search.folder / "again", ignore_errors=True)


def cores_appear(folder):
    """Whether a program that crashes here leaves a core file in its folder."""
    subprocess.run([sys.executable, "-c", "import os; os.abort()"], cwd=folder, stderr=subprocess.DEVNULL,
                   preexec_fn=allow_cores, timeout=60)
    found = [name for name in os.listdir(folder) if name.startswith("core")]
    for name in found:
        os.unlink(folder / name)
    return found != []


def allow_cores():
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def crash(search, count):
    """Signals that dump core, at calls when the data is in memory. What a kill leaves is 0600, and swept by the next."""
    if not cores_appear(search.folder):
        print("personal_data: crashes leave no core file here, so that none of ours is no proof", file=sys.stderr)
    commands = (("run", "--model", "model", "--data", "data", "--as-of", "2026-03-31", "--out", "again"),
                ("import", "--map", "text.yaml", "--into", "again", "good.csv"),
                ("export", "out", "--table", "customers", "--to", "csv", "-o", "asked/again.csv"))
    for command, number in itertools.product(commands, ("SEGV", "ABRT", "QUIT", "KILL")):
        for place in range(1, 1 + count):
            done = search.run(*command, inject=f"fsync:signal={number}:when={place}", preexec_fn=allow_cores)
            if done.code >= 0:
                break # it has fewer calls than that
            search.run(*command, codes=(0,))
            left = [name for name in tree(search.folder) if os.path.basename(name).startswith(".fl-tmp-")]
            search.control(left == [], f"`{' '.join(command)}` after {number} left {left}")
            shutil.rmtree(search.folder / "again", ignore_errors=True)


def main():
    figures = Figures(__doc__.splitlines()[0])
    need_strace()
    folder = scratch_folder() / "work"
    (folder / "asked").mkdir(parents=True)
    search = Search(figures, folder)
    plant = Planted(folder, search)
    import_all(search, plant)
    look_at_night(search, plant)
    damage(search, random.Random(SEED), 2 if figures.quick else 100)
    few_resources(search, 2 if figures.quick else 24)
    crash(search, 1 if figures.quick else 20)
    figures.show("personal data canaries", f"{search.places:,} places searched, {search.found} found",
                 ">= 50,000 places, 0 found", search.found == 0)
    figures.finish()


if __name__ == "__main__":
    main()
