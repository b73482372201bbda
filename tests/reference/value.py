"""A customer's value, and what only the whole population says: quintiles and tiers (section 3)."""

from bisect import bisect_left, bisect_right

from money import amount_sum, in_last, margin_sum, net_sum, of_role
from reference import round_half_away

TIERS = ("A", "B", "C", "D", "Z")  # the best first


# --- one customer --------------------------------------------------------------------------------

def window_columns(rows, types, as_of, settings):
    """Sums over the last 12 months."""
    recent = [row for row in rows if in_last(settings.value.window_days, row.day, as_of)]
    purchases = of_role(recent, types, "purchase")
    bought = amount_sum(purchases)
    promoted = amount_sum([row for row in purchases if (row.discount or 0) > 0])
    net = net_sum(recent, types)
    return {"bought_12m": bought,
            "returned_12m": amount_sum(of_role(recent, types, "return", "cancel")),
            "margin_12m": margin_sum(recent, types),
            "promo_share": None if bought == 0 else round_half_away(1000 * promoted, bought),
            "returns_all": int(bool(purchases) and net <= 0)}


def rfm_columns(rows, types, as_of, settings):
    """What quintiles are made of, over 24 months."""
    recent = [row for row in rows if in_last(settings.value.rfm_days, row.day, as_of)]
    days = {row.day for row in of_role(recent, types, "purchase")}
    return {"purchase_days_24m": len(days), "net_24m": net_sum(recent, types),
            "recency_days": as_of - max(days) if days else None}


def repeat_columns(rows, types):
    """Purchase days over all history; the first is in neither x nor m."""
    gross = {}
    for row in of_role(rows, types, "purchase"):
        gross[row.day] = gross.get(row.day, 0) + (row.amount or 0)
    days = sorted(gross)
    repeat_bought = sum(gross[day] for day in days[1:])
    return {"first_purchase_day": days[0] if days else None,
            "repeat_purchase_days": max(0, len(days) - 1),
            "repeat_bought": repeat_bought,
            "mean_purchase": round_half_away(repeat_bought, len(days) - 1) if len(days) > 1 else None}


def purchase_histories(rows, types, as_of):
    """[(x, t_x days, T days, repeat_bought)] of all customers of the rows who bought, as a value fit takes them."""
    by_customer = {}
    for row in of_role(rows, types, "purchase"):
        by_customer.setdefault(row.customer, []).append(row)
    histories = []
    for own in by_customer.values():
        facts, last = repeat_columns(own, types), max(row.day for row in own)
        first = facts["first_purchase_day"]
        histories.append((facts["repeat_purchase_days"], last - first, as_of - first, facts["repeat_bought"]))
    return histories


# --- the population: RFM -------------------------------------------------------------------------

def quintile(less, equal, count):
    """1 + floor(5 (less + equal / 2) / N); equal counts the customer too."""
    return 1 + (5 * (2 * less + equal)) // (2 * count)


def quintiles(values):
    """The quintile of each value among all of them, the largest values in 5."""
    ranked = sorted(values)
    return [quintile(bisect_left(ranked, value), bisect_right(ranked, value) - bisect_left(ranked, value),
                     len(ranked)) for value in values]


def by_cuts(value, cuts):
    """1..5: one more for each cut that the value reaches."""
    return 1 + sum(value >= cut for cut in cuts)


def recency_scores(days, cuts):
    """Few days are good: 5 for those below the first cut, or for the fifth with the fewest."""
    if cuts is not None:
        return [6 - by_cuts(value, cuts) for value in days]
    return quintiles([-value for value in days])


def monetary_scores(nets, cuts):
    return quintiles(nets) if cuts is None else [by_cuts(value, cuts) for value in nets]


def add_rfm(customers, settings):
    """Adds scores, code and group to every customer; 0-0-0 without a purchase in 24 months."""
    value = settings.value
    buyers = [customer for customer in customers if customer["recency_days"] is not None]
    for customer in customers:
        customer.update(rfm_r=0, rfm_f=0, rfm_m=0)
    for customer, r, m in zip(buyers, recency_scores([buyer["recency_days"] for buyer in buyers], value.recency_cuts),
                              monetary_scores([buyer["net_24m"] for buyer in buyers], value.monetary_cuts)):
        customer.update(rfm_r=r, rfm_f=by_cuts(customer["purchase_days_24m"], value.frequency_cuts), rfm_m=m)
    for customer in customers:
        customer["rfm_code"] = 100 * customer["rfm_r"] + 10 * customer["rfm_f"] + customer["rfm_m"]
        customer["rfm_group"] = settings.rfm_groups.get(customer["rfm_code"])


# --- the population: tiers -----------------------------------------------------------------------

def tier_borders(values, shares_milli):
    """The lowest value of A, B, C: that at rank ceil(share * N), shares added up, largest first."""
    ranked = sorted(values, reverse=True)
    borders, share = [], 0
    for more in shares_milli:
        share += more
        rank = -(-share * len(ranked) // 1000)
        borders.append(ranked[max(rank, 1) - 1])
    return borders


def plain_tier(value, borders):
    return next((tier for tier, border in zip(TIERS, borders) if value >= border), "D")


def holds_at_once(value, old, new, borders, settings):
    """Whether a change of tier is clear enough to need no second night."""
    if "Z" in (old, new):
        return True
    if new < old:  # up
        return 1000 * value >= settings.tier_up_milli * borders[TIERS.index(new)]
    return 1000 * value < settings.tier_down_milli * borders[TIERS.index(old)]


def settled_tier(value, plain, before, borders, settings):
    """(tier, pending, nights) with hysteresis; `before` is the customer's row of the night before, or None."""
    if before is None or plain == before["tier"] or holds_at_once(value, before["tier"], plain, borders, settings):
        return plain, None, 0
    if before["tier_pending"] == plain:
        return plain, None, 0  # the second night running
    return before["tier"], plain, 1


def add_tiers(customers, previous, settings):
    """Adds tier, pending tier and nights; `customers` and `previous` are rows by customer."""
    worth = {"net": "net_12m", "lifetime": "lifetime_value"}[settings.value.tier_by]
    ranked = {key: row[worth] for key, row in customers.items() if row["net_12m"] > 0}
    if None in ranked.values():
        raise ValueError("tiers by life-time value need a value fit")
    borders = tier_borders(ranked.values(), settings.value.tier_shares_milli) if ranked else []
    for key, row in customers.items():
        plain = plain_tier(ranked[key], borders) if key in ranked else "Z"
        row["tier"], row["tier_pending"], row["tier_pending_nights"] = settled_tier(
            ranked.get(key), plain, previous.get(key), borders, settings.value)
