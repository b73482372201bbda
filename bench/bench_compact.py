"""Many files: a month that arrived as one file a day, before and after they are folded into one."""

import shutil

from day_files import split_by_days
from measure import alternate, best_cpu, summary
from program import segment_bytes
from shop import customers_for

DAILY_FILES = 30


def compact(bench):
    shop = bench.shop(bench.rows, days=DAILY_FILES, customers=customers_for(bench.rows))
    shop.need_raw()
    shop.need_models()
    daily, folded = shop.folder / "data-daily", shop.folder / "data-folded"
    files = split_by_days(shop.csv, shop.folder / "days", DAILY_FILES)
    bench.program.import_files(daily, *files[:1], mapping=shop.mapping)
    for file in files[1:]:
        bench.program.import_more(daily, file, mapping=shop.mapping)
    shutil.rmtree(shop.folder / "days")
    shutil.rmtree(folded, ignore_errors=True)
    if bench.has_verb("compact"):
        shutil.copytree(daily, folded)
        cost = bench.program.compact(folded)
        bench.say(summary(f"compact of {len(files)} files", [cost], shop.need_rows()))
    else:
        bench.say("# this build has no compact: compared with one import of all rows")
        bench.program.import_files(folded, shop.csv, mapping=shop.mapping)
    rows = shop.need_rows()
    outs = [shop.folder / "out-daily", shop.folder / "out-folded"]
    many, one = alternate([lambda: bench.program.run(shop.model, daily, outs[0]),
                           lambda: bench.program.run(shop.model, folded, outs[1])], bench.runs)
    bench.say(f"# compact: {rows} rows in {len(files)} daily files")
    bench.say(summary("many files", many, rows))
    bench.say(summary("one file", one, rows))
    bench.report("compact.daily", best_cpu(many) / rows, best_cpu(one) / rows,
                 segment_bytes(outs[0]) == segment_bytes(outs[1]))
    for folder in (daily, folded):
        shutil.rmtree(folder)
