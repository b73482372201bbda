"""What does not come from interactions: the customers table, the stores, distances (sections 0 and 4)."""

from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple, Optional

from reference import EPOCH_ORDINAL

EARTH_RADIUS_M = Decimal("6371008.8")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
DIGITS = 40


class Profile(NamedTuple):
    """One row of the customers table; coordinates are decimal texts, None is null."""
    customer: object
    birth_year: Optional[int] = None
    age_band: Optional[str] = None
    life_stage: Optional[str] = None
    country: Optional[str] = None
    region: Optional[str] = None
    urbanity: Optional[str] = None
    latitude: Optional[str] = None
    longitude: Optional[str] = None
    store_distance_m: Optional[int] = None
    first_contact: Optional[int] = None
    arrival: Optional[int] = None


class Store(NamedTuple):
    store: str
    latitude: str
    longitude: str


def latest(rows, key):
    """Of several rows for one key the one that arrived last, one without an arrival being the oldest, then the later."""
    chosen = {}
    for row in rows:
        old = chosen.get(key(row))
        if old is None or (row.arrival is not None, row.arrival or 0) >= (old.arrival is not None, old.arrival or 0):
            chosen[key(row)] = row
    return chosen


# --- age -----------------------------------------------------------------------------------------

def band_name(age, lowest_ages):
    """The band an age lies in, as "0-17" or "65+"; None below the first."""
    if age < lowest_ages[0]:
        return None
    at = max(index for index, lowest in enumerate(lowest_ages) if lowest <= age)
    if at + 1 == len(lowest_ages):
        return f"{lowest_ages[at]}+"
    return f"{lowest_ages[at]}-{lowest_ages[at + 1] - 1}"


def age_band(profile, as_of, lowest_ages):
    """The given band as it is, else that of the age reached in the as-of day's year."""
    if profile.age_band is not None or profile.birth_year is None:
        return profile.age_band
    return band_name(date.fromordinal(as_of + EPOCH_ORDINAL).year - profile.birth_year, lowest_ages)


# --- distance ------------------------------------------------------------------------------------

def sine(x):
    """The series x - x^3/3! + ...; |x| <= pi."""
    term = total = x
    step = 1
    while abs(term) > Decimal(10)**-(DIGITS + 5):
        step += 2
        term = -term * x * x / (step * (step - 1))
        total += term
    return total


def arc_sine(y):
    """Newton on sine, from a start in floats; 0 <= y <= 1."""
    if y > Decimal("0.75"):  # near 1 the slope is flat: asin y = pi/2 - asin sqrt(1 - y^2)
        return PI / 2 - arc_sine((1 - y * y).sqrt())
    x = y
    for _ in range(8):
        x -= (sine(x) - y) / sine(PI / 2 - x)
    return x


def distance_m(here, there):
    """Metres between two (latitude, longitude) in degrees over the sphere: haversine, rounded half away."""
    with localcontext() as context:
        context.prec = DIGITS + 10
        (latitude, longitude), (other_latitude, other_longitude) = (
            [Decimal(degrees) * PI / 180 for degrees in point] for point in (here, there))
        half = sine((other_latitude - latitude) / 2)**2 + (
            sine(PI / 2 - latitude) * sine(PI / 2 - other_latitude) * sine((other_longitude - longitude) / 2)**2)
        metres = 2 * EARTH_RADIUS_M * arc_sine(min(half, Decimal(1)).sqrt())
        return int(metres + Decimal("0.5"))


def nearest_store(profile, stores):
    """(store, metres) of the nearest, ties to the smaller text; (None, None) without a place or stores."""
    if profile.latitude is None or profile.longitude is None or not stores:
        return None, None
    here = (profile.latitude, profile.longitude)
    metres, _, name = min((distance_m(here, (store.latitude, store.longitude)), store.store.encode(), store.store)
                          for store in stores)
    return name, metres


def profile_columns(profile, stores, as_of, lowest_ages):
    """The columns of a customer's row; all null for somebody the table does not know."""
    if profile is None:
        profile = Profile(None)
    store, metres = nearest_store(profile, stores)
    return {"age_band": age_band(profile, as_of, lowest_ages), "life_stage": profile.life_stage,
            "country": profile.country, "region": profile.region, "urbanity": profile.urbanity,
            "store_distance_m": metres if profile.store_distance_m is None else profile.store_distance_m,
            "nearest_store": store}
