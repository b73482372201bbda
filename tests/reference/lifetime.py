"""What a fitted purchase model expects of a customer (section 3): P(alive), purchases, life-time value.

Every formula is written once, for any kind of number: floats are quick, decimals are right. What is written is an
integer, so a float is enough unless it lies near a tie; then the same is done again with 50 digits, and a result
that still lies within 1e-20 of a tie would stop the program.
"""

import re
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import exp, fsum, lgamma, log, log1p
from typing import NamedTuple

from money import round_fraction

WEEKS = 52
YEARLY_DISCOUNT = "1.1"
DIGITS = 50
NEAR_TIE = 1e-4

CATEGORY_LINE = re.compile(r' *- \{category: "(.*)", days: ([0-9]+), gaps: [0-9]+\}')


class Fit(NamedTuple):
    """Parameters as decimal texts; G by main category, everybody's beside it. `kind` is mbgnbd or bgnbd; money in minor units."""
    kind: str
    r: str
    alpha: str
    a: str
    b: str
    p: str
    q: str
    gamma: str
    gap_days: int
    gaps_by_category: tuple = ()  # (category, days)


def read_fit(path, places=2):
    """value.yaml: `group:` lines with `  key: number` below them; places of the currency."""
    found, categories, group = {}, [], ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            category = CATEGORY_LINE.match(line)
            if category:
                text = re.sub(r"\\U([0-9A-F]{8})", lambda code: chr(int(code[1], 16)), category[1])
                categories.append((text, int(category[2])))
            elif line[0] not in "#\n":
                key, _, text = line.partition(":")
                group = group if line.startswith(" ") else key
                found[group, key.strip()] = text.partition(" #")[0].strip()
    r, alpha, a, b = (found["purchases", key] for key in ("r", "alpha", "a", "b"))
    gamma = Decimal(found["spend", "v"]).scaleb(places)
    return Fit(found["fit", "fit"], r, alpha, a, b, found["spend", "p"], found["spend", "q"], str(gamma),
               int(found["gaps", "days"]), tuple(categories))


def hypergeometric(a, b, c, z, number):
    """2F1(a, b; c; z) with 0 <= z < 1 and positive a, b, c: all terms are positive, nothing cancels."""
    term = total = number(1)
    smallest = number("1e-18") if number is float else number(f"1e-{DIGITS}")
    step = 0
    while True:
        term = term * (a + step) * (b + step) / ((c + step) * (1 + step)) * z
        total += term
        step += 1
        if term < total * smallest * (1 - z) and (a + step) * (b + step) * z < (c + step) * (1 + step):
            return total


def parameters(fit, number):
    return tuple(number(text) for text in (fit.r, fit.alpha, fit.a, fit.b))


def alive(fit, x, t_x, t, number):
    """P(alive) after x repeat purchases, the last at t_x, watched until t (weeks)."""
    r, alpha, a, b = parameters(fit, number)
    if fit.kind == "bgnbd":
        if x == 0:
            return number(1)
        odds = a / (b + x - 1)
    else:
        odds = a / (b + x)
    return 1 / (1 + odds * ((alpha + t) / (alpha + t_x))**(r + x))


def expected(fit, x, t_x, t, weeks, number):
    """Purchases in the next so many weeks."""
    r, alpha, a, b = parameters(fit, number)
    shift = 0 if fit.kind == "bgnbd" else 1  # MBG/NBD: a customer may leave before the first repeat purchase
    ratio = (alpha + t) / (alpha + t + weeks)
    z = weeks / (alpha + t + weeks)
    left = 1 - ratio**(r + x) * hypergeometric(r + x, b + x + shift, a + b + x - 1 + shift, z, number)
    return (a + b + x - 1 + shift) / (a - 1) * left * alive(fit, x, t_x, t, number)


def expected_mean(fit, x, repeat_bought, number):
    """Gamma-Gamma: the mean purchase to come, p (gamma + x m) / (p x + q - 1), in minor units."""
    p, q, gamma = (number(text) for text in (fit.p, fit.q, fit.gamma))
    return p * (gamma + repeat_bought) / (p * x + q - 1)


def discounted(fit, x, t_x, t, number):
    """The sum over weeks 1..52 of the purchases expected in that week / 1.1^(week/52)."""
    total, before = number(0), number(0)
    for week in range(1, WEEKS + 1):
        until = expected(fit, x, t_x, t, number(week), number)
        total += (until - before) / number(YEARLY_DISCOUNT)**(number(week) / WEEKS)
        before = until
    return total


@lru_cache(maxsize=None)
def purchases_ahead(fit, x, t_x_days, t_days, number):
    """(P(alive), expected purchases, discounted purchases); cached, as many customers share a history."""
    t_x, t = number(t_x_days) / 7, number(t_days) / 7
    return (alive(fit, x, t_x, t, number), expected(fit, x, t_x, t, number(WEEKS), number),
            discounted(fit, x, t_x, t, number))


def value_numbers(fit, x, t_x_days, t_days, repeat_bought, number):
    """(P(alive) and expected purchases in millionths, value in minor units), not rounded."""
    p_alive, purchases, worth = purchases_ahead(fit, x, t_x_days, t_days, number)
    return p_alive * 10**6, purchases * 10**6, worth * expected_mean(fit, x, repeat_bought, number)


def is_near_tie(value, near):
    return abs(value % 1 - Fraction(1, 2)) < near


def rounded(fit, x, t_x_days, t_days, repeat_bought):
    """The three integers that a result holds."""
    quick = [Fraction(value) for value in value_numbers(fit, x, t_x_days, t_days, repeat_bought, float)]
    if not any(is_near_tie(value, NEAR_TIE) for value in quick):
        return tuple(round_fraction(value) for value in quick)
    with localcontext() as context:
        context.prec = DIGITS + 10
        exact = [Fraction(value) for value in value_numbers(fit, x, t_x_days, t_days, repeat_bought, Decimal)]
    assert not any(is_near_tie(value, Fraction(1, 10**20)) for value in exact)
    return tuple(round_fraction(value) for value in exact)


# --- what a fit is held to ----------------------------------------------------------------------

def log_beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def purchase_log_likelihood(fit, x, t_x, t):
    """ln L of one customer: either still a customer at T, or gone after the last purchase."""
    r, alpha, a, b = parameters(fit, float)
    shift = 0 if fit.kind == "bgnbd" else 1
    stayed = log_beta(a, b + x + shift) - log_beta(a, b) - (r + x) * log(alpha + t)
    if x == 0 and fit.kind == "bgnbd":
        both = stayed
    else:
        left = log_beta(a + 1, b + x - 1 + shift) - log_beta(a, b) - (r + x) * log(alpha + t_x)
        both = max(stayed, left) + log1p(exp(-abs(stayed - left)))
    return lgamma(r + x) - lgamma(r) + r * log(alpha) + both


def spend_log_likelihood(fit, x, mean):
    """ln L of the mean of x repeat purchase days; `mean` in the unit of gamma."""
    p, q, gamma = float(fit.p), float(fit.q), float(fit.gamma)
    return (lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(gamma) + (p * x - 1) * log(mean)
            + p * x * log(x) - (p * x + q) * log(gamma + x * mean))


def log_likelihoods(fit, customers):
    """(of all purchases, of all means); `customers` are (x, t_x days, T days, repeat_bought), which are many alike."""
    purchases = fsum(count * purchase_log_likelihood(fit, x, t_x / 7, t / 7) for (x, t_x, t), count in
                     Counter(customer[:3] for customer in customers).items())
    return purchases, fsum(spend_log_likelihood(fit, x, bought / x) for x, _, _, bought in customers if bought > 0)


def unfit_columns():
    return {"p_alive": None, "expected_purchases": None, "lifetime_value": None}


def lifetime_columns(fit, facts, last_purchase_day, as_of):
    """The three columns of a customer; null before a fit, or when nothing was ever bought."""
    first = facts["first_purchase_day"]
    if fit is None or first is None:
        return unfit_columns()
    p_alive, purchases, value = rounded(fit, facts["repeat_purchase_days"], last_purchase_day - first, as_of - first,
                                        facts["repeat_bought"])
    return {"p_alive": p_alive, "expected_purchases": purchases, "lifetime_value": value}
