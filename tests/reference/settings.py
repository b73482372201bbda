"""The model's numbers for value, life cycle, loops and baskets, with the defaults that stand in brackets in the text."""

from typing import NamedTuple, Optional


class Value(NamedTuple):
    """Section 3. Cuts are four rising borders; None: quintiles of the population."""
    window_days: int = 365
    rfm_days: int = 730
    frequency_cuts: tuple = (2, 3, 5, 10)
    recency_cuts: Optional[tuple] = None  # days, as Fractions or integers
    monetary_cuts: Optional[tuple] = None  # minor units
    tier_by: str = "net"  # or lifetime
    tier_shares_milli: tuple = (50, 150, 300)
    tier_up_milli: int = 1050
    tier_down_milli: int = 950
    engaged_floor: int = 60
    intent_floor: int = 45


class Life(NamedTuple):
    """Section 4, first half. Names of days end as the model's do."""
    prior_gaps: int = 3
    default_gap_days: int = 60
    won_back_days: int = 90
    new_days: int = 90
    lost_days: int = 365
    lapsed_days: int = 60
    slipping_days: int = 28
    overdue_lost: int = 4
    overdue_slipping: int = 2
    lead_intent: int = 20
    category_days: int = 730
    p_alive_below_micro: int = 300_000
    opt_out_days: int = 90
    friction_days: int = 90
    winback_days: int = 365
    tenure_days: tuple = (90, 365, 1095)


class Loops(NamedTuple):
    """Section 4, second half."""
    conversion_intent: int = 45
    conversion_moving_intent: int = 30
    experience_intent: int = 35
    experience_engagement: int = 40
    nurturing_micro: int = 5_000_000
    purchase_days: int = 365
    ambassador_days: int = 365
    ambassador_event_days: int = 2
    friction_days: int = 90


class Baskets(NamedTuple):
    """Section 6."""
    window_days: int = 365
    low: int = 2
    enough: int = 3
    one_range_milli: int = 600


class Settings(NamedTuple):
    value: Value = Value()
    life: Life = Life()
    loops: Loops = Loops()
    baskets: Baskets = Baskets()
    age_bands: tuple = (0, 18, 25, 35, 45, 55, 65)
    currency: str = "EUR"
    rates: dict = {}  # currency -> [(day, rate as a decimal text)], by rising day
    rfm_groups: dict = {}  # code, 0 for prospects -> name
