"""Arrow streams through a pipe: what reading and writing one costs beyond what the pipe costs `cat`."""

import os
import shutil
import subprocess

from bars import ARROW_CPU_NS_PER_BYTE
from measure import Cost, StepFailed, alternate, best_cpu

# Columns of a run that are stored in a fixed width; the others are null in every row, words as numbers of no dictionary.
COLUMNS = ("engagement,percentile,intent,raw,raw_positive,raw_negative,intent_raw,points_28,points_84,intent_points_28,"
           "intent_points_84,points_awareness,points_nurturing,points_experience,points_conversion,rows,units,first_day,"
           "last_day,last_purchase_day,lost_to_cap,lost_to_decay")


def piped(left, right, measured):
    """Runs `left | right >/dev/null`; the cost of side `measured` alone, 0 or 1."""
    first = subprocess.Popen([str(part) for part in left], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    second = subprocess.Popen([str(part) for part in right], stdin=first.stdout, stdout=subprocess.DEVNULL)
    first.stdout.close()
    costs = []
    for child, command in ((first, left), (second, right)):
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise StepFailed(f"{' '.join(map(str, command))}: exit {child.returncode}")
        costs.append(Cost((usage.ru_utime + usage.ru_stime) * 1e9, 0))
    return costs[measured]


def same_rows(bench, out, stream, folder):
    """Whether the stream shows the rows of the same table's CSV."""
    listing, wanted = folder / "arrow.rows.csv", folder / "arrow.wanted.csv"
    bench.program.table_rows(stream, 1 << 40, listing)
    bench.program.export(out, wanted)
    equal = listing.read_bytes() == wanted.read_bytes()
    listing.unlink()
    wanted.unlink()
    return equal


def arrow(bench):
    shop = bench.shop(bench.rows)
    shop.need_rows()
    model, out, stream = shop.folder / "arrow-model", shop.folder / "arrow-out", shop.folder / "customers.arrows"
    shutil.rmtree(model, ignore_errors=True)
    bench.program.call("model", "init", model)
    bench.program.run(model, shop.data, out, "--columns", COLUMNS)
    export = [bench.program.path, "export", out, "--table", "customers", "--to", "arrow", "--dictionary"]
    stream.unlink(missing_ok=True)
    bench.program.call(*export[1:], "-o", stream)
    size = stream.stat().st_size
    equal = same_rows(bench, out, stream, shop.folder)
    cat, verify = ["cat", stream], [bench.program.path, "verify", "-"]
    sides = {
        "arrow.in": (lambda: piped(cat, verify, 1), lambda: piped(cat, ["cat"], 1)),
        "arrow.out": (lambda: piped(export, ["cat"], 0), lambda: piped(cat, ["cat"], 0)),
    }
    bench.say(f"# arrow: {size / 1e6:.1f} MB of stream, {bench.runs} runs")
    for name, (ours, pipe) in sides.items():
        costs, pipes = (best_cpu(costs) / size for costs in alternate([ours, pipe], bench.runs))
        bench.say(f"# {name}: {costs:.3f} ns a byte, cat at the same end of the pipe {pipes:.3f}")
        # Less than the pipe's own cost is no cost, and a ratio wants a number above nothing.
        bench.report(name, max(costs - pipes, 0.001), ARROW_CPU_NS_PER_BYTE, equal)
    shutil.rmtree(model)
    shutil.rmtree(out)
    stream.unlink()
