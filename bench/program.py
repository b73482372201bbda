"""The program under test: its verbs as functions that return what they cost."""

import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path

from measure import run_child

AS_OF = "2026-11-20"  # the day after the last one of the generator
SEED = 7
TABLES = ("customers", "brands", "categories")  # of a run with these scopes


class Program:
    def __init__(self, path, threads):
        self.path = path
        self.threads = threads
        self.generator = None

    def call(self, *arguments, **settings):
        return run_child([self.path, *arguments], **settings)

    def offers(self, verb, word):
        """Whether the help of a verb mentions a word: flags come and go, a bench outlives them."""
        return word in self.call(verb, "--help", keep_output=True)[1].decode()

    def gen(self, out, customers, days):
        self.call("gen", "--customers", customers, "--days", days, "--seed", SEED, "--out", out)

    def generator_digest(self):
        """Names what the generator makes, so that data of an older one is not mistaken for it."""
        if self.generator is None:
            with tempfile.TemporaryDirectory() as folder:
                self.gen(Path(folder) / "raw", 50, 60)
                files = sorted((Path(folder) / "raw").iterdir())
                self.generator = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
        return self.generator

    def import_files(self, into, *files, mapping=None):
        """Imports files into a folder made anew; the cost of the whole process."""
        shutil.rmtree(into, ignore_errors=True)
        return self.import_more(into, *files, mapping=mapping)

    def import_more(self, into, *files, mapping=None):
        flags = ["--map", mapping] if mapping else []
        return self.call("import", *flags, "--into", into, *files)[0]

    def run(self, model, data, out, *flags, threads=None, env=None, as_of=AS_OF):
        """A night into a folder made anew; the cost of the whole process."""
        shutil.rmtree(out, ignore_errors=True)
        return self.call("run", "--model", model, "--data", data, "--as-of", as_of, "--out", out, "--threads",
                         threads or self.threads, *flags, env=env)[0]

    def replay(self, model, data, first, last, out):
        """A night for each day, each in a folder of its own below `out`; the cost of the whole process."""
        shutil.rmtree(out, ignore_errors=True)
        return self.call("run", "--model", model, "--data", data, "--replay", f"{first}..{last}", "--out", out,
                         "--threads", self.threads)[0]

    def value_fit(self, model, data, threads=None):
        return self.call("value", "fit", "--model", model, "--data", data, "--as-of", AS_OF, "--threads",
                         threads or self.threads)[0]

    def cluster_fit(self, model, data):
        """Stable or not: the clusters of the made-up retailer are to be there."""
        return self.call("cluster", "fit", "--model", model, "--data", data, "--as-of", AS_OF, "--threads", self.threads,
                         "--force")[0]

    def cluster_pairs(self, model, data, items, min_baskets, to):
        """All pairs of categories or products as CSV."""
        return self.call("cluster", "pairs", "--model", model, "--data", data, "--as-of", AS_OF, "--of", items,
                         "--min-baskets", min_baskets, "--to", "csv", "-o", to)[0]

    def stages(self, out):
        """Stage -> microseconds of a run, from its own log."""
        times = json.loads((out / "timing.json").read_text())
        return {name.removesuffix("_microseconds"): time for name, time in times.items()}

    def tag_text(self, model, messages, out):
        """The hits of a file of messages; the cost of the whole process."""
        return run_child(self.tag_text_command(model, messages, out))[0]

    def tag_text_command(self, model, messages, out):
        return [self.path, "tag", "--text", messages, "--model", model, "-o", out]

    def tag(self, model, data, as_of, out, threads):
        """The tags of a night into a folder made anew; the cost of the whole process."""
        shutil.rmtree(out, ignore_errors=True)
        return self.call("tag", "--model", model, "--data", data, "--as-of", as_of, "--out", out, "--threads", threads)[0]

    def beside(self, name):
        """A tool that the same build puts beside the program, or None where it was not built."""
        tool = Path(self.path).parent / name
        return tool if tool.is_file() else None

    def compact(self, data):
        return self.call("compact", data)[0]

    def import_table(self, into, table, file):
        return self.call("import", "--table", table, "--into", into, file)[0]

    def export(self, out, to, table="customers"):
        self.call("export", out, "--table", table, "--to", "csv", "-o", to)

    def verify(self, *paths):
        self.call("verify", *paths)

    def table_rows(self, table_file, rows, to):
        """The first rows of a table file as CSV."""
        run_child(["sh", "-c", 'exec "$0" inspect --rows "$1" "$2" >"$3"', self.path, rows, table_file, to])

    def unpack_ns(self, table_file, columns):
        """Column -> CPU time a row that its unpacking takes at best, or None where the tool for it was not built."""
        tool = self.beside("unpack_speed")
        if tool is None:
            return None
        text = run_child([tool, table_file, *columns], keep_output=True)[1].decode()
        return {name: float(nanoseconds) for name, _, nanoseconds in map(str.split, text.splitlines())}

    def stored_bytes(self, table_file):
        """Column -> stored bytes, from `inspect`."""
        text = self.call("inspect", table_file, keep_output=True)[1].decode()
        lines = text[text.index("\ncolumn "):].splitlines()[2:]
        return {found[1]: int(found[2]) for found in (re.match(r"(\w+) +\w+ +(\d+) ", line) for line in lines) if found}


def interaction_files(data):
    return sorted(data.glob("interactions-*.flint"))


def segment_bytes(out):
    """The bytes of a run's customers: equal runs have equal ones."""
    return b"".join(path.read_bytes() for path in sorted(out.glob("customers-*.flseg")))
