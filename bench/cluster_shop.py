"""What clusters are measured on: rows and centres for k-means, baskets as CSV and as a data folder."""

import hashlib
import itertools
import random
from datetime import date, timedelta
from pathlib import Path

import cluster_rows
from program import AS_OF

USUAL_ROWS = 32e6
CUSTOMERS_MIN = 1024  # k-means wants more than there are clusters
MAPPING = ("columns: {customer: customer, time: time, type: type, order: order, category: category, product: product,\n"
           "          amount: amount}\n")

BASKET_CATEGORIES = 400
BASKET_PRODUCTS = 100_000
BASKET_SIZES = (1, 18)  # lines, from and to; one product may come twice
BASKETS_EACH = 10       # of a customer
THEMES = 60             # half of a basket is from one of them
SEED = 7


class ClusterShop:
    def __init__(self, bench):
        self.program = bench.program
        self.share = min(bench.rows / USUAL_ROWS, 1)
        self.folder = bench.folder / "cluster"
        self.folder.mkdir(parents=True, exist_ok=True)

    def scaled(self, count):
        """Less where fewer rows were asked for."""
        return max(CUSTOMERS_MIN, round(count * self.share))

    def made_once(self, name, maker, make):
        """A file that the code in `maker` makes: kept for the next time, for as long as that code stays as it is."""
        digest = hashlib.sha256(Path(maker).read_bytes()).hexdigest()[:8]
        path = self.folder / f"{digest}-{name}"
        if not path.is_file():
            unfinished = path.with_suffix(".tmp")
            make(unfinished)
            unfinished.rename(path)
        return path

    def rows(self, customers):
        """(file of rows, customers, entries of all rows)."""
        count = self.scaled(customers)
        path = self.made_once(f"rows-{count}.bin", cluster_rows.__file__, lambda to: cluster_rows.write_rows(count, to))
        return path, count, len(cluster_rows.read_rows(path)[1])

    def centres(self, rows, k):
        path = rows.with_name(f"{rows.stem}.centres-{k}.bin")
        cluster_rows.write_centres(rows, k, path)
        return path

    def baskets(self, lines):
        """(CSV file, data folder, lines) of baskets within the window of the usual night."""
        count = self.scaled(lines)
        csv = self.made_once(f"baskets-{count}.csv", __file__, lambda to: write_baskets(count, to))
        mapping, data = self.folder / "baskets.yaml", self.folder / "baskets"
        mapping.write_text(MAPPING)
        self.program.import_files(data, csv, mapping=mapping)
        return csv, data, count


def write_baskets(lines_wanted, path):
    """Baskets of that many lines together, ordered by customer. A product belongs to one category; products are bought by
    popularity, and half of each basket is from the products of one theme."""
    draw = random.Random(SEED)
    names = [f"product-{number:05},{number * 13 % 89 * 61 + 99}" for number in range(BASKET_PRODUCTS)]
    lines = [f"category-{number * 7919 % BASKET_CATEGORIES:03},{name}\n" for number, name in enumerate(names)]
    popular = list(itertools.accumulate(1 / (rank + 30) ** 0.8 for rank in range(BASKET_PRODUCTS)))
    themes = [(theme, list(itertools.accumulate(1 / (rank + 5) for rank in range(len(theme)))))
              for theme in (draw.sample(lines, BASKET_PRODUCTS // 200) for _ in range(THEMES))]
    last, left, order = date.fromisoformat(AS_OF), lines_wanted, 0
    with open(path, "w", encoding="utf-8") as file:
        file.write("customer,time,type,order,category,product,amount\n")
        while left > 0:
            order += 1
            day = last - timedelta(days=1 + draw.randrange(360))
            basket = f"{1 + order // BASKETS_EACH},{day},purchase_shop,{order},"
            size = min(draw.randint(*BASKET_SIZES), left)
            theme, running = draw.choice(themes)
            bought = draw.choices(lines, cum_weights=popular, k=size - size // 2)
            bought += draw.choices(theme, cum_weights=running, k=size // 2)
            file.writelines([basket + line for line in bought])
            left -= size
