"""Money of rows in the model's currency, and sums of it over windows (sections 0 and 3)."""

from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction

import reference

SIGNS = {"purchase": 1, "return": -1, "cancel": -1}


class NoRate(Exception):
    """A currency has no rate on or before the day of a row."""


def round_fraction(value):
    """The nearest integer, ties away from zero."""
    return reference.round_half_away(value.numerator, value.denominator)


def rate_of(currency, day, settings):
    """The last rate on or before the day: so many of the model's currency for one of the other."""
    rates = settings.rates.get(currency, [])
    at = bisect_right([first for first, _ in rates], day)
    if at == 0:
        raise NoRate(currency)
    return Fraction(Decimal(rates[at - 1][1]))


def converted(minor, row, settings):
    """Minor units of the model's currency; None stays None."""
    if minor is None or row.currency in (None, settings.currency):
        return minor
    places = [reference.CURRENCY_PLACES.get(currency, 2) for currency in (settings.currency, row.currency)]
    scale = Fraction(10)**(places[0] - places[1])
    return round_fraction(minor * rate_of(row.currency, row.day, settings) * scale)


def in_model_currency(rows, settings):
    """The rows with amount and margin converted; of a discount only the sign counts."""
    return [row._replace(amount=converted(row.amount, row, settings), margin=converted(row.margin, row, settings),
                         currency=None) for row in rows]


def in_last(days, day, as_of):
    """Whether a day is one of the last so many: A-n+1 .. A."""
    return 0 <= as_of - day < days


def of_role(rows, types, *roles):
    return [row for row in rows if types[row.type_id].role in roles]


def amount_sum(rows):
    """Null amounts are nothing."""
    return sum(row.amount or 0 for row in rows)


def signed(row, types, minor):
    """+ for purchases, - for returns and cancels, nothing for the rest."""
    return SIGNS.get(types[row.type_id].role, 0) * (minor or 0)


def net_sum(rows, types):
    return sum(signed(row, types, row.amount) for row in rows)


def margin_sum(rows, types):
    return sum(signed(row, types, row.margin) for row in rows)
