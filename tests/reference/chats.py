"""Turns public sets of talks and sentences into messages as interaction rows; days that a set lacks are made up."""

import csv
import gzip
import json
import re
import zipfile

from reference import day_number, day_text

COLUMNS = ("customer", "time", "type", "speaker", "message", "text")
FIRST_DAY = day_number("2025-01-01")
IRC_LINE = re.compile(r"\[([0-9]{2}:[0-9]{2})\] <([^>]+)> (.*)")


def row(talk, turn, customer, speaker, text):
    """A line of a talk: half a minute after the one before, talks spread over half a year."""
    day, second = day_text(FIRST_DAY + talk % 180), 9 * 3600 + 30 * turn
    kind = "chat_agent_message" if speaker == "agent" else "chat_customer_message"
    return {"customer": customer, "time": f"{day} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}",
            "type": kind, "speaker": speaker, "message": f"{talk}-{turn}", "text": text}


def zipped_json(path):
    with zipfile.ZipFile(path) as archive:
        [name] = archive.namelist()
        return json.loads(archive.read(name))


def banking77(folder):
    """Questions, of 200 people in turn."""
    with open(folder / "banking77/train.csv", newline="", encoding="utf-8") as file:
        for number, line in enumerate(csv.DictReader(file)):
            yield row(number // 200, number % 200, number % 200 + 1, "", line["text"])


def crosswoz(folder):
    """Chinese talks, both speakers."""
    for talk, dialogue in enumerate(zipped_json(folder / "crosswoz/val.json.zip").values()):
        for turn, message in enumerate(dialogue["messages"]):
            speaker = "customer" if message["role"] == "usr" else "agent"
            yield row(talk, turn, talk % 150 + 1, speaker, message["content"])


def multiwoz(folder):
    """English talks, the customer first and then in turn."""
    for talk, dialogue in enumerate(zipped_json(folder / "multiwoz/val.json.zip").values()):
        for turn, message in enumerate(dialogue["log"]):
            yield row(talk, turn, talk % 300 + 1, ("customer", "agent")[turn % 2], message["text"])


def sgd(folder):
    """English talks with their speakers named."""
    talks = {}
    with gzip.open(folder / "sgd/sgd_dev_utterances.tsv.gz", "rt", encoding="utf-8") as file:
        for line in file:
            name, turn, speaker, _, text = line.rstrip("\n").split("\t", 4)
            talk = talks.setdefault(name, len(talks))
            yield row(talk, int(turn), talk % 400 + 1, {"USER": "customer", "SYSTEM": "agent"}.get(speaker, ""), text)


def irc(folder):
    """Support talk: who spoke is a customer by name; its own times; bytes that are no UTF-8 replaced."""
    for path in sorted((folder / "irc/dev").glob("*.raw.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            said = IRC_LINE.fullmatch(line.rstrip("\r"))
            if said:
                clock, nick, text = (part.strip() for part in said.groups())
                yield {"customer": nick, "time": f"{path.name[:10]} {clock}:00", "type": "chat_customer_message",
                       "speaker": "", "message": path.name[:13], "text": text}


def xsid(folder):
    """Sentences to assistants in English, Dutch, Norwegian and Chinese."""
    for number, path in enumerate(sorted((folder / "xsid").glob("*.conll"))):
        for turn, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
            if line.startswith("# text = "):
                yield row(number + turn % 170, turn % 1000, 100 * number + turn % 100, "", line[len("# text = "):])


CHATS = {function.__name__: function for function in (banking77, crosswoz, multiwoz, sgd, irc, xsid)}


def write_chat(name, data_folder, file, most=None):
    """The first `most` messages of a set as canonical rows; how many there are."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, line in enumerate(CHATS[name](data_folder / "text"), 1):
        writer.writerow(line)
        if count == most:
            break
    return count
