"""The life cycle of a customer (section 4): own rhythm, stage, churn signals, winback day, tenure."""

from collections import defaultdict
from typing import NamedTuple

from money import in_last, of_role, signed
from reference import round_half_away

GAPS_NEEDED = 30  # of the customers of one main category, for a median of its own


class History(NamedTuple):
    """What the life cycle needs of a customer's rows; a past day sees the part up to it."""
    purchase_days: tuple  # distinct, rising
    spending: tuple  # (day, category, net minor units) of rows that have a category

    def up_to(self, as_of):
        return History(tuple(day for day in self.purchase_days if day <= as_of),
                       tuple(entry for entry in self.spending if entry[0] <= as_of))


def history_of(rows, types, category_of):
    money_rows = of_role(rows, types, "purchase", "return", "cancel")
    return History(tuple(sorted({row.day for row in of_role(rows, types, "purchase")})),
                   tuple((row.day, category_of(row), signed(row, types, row.amount))
                         for row in money_rows if category_of(row) is not None))


# --- rhythm --------------------------------------------------------------------------------------

def gaps_of(history):
    return [later - earlier for earlier, later in zip(history.purchase_days, history.purchase_days[1:])]


def main_category(history, as_of, life):
    """The category with the largest net spend in 730 days, ties to the smaller text; None without one."""
    net = defaultdict(int)
    for day, category, spent in history.spending:
        if in_last(life.category_days, day, as_of):
            net[category] += spent
    return min(net, key=lambda category: (-net[category], category.encode()), default=None)


def lower_median(values):
    return sorted(values)[(len(values) - 1) // 2]


def fit_gaps(histories, as_of, life):
    """(everybody's G, G by main category): what `value fit` freezes in the model."""
    by_category, everybody = defaultdict(list), []
    for history in (history.up_to(as_of) for history in histories):
        gaps = gaps_of(history)
        everybody += gaps
        category = main_category(history, as_of, life)
        if category is not None:
            by_category[category] += gaps
    return (lower_median(everybody) if everybody else life.default_gap_days,
            {category: lower_median(gaps) for category, gaps in by_category.items() if len(gaps) >= GAPS_NEEDED})


def typical_gap(category, fit, life):
    """G."""
    if fit is None:
        return life.default_gap_days
    return dict(fit.gaps_by_category).get(category, fit.gap_days)


def rhythm(history, as_of, fit, life):
    """(numerator, denominator) of g; `history` ends at as_of and has a purchase."""
    gaps = gaps_of(history)
    gap = typical_gap(main_category(history, as_of, life), fit, life)
    return sum(gaps) + life.prior_gaps * gap, len(gaps) + life.prior_gaps


def is_overdue(days, rhythm_parts, times):
    """o > times, in integers."""
    numerator, denominator = rhythm_parts
    return days * denominator > times * numerator


# --- stage ---------------------------------------------------------------------------------------

def is_new(history, days, life):
    return len(history.purchase_days) == 1 and days <= life.new_days


def late_stage(history, days, rhythm_parts, life):
    """lost, lapsed, slipping or active."""
    if is_overdue(days, rhythm_parts, life.overdue_lost):
        if days >= life.lost_days:
            return "lost"
        if days >= life.lapsed_days and days > max(gaps_of(history), default=0):
            return "lapsed"
    if is_overdue(days, rhythm_parts, life.overdue_slipping) and days >= life.slipping_days:
        return "slipping"
    return "active"


def is_won_back(history, as_of, fit, life):
    """Bought lately, and was lapsed or lost on the day before."""
    last = history.purchase_days[-1]
    if as_of - last > life.won_back_days:
        return False
    before = history.up_to(last - 1)
    return bool(before.purchase_days) and was_gone(before, last - 1, fit, life)


def was_gone(history, as_of, fit, life):
    """Whether the stage is lapsed or lost. The stage needs the past of the past, so it is asked only when it may be."""
    days = as_of - history.purchase_days[-1]
    gone = ("lapsed", "lost")
    return (late_stage(history, days, rhythm(history, as_of, fit, life), life) in gone
            and buyer_stage(history, as_of, fit, life) in gone)


def buyer_stage(history, as_of, fit, life):
    """The stage of somebody who bought by as_of."""
    days = as_of - history.purchase_days[-1]
    if is_won_back(history, as_of, fit, life):
        return "won_back"
    if is_new(history, days, life):
        return "new"
    return late_stage(history, days, rhythm(history, as_of, fit, life), life)


def stage_of(history, as_of, intent, fit, life):
    if not history.purchase_days:
        return "lead" if intent >= life.lead_intent else "prospect"
    return buyer_stage(history, as_of, fit, life)


# --- the columns ---------------------------------------------------------------------------------

def rhythm_columns(history, as_of, fit, life):
    empty = {"rhythm_days": None, "days_since_purchase": None, "overdue": None}
    if not history.purchase_days:
        return {**empty, "longest_gap_days": 0}
    days = as_of - history.purchase_days[-1]
    numerator, denominator = rhythm(history, as_of, fit, life)
    return {"rhythm_days": round_half_away(1000 * numerator, denominator), "days_since_purchase": days,
            "overdue": round_half_away(1000 * days * denominator, numerator),
            "longest_gap_days": max(gaps_of(history), default=0)}


def has_role_in(rows, types, role, days, as_of):
    return any(in_last(days, row.day, as_of) for row in of_role(rows, types, role))


def signal_columns(row, rows, types, as_of, history, fit, life):
    """The churn signals one by one; `row` has the columns made before."""
    overdue = bool(history.purchase_days) and is_overdue(
        row["days_since_purchase"], rhythm(history, as_of, fit, life), life.overdue_slipping)
    signals = {
        "signal_overdue": overdue,
        "signal_p_alive": row["p_alive"] is not None and row["p_alive"] < life.p_alive_below_micro,
        "signal_falling": row["trend"] == "falling",
        "signal_opt_out": has_role_in(rows, types, "opt_out", life.opt_out_days, as_of),
        "signal_friction": has_role_in(rows, types, "friction", life.friction_days, as_of),
        "signal_returns": row["returned_12m"] > 0 and 2 * row["returned_12m"] >= row["bought_12m"]}
    return {**{name: int(holds) for name, holds in signals.items()}, "churn_signals": sum(signals.values())}


def winback_day(row, rows, types, as_of, before, life):
    """A on the night the stage becomes lapsed, else the next anniversary, None if neither is ahead."""
    if before is not None and row["stage"] == "lapsed" and before["stage"] != "lapsed":
        return as_of
    surveys = [survey.day for survey in of_role(rows, types, "exit_survey")]
    lasts = [row["last_purchase_day"], max(surveys, default=None)]
    return min((day + life.winback_days for day in lasts if day is not None and day + life.winback_days >= as_of),
               default=None)


def tenure_columns(first_row_day, first_contact, as_of, life):
    days = as_of - min(first_row_day, first_row_day if first_contact is None else first_contact)
    names = ("under_90_days", "under_1_year", "under_3_years")
    return {"tenure_days": days,
            "tenure_band": next((name for name, limit in zip(names, life.tenure_days) if days < limit), "longer")}


def life_columns(row, rows, types, as_of, category_of, fit, before, first_contact, life):
    """All columns of the life cycle; `row` has scores and value already, `before` is the night before's or None."""
    history = history_of(rows, types, category_of)
    columns = {"stage": stage_of(history, as_of, row["intent"], fit, life),
               **rhythm_columns(history, as_of, fit, life),
               "main_category": main_category(history, as_of, life),
               **tenure_columns(row["first_day"], first_contact, as_of, life)}
    columns.update(signal_columns({**row, **columns}, rows, types, as_of, history, fit, life))
    columns["winback_day"] = winback_day({**row, **columns}, rows, types, as_of, before, life)
    return columns
