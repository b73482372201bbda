"""Growth: cost a row against rows, customers, files, threads; one customer with half of all rows; hostile ids."""

import os
import random
import shutil

from day_files import give_half_to_one, split_by_days
from measure import alternate, best_cpu, best_wall, summary
from night_shop import NightShop
from program import segment_bytes
from shop import customers_for

ROW_MILLIONS = (1, 5, 20, 50, 200)
HISTORY_DAYS = (25, 50, 100, 200, 400, 800)
FILES = (1, 2, 4, 8, 16, 32, 64)
SIDE_ROWS_MAX = 8e6   # of the curves that do not grow by rows
TEXT_IDS = 100_000
ROWS_AN_ID = 10


def growth(bench):
    biggest = by_rows(bench)
    by_threads(bench, biggest)
    night_by_rows(bench)
    by_history(bench)
    by_files(bench)
    one_with_half(bench)
    hostile_ids(bench)


def measured_run(bench, shop):
    """(costs, rows) of full runs over a shop."""
    rows = shop.need_rows()
    shop.need_models()
    out = shop.folder / "out-full"
    (costs,) = alternate([lambda: bench.program.run(shop.model, shop.data, out)], bench.runs)
    return costs, rows


def by_rows(bench):
    """Time a row from 5 million rows on; returns the shop with most rows."""
    most = bench.growth_rows
    steps = sorted({million * 1e6 for million in ROW_MILLIONS if million * 1e6 < most} | {most})
    cost_by_rows, shop = {}, None
    for rows in steps:
        shop = bench.shop(rows)
        costs, found = measured_run(bench, shop)
        drop_raw(bench, shop)
        bench.curve("growth.rows", f"{found / 1e6:.2f}M", costs, found)
        cost_by_rows[rows] = best_cpu(costs) / found
    long = [cost for rows, cost in cost_by_rows.items() if rows >= 5e6] or list(cost_by_rows.values())
    bench.report("growth.rows", max(long), min(long), True)
    return shop


def drop_raw(bench, shop):
    """Gives back the room of raw files that no other experiment needs."""
    if shop.folder != bench.shop(bench.rows).folder:
        shop.drop_raw()


def night_by_rows(bench):
    """A whole night within 1 GiB, on the rows that it is compared with others on and on the most."""
    cost_by_rows = []
    for rows in (bench.rows, bench.growth_rows):
        shop = bench.shop(rows)
        found = shop.need_rows()
        made = NightShop(shop)
        made.need()
        drop_raw(bench, shop)
        out = shop.folder / "out-night"
        (costs,) = alternate([lambda out=out, made=made: bench.program.run(
            made.model, made.data, out, "--memory", "1G")], bench.runs)
        bench.curve("growth.night", f"{found / 1e6:.2f}M", costs, found)
        cost_by_rows.append(best_cpu(costs) / found)
        shutil.rmtree(out)
    bench.report("growth.night", cost_by_rows[1], cost_by_rows[0], True)


def thread_counts(cpus):
    """1, 2, 4 and so on up to the processors there are; two threads in any case, for the bar."""
    return [1, 2, *(count for count in (4, 8, 16, 32, 64, 128) if count <= cpus)]


def by_threads(bench, shop):
    rows = shop.need_rows()
    outs = {threads: shop.folder / f"out-threads-{threads}" for threads in thread_counts(os.cpu_count())}
    sides = [lambda threads=threads, out=out: bench.program.run(shop.model, shop.data, out, threads=threads)
             for threads, out in outs.items()]
    costs = dict(zip(outs, alternate(sides, bench.runs)))
    for threads in outs:
        bench.curve("growth.threads", threads, costs[threads], rows)
    equal = len({segment_bytes(out) for out in outs.values()}) == 1
    bench.report("growth.threads", best_wall(costs[2]) / rows, best_wall(costs[1]) / rows, equal)
    for out in outs.values():
        shutil.rmtree(out)


def by_history(bench):
    """The same rows as many customers with a short history, or few with a long one: one measure, two curves."""
    rows = min(bench.rows, SIDE_ROWS_MAX)
    for days in HISTORY_DAYS:
        shop = bench.shop(rows, days=days, customers=customers_for(rows, days))
        costs, found = measured_run(bench, shop)
        drop_raw(bench, shop)
        bench.curve("growth.customers", shop.customers, costs, found)
        bench.curve("growth.history", f"{found / shop.customers:.1f}", costs, found)


def by_files(bench):
    shop = bench.shop(min(bench.rows, SIDE_ROWS_MAX))
    shop.need_raw()
    rows = shop.need_rows()
    shop.need_models()
    out, data, parts = shop.folder / "out-files", shop.folder / "data-files", shop.folder / "parts"
    for count in FILES:
        files = split_by_days(shop.csv, parts, count)
        bench.program.import_files(data, *files[:1], mapping=shop.mapping)
        for file in files[1:]:
            bench.program.import_more(data, file, mapping=shop.mapping)
        shutil.rmtree(parts)
        (costs,) = alternate([lambda: bench.program.run(shop.model, data, out)], bench.runs)
        bench.curve("growth.files", count, costs, rows)
    shutil.rmtree(data)


def one_with_half(bench):
    shop = bench.shop(min(bench.rows, SIDE_ROWS_MAX))
    shop.need_raw()
    rows = shop.need_rows()
    skewed, data = shop.folder / "half.csv", shop.folder / "data-half"
    give_half_to_one(shop.csv, skewed)
    bench.program.import_files(data, skewed, mapping=shop.mapping)
    skewed.unlink()
    outs = [shop.folder / "out-half", shop.folder / "out-full"]
    half, uniform = alternate([lambda: bench.program.run(shop.model, data, outs[0]),
                               lambda: bench.program.run(shop.model, shop.data, outs[1])], bench.runs)
    bench.say(summary("one customer with half of all rows", half, rows))
    bench.say(summary("uniform", uniform, rows))
    answers = shop.folder / "half.answers.csv"
    bench.program.export(outs[0], answers)
    bench.report("growth.half", best_cpu(half) / rows, best_cpu(uniform) / rows, scored_rows(answers) == rows)
    shutil.rmtree(data)


def scored_rows(answers):
    with open(answers, encoding="utf-8") as file:
        at = next(file).rstrip("\n").split(",").index("rows")
        return sum(int(line.split(",")[at]) for line in file)


def hostile_ids(bench):
    """Ids that a multiply-by-31 hash throws into one bucket, and that differ late, against random ones as long."""
    shop = bench.shop(min(bench.rows, SIDE_ROWS_MAX))
    shop.need_models()
    count = min(TEXT_IDS, int(bench.rows / ROWS_AN_ID))
    draw = random.Random(7)
    kinds = {"hostile": ["".join("Aa" if number >> bit & 1 else "BB" for bit in range(17)) for number in range(count)],
             "random": ["".join(draw.choices("ABCDEFabcdef0123456789", k=34)) for _ in range(count)]}
    mapping = shop.folder / "ids.yaml"
    mapping.write_text("table: interactions\nzone: Europe/Amsterdam\nids: text\n"
                       "columns: {customer: customer, time: time, type: type}\n")
    sides, answers = [], {}
    for kind, ids in kinds.items():
        csv, data, out = (shop.folder / f"ids-{kind}{what}" for what in (".csv", "-data", "-out"))
        write_ids(csv, ids)
        answers[kind] = (data, out, csv)

        def step(csv=csv, data=data, out=out):
            imported = bench.program.import_files(data, csv, mapping=mapping)
            scored = bench.program.run(shop.model, data, out)
            return imported._replace(cpu_ns=imported.cpu_ns + scored.cpu_ns, wall_ns=imported.wall_ns + scored.wall_ns)
        sides.append(step)
    hostile, ordinary = alternate(sides, bench.runs)
    rows = count * ROWS_AN_ID
    bench.say(summary(f"import and run, {count} hostile text ids", hostile, rows))
    bench.say(summary(f"import and run, {count} random text ids", ordinary, rows))
    totals = set()
    for data, out, csv in answers.values():
        bench.program.export(out, csv)
        totals.add(scored_rows(csv))
        csv.unlink()
        shutil.rmtree(data)
        shutil.rmtree(out)
    bench.report("growth.ids", best_cpu(hostile) / rows, best_cpu(ordinary) / rows, totals == {rows})


def write_ids(path, ids):
    types = ("web_visit", "email_opened", "purchase_web", "chat_customer_message", "shop_advice_talk")
    with open(path, "w", encoding="utf-8") as file:
        print("customer,time,type", file=file)
        for visit in range(ROWS_AN_ID):
            for number, name in enumerate(ids):
                kind = types[(number + visit) % len(types)]
                print(f"{name},2026-{1 + visit:02}-{1 + number % 28:02} 10:00:00,{kind}", file=file)
