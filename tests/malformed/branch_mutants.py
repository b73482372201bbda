"""Counts the branches of the table reader that its tests notice when they are turned around, one at a time.

The compiler's own assembly is what is changed: every conditional jump of the reader's object files, built without
optimisation so that each is one operand of one condition of the source. A mutant is killed when a test fails, dies or
takes too long; one that lives is named with its line. Run from a built folder: FOURLOOP_BIN=build/fourloop.
"""

import json
import os
import re
import resource
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))
from figures import FOURLOOP, ROOT, Figures, scratch_folder  # noqa: E402

BUILD = Path(FOURLOOP).resolve().parent
READER = ("page_check", "page_decode", "page_load", "table_footer", "table_reader", "table_verify")
# Quick ones first: most mutants die there.
TESTS = (
    ("golden_tables_test",),
    ("table_broken_test",),
    ("table_into_test",),
    ("table_late_test",),
    ("table_test",),
    ("corruption_test", "--quick", "--tables"),
)
CPU_SECONDS, MEMORY_BYTES, TIMEOUT_SECONDS = 10, 2 << 30, 600
QUICK_STEP = 40  # --quick tries one mutant in so many
SHARE_BAR = 0.9

OPPOSITES = ("e ne", "z nz", "l ge", "g le", "a be", "b ae", "s ns", "o no", "p np", "c nc")
REVERSED = {a: b for pair in OPPOSITES for a, b in (pair.split(), pair.split()[::-1])}
JUMP = re.compile(r"\tj(" + "|".join(sorted(REVERSED, key=len, reverse=True)) + r")(\t\.L\d+)$")
FILE = re.compile(r'\t\.file (\d+) "([^"]*)"(?: "([^"]*)")?')
PLACE = re.compile(r"\t\.loc (\d+) (\d+) ")


def assembly_of(name):
    """Lines of the assembly of a file of the reader, by the build's own command, with the numbers of files and lines."""
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    entry = next(entry for entry in entries if entry["file"].endswith(f"formats/table/{name}.c"))
    words = shlex.split(entry["command"])
    words = words[1:] if Path(words[0]).name == "ccache" else words
    at = words.index("-o")
    words = [word for word in words[:at] + words[at + 2:] if word != "-c"]
    # Neither assertions nor the guards of the stack: they are no branches of the reader.
    words += ["-O0", "-g1", "-DNDEBUG", "-fno-stack-protector", "-S", "-o", "-"]
    return subprocess.run(words, cwd=BUILD, check=True, capture_output=True, text=True).stdout.split("\n")


def branches_in(lines):
    """(index of a jump, "file:line") of each conditional jump."""
    files, place = {}, "?"
    for index, line in enumerate(lines):
        if match := FILE.match(line):
            files[match[1]] = match[3] or match[2]
        elif match := PLACE.match(line):
            place = f"{files.get(match[1], '?').removeprefix(str(ROOT) + '/')}:{match[2]}"
        elif JUMP.match(line):
            yield index, place


def reversed_at(lines, index):
    turned = JUMP.sub(lambda match: f"\tj{REVERSED[match[1]]}{match[2]}", lines[index])
    return [*lines[:index], turned, *lines[index + 1:]]


def link_command(test):
    """The build's own command for a test, to be given another output and an object before the libraries."""
    commands = subprocess.run(["ninja", "-t", "commands", f"tests/{test}"], cwd=BUILD, check=True, capture_output=True,
                              text=True).stdout.splitlines()
    words = shlex.split(commands[-1])
    words = words[words.index(":") + 2:]
    return words[:len(words) - 1 - words[::-1].index("&&")]


def linked_with(test, made, program):
    words = link_command(test)
    at = words.index("-o")
    subprocess.run([*words[:at], made, "-o", program, *words[at + 2:]], cwd=BUILD, check=True)


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def passes(program, options):
    try:
        return subprocess.run([program, *options], cwd=ROOT, preexec_fn=limit, timeout=TIMEOUT_SECONDS,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def first_that_fails(lines, folder):
    """The test that notices what `lines` make of a part of the reader; None: all pass."""
    folder.mkdir()
    made, program = folder / "part.o", folder / "program"
    subprocess.run(["gcc", "-c", "-x", "assembler", "-o", made, "-"], input="\n".join(lines), text=True, check=True)
    failed = None
    for test, *options in TESTS:
        linked_with(test, made, program)
        if not passes(program, options):
            failed = test
            break
    for path in (made, program):
        path.unlink()
    folder.rmdir()
    return failed


def main():
    figures = Figures(__doc__.splitlines()[0])
    folder = scratch_folder()
    parts = {name: assembly_of(name) for name in READER}
    for test, *options in TESTS:
        if not passes(BUILD / "tests" / test, options):
            raise SystemExit(f"{test} fails with nothing turned around")
    mutants = [(name, index, place) for name, lines in parts.items() for index, place in branches_in(lines)]
    if figures.quick:
        mutants = mutants[::QUICK_STEP]

    def killer_of(mutant):
        name, index, _ = mutant
        return first_that_fails(reversed_at(parts[name], index), folder / f"{name}-{index}")

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        killers = list(workers.map(killer_of, mutants))
    for (name, index, place), killer in zip(mutants, killers):
        if killer is None:
            print(f"lives: {place} ({name}.c, jump in line {index + 1} of its assembly)", file=sys.stderr)
    killed = len(killers) - killers.count(None)
    figures.show("branch mutants of the table reader", f"{killed:,} of {len(killers):,} killed "
                 f"({100 * killed / len(killers):.1f} %)", ">= 90 %", killed >= SHARE_BAR * len(killers), only_full=True)
    figures.finish()


if __name__ == "__main__":
    main()
