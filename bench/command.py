"""The command tools/bench: which experiments, how many rows and runs, what is printed."""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from bars import BARS, bench_line  # noqa: E402
from bench_arrow import arrow  # noqa: E402
from bench_cluster import cluster  # noqa: E402
from bench_compact import compact  # noqa: E402
from bench_export import export  # noqa: E402
from bench_fit import fit  # noqa: E402
from bench_growth import growth  # noqa: E402
from bench_import import import_csv  # noqa: E402
from bench_night import night  # noqa: E402
from bench_replay import replay  # noqa: E402
from bench_score import score  # noqa: E402
from bench_size import size  # noqa: E402
from bench_tag import tag  # noqa: E402
from measure import StepFailed, best_cpu, best_wall, copy_bytes_per_second  # noqa: E402
from peer import Peer, is_installed  # noqa: E402
from program import Program  # noqa: E402
from shop import DAYS, ROOT, Shop, customers_for  # noqa: E402

EXPERIMENTS = {"score": score, "night": night, "fit": fit, "replay": replay, "import": import_csv, "export": export,
               "size": size, "compact": compact, "growth": growth, "arrow": arrow, "tag": tag, "cluster": cluster}
MODULES = ROOT / "build/bench/node_modules"


class Bench:
    """What the experiments share: settings, shops, peers, and the printing."""

    def __init__(self, arguments, folder):
        self.program = Program(arguments.program.resolve(), arguments.threads)
        self.folder, self.modules = folder, arguments.peers.resolve()
        self.rows, self.growth_rows = arguments.rows * 1e6, arguments.growth_rows * 1e6
        self.runs, self.threads = arguments.runs, arguments.threads
        self.with_peers = not arguments.selftest
        self.skipped, self.unequal, self.reported = [], [], []

    def say(self, line):
        print(line, flush=True)

    def curve(self, name, at, costs, rows):
        """One point of a curve, for plotting."""
        self.say(f"CURVE name={name} at={at} rows={rows} cpu_ns_per_row={best_cpu(costs) / rows:.3f} "
                 f"wall_ns_per_row={best_wall(costs) / rows:.3f}")

    def must_be_equal(self, name, equal):
        if not equal:
            self.unequal.append(name)
            self.say(f"# {name}: the answers differ")

    def report(self, name, ours, peer, equal):
        self.reported.append(name)
        self.must_be_equal(name, equal)
        self.say(bench_line(name, ours, peer, equal))

    def shop(self, rows, days=DAYS, customers=None):
        return Shop(self.program, self.folder, customers or customers_for(rows, days), days)

    # --- peers

    def peer(self, name, shop):
        return Peer(name, self.modules, shop.folder, self.threads)

    def peer_installed(self, name):
        return self.with_peers and is_installed(name, self.modules)

    def has_peer(self, name, experiment):
        """Whether a peer can be measured; if not, that is said where nobody overlooks it."""
        if self.peer_installed(name):
            return True
        self.skip(experiment, f"{name} is not there; tools/setup --bench installs it")
        return False

    def skip(self, experiment, reason):
        self.skipped.append(experiment)
        self.say(f"# SKIPPED {experiment}: {reason}")

    def has_verb(self, verb):
        return f"\n  {verb} " in self.program.call("--help", keep_output=True)[1].decode()

    # --- what was measured on

    def head(self):
        doctor = self.program.call("doctor", keep_output=True)[1].decode()
        facts = dict(line.split(maxsplit=1) for line in doctor.splitlines() if " " in line)
        self.say(f"# {facts.get('version')}, {facts.get('compiler')}, {facts.get('cpu')}, "
                 f"FL_DISABLE_CPU={os.environ.get('FL_DISABLE_CPU', '')}")
        self.say(f"# {cpu_name()}, {os.cpu_count()} CPUs, {memory_gib():.1f} GiB, {platform.system()} "
                 f"{platform.release()}, load {os.getloadavg()[0]:.2f}")
        self.say(f"# rows {self.rows / 1e6:g} million, threads {self.threads}, runs {self.runs} a side after a "
                 "warm-up, order A B A B")

    def say_limits(self, name, bytes_a_row, unpack_ns, cpu_ns_a_row):
        """How near a run is to what memory and unpacking could do at best; what is left is its own work."""
        copy = copy_bytes_per_second()
        reads = bytes_a_row / cpu_ns_a_row * 1e9
        self.say(f"# limits: a copy moves {copy / 1e9:.1f} GB/s here; {name} reads {bytes_a_row:.3f} stored bytes "
                 f"a row, {reads / 1e9:.3f} GB/s, {100 * reads / copy:.1f} % of it")
        if unpack_ns is None:
            self.say("# limits: unpacking was not measured: cmake --build build --target unpack_speed builds what does")
            return
        total = sum(unpack_ns.values())
        self.say(f"# limits: unpacking its columns takes {total:.3f} cpu ns a row at best ("
                 + ", ".join(f"{column} {cost:.3f}" for column, cost in unpack_ns.items())
                 + f"), {100 * total / cpu_ns_a_row:.1f} % of {name}'s {cpu_ns_a_row:.3f}")


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = (line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
        return next(names, platform.machine())


def memory_gib():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """Wrong usage is 64, as in the program."""
        self.exit(64, f"bench: {message}\n{self.format_usage()}")


def parse(words):
    parser = Parser(prog="tools/bench", description="Measures fourloop against the databases people use now; "
                    "bench/README.md says how.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(EXPERIMENTS)}, or all")
    parser.add_argument("--rows", type=float, default=32, help="millions of rows [%(default)s]")
    parser.add_argument("--growth-rows", type=float, default=200, help="millions of rows at the end of the growth "
                        "curve; 200 take 30 GB of disk for a while [%(default)s]")
    parser.add_argument("--runs", type=int, default=5, help="measured runs a side [%(default)s]")
    parser.add_argument("--threads", type=int, default=1, help="threads of both sides [%(default)s]")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/bench/data",
                        help="where data is prepared, and kept for the next time [%(default)s]")
    parser.add_argument("--program", type=Path, default=Path(os.environ.get("FOURLOOP_BIN") or ROOT / "build/fourloop"),
                        help="the program to measure [build/fourloop]")
    parser.add_argument("--peers", type=Path, default=MODULES,
                        help="where tools/setup --bench put the peers [%(default)s]")
    parser.add_argument("--selftest", action="store_true",
                        help="everything once, small, without peers: that the bench itself works")
    arguments = parser.parse_args(words)
    if arguments.selftest:
        arguments.names, arguments.rows, arguments.growth_rows, arguments.runs = ["all"], 0.05, 0.1, 1
    names = list(EXPERIMENTS) if "all" in arguments.names else arguments.names
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown or not names:
        mistyped = f"; not {', '.join(unknown)}" if unknown else ""
        parser.error(f"name one or more of {', '.join(EXPERIMENTS)}, all{mistyped}")
    if not arguments.program.is_file():
        parser.error(f"no program at {arguments.program}: tools/setup builds it")
    if arguments.rows <= 0 or arguments.growth_rows <= 0 or arguments.runs < 1 or arguments.threads < 1:
        parser.error("rows, runs and threads must be more than nothing")
    arguments.names = names
    return arguments


def measure(arguments, folder):
    """0: every answer equal, nothing left out. 1: something differs or was skipped."""
    bench = Bench(arguments, folder)
    bench.head()
    failed = [name for name in arguments.names if not finishes(EXPERIMENTS[name], bench)]
    if arguments.selftest:
        bars_without_peers = {"import.alone", "export.pgcopy", "compact.daily", "arrow.in", "arrow.out", "fit.alone"}
        bars_without_peers |= {"replay.nights", "cluster.threads", "cluster.assign"} - set(bench.skipped)
        bars_without_peers |= {name for name in BARS if name.startswith("growth.")}
        if "tag" not in bench.skipped:  # which it is where there are no data sets
            bars_without_peers |= {name for name in BARS if name.startswith("tag.")} - set(bench.skipped)
        return 0 if bars_without_peers == set(bench.reported) and not bench.unequal and not failed else 1
    return 1 if bench.unequal or bench.skipped or failed else 0


def finishes(experiment, bench):
    """Whether an experiment came to its end. One that did not must not take the others with it."""
    try:
        experiment(bench)
    except StepFailed as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return False
    return True


def main():
    arguments = parse(sys.argv[1:])
    if arguments.selftest:
        with tempfile.TemporaryDirectory(prefix="fourloop-bench-") as folder:
            return measure(arguments, Path(folder))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    return measure(arguments, arguments.folder.resolve())


if __name__ == "__main__":
    sys.exit(main())
