"""The cluster of a customer on a night: nearest centroids, distances, the rule of a move (section 6)."""

from math import floor, sqrt
from typing import NamedTuple

import baskets
from single import fused, to_single

COLUMNS = ("baskets", "breadth", "range", "basket_confidence", "cluster", "cluster_name", "cluster_distance",
           "cluster_second", "cluster_second_distance", "cluster_pending", "cluster_pending_nights", "cluster_before")
MOVE = 0.81  # of the squared distance: 0.9 times as far


class Cluster(NamedTuple):
    number: int
    name: str
    centroid: tuple  # a single-precision number for each category of the model
    customers: int = 0


class Clusters(NamedTuple):
    """What lies in clusters.yaml, as far as a night asks; clusters in the order of the model."""
    categories: tuple
    clusters: tuple
    breadth_cut_milli: int


# --- nearness ------------------------------------------------------------------------------------

def squared(numbers):
    """The sum of squares in double, in the order given."""
    total = 0.0
    for number in numbers:
        total += number * number
    return total


def half_of(centroid):
    """-|c|^2 / 2 as a single."""
    return to_single(-squared(centroid) / 2)


def score_of(vector, centroid, half):
    """x.c - |c|^2 / 2, each product added with one rounding."""
    score = half
    for place, weight in vector:
        score = fused(weight, centroid[place], score)
    return score


def squared_distance(vector, score):
    return max(0.0, squared(weight for _, weight in vector) - 2 * score)


def scores_of(vector, centroids, halves):
    return [score_of(vector, centroid, half) for centroid, half in zip(centroids, halves)]


def nearest_of(scores, but=None):
    """The place of the largest score, the first of equal ones, leaving out the place `but`."""
    return max((place for place in range(len(scores)) if place != but), key=lambda place: (scores[place], -place),
               default=None)


def micro(distance_squared):
    return floor(1e6 * sqrt(distance_squared) + 0.5)


# --- a night -------------------------------------------------------------------------------------

def settled(numbers, nearest, distances, before):
    """(place of the cluster the customer is in, number that pends or None); `before` as on the night before, or None."""
    old = numbers.index(before["cluster"]) if before and before["cluster"] in numbers else nearest
    if old == nearest or distances[nearest] > MOVE * distances[old]:
        return old, None
    if before["cluster_pending"] == numbers[nearest]:
        return nearest, None
    return old, numbers[nearest]


def assigned_columns(vector, model, before):
    """Where a customer is who is not thin."""
    centroids = [cluster.centroid for cluster in model.clusters]
    numbers = [cluster.number for cluster in model.clusters]
    scores = scores_of(vector, centroids, [half_of(centroid) for centroid in centroids])
    distances = [squared_distance(vector, score) for score in scores]
    place, pending = settled(numbers, nearest_of(scores), distances, before)
    second = nearest_of(scores, place)
    return {"cluster": numbers[place], "cluster_name": model.clusters[place].name,
            "cluster_distance": micro(distances[place]),
            "cluster_second": None if second is None else numbers[second],
            "cluster_second_distance": None if second is None else micro(distances[second]),
            "cluster_pending": pending, "cluster_pending_nights": int(pending is not None)}


def cluster_columns(rows, types, as_of, category_of, model, before, settings):
    """All columns of section 6; `model` are Clusters or None, `before` the customer's row of the night before or None."""
    recent = baskets.window_rows(rows, as_of, settings)
    count = len(baskets.basket_rows(recent, types))
    nets = baskets.category_nets(recent, types, category_of)
    counted = baskets.counted_nets(nets, model.categories) if model else nets
    confidence, breadth = baskets.confidence(count, counted, settings), baskets.breadth_milli(nets)
    columns = {**dict.fromkeys(COLUMNS), "baskets": count, "breadth": breadth, "basket_confidence": confidence,
               "cluster_before": before["cluster"] if before and model else None}
    if model and confidence != "thin":
        columns["range"] = baskets.range_word(nets, breadth, model.breadth_cut_milli, settings)
        columns.update(assigned_columns(baskets.vector_of(counted, model.categories), model, before))
    return columns
