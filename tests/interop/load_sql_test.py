"""What load-sql prints, run by copy and paste: the export that it names, its table, its load, its check.

DuckDB, ClickHouse (chdb) and a real PostgreSQL, which is started here on a loopback port in a folder of its own, load
every table in every format that load-sql knows for them. The check must say ok, and after one row was taken away or one
value changed it must say so; then all cells are compared with our CSV. The texts have every mark that CSV and JSON care
about, empty texts beside nulls, and words that look like nulls. The databases that we cannot run are held to the shape
of their statements. Needs the programs of `tools/setup --bench`; says so and is skipped where they are not.
"""

import csv
import io
import os
import pwd
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/cli"), str(ROOT / "bench")]

from cli_case import CliCase, main  # noqa: E402
from peer import Peer  # noqa: E402

MODULES = Path(os.environ.get("FOURLOOP_PEERS") or ROOT / "build/bench/node_modules").resolve()
HAS_PEERS = shutil.which("node") is not None and all((MODULES / name).is_dir() for name in ("@duckdb/node-api", "chdb"))

INTERACTIONS = r'''customer,day,type,order,second,brand,quantity,amount,currency,speaker,message,text
1,2026-03-30,web_visit,,36000,"Zoë, ""Ltd""",,,,,,
1,2026-03-30,purchase_web,9223372036854775807,36000,Norvik,0.25,1250,EUR,,,
2,2026-03-29,chat_customer_message,,0,,,,,customer,"",""
2,2026-03-29,chat_customer_message,,1,NULL,1.5,0,EUR,customer,m1,"two
lines, ""quoted"""
3,2026-02-28,chat_customer_message,,2,\N,1000000000000.001,,,customer,\N,"a	tab, \ and \t; \. "
9007199254740993,2026-02-28,chat_customer_message,-5,3,null,,,,customer,,"\."
'''
CUSTOMERS = """customer,birth_year,country,latitude,longitude,first_contact
-9223372036854775808,1970,NL,52.520008,-0.000001,2020-02-29
9223372036854775807,,"",-90,180,
"""

FORMATS = {"duckdb": ("csv", "ndjson", "parquet"), "clickhouse": ("csv", "ndjson", "parquet"),
           "postgres": ("csv", "pgcopy")}
# With a column whose loss the check must notice.
TABLES = (("data", "interactions", "second"), ("data", "customers", "first_contact"), ("data", "products", "brand"),
          ("out", "customers", "rows"))
UNTRIED = ("snowflake", "bigquery", "redshift", "databricks")


def postgres_tools():
    """The folder of initdb and postgres, which Debian keeps out of the path; None without."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else (Path(on_path).parent if on_path else None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """A server that lives as long as the tests, of a user without rights, reached over loopback alone."""

    def __init__(self, tools):
        self.folder = Path(tempfile.mkdtemp(prefix="fourloop-postgres-"))
        self.port, self.tools = free_port(), tools
        self.user = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("nobody")
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.call(tools / "initdb", "-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        command = [tools / "postgres", "-D", "data", "-p", str(self.port), "-h", "127.0.0.1", "-k", "", "-F"]
        with open(self.folder / "log", "wb") as log:
            self.server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.user)
        self.wait()

    def call(self, *command):
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=120, **self.user)

    def wait(self):
        for _ in range(600):
            if self.server.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0 and self.ready():
                    return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text())

    def ready(self):
        return subprocess.run([self.tools / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)],
                              capture_output=True, timeout=30).returncode == 0

    def script(self, text, folder):
        """Rows of the last statement, as psql prints them in CSV."""
        command = [self.tools / "psql", "-X", "-q", "--csv", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p",
                   str(self.port), "-U", "tester", "postgres"]
        done = subprocess.run(command, input=text, cwd=folder, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def stop(self):
        self.server.terminate()
        self.server.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Peers(Peer):
    def __init__(self, folder):
        self.name = "load_sql_peers"
        command = ["node", ROOT / "tests/interop/load_sql_peers.mjs", MODULES, folder, 1]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, cwd=folder)


def statements(sql):
    """The statements of a script, without its comments. None of ours has a ; at the end of a line inside of it."""
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return [part.strip() for part in re.split(r";\n", "\n".join(lines) + "\n") if part.strip()]


class LoadSql(CliCase):
    postgres = None

    @classmethod
    def setUpClass(cls):
        tools = postgres_tools()
        if tools is not None:
            cls.postgres = Postgres(tools)
            cls.addClassCleanup(cls.postgres.stop)

    def setUp(self):
        super().setUp()
        self.import_rows(INTERACTIONS)
        self.import_rows(CUSTOMERS, name="customers.csv", table="customers")
        self.import_rows("product,brand,category\nP1,Norvik,\nP2,,garden-eco\n", name="products.csv", table="products")
        self.make_model()
        self.run_night(as_of="2026-03-31")
        self.peers = None

    def start_peers(self):
        if not HAS_PEERS:
            self.skipTest(f"no DuckDB and chdb in {MODULES}: run tools/setup --bench")
        self.peers = Peers(self.folder)
        self.addCleanup(self.peers.__exit__)

    # --- one load

    def load_sql(self, database, source, table, to, *more):
        return self.fourloop("load-sql", "--for", database, "--to", to, source, "--table", table, *more).stdout.decode()

    def export_as_told(self, sql):
        """Runs the command of the second line, as a user copies it."""
        told = re.search(r"^-- The file comes from: fourloop (.*)$", sql, re.MULTILINE).group(1)
        self.fourloop(*shlex.split(told))

    def run_script(self, database, sql):
        """Rows of the last statement; a value is a text or None."""
        if database == "postgres":
            return list(csv.reader(io.StringIO(self.postgres.script(sql, self.folder))))
        return self.peers.value(database, statements=statements(sql))

    def cells(self, database, table, columns):
        """All rows as sorted lists of texts; null is None."""
        quote = "`" if database == "clickhouse" else '"'
        names = [f"{quote}{name}{quote}" for name in columns]
        if database == "postgres":
            marked = ", ".join(f"coalesce('=' || {name}, 'null')" for name in names)
        elif database == "duckdb":
            marked = ", ".join(f"coalesce('=' || {name}::VARCHAR, 'null')" for name in names)
        else:
            marked = ", ".join(f"if(isNull({name}), 'null', concat('=', assumeNotNull(toString({name}))))" for name in names)
        rows = self.run_script(database, f"SELECT {marked} FROM {quote}{table}{quote};\n")
        return sorted([None if cell == "null" else cell[1:] for cell in row] for row in rows)

    def our_cells(self, source, table):
        """The same of our CSV, whose nulls are nothing and whose empty texts are quoted."""
        text = self.fourloop("export", source, "--table", table, "--to", "csv", "--null", "\\N!").stdout.decode()
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        return header, sorted([None if cell == "\\N!" else cell for cell in row] for row in rows)

    @staticmethod
    def plain_number(text):
        """A decimal without zeros at its end, which some databases write and some do not."""
        if text is not None and re.fullmatch(r"-?\d+\.\d+", text):
            return text.rstrip("0").rstrip(".")
        return text

    def expect_loaded(self, database, source, table, to, victim):
        sql = self.load_sql(database, source, table, to)
        self.export_as_told(sql)
        (answer,) = self.run_script(database, sql)
        header, ours = self.our_cells(source, table)
        self.assertEqual(["ok", str(len(ours))], answer, sql)
        theirs = self.cells(database, table, header)
        self.assertEqual(*([[self.plain_number(cell) for cell in row] for row in rows] for rows in (ours, theirs)))
        self.expect_check_notices(database, table, victim, sql)

    def expect_check_notices(self, database, table, victim, sql):
        """Nulls in place of the values of one column are found; then the table goes."""
        quote = "`" if database == "clickhouse" else '"'
        name, column = f"{quote}{table}{quote}", f"{quote}{victim}{quote}"
        if database == "clickhouse":
            self.run_script(database, f"ALTER TABLE {name} UPDATE {column} = NULL WHERE true "
                                      "SETTINGS mutations_sync = 1;\n")
        else:
            self.run_script(database, f"UPDATE {name} SET {column} = NULL;\n")
        self.assertEqual("differs", self.run_script(database, statements(sql)[-1] + ";\n")[0][0])
        self.run_script(database, f"DROP TABLE {name};\n")

    def expect_all_loaded(self, database):
        known = self.fourloop("export", "--help").stdout.decode().split("--to ")[-1].split()[0].split("|")
        self.assertLess({"csv", "ndjson", "pgcopy"}, set(known))
        for to in FORMATS[database]:
            for source, table, victim in TABLES:
                if to in known:
                    with self.subTest(to=to, source=source, table=table):
                        self.expect_loaded(database, source, table, to, victim)

    def test_duckdb(self):
        self.start_peers()
        self.expect_all_loaded("duckdb")

    def test_clickhouse(self):
        self.start_peers()
        self.expect_all_loaded("clickhouse")

    def test_postgres(self):
        if self.postgres is None:
            self.skipTest("no PostgreSQL server: run tools/setup --bench")
        self.expect_all_loaded("postgres")

    # --- the others

    def test_untried_databases_say_so(self):
        for database in UNTRIED:
            sql = self.fourloop("load-sql", "--for", database, "out", "--table", "customers").stdout.decode()
            self.assertIn("the tests of fourloop do not run it", sql)
            definition, load, check = statements(sql)
            self.assertRegex(definition, r"^CREATE TABLE")
            self.assertRegex(load, r"^(COPY INTO|LOAD DATA INTO|COPY) ")
            self.assertRegex(check, r"^SELECT CASE WHEN count\(\*\) = 4")

    def test_slips(self):
        self.fourloop("load-sql", "--for", "postgres", "--to", "ndjson", "out", "--table", "customers", code=64,
                      says="postgres does not read ndjson; --to takes pgcopy|csv for it")
        self.fourloop("load-sql", "--for", "oracle", "out", "--table", "customers", code=64, says="--for takes")
        self.fourloop("load-sql", "--for", "duckdb", "data", "--table", "all", code=64, says="one table at a time")
        self.fourloop("load-sql", "--for", "duckdb", "nowhere", "--table", "customers", code=66)
        sql = self.load_sql("duckdb", "out", "customers", "csv", "--file", "it's.csv")
        self.assertIn("'it''s.csv'", sql)


if __name__ == "__main__":
    main()
