"""What a whole night needs beside a shop's rows: products, customers, stores, a model with a value fit; for peers too."""

import hashlib
import os
import re
import shutil

from shop import reference

TABLES = ("products", "customers", "stores")
# Roles that say something about value, life cycle or ambassadors, as the peers' SQL numbers them.
KINDS = {"purchase": 1, "return": 2, "cancel": 2, "friction": 3, "opt_out": 4, "advocate": 5, "share": 5,
         "exit_survey": 6}
MONEY_KINDS = (1, 2)


class NightShop:
    """Each `need_*` makes its part at the first call, as those of the shop do."""

    def __init__(self, shop):
        self.shop, self.program = shop, shop.program
        self.model, self.data = shop.folder / "model-night", shop.folder / "data-night"
        self.events, self.profiles = shop.folder / "night.parquet", shop.folder / "profiles.parquet"
        self.roles, self.gaps = shop.folder / "roles.csv", shop.folder / "gaps.csv"

    def need(self):
        """All that `run` takes."""
        made_from = [self.shop.build, *self.shop.origin]
        self.shop.need_data()
        self.shop.once("data-night", made_from, self.import_tables)
        self.shop.once("model-night", made_from, self.make_model)

    def import_tables(self):
        """The same file of interactions, with the small tables beside it."""
        self.shop.need_raw_tables()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.shop.data, self.data, copy_function=os.link)
        for table in TABLES:
            self.program.import_table(self.data, table, self.shop.raw / f"{table}.csv")

    def make_model(self):
        """The default model with brands and categories, and the value fit of these customers."""
        shutil.rmtree(self.model, ignore_errors=True)
        self.program.call("model", "init", self.model)
        path = self.model / "model.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nscopes: [customer]", "\nscopes: [customer, brand, category]"), encoding="utf-8")
        self.program.value_fit(self.model, self.data)

    # --- for the peers

    def query(self):
        """What the peers' SQL is made from: files, and the model's numbers."""
        kinds = self.write_roles()
        gap_days = self.write_gaps()
        files = {table: self.shop.raw / f"{table}.csv" for table in TABLES}
        files |= {"parquet": self.shop.parquet, "events": self.events, "profiles": self.profiles, "roles": self.roles,
                  "gaps": self.gaps, "groups": self.model / "rfm_groups.csv"}
        numbers = b"".join(files[name].read_bytes() for name in ("roles", "gaps", "groups"))
        return {**self.shop.need_registry(), **{name: str(path) for name, path in files.items()},
                "roleTypes": ", ".join(map(str, kinds)),
                "moneyTypes": ", ".join(str(number) for number, kind in kinds.items() if kind in MONEY_KINDS),
                "gapDays": gap_days, "fitted": True, "customerCount": self.shop.customers,
                "digest": hashlib.sha256(numbers).hexdigest()}

    def write_roles(self):
        """Type -> kind of all types whose role is asked for; as a file too."""
        registry = reference.read_registry(self.model / "registry.csv")
        kinds = {entry.type_id: KINDS[entry.role] for entry in registry.values() if entry.role in KINDS}
        lines = [f"{number},{kind}" for number, kind in kinds.items()]
        self.roles.write_text("\n".join(["type,kind", *lines, ""]), encoding="utf-8")
        return kinds

    def write_gaps(self):
        """The usual gap of everybody; those of main categories go into a file."""
        text = (self.model / "value.yaml").read_text(encoding="utf-8")
        fitted = text[text.index("\ngaps:"):]
        lines = [f"{category},{days}" for category, days in re.findall(r"- {category: ([^,]+), days: (\d+),", fitted)]
        self.gaps.write_text("\n".join(["category,gap_days", *lines, ""]), encoding="utf-8")
        return int(re.search(r"\n  days: (\d+)", fitted)[1])

    def need_parquet(self, duckdb, query):
        """Rows with the words of their products, and profiles with the nearest stores."""
        self.shop.need_parquet(duckdb)
        self.shop.once("night-parquet", self.shop.origin, lambda: duckdb.cost("nightPrepare", **query).cpu_ns)
