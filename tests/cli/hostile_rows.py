"""Made-up customers who stand on the borders of every rule of value and life cycle, as a CSV of interactions."""

import random

import reference

COLUMNS = ("customer", "day", "type", "order", "brand", "category", "product", "amount", "discount", "margin",
           "currency", "arrival")

# A day before, on and after the borders of 28, 60, 90, 365, 730, 1095 days, of the trend, of two and four rhythms of 60.
BORDER_AGES = (0, 1, 2, 3, 27, 28, 29, 59, 60, 61, 89, 90, 91, 111, 112, 119, 120, 121, 239, 240, 241, 242, 363, 364,
               365, 366, 453, 454, 455, 456, 728, 729, 730, 731, 1094, 1095, 1096, 1500)
GAPS = (1, 2, 7, 15, 30, 59, 60, 61, 90, 100, 150, 241, 242, 365)
AMOUNTS = ("", "0", "0.01", "0.05", "5.00", "10.00", "10.00", "10.01", "99.995", "1234.56")
PURCHASES = ("purchase_shop", "purchase_web", "subscription_renewed")
ROLE_EVENTS = ("return_registered", "order_cancelled", "email_unsubscribed", "complaint_filed", "delivery_late",
               "social_praise", "content_shared", "exit_survey_answered", "review_written")
INTEREST = ("web_visit", "web_product_view", "web_cart_add", "shop_advice_talk", "email_commercial_sent")
PRODUCTS = {"P1": ("Norvik", "garden"), "P2": ("Velora", None), "P3": (None, "toys"), "P4": (None, None)}


class Maker:
    """Rows by age before `as_of`; the same seed gives the same rows."""

    def __init__(self, seed, as_of, currencies=("",)):
        self.chance = random.Random(seed)
        self.as_of = as_of
        self.currencies = currencies
        self.lines = []

    def text(self):
        return "\n".join([",".join(COLUMNS), *self.lines]) + "\n"

    def add(self, customer, age, kind, amount="", late=False, **fields):
        day = self.as_of - age
        cells = {"customer": customer, "day": reference.day_text(day), "type": kind, "amount": amount,
                 "arrival": reference.day_text(day + self.chance.choice((0, 1, 2, 31, 60))) if late else "", **fields}
        self.lines.append(",".join(str(cells.get(name, "")) for name in COLUMNS))

    def words(self):
        """Brand, category and product of a row: its own, of the products table, both, none."""
        pick = self.chance.choice
        return {"brand": pick(("", "", "Norvik", "Zoë")), "category": pick(("", "", "garden", "toys", "Toys")),
                "product": pick(("", *PRODUCTS, "P9"))}

    def money(self):
        pick = self.chance.choice
        return {"discount": pick(("", "", "0", "0.01", "3.00")), "margin": pick(("", "2.50", "-1.00", "0.01")),
                "currency": pick(self.currencies)}

    def trade(self, customer, age, kind):
        """One to three lines of one day."""
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            self.add(customer, age, kind, self.chance.choice(AMOUNTS), self.chance.random() < 0.1,
                     order=self.chance.choice(("", "1", "2")), **self.words(), **self.money())

    def purchase_ages(self):
        """Nobody's, single, on borders, in a rhythm, and back after a long time."""
        pick = self.chance.choice
        habit = self.chance.randrange(6)
        if habit == 0:
            return []
        if habit == 1:
            return [pick(BORDER_AGES)]
        if habit == 2:
            return [pick(BORDER_AGES) for _ in range(pick((2, 3, 5, 9)))]
        gap, last = pick(GAPS), pick(BORDER_AGES)
        ages = [last + gap * number for number in range(pick((2, 3, 10, 25)))]
        if habit == 3:
            return ages
        if habit == 4:  # one gap unlike the others
            return ages + [ages[-1] + pick(GAPS)]
        return [pick((0, 1, 89, 90, 91)), *(age + pick((60, 61, 90, 241, 242, 366)) for age in ages)]

    def customer(self, customer):
        pick, chance = self.chance.choice, self.chance.random
        for age in self.purchase_ages():
            self.trade(customer, age, pick(PURCHASES))
            if chance() < 0.3:
                self.trade(customer, max(0, age - pick((0, 1, 14))), pick(("return_registered", "order_cancelled")))
        for _ in range(pick((0, 0, 1, 2, 4))):
            self.trade(customer, pick(BORDER_AGES), pick(ROLE_EVENTS))
        for _ in range(pick((0, 1, 5, 40))):
            self.add(customer, pick((0, 1, 5, 20, 27, 28, 40, 111, 112, 400)), pick(INTEREST), **self.words())
        if chance() < 0.2:
            self.trade(customer, -pick((1, 2, 40)), pick(PURCHASES))  # after the day


def hostile_text(seed, as_of, customers=60, currencies=("",)):
    """Many customers of all habits."""
    maker = Maker(seed, as_of, currencies)
    for number in range(1, customers + 1):
        maker.customer(maker.chance.choice((number, -number, 2**40 + number)))
    return maker.text()


def border_text(as_of):
    """Every border age alone, with every gap before it, and with a purchase after it: no chance in it."""
    maker = Maker(0, as_of)
    customer = 0
    for last in BORDER_AGES:
        for before in (None, *GAPS):
            for after in (None, 0, 1, 90, 91):
                if after is not None and after >= last:
                    continue
                customer += 1
                for age in (after, last, None if before is None else last + before):
                    if age is not None:
                        maker.add(customer, age, "purchase_shop", "10.00", category="garden")
        for kind in ROLE_EVENTS:
            customer += 1
            maker.add(customer, 5, "purchase_shop", "20.00")
            maker.add(customer, 0, "content_shared")
            maker.add(customer, last, kind, "10.00")
    return maker.text()
