"""A shop small enough to be scored a hundred times a second, and the commands whose faults are counted on it."""

import csv
import json
import random
import shutil
import subprocess
from typing import NamedTuple

from figures import FOURLOOP

AS_OF = "2026-03-31"
TIMEOUT_SECONDS = 60
CUSTOMERS = 24
HABITS = (("bread", "milk", "eggs"), ("paint", "nails", "wood"))
HEADER = "customer,time,type,order,brand,category,product,quantity,amount,currency,speaker,message,text\n"
KEYWORDS = """tag,any,hits,days,expiry_days,priority,points
late,late|delay*,1,1,60,5,3.5
angry,angry|ümlaut,2,10,30,9,-2
"""
PATTERNS = "tag,any,regex\nlate,late,\nparcel,,parcel [0-9]\n"
SAYINGS = ("where is it? LATE again", "angry about delays, and angry about the price", "hello", "ümlaut")


class Command(NamedTuple):
    """What is run, in a folder that lies beside the shop's: `../shop` is only read."""

    name: str
    words: tuple
    mark: str = ""   # the file whose coming, or new content, publishes the rest; "": writes to stdout only
    start: str = ""  # the folder of the shop that is copied before, because the command changes it
    copy: str = ""   # what that copy is called here
    stdin: str = ""  # a file of the shop that comes through a pipe


COMMANDS = {command.name: command for command in (
    Command("import", ("import", "--into", "data", "../shop/first.csv", "../shop/second.csv"), "data/manifest.json"),
    Command("import-more", ("import", "--into", "data", "../shop/second.csv"), "data/manifest.json", "half", "data"),
    Command("import-pipe", ("import", "--into", "data", "-"), "data/manifest.json", stdin="first.csv"),
    Command("import-ndjson", ("import", "--table", "interactions", "--into", "data", "--max-rejects", "1000",
                              "../shop/first.ndjson"), "data/manifest.json"),
    Command("compact", ("compact", "data"), "data/manifest.json", "data", "data"),
    Command("run", ("run", "--model", "../shop/model", "--data", "../shop/data", "--as-of", AS_OF, "--out", "out"),
            "out/_SUCCESS"),
    Command("run-copied", ("run", "--model", "../shop/model", "--data", "../shop/data", "--as-of", AS_OF, "--out", "out",
                           "--io", "copy"), "out/_SUCCESS"),
    Command("tag", ("tag", "--model", "../shop/model", "--data", "../shop/data", "--as-of", AS_OF, "--hits", "--out",
                    "tags"), "tags/_SUCCESS"),
    Command("tag-text", ("tag", "--model", "../shop/patterns", "--text", "../shop/messages.txt")),
    Command("keywords-check", ("keywords", "check", "--model", "../shop/model", "--sample", "../shop/messages.txt")),
    Command("keywords-test", ("keywords", "test", "--model", "../shop/patterns", "../shop/messages.ndjson")),
    Command("model-check", ("model", "check", "../shop/model")),
    Command("fit", ("cluster", "fit", "--model", "model", "--data", "../shop/data", "--as-of", AS_OF, "--k", "2"),
            "model/clusters.yaml", "bare", "model"),
    Command("export", ("export", "../shop/out", "--table", "customers", "--to", "csv", "-o", "files/customers.csv"),
            "files/customers.csv", "files", "files"),
    Command("export-all", ("export", "../shop/out", "--table", "all", "--to", "parquet", "-o", "tables/"),
            "tables/customers.parquet"),
    Command("export-stdout", ("export", "../shop/out", "--table", "customers", "--to", "ndjson")),
    Command("verify", ("verify", "../shop/data", "../shop/out")),
    Command("explain", ("explain", "--run", "../shop/out", "--data", "../shop/data", "1")),
)}


def rows_of(seed):
    """CSV of purchases by habit, with visits and messages between."""
    chance, lines = random.Random(seed), []
    for customer in range(1, CUSTOMERS + 1):
        for visit in range(4):
            time = f"2026-0{chance.randrange(1, 4)}-{chance.randrange(1, 29):02} {chance.randrange(8, 20):02}:00:00"
            for category in HABITS[customer % 2]:
                lines.append(f"{customer},{time},purchase_web,o{seed}{visit},Brand{chance.randrange(3)},{category},"
                             f"P{chance.randrange(9)},1,{chance.randrange(1, 90)}.50,EUR,,,")
            lines.append(f"{customer},{time},web_visit,,,,,,,,,,")
            lines.append(f"{customer},{time},chat_customer_message,,,,,,,,customer,m{seed}{visit}-{customer},"
                         f'"{chance.choice(SAYINGS)}"')
    return HEADER + "\n".join(lines) + "\n"


def fourloop(folder, *words):
    """Runs the program undisturbed; it must work."""
    subprocess.run([FOURLOOP, *words], cwd=folder, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)


def make_shop(scratch):
    """The folder `shop` of inputs that COMMANDS name."""
    shop = scratch / "shop"
    (shop / "files").mkdir(parents=True)
    (shop / "first.csv").write_text(rows_of(1), encoding="utf-8")
    (shop / "second.csv").write_text(rows_of(2), encoding="utf-8")
    rows = csv.DictReader((shop / "first.csv").read_text(encoding="utf-8").splitlines()[:60])
    lines = [json.dumps({name: text for name, text in row.items() if text}) for row in rows]
    (shop / "first.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (shop / "files/customers.csv").write_text("what was here before\n", encoding="utf-8")
    for folder, files in (("half", ["first.csv"]), ("data", ["first.csv", "second.csv"])):
        for file in files:
            fourloop(shop, "import", "--into", folder, file)
    fourloop(shop, "model", "init", "bare")
    (shop / "bare/keywords.csv").write_text(KEYWORDS, encoding="utf-8")
    shutil.copytree(shop / "bare", shop / "model")
    fourloop(shop, "model", "init", "patterns")
    (shop / "patterns/keywords.csv").write_text(PATTERNS, encoding="utf-8")
    settings = shop / "patterns/model.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("regex: false", "regex: true"), encoding="utf-8")
    messages = (*SAYINGS, "parcel 7")
    (shop / "messages.txt").write_text("\n".join(messages) + "\n", encoding="utf-8")
    lines = [json.dumps({"customer": "c1", "speaker": "customer", "text": text}) for text in messages]
    (shop / "messages.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    fourloop(shop, "cluster", "fit", "--model", "model", "--data", "data", "--as-of", AS_OF, "--k", "2")
    fourloop(shop, "run", "--model", "model", "--data", "data", "--as-of", AS_OF, "--out", "out")
    return shop


def snapshot(folder):
    """All below a folder: files with their bytes, folders with None. Times are no part of a result."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            found[name] = None
        else:
            found[name] = b"" if path.name == "timing.json" else path.read_bytes()
    return found
