"""A night whose files get changed or lost: its folders, the commands that read them, a twin of each file."""

import shutil

from changes import BAD_DATA, BAD_MODEL, FAILED, MISSING, OUT, Command
from interrupted import must

AS_OF, EVE = "2026-11-20", "2026-11-19"
GEN = ("--days", "300", "--seed", "5")


def make_night(folder):
    """Data, a model, the night before, foreign files; what ends with -twin is as valid, and different."""
    (folder / "tmp").mkdir(parents=True)
    must(folder, "gen", "--customers", "1200", *GEN, "--out", "raw")
    must(folder, "gen", "--customers", "150", *GEN, "--out", "small")
    for raw in ("raw", "small"):
        shutil.copytree(folder / raw, folder / f"{raw}-twin")
        rows = (folder / raw / "interactions.csv").read_text()
        (folder / f"{raw}-twin/interactions.csv").write_text(rows.replace(",web_visit,", ",web_product_view,"))
    must(folder, "model", "init", "model")
    make_model_twin(folder)
    for twin in ("", "-twin"):
        make_data(folder, twin)


def make_model_twin(folder):
    """The same model less the last line of its lists."""
    shutil.copytree(folder / "model", folder / "model-twin")
    for name in ("registry.csv", "keywords.csv"):
        path = folder / "model-twin" / name
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def make_data(folder, twin):
    """Table files of all kinds, and the interactions of few customers as foreign files of each kind."""
    for raw, data in ((f"raw{twin}", f"data{twin}"), (f"small{twin}", f"small-data{twin}")):
        must(folder, "import", "--map", f"{raw}/mapping.yaml", "--into", data, f"{raw}/interactions.csv")
        for table in ("products", "customers", "stores"):
            must(folder, "import", "--table", table, "--into", data, f"{raw}/{table}.csv")
    must(folder, "run", "--model", "model", "--data", f"data{twin}", "--as-of", EVE, "--out", f"eve{twin}")
    (folder / f"in{twin}").mkdir()
    for kind in ("csv", "ndjson", "parquet", "arrow"):
        must(folder, "export", f"small-data{twin}", "--table", "interactions", "--to", kind, "-o",
             f"in{twin}/rows.{kind}")


def only_file(folder, pattern):
    found = list(folder.glob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0].relative_to(folder).as_posix()


RUN = ("run", "--model", "model", "--data", "data", "--as-of", AS_OF, "--previous", "eve", "--out", OUT)


def mapping_commands(folder):
    """Those that read table files, mapped but for one."""
    tables = [only_file(folder, f"data/{table}-*.flint") for table in ("interactions", "products", "customers")]
    eve = only_file(folder, "eve/customers-*.flseg")
    rows = tables[0]
    read = (rows, rows, rows, *tables, eve)  # the large one is read longest
    return [
        Command("run", RUN, read),
        Command("run --threads 2", (*RUN, "--threads", "2"), read),
        Command("run --io copy", (*RUN, "--io", "copy"), read),
        Command("export", ("export", "eve", "--table", "customers", "--to", "csv", "-o", OUT), (eve,)),
        Command("explain", ("explain", "--run", "eve", "--data", "data", "7"), (rows,)),
        Command("verify", ("verify", "data"), tuple(tables)),
    ]


def other_commands():
    """Those that read foreign files, or a model."""
    of_models = (BAD_DATA, MISSING, FAILED, BAD_MODEL)
    words = ("model/registry.csv", "model/keywords.csv", "model/model.yaml")
    imports = [Command(f"import {kind}", ("import", "--money", "minor", "--into", OUT, f"in/rows.{kind}"),
                       (f"in/rows.{kind}",)) for kind in ("csv", "ndjson", "parquet", "arrow")]
    return [*imports, Command("import --threads 2", (*imports[0].arguments, "--threads", "2"), imports[0].victims),
            Command("run on a model", RUN, words, of_models),
            Command("run --io copy on a model", (*RUN, "--io", "copy"), words, of_models)]


def twin_of(victim):
    """Pattern of the twin of a file, whose name has other digits."""
    folder, name = victim.split("/")
    stem, dash, _ = name.partition("-")
    return f"{folder}-twin/{stem}-*" if dash else f"{folder}-twin/{name}"
