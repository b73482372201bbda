"""Cuts and rewrites the generator's CSV without parsing its texts."""

import mmap
import re
from datetime import date, timedelta

# A record begins with its time. A text may hold line breaks, but the generator writes none before such a time.
RECORD = re.compile(rb"^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d,(\d+),", re.MULTILINE)


def offset_of_day(content, day):
    """Where the first record of `day` or a later one begins; the generator's records ascend by day."""
    low, high = content.find(b"\n") + 1, len(content)
    while low < high:
        middle = (low + high) // 2
        found = RECORD.search(content, middle)
        if found and found[1] < day:
            low = found.end()
        else:
            high = middle
    found = RECORD.search(content, low)
    return found.start() if found else len(content)


def day_range(content):
    """The first day and the number of days from there to the last one."""
    first = RECORD.search(content)[1].decode()
    *_, last = RECORD.finditer(content, max(0, len(content) - (1 << 20)))
    return date.fromisoformat(first), (date.fromisoformat(last[1].decode()) - date.fromisoformat(first)).days + 1


def split_by_days(csv, folder, parts):
    """`csv` as at most `parts` files of whole days, in order of time, each with the header; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(csv, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        header = content[:content.find(b"\n") + 1]
        first, days = day_range(content)
        parts = min(parts, days)
        starts = [first + timedelta(days=part * days // parts) for part in range(parts)]
        cuts = [offset_of_day(content, str(start).encode()) for start in starts] + [len(content)]
        paths = []
        for part in range(parts):
            path = folder / f"part-{part:03}.csv"
            with open(path, "wb") as out:
                out.write(header)
                for at in range(cuts[part], cuts[part + 1], 1 << 24):
                    out.write(content[at:min(at + (1 << 24), cuts[part + 1])])
            paths.append(path)
    return paths


def give_half_to_one(csv, to, customer=1):
    """`csv` with every other record given to one customer."""
    with open(csv, "rb") as file, open(to, "wb") as out, \
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        done = 0
        for count, found in enumerate(RECORD.finditer(content)):
            if count % 2 == 0:
                out.write(content[done:found.start(2)])
                out.write(b"%d" % customer)
                done = found.end(2)
        out.write(content[done:])
