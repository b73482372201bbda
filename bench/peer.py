"""Peers in processes of their own: a line of JSON asks for a step, a line answers with its cost."""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from measure import Cost, StepFailed

HERE = Path(__file__).resolve().parent

# What a peer is installed as: packages of Node, modules of Python.
PACKAGES = {"duckdb": "@duckdb/node-api", "clickhouse": "chdb", "polars": "nodejs-polars"}
MODULES = {"sklearn": "sklearn.cluster", "faiss": "faiss"}
# Debian's own Python, which has Debian's packages, may be hidden by another one.
PYTHONS = (sys.executable, "/usr/bin/python3")


@functools.cache
def python_with(module):
    """A Python that has a module, or None."""
    return next((python for python in PYTHONS if Path(python).is_file() and
                 subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0), None)


def blas_kernels(flags):
    """OpenBLAS knows a processor by its name, and takes the slowest kernels for one that it was not told of."""
    return "SkylakeX" if "avx512bw" in flags else "Haswell" if "avx2" in flags else "Nehalem"


def environment(threads):
    """What the peers' libraries read: how many threads, and which loops of OpenBLAS."""
    named = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), ())
    return {"OPENBLAS_CORETYPE": blas_kernels(flags), **os.environ, **named} if flags else {**os.environ, **named}


class Peer:
    def __init__(self, name, modules, folder, threads):
        self.name = name
        folder.mkdir(parents=True, exist_ok=True)
        command = ["node", HERE / "peers" / f"{name}.mjs", modules, folder, threads]
        if name in MODULES:
            command = [python_with(MODULES[name]), "-B", HERE / "peers" / f"{name}_kmeans.py"]
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment(threads))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()

    def ask(self, step, **request):
        """(cost, value) of one step."""
        try:
            self.process.stdin.write(json.dumps({"step": step, **request}, default=str) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise StepFailed(f"{self.name}: ended in step {step}")
        answer = json.loads(line)
        if "error" in answer:
            raise StepFailed(f"{self.name}: {step}: {answer['error']}")
        return Cost(answer["cpu_ns"], answer["wall_ns"]), answer["value"]

    def cost(self, step, **request):
        return self.ask(step, **request)[0]

    def value(self, step, **request):
        return self.ask(step, **request)[1]

    def quickest(self, step, variants, tries=2, **request):
        """The variant with the least CPU time of some tries each, and a line that says what all took."""
        costs = {variant: min(self.cost(step, variant=variant, **request).cpu_ns for _ in range(tries))
                 for variant in variants}
        chosen = min(costs, key=costs.get)
        tries = ", ".join(f"{variant} {cost / 1e9:.3f} s" for variant, cost in costs.items())
        return chosen, f"# {self.name} {step}: tried {tries}; measured: {chosen}"


def is_installed(name, modules):
    if name in MODULES:
        return python_with(MODULES[name]) is not None
    return shutil.which("node") is not None and (modules / PACKAGES[name]).is_dir()
