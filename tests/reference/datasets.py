"""Turns public data sets into canonical interaction rows, independently of the engine's importer."""

import argparse
import bz2
import csv
import json
import os
import signal
import sys
from collections import Counter
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

COLUMNS = ("customer", "day", "second", "type", "brand", "category", "product", "content", "channel",
           "store", "order", "quantity", "amount", "discount", "margin", "currency")

COMPLETEJOURNEY_ZONE = ZoneInfo("America/New_York")

# The six events of the click stream, as types of the default registry. Both ways of logging out end a
# session; the one without a purchase is all we hear of that session's visit.
CLICKSTREAM_TYPES = {
    "login": "account_self_service",
    "browsing": "web_product_view",
    "add_to_cart": "web_cart_add",
    "checkout": "web_checkout_start",
    "logout_with_purchase": "purchase_web",
    "logout_without_purchase": "web_visit",
}
CLICKSTREAM_FIELDS = ("customer", "time", "event", "product", "category", "price")  # four more are not read

FOODMART_FIELDS = ("customer_id", "the_date", "brand_name", "product_category", "store_name",
                   "promotion_name", "media_type", "store_sales", "store_cost", "unit_sales",
                   "product_id", "time_id", "store_id")


def data_root():
    """$FOURLOOP_DATA, else shared/data beside the checkout."""
    beside_checkout = Path(__file__).resolve().parents[3] / "shared/data"
    return Path(os.environ.get("FOURLOOP_DATA") or beside_checkout)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def minor_units(value):
    """Cents or pence, rounded once, half away from zero (which is what decimal calls half up)."""
    return int((value * 100).to_integral_value(ROUND_HALF_UP))


def money_text(minor):
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def civil(time):
    """The day and the second of that day as a wall clock of the time's own zone shows them."""
    return {"day": time.date().isoformat(),
            "second": time.hour * 3600 + time.minute * 60 + time.second}


# --- one function per source; `counts` takes what was read and what was left out -------------------

def completejourney(folder, counts):
    """Purchases; the times are UTC, the shops are in New York."""
    products = {line["product_id"]: line for line in read_csv(folder / "products.csv")}
    for line in read_csv(folder / "transactions_sample.csv"):
        counts["read"] += 1
        product = products.get(line["product_id"])
        counts["without_product_line"] += product is None
        utc = datetime.fromisoformat(line["transaction_timestamp"]).replace(tzinfo=timezone.utc)
        discount = sum(Decimal(line[part]) for part in ("retail_disc", "coupon_disc", "coupon_match_disc"))
        yield {"customer": line["household_id"], **civil(utc.astimezone(COMPLETEJOURNEY_ZONE)),
               "type": "purchase_shop", "brand": product["brand"] if product else "",
               "category": product["product_category"] if product else "",
               "product": line["product_id"], "store": line["store_id"], "order": line["basket_id"],
               "quantity": line["quantity"], "amount": money_text(minor_units(Decimal(line["sales_value"]))),
               "discount": money_text(minor_units(discount)), "currency": "USD"}


def completejourney_profiles(root):
    """Households as rows of the customers table: a given age band, life stage from who lives there."""
    for line in read_csv(Path(root) / "completejourney/demographics.csv"):
        yield {"customer": line["household_id"], "age_band": line["age"], "life_stage": line["household_comp"]}


def completejourney_products(root):
    """(brand, category) by product."""
    return {line["product_id"]: (line["brand"] or None, line["product_category"] or None)
            for line in read_csv(Path(root) / "completejourney/products.csv")}


def completejourney_coupons(folder, counts):
    """Redeemed coupons, which have a day but no time."""
    for line in read_csv(folder / "coupon_redemptions.csv"):
        counts["read"] += 1
        yield {"customer": line["household_id"], "day": date.fromisoformat(line["redemption_date"]),
               "type": "coupon_redeemed", "content": line["coupon_upc"]}


def completejourney_campaigns(folder, counts):
    """One addressed mailing to each household of a campaign, on the campaign's first day."""
    starts = {line["campaign_id"]: line["start_date"]
              for line in read_csv(folder / "campaign_descriptions.csv")}
    for line in read_csv(folder / "campaigns.csv"):
        counts["read"] += 1
        yield {"customer": line["household_id"], "day": date.fromisoformat(starts[line["campaign_id"]]),
               "type": "mail_addressed_sent"}


def onlineretail(folder, counts):
    """A UK web shop, dirty as found; the times are those of London's clocks. Exact duplicates stay."""
    for line in read_csv(folder / "dev_2010-12_2011-05.csv"):
        counts["read"] += 1
        if not line["CustomerID"]:
            counts["skipped_without_customer"] += 1
            continue
        quantity = int(line["Quantity"])
        returned = line["InvoiceNo"].startswith("C") or quantity < 0
        amount = minor_units(abs(quantity) * Decimal(line["UnitPrice"]))
        if amount < 0:
            counts["rejected_negative_amount"] += 1
            continue
        counts["zero_amount"] += amount == 0
        yield {"customer": line["CustomerID"], **civil(datetime.fromisoformat(line["InvoiceDate"])),
               "type": "return_registered" if returned else "purchase_web",
               "product": line["StockCode"], "order": line["InvoiceNo"], "quantity": abs(quantity),
               "amount": money_text(amount), "currency": "GBP"}


def clickstream(folder, counts):
    """Events of a web shop; the times carry no zone and are taken as UTC."""
    with open(folder / "clickstream.csv", newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file, fieldnames=CLICKSTREAM_FIELDS):
            counts["read"] += 1
            counts[f"event {line['event']}"] += 1
            type_name = CLICKSTREAM_TYPES[line["event"]]
            amount = money_text(minor_units(Decimal(line["price"]))) if type_name == "purchase_web" else ""
            yield {"customer": line["customer"], **civil(datetime.fromisoformat(line["time"])),
                   "type": type_name, "category": line["category"], "product": line["product"],
                   "amount": amount, "currency": "USD"}


def read_foodmart(path):
    """The JSON lines with every number as the text that stands in the file, so nothing is rounded twice."""
    with bz2.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line, parse_float=str, parse_int=str)


@lru_cache(maxsize=None)
def foodmart_time(text):
    return civil(datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p"))


def foodmart(folder, counts):
    """Sales of 1997; the dates are local already. The source has no order: a visit to a shop is one."""
    for line in read_foodmart(folder / "sales_fact_1997_collapsed.json.bz2"):
        counts["read"] += 1
        yield {"customer": line["customer_id"], **foodmart_time(line["the_date"]), "type": "purchase_shop",
               "brand": line["brand_name"], "category": line["product_category"],
               "product": line["product_id"], "content": line["promotion_name"],
               "channel": line["media_type"], "store": line["store_name"],
               "order": f"{line['time_id']}-{line['customer_id']}-{line['store_id']}",
               "quantity": line["unit_sales"],
               "amount": money_text(minor_units(Decimal(line["store_sales"]))),
               "margin": money_text(minor_units(Decimal(line["store_sales"]) - Decimal(line["store_cost"]))),
               "currency": "USD"}


def cdnow(folder, counts):
    """Purchases of CDs: fixed width, an id in the whole population and one in the sample, YYYYMMDD, discs, dollars."""
    with open(folder / "CDNOW_sample.txt", newline="", encoding="ascii") as file:
        for line in file:
            counts["read"] += 1
            _, customer, day, discs, dollars = line.split()
            yield {"customer": int(customer), "day": f"{day[:4]}-{day[4:6]}-{day[6:]}", "type": "purchase_web",
                   "quantity": discs, "amount": money_text(minor_units(Decimal(dollars))), "currency": "USD"}


def rfm_orders(folder, counts):
    """Orders of invented people, who are told apart by name."""
    for line in read_csv(folder / "rfm_data_orders.csv"):
        counts["read"] += 1
        yield {"customer": line["customer_id"], "day": line["order_date"], "type": "purchase_shop",
               "amount": money_text(minor_units(Decimal(line["revenue"]))), "currency": "USD"}


# name on the command line: (folder of the data set, function)
DATASETS = {
    "completejourney": ("completejourney", completejourney),
    "completejourney-coupons": ("completejourney", completejourney_coupons),
    "completejourney-campaigns": ("completejourney", completejourney_campaigns),
    "onlineretail": ("onlineretail", onlineretail),
    "clickstream": ("events_ibm_clickstream", clickstream),
    "foodmart": ("foodmart", foodmart),
    "cdnow": ("cdnow", cdnow),
    "rfm-orders": ("rfm", rfm_orders),
}


def dataset_rows(name, root, counts):
    folder, function = DATASETS[name]
    return function(Path(root) / folder, counts)


# --- command line -------------------------------------------------------------------------------

def tally(rows, counts):
    """Passes the rows on and adds up what a checker wants to compare."""
    customers = set()
    for row in rows:
        counts["written"] += 1
        counts[f"type {row['type']}"] += 1
        counts["quantity"] += int(row.get("quantity") or 0)
        for column in ("amount", "discount"):
            counts[f"{column}_minor_units"] += minor_units(Decimal(row.get(column) or 0))
        customers.add(row["customer"])
        yield row
    counts["customers"] = len(customers)


def write_dataset(name, root, output):
    counts = Counter()
    writer = csv.DictWriter(output, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(tally(dataset_rows(name, root, counts), counts))
    return counts


def write_foodmart_csv(path, output):
    """FoodMart's JSON lines as a plain CSV with the source's own field names and number texts."""
    writer = csv.DictWriter(output, FOODMART_FIELDS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(read_foodmart(path))


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that goes away ends us quietly
    sys.stdout.reconfigure(encoding="utf-8")
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in DATASETS:
        verb = verbs.add_parser(name, help="canonical interaction rows on stdout, counts on stderr")
        verb.add_argument("data", nargs="?", default=data_root(),
                          help="folder of the data sets; default $FOURLOOP_DATA, else ../shared/data")
    plain = verbs.add_parser("foodmart-csv", help="the JSON lines as plain CSV on stdout")
    plain.add_argument("file", help="sales_fact_1997_collapsed.json.bz2")
    arguments = parser.parse_args()
    try:
        if arguments.verb == "foodmart-csv":
            write_foodmart_csv(arguments.file, sys.stdout)
            return
        for name, count in write_dataset(arguments.verb, arguments.data, sys.stdout).items():
            print(name, count, file=sys.stderr)
    except OSError as problem:
        sys.exit(f"datasets: {problem}")


if __name__ == "__main__":
    main()
