"""The value fit: how long it takes on a million customers, from their rows to value.yaml."""

import shutil

from bars import FIT_CPU_SECONDS
from measure import alternate, best_cpu, summary
from shop import ROWS_A_CUSTOMER, customers_for

CUSTOMERS = 1_000_000


def fit(bench):
    customers = min(CUSTOMERS, customers_for(bench.growth_rows))
    shop = bench.shop(customers * ROWS_A_CUSTOMER)
    rows = shop.need_rows()
    shop.need_models()
    if shop.folder != bench.shop(bench.rows).folder:
        shop.drop_raw()
    models = {threads: shop.folder / f"model-fit-{threads}" for threads in (1, 2)}
    for model in models.values():
        shutil.rmtree(model, ignore_errors=True)
        shutil.copytree(shop.model, model)
    sides = [lambda threads=threads, model=model: bench.program.value_fit(model, shop.data, threads)
             for threads, model in models.items()]
    ours, by_two = alternate(sides, bench.runs)
    bench.say(f"# fit: {rows} rows, {customers} customers made up; purchase histories, gaps and parameters")
    bench.say(summary("value fit, 1 thread", ours, rows))
    bench.say(summary("value fit, 2 threads", by_two, rows))
    equal = len({(model / "value.yaml").read_bytes() for model in models.values()}) == 1
    bench.report("fit.alone", best_cpu(ours) / 1e9 * 1e6 / customers, FIT_CPU_SECONDS, equal)
