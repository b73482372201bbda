"""The small commands that are killed or lose power: what is there before, the command, what its readers then see."""

import copy
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figures import FOURLOOP, ROOT

sys.path.insert(0, str(ROOT / "tests/cli"))
import cluster_fit_test  # noqa: E402
import value_fit_test  # noqa: E402

TIMEOUT_SECONDS = 60
WORKERS = 2
AS_OF = "2026-03-31"

ROWS = """customer,time,type,order,brand,category,product,quantity,amount,currency,speaker,message,text
1,2026-03-30 10:00:00,web_visit,,,,,,,,,,
1,2026-03-30 10:05:00,purchase_web,77,Norvik,garden-eco,P1,1.5,12.50,EUR,,,
2,2026-03-29 18:20:00,chat_customer_message,,,,,,,,customer,m1,"Hallo, is it too expensive? A refund, please"
3,2026-03-31 00:00:00,return_registered,78,Velora,,P3,1,5.00,EUR,,,
"""
MORE_ROWS = """customer,time,type,brand,category,amount,currency
1,2026-03-31 09:00:00,purchase_web,Velora,garden-eco,3.00,EUR
4,2026-03-31 09:30:00,web_visit,Velora,,,
"""
WORSE_ROWS = MORE_ROWS + "5,yesterday,web_visit,,,,\n"
IDS_MAPPING = """ids: text
columns: {customer: customer, time: time, type: type}
"""
KEY = "000102030405060708090a0b0c0d0e0f\n"


def environment(folder):
    """Of a program in `folder`: what it puts into TMPDIR is seen, too."""
    return {**os.environ, "TMPDIR": str(folder / "tmp")}


def fourloop(folder, *arguments):
    """Runs the program in `folder`, whatever comes of it."""
    return subprocess.run([FOURLOOP, *arguments], cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=TIMEOUT_SECONDS)


def must(folder, *arguments):
    done = fourloop(folder, *arguments)
    if done.returncode != 0:
        sys.exit(f"fourloop {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr.decode()}")
    return done


def read_tree(folder):
    """Every path below a folder with its bytes; None is a folder."""
    return {path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
            for path in sorted(folder.rglob("*"))}


def write_tree(tree, folder):
    """Makes `folder` anew, with what read_tree() gave."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in sorted(tree):
        path = folder / name
        if tree[name] is None:
            path.mkdir()
        else:
            path.write_bytes(tree[name])
            path.chmod(0o600)


def comparable(tree):
    """Without what may differ: of timing.json, in which the clock is, only whether it is a whole text; the number of the
    process in the name of a temporary; the empty file that is there to be locked, made anew when it is wanted."""
    return {re.sub(r"\.fl-tmp-\d+-", ".fl-tmp-PID-", name):
            content.endswith(b"}\n") if name.endswith("timing.json") else content
            for name, content in tree.items() if name != "data/.lock"}


def snapshot(folder):
    return comparable(read_tree(folder))


def digest(tree):
    """Of a comparable tree."""
    return hashlib.blake2b(repr(sorted(tree.items())).encode(), digest_size=16).digest()


def difference(tree, wanted):
    """One line on what differs between two snapshots."""
    words = [f"left over {name}" for name in tree if name not in wanted]
    words += [f"no {name}" for name in wanted if name not in tree]
    words += [f"other bytes in {name}" for name in wanted if name in tree and tree[name] != wanted[name]]
    return ", ".join(words)


def in_parallel(work, jobs):
    """work(job) for each, on both processors; what is not begun is dropped when one fails or this program is ended."""
    workers = ThreadPoolExecutor(WORKERS)
    try:
        for _ in workers.map(work, jobs):
            pass
    finally:
        workers.shutdown(cancel_futures=True)


class Interrupted:
    """One command: `before(folder)` makes what it finds, each of `readers` tells what it sees in a folder.

    `unsure` names a folder that somebody made who was killed before the name was on the disk. `apart`: what readers see is
    published one after the other, so that one may see the new while the next sees the old."""

    def __init__(self, name, before, command, readers, unsure=None, apart=False):
        self.name = name
        self.make_before = before
        self.command = [str(word) for word in command]
        self.readers = readers
        self.unsure = unsure
        self.apart = apart

    def prepare(self, scratch):
        """Makes the folder as it is before; remembers what is seen before and after the command, and all bytes then."""
        self.before = scratch / f"{self.name}-before"
        (self.before / "tmp").mkdir(parents=True)
        self.make_before(self.before)
        self.seen = {}
        whole = scratch / f"{self.name}-after"
        self.copy_before(whole)
        self.old = self.observe(whole)
        must(whole, *self.command)
        self.after = snapshot(whole)
        self.new = self.observe(whole)
        if self.old == self.new or difference(self.after, snapshot(whole)):
            sys.exit(f"{self.name}: its readers see no difference, or make one")

    def on_threads(self, threads):
        """The same on more threads; its folders and what is seen in them are shared."""
        threaded = copy.copy(self)
        threaded.command = [*self.command, "--threads", str(threads)]
        return threaded

    def copy_before(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.before, folder)

    def observe(self, folder):
        """What readers see; the same files are not read twice."""
        key = digest(snapshot(folder))
        if key not in self.seen:
            self.seen[key] = [reader(folder) for reader in self.readers]
        return self.seen[key]

    def see_trouble(self, folder, ended=False):
        """Words when readers see neither the old nor the new, or after the end not the new; else None."""
        seen = self.observe(folder)
        if seen == self.new or (seen == self.old and not ended):
            return None
        if self.apart and not ended and all(found in pair for found, *pair in zip(seen, self.old, self.new)):
            return None
        wanted = self.new if ended else self.old
        found = next(found for found, told in zip(seen, wanted) if found != told)
        return f"a reader sees {str(found)[:300]}, not {'the new' if ended else 'the old or the new'}"

    def repeat_trouble(self, folder):
        """Words when the same command does not complete what is there to the same bytes and nothing else."""
        done = fourloop(folder, *self.command)
        if done.returncode != 0:
            return f"the same command ends with {done.returncode}: {done.stderr.decode()[:300]}"
        return difference(snapshot(folder), self.after) or None


# --- readers

MISSING, CORRUPT = 66, 65


def told_by(*words, unfinished=MISSING):
    """Exit code and output of a command. `unfinished`: the code, too, when there is nothing."""
    def read(folder):
        done = fourloop(folder, *words)
        return words, MISSING if done.returncode == unfinished else done.returncode, done.stdout
    return read


def bytes_of(name):
    """A file's bytes, or None."""
    def read(folder):
        path = folder / name
        return name, path.read_bytes() if path.is_file() else None
    return read


def folder_of(name):
    """The files of a folder with their bytes, or None."""
    def read(folder):
        return name, read_tree(folder / name) if (folder / name).is_dir() else None
    return read


def files_behind(mark, *names):
    """The bytes of files that belong together, or None where `mark` is missing, which comes when all are there."""
    def read(folder):
        return mark, [bytes_of(name)(folder) for name in (mark, *names)] if (folder / mark).is_file() else None
    return read


def scored_night(folder):
    """Exit code and customers of a run, which is written elsewhere."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as elsewhere:
        done = fourloop(folder, *night(elsewhere + "/out"))
        return "run", done.returncode, [path.read_bytes() for path in Path(elsewhere).glob("out/customers-*")]


DATA_READERS = (told_by("verify", "data"), scored_night)
def run_readers(out, table="customers"):
    """An unfinished run is missing to some readers, broken to others: either way they refuse it."""
    return (told_by("verify", out, unfinished=CORRUPT),
            told_by("export", out, "--table", table, "--to", "csv", unfinished=CORRUPT))


MODEL_READERS = (told_by("model", "check", "model"), bytes_of("model/value.yaml"), bytes_of("model/clusters.yaml"))
NEW_MODEL_READERS = (told_by("model", "check", "new"),
                     files_behind("new/model.yaml", *(f"new/{name}" for name in (
                         "registry.csv", "rates.csv", "rfm_groups.csv", "keywords.csv", "examples.yaml"))))
RAW_READERS = (files_behind("raw/interactions.csv", *(f"raw/{name}" for name in (
    "mapping.yaml", "stores.csv", "products.csv", "customers.csv"))),)


# --- what is there before

def make_model(folder):
    """The default model with a few of its keywords: most of a small run's time would be theirs."""
    must(folder, "model", "init", "model")
    keywords = folder / "model/keywords.csv"
    keywords.write_text("".join(keywords.read_text().splitlines(keepends=True)[:3]))
    with open(folder / "model/rates.csv", "a") as rates:
        rates.write("USD,2020-01-01,2\n")


def with_rows(folder):
    (folder / "rows.csv").write_text(ROWS)
    (folder / "more.csv").write_text(MORE_ROWS)
    (folder / "worse.csv").write_text(WORSE_ROWS)
    (folder / "ids.yaml").write_text(IDS_MAPPING)
    (folder / "key").write_text(KEY)
    (folder / "key").chmod(0o600)
    make_model(folder)


def with_data(folder):
    with_rows(folder)
    must(folder, "import", "--into", "data", "rows.csv")


def with_two_files(folder):
    with_data(folder)
    must(folder, "import", "--into", "data", "more.csv")


def with_night(folder):
    with_two_files(folder)
    must(folder, *night("eve", "2026-03-30"))


def with_half_a_run(folder):
    """One segment file only, so that a folder that has lost it holds no other."""
    with_data(folder)
    (folder / "model/keywords.csv").unlink()
    must(folder, *night("out"))
    (folder / "out/_SUCCESS").unlink()
    (folder / "out/.fl-tmp-1-0").write_text("")


def with_run(folder):
    with_night(folder)
    must(folder, *night("out", AS_OF, "--previous", "eve"))
    (folder / "old.csv").write_text("the file of yesterday\n")


def with_buyers(folder):
    make_model(folder)
    (folder / "rows.csv").write_text(value_fit_test.csv_text(value_fit_test.drawn_rows(customers=100)))
    must(folder, "import", "--into", "data", "rows.csv")


def with_clusters(folder):
    with_tastes(folder)
    must(folder, *fit("cluster", "--k", "2", "--force"))


def with_tastes(folder):
    make_model(folder)
    (folder / "rows.csv").write_text(cluster_fit_test.csv_text(cluster_fit_test.drawn_rows(sizes=(30, 30))))
    must(folder, "import", "--into", "data", "rows.csv")


def night(out, as_of=AS_OF, *more):
    return ["run", "--model", "model", "--data", "data", "--as-of", as_of, "--out", out, *more]


def fit(verb, *more):
    return [verb, "fit", "--model", "model", "--data", "data", "--as-of", AS_OF, *more]


def all_commands():
    """Those that write in ways of their own. Tables of a profile, of pairs and of a text's tags come as an export does,
    the movers of a diff as one in parts."""
    return [
        Interrupted("import-new", with_rows, ["import", "--into", "data", "rows.csv"], DATA_READERS),
        Interrupted("import-more", with_data, ["import", "--into", "data", "more.csv"], DATA_READERS),
        Interrupted("import-ids", with_rows, ["import", "--into", "data", "--map", "ids.yaml", "--key-file", "key",
                                              "rows.csv"], DATA_READERS),
        Interrupted("import-rejects", with_data, ["import", "--into", "data", "--max-rejects", "1", "worse.csv"],
                    DATA_READERS),
        Interrupted("compact", with_two_files, ["compact", "data"], DATA_READERS),
        Interrupted("run", with_night, night("out", AS_OF, "--previous", "eve", "--hits"), run_readers("out")),
        Interrupted("run-again", with_half_a_run, night("out"), run_readers("out"), unsure="out"),
        Interrupted("export", with_run, ["export", "out", "--table", "customers", "--to", "csv", "-o", "old.csv"],
                    (bytes_of("old.csv"),)),
        Interrupted("export-parquet", with_run, ["export", "out", "--table", "customers", "--to", "parquet", "-o",
                                                 "new.parquet"], (bytes_of("new.parquet"),)),
        Interrupted("export-all", with_run, ["export", "out", "--table", "all", "--to", "csv", "-o", "new/"],
                    (bytes_of("new/customers.csv"), bytes_of("new/tags.csv"))),
        Interrupted("export-parts", with_run, ["export", "out", "--table", "customers", "--to", "csv", "--files", "2", "-o",
                                               "new/"], (folder_of("new"),)),
        Interrupted("model-init", lambda folder: None, ["model", "init", "new"], NEW_MODEL_READERS),
        Interrupted("gen", lambda folder: None, ["gen", "--customers", "3", "--days", "30", "--out", "raw"], RAW_READERS),
        Interrupted("tag", with_two_files, ["tag", "--model", "model", "--data", "data", "--as-of", AS_OF, "--hits",
                                            "--out", "out"], run_readers("out", "tags")),
        Interrupted("replay", with_two_files, ["run", "--model", "model", "--data", "data", "--replay",
                                               "2026-03-30..2026-03-31", "--out", "month"],
                    (*run_readers("month/2026-03-30"), *run_readers("month/2026-03-31")), apart=True),
        Interrupted("cluster-assign", with_clusters, ["cluster", "assign", "--model", "model", "--data", "data", "--as-of",
                                                      AS_OF, "--out", "out"], run_readers("out", "clusters")),
        Interrupted("value-fit", with_buyers, fit("value"), MODEL_READERS),
        Interrupted("cluster-fit", with_tastes, fit("cluster", "--k", "2", "--force"), MODEL_READERS),
    ]
