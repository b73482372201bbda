"""A prepared shop of one size: raw files, data folder, models, the same rows for peers, kept for the next time."""

import csv
import datetime
import hashlib
import json
import shutil
import sys
from pathlib import Path

from program import AS_OF, interaction_files

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/reference"))
import reference  # noqa: E402  the independent scorer makes the peers' decay table

ROWS_A_CUSTOMER = 50  # of the generator, about, in DAYS days; only to choose a number of customers
DAYS = 400
AGES = 1096


def customers_for(rows, days=DAYS):
    return max(1, round(rows / ROWS_A_CUSTOMER * DAYS / days))


class Shop:
    """Each `need_*` makes its part at the first call; a stamp of what it was made from says whether it still holds."""

    def __init__(self, program, folder, customers, days):
        self.program = program
        self.folder = folder / f"customers-{customers}-days-{days}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.customers, self.days = customers, days
        self.raw, self.data = self.folder / "raw", self.folder / "data"
        self.csv, self.mapping = self.raw / "interactions.csv", self.raw / "mapping.yaml"
        self.model, self.plain_model = self.folder / "model", self.folder / "model-plain"
        self.types, self.decay, self.cells = (self.folder / name for name in ("types.csv", "decay.csv", "cells.txt"))
        self.parquet, self.narrow = self.folder / "events.parquet", self.folder / "narrow.parquet"
        # What our own program made is made anew after a rebuild: its formats and its generator are what is measured.
        self.build = hashlib.sha256(Path(program.path).read_bytes()).hexdigest()
        self.origin = [program.generator_digest(), customers, days]

    def once(self, part, made_from, make):
        stamp = self.folder / f"{part}.stamp.json"
        if stamp.is_file() and json.loads(stamp.read_text())["from"] == made_from:
            return json.loads(stamp.read_text())["facts"]
        stamp.unlink(missing_ok=True)
        facts = make()
        stamp.write_text(json.dumps({"from": made_from, "facts": facts}))
        return facts

    def need_raw(self):
        if not self.csv.is_file():
            (self.folder / "raw.stamp.json").unlink(missing_ok=True)
        self.need_raw_tables()

    def need_raw_tables(self):
        """The small files beside the interactions: they stay when those are dropped."""
        self.once("raw", self.origin, self.make_raw)

    def make_raw(self):
        shutil.rmtree(self.raw, ignore_errors=True)
        self.program.gen(self.raw, self.customers, self.days)

    def drop_raw(self):
        """Gives back 80 bytes a row; they are made again when somebody needs them."""
        self.csv.unlink(missing_ok=True)

    def need_data(self):
        self.once("data", [self.build, *self.origin], self.import_raw)

    def import_raw(self):
        self.need_raw()
        self.program.import_files(self.data, self.csv, mapping=self.mapping)

    def need_models(self):
        """The default model, and one that caps nothing and counts rows: each row adds what it is worth."""
        self.once("models", self.build, self.make_models)

    def make_models(self):
        for model in (self.model, self.plain_model):
            if not model.is_dir():
                self.program.call("model", "init", model)
        path = self.plain_model / "registry.csv"
        with open(path, newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, lines[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**line, "daily_cap": 0, "count_by": "row"} for line in lines)

    def need_rows(self):
        """How many rows the data folder holds."""
        self.need_data()
        text = self.program.call("inspect", self.file(), keep_output=True)[1].decode()
        return int(text.split("\nrows", 1)[1].split()[0])

    def file(self):
        """The one interaction file."""
        (found,) = interaction_files(self.data)
        return found

    # --- for the peers

    def need_registry(self):
        """The registry and the decay table as CSV; byOrder and purchases as lists for SQL."""
        self.need_models()
        types = reference.read_registry(self.model / "registry.csv")
        with open(self.types, "w", encoding="utf-8") as file:
            print("type,name,weight,half_life,daily_cap,by_order,purchase,inbound,loop", file=file)
            for entry in types.values():
                print(entry.type_id, entry.name, entry.weight_thousandths, entry.half_life_thousandths, entry.daily_cap,
                      int(entry.count_by == "order"), int(entry.role == "purchase"), int(entry.direction == "inbound"),
                      reference.LOOPS.index(entry.loop), sep=",", file=file)
        half_lives = sorted({entry.half_life_thousandths for entry in types.values()})
        with open(self.decay, "w", encoding="utf-8") as file:
            print("half_life,age,d", file=file)
            for half_life in half_lives:
                for age, decay in enumerate(reference.decay_table(half_life, range(AGES))):
                    print(half_life, age, decay, sep=",", file=file)
        worth = [0] * ((max(types) + 1) * AGES)
        for entry in types.values():
            for age, decay in enumerate(reference.decay_table(entry.half_life_thousandths, range(AGES))):
                worth[entry.type_id * AGES + age] = reference.contribution(1000 * entry.weight_thousandths, decay)
        self.cells.write_text("\n".join(map(str, worth)))
        return {"byOrder": ", ".join(str(entry.type_id) for entry in types.values() if entry.count_by == "order"),
                "purchases": ", ".join(str(entry.type_id) for entry in types.values() if entry.role == "purchase"),
                "asOf": AS_OF, "asOfDay": reference.day_number(AS_OF)}

    def need_parquet(self, duckdb):
        """All rows as one sorted Parquet file, which DuckDB makes from the raw CSV."""
        self.need_raw()
        duckdb.cost("model", types=self.types, decay=self.decay)
        self.once("parquet", self.origin, lambda: duckdb.value("events", csv=self.csv, parquet=self.parquet))

    def clock_changes(self):
        """The days within the data on which the clocks of the shops' zone change: last Sundays of March and October."""
        found = []
        for year in (2024, 2025, 2026):
            for month in (3, 10):
                last = datetime.date(year, month, 31)
                found.append(str(last - datetime.timedelta(days=last.isoweekday() % 7)))
        return found
