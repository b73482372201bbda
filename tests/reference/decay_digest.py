"""Prints the decay tables of the default registry's half-lives, with the SHA-256 that pins them.

The bytes: for each distinct half-life in rising order, ages 0..1095, D as little-endian uint32; nothing
between the tables. `--digest` prints the one line that tests/golden/decay_table.sha256 holds.
"""

import argparse
import hashlib
import struct
from pathlib import Path

import reference

REGISTRY = Path(__file__).resolve().parents[2] / "engine/defaults/registry.csv"


def half_lives(types):
    return sorted({entry.half_life_thousandths for entry in types.values()})


def table_bytes(half_life_thousandths):
    table = reference.decay_table(half_life_thousandths, range(reference.HORIZON_DAYS + 1))
    return struct.pack(f"<{len(table)}I", *table)


def digest(types):
    return hashlib.sha256(b"".join(map(table_bytes, half_lives(types)))).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--registry", default=REGISTRY)
    parser.add_argument("--digest", action="store_true", help="only the SHA-256 of all tables")
    arguments = parser.parse_args()
    types = reference.read_registry(arguments.registry)
    if not arguments.digest:
        for half_life in half_lives(types):
            print(half_life, table_bytes(half_life).hex())
    print(digest(types))


if __name__ == "__main__":
    main()
