"""What one customer bought in the window: baskets, nets by category, breadth, range, vector (section 6)."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import exp, floor, fsum, log, sqrt

from money import in_last, net_sum, of_role
from single import to_single

DIGITS = 40
NEAR_TIE = 1e-6


def window_rows(rows, as_of, settings):
    return [row for row in rows if in_last(settings.window_days, row.day, as_of)]


def basket_rows(rows, types):
    """The purchase rows of each basket by (day, order); those of a day without an order are one, with order None."""
    baskets = {}
    for row in of_role(rows, types, "purchase"):
        baskets.setdefault((row.day, row.order), []).append(row)
    return baskets


def category_nets(rows, types, category_of):
    """{category: net}, rising by name, of the categories with a net above 0."""
    by_category = {}
    for row in rows:
        by_category.setdefault(category_of(row), []).append(row)
    by_category.pop(None, None)
    nets = {category: net_sum(own, types) for category, own in sorted(by_category.items())}
    return {category: net for category, net in nets.items() if net > 0}


def counted_nets(nets, categories):
    """Those in the categories of a fit."""
    return {category: net for category, net in nets.items() if category in categories}


def confidence(baskets, nets, settings):
    """thin, low or full; `nets` in the categories of the model."""
    if baskets < settings.low or not nets:
        return "thin"
    return "low" if baskets < settings.enough else "full"


def breadth_milli(nets):
    """exp of the entropy of the shares: in doubles, and near a tie of the rounding again with so many digits that none is missed."""
    if not nets:
        return None
    total = sum(nets.values())
    breadth = 1000 * exp(-fsum(net / total * log(net / total) for net in nets.values()))
    if abs(breadth % 1 - 0.5) > NEAR_TIE:
        return floor(breadth + 0.5)
    with localcontext() as context:
        context.prec = DIGITS
        shares = [Decimal(net) / total for net in nets.values()]
        return int((1000 * (-sum(share * share.ln() for share in shares)).exp()).to_integral_value(ROUND_HALF_UP))


def range_word(nets, breadth, cut, settings):
    """`cut` is the breadth that the fit froze."""
    if 1000 * max(nets.values()) >= settings.one_range_milli * sum(nets.values()):
        return "one_range"
    return "whole_range" if breadth >= cut else "mixed"


def vector_of(nets, categories):
    """[(place of the category in the model, weight)] with a single-precision weight, rising by place."""
    total = float(sum(nets.values()))
    return [(place, to_single(sqrt(float(nets[category]) / total))) for place, category in enumerate(categories)
            if category in nets]
