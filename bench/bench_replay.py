"""Replaying four weeks of the customers table, against a single night."""

import datetime
import shutil

from measure import alternate, best_cpu, summary
from program import AS_OF, segment_bytes

DAYS = 28


def replay(bench):
    if not bench.program.offers("run", "--replay"):
        bench.skipped.append("replay.nights")
        bench.say("# SKIPPED replay.nights: this build has no run --replay")
        return
    shop = bench.shop(bench.rows)
    rows = shop.need_rows()
    shop.need_models()
    nights, single = shop.folder / "out-replay", shop.folder / "out-single"
    last = datetime.date.fromisoformat(AS_OF)
    days = [str(last - datetime.timedelta(days=ago)) for ago in reversed(range(DAYS))]
    sides = [lambda: bench.program.replay(shop.model, shop.data, days[0], days[-1], nights),
             lambda: bench.program.run(shop.model, shop.data, single, "--view", "known-then")]
    ours, one = alternate(sides, bench.runs)
    bench.say(summary(f"fourloop run --replay of {DAYS} days", ours, rows))
    bench.say(summary("fourloop run of one of them", one, rows))
    bench.report("replay.nights", best_cpu(ours) / rows, best_cpu(one) / rows, same_nights(bench, shop, nights, days))
    shutil.rmtree(nights)
    shutil.rmtree(single)


def same_nights(bench, shop, nights, days):
    """Whether each replayed night has the bytes of a night run by itself after the one before."""
    equal, previous = True, None
    for day in days:
        out = shop.folder / f"out-night-{day}"
        flags = ["--previous", previous] if previous else []
        bench.program.run(shop.model, shop.data, out, "--view", "known-then", *flags, as_of=day)
        equal = equal and segment_bytes(out) == segment_bytes(nights / day) != b""
        if previous:
            shutil.rmtree(previous)
        previous = out
    shutil.rmtree(previous)
    return equal
