"""The fit of clusters: k-means, stability, order, numbers, names (section 6)."""

from fractions import Fraction
from itertools import permutations
from math import floor, log, sqrt
from typing import NamedTuple

import baskets
import clusters
from single import to_single

MASK = 2**64 - 1
CATEGORIES_MAX = 512
STABILITY_CUSTOMERS_MAX = 50_000
PAIRS = 20
UNIT = 2.0**32
SAME_COSINE = 3_435_973_837  # 0.8 in units of 2^-32


# --- chance --------------------------------------------------------------------------------------

def mix(state):
    """One output of SplitMix64."""
    z = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def draw(seed, start, count):
    return mix(mix(mix(seed & MASK) ^ start) ^ count)


def chosen(weights, drawn):
    """The place that a draw chooses by whole weights."""
    if not any(weights):
        weights = [1] * len(weights)
    mark, so_far = drawn * sum(weights) >> 64, 0
    for place, weight in enumerate(weights):
        so_far += weight
        if so_far > mark:
            return place
    raise AssertionError("a draw is less than 2^64")


def hash_of(key):
    return mix(key & MASK)


def in_subsample(key, number):
    return 5 * mix(hash_of(key) ^ number) >> 64 < 4


# --- k-means -------------------------------------------------------------------------------------

class KMeans(NamedTuple):
    """`members` has the cluster of each customer."""
    centroids: list
    members: list
    inertia: float
    start: int
    steps: int
    converged: bool


def dense(vector, size):
    """A vector with its zeros."""
    weights = [0.0] * size
    for place, weight in vector:
        weights[place] = weight
    return weights


def weights_from(vectors, centre, size):
    """The squared distance of each customer from a customer, times 2^32, as an integer."""
    centroid = dense(vectors[centre], size)
    half = clusters.half_of(centroid)
    return [round(clusters.squared_distance(vector, clusters.score_of(vector, centroid, half)) * UNIT)
            for vector in vectors]


def seeded(vectors, size, k, seed, start):
    """The first centroids, by k-means++."""
    draws = iter(range(2**32))
    centres = [chosen([1] * len(vectors), draw(seed, start, next(draws)))]
    weights = weights_from(vectors, centres[0], size)
    while len(centres) < k:
        tries = []
        for _ in range(2 + floor(log(k))):
            centre = chosen(weights, draw(seed, start, next(draws)))
            tries.append((list(map(min, weights, weights_from(vectors, centre, size))), centre))
        weights, centre = min(tries, key=lambda entry: sum(entry[0]))
        centres.append(centre)
    return [dense(vectors[centre], size) for centre in centres]


def nearest_members(vectors, centroids):
    """(nearest cluster, squared distance to it) of each customer."""
    halves = [clusters.half_of(centroid) for centroid in centroids]
    members, distances = [], []
    for vector in vectors:
        scores = clusters.scores_of(vector, centroids, halves)
        members.append(clusters.nearest_of(scores))
        distances.append(clusters.squared_distance(vector, scores[members[-1]]))
    return members, distances


def fill_empty(members, distances, k):
    """Each cluster without customers takes the farthest one of a cluster that has more."""
    for cluster in range(k):
        if cluster not in members:
            place = max((place for place, own in enumerate(members) if members.count(own) > 1),
                        key=lambda place: (distances[place], -place))
            members[place] = cluster


def sums_of(vectors, members, k, size):
    """The sum of each cluster and category in 2^-32."""
    sums = [[0] * size for _ in range(k)]
    for vector, cluster in zip(vectors, members):
        for place, weight in vector:
            sums[cluster][place] += round(weight * UNIT)
    return sums


def means_of(sums, members):
    """The centroids: means in double, rounded to single."""
    return [[to_single(float(total) / float(members.count(cluster)) / UNIT) for total in own]
            for cluster, own in enumerate(sums)]


def inertia_of(vectors, members, sums):
    """The squares of all customers, less what the means explain of them."""
    everything = explained = 0.0
    for vector in vectors:
        everything += clusters.squared(weight for _, weight in vector)
    for cluster, own in enumerate(sums):
        explained += clusters.squared(total / UNIT for total in own) / members.count(cluster)
    return max(0.0, everything - explained)


def lloyd(vectors, size, centroids, steps_max, start):
    """Steps from these centroids until nobody moves."""
    members, k = None, len(centroids)
    for step in range(1, steps_max + 1):
        before = members
        members, distances = nearest_members(vectors, centroids)
        fill_empty(members, distances, k)
        sums = sums_of(vectors, members, k, size)
        centroids = means_of(sums, members)
        if members == before:
            break
    return KMeans(centroids, members, inertia_of(vectors, members, sums), start, step, members == before)


def kmeans(vectors, size, k, seed, starts=10, steps_max=300):
    """The best of several starts; `vectors` by rising key, `size` categories."""
    if len({tuple(vector) for vector in vectors}) < k:
        raise ValueError("fewer different customers than clusters")
    found = [lloyd(vectors, size, seeded(vectors, size, k, seed, start), steps_max, start) for start in range(starts)]
    return min(found, key=lambda one: one.inertia)


# --- stability -----------------------------------------------------------------------------------

def pairs_in(counts):
    return sum(count * (count - 1) // 2 for count in counts)


def adjusted_rand(ours, theirs):
    """The index of two labelings of the same customers, exactly; 1 where both say the same of every pair."""
    both, mine, yours = ({label: labels.count(label) for label in labels}.values()
                         for labels in (list(zip(ours, theirs)), list(ours), list(theirs)))
    everything, same = pairs_in([len(ours)]), pairs_in(both)
    mine, yours = pairs_in(mine), pairs_in(yours)
    if mine == yours == same:
        return Fraction(1)
    expected = Fraction(mine * yours, everything)
    return (same - expected) / (Fraction(mine + yours, 2) - expected)


def subsample_members(keys, vectors, size, k, seed, number, steps_max):
    """{key: cluster} of the fit of one subsample."""
    inside = [place for place, key in enumerate(keys) if in_subsample(key, number)]
    found = kmeans([vectors[place] for place in inside], size, k, (seed + number) & MASK, 1, steps_max)
    return {keys[place]: cluster for place, cluster in zip(inside, found.members)}


def stability_milli(keys, vectors, size, k, seed, steps_max=300):
    few = sorted(keys, key=hash_of)[:STABILITY_CUSTOMERS_MAX]
    places = [place for place, key in enumerate(keys) if key in set(few)]
    keys, vectors, total = [keys[place] for place in places], [vectors[place] for place in places], Fraction(0)
    for pair in range(PAIRS):
        try:
            ours, theirs = (subsample_members(keys, vectors, size, k, seed, number, steps_max)
                            for number in (2 * pair + 1, 2 * pair + 2))
        except ValueError:
            continue  # the index of a pair without k different customers is 0
        common = [key for key in keys if key in ours and key in theirs]
        total += adjusted_rand([ours[key] for key in common], [theirs[key] for key in common])
    return floor(1000 * total / PAIRS + Fraction(1, 2))


def chosen_k(keys, vectors, size, seed):
    """The smallest of 4..12 that is within 0.02 of the most stable."""
    stable = {k: stability_milli(keys, vectors, size, k, seed) for k in range(4, 13)}
    return min(k for k, milli in stable.items() if milli >= max(stable.values()) - 20)


# --- from rows to clusters -----------------------------------------------------------------------

class Population(NamedTuple):
    """The customers of a fit by rising key."""
    categories: tuple
    keys: list
    vectors: list
    breadth_cut_milli: int


class Fitted(NamedTuple):
    """`model` are clusters.Clusters; `shares_ppm` by category."""
    model: clusters.Clusters
    kmeans: KMeans
    stability_milli: int
    shares_ppm: tuple
    next_number: int


def population_of(nets_by_customer, sample=None):
    """`nets_by_customer`: nets above 0 of those with enough baskets."""
    totals = {}
    for nets in nets_by_customer.values():
        for category, net in nets.items():
            totals[category] = totals.get(category, 0) + net
    categories = tuple(sorted(sorted(totals, key=lambda category: (-totals[category], category))[:CATEGORIES_MAX]))
    counted = {key: baskets.counted_nets(nets, categories) for key, nets in nets_by_customer.items()}
    keys = sorted(key for key in sorted(counted, key=hash_of)[:sample] if counted[key])
    breadths = sorted((baskets.breadth_milli(nets_by_customer[key]) for key in keys), reverse=True)
    cut = breadths[-(-len(keys) // 10) - 1] if keys else 0
    return Population(categories, keys, [baskets.vector_of(counted[key], categories) for key in keys], cut)


def nets_of_full(rows_by_customer, types, as_of, category_of, settings):
    nets = {}
    for customer, rows in rows_by_customer.items():
        recent = baskets.window_rows(rows, as_of, settings)
        own = baskets.category_nets(recent, types, category_of)
        if baskets.confidence(len(baskets.basket_rows(recent, types)), own, settings) == "full":
            nets[customer] = own
    return nets


def share_sums(vectors, size):
    """The sum of the customers' shares of each category, in 2^-32."""
    sums = [0] * size
    for vector in vectors:
        for place, weight in vector:
            sums[place] += round(weight * weight * UNIT)
    return sums


def shares_ppm(population):
    """The mean share of each category in millionths."""
    unit = len(population.keys) * 2**32
    sums = share_sums(population.vectors, len(population.categories))
    return tuple((2 * total * 10**6 + unit) // (2 * unit) for total in sums)


def plain_name(sums, count, all_sums, all_count, categories):
    """Three categories by index; a cluster may have fewer."""
    bought = [place for place, total in enumerate(sums) if total > 0]
    common = [place for place in bought if 100 * sums[place] >= count * 2**32]
    ranked = sorted(common if len(common) >= 3 else bought, key=lambda place: (
        -Fraction(sums[place] * all_count, count * all_sums[place]), categories[place]))
    return " + ".join(categories[place] for place in ranked[:3])


def free_name(name, taken):
    """The name, or with the first number that nobody has."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def cosine_q32(ours, theirs):
    """Of two centroids as {category: weight}, times 2^32."""
    product = 0.0
    for category in sorted({*ours, *theirs}):
        product += ours.get(category, 0.0) * theirs.get(category, 0.0)
    lengths = [sqrt(clusters.squared(one[category] for category in sorted(one))) for one in (ours, theirs)]
    return round(product / (lengths[0] * lengths[1]) * UNIT) if all(lengths) else 0


def best_pairs(table):
    """[(row, column)] of the one-to-one assignment with the largest sum: every one is tried."""
    if not table or not table[0]:
        return []
    rows, columns = len(table), len(table[0])
    if rows > columns:
        turned = best_pairs([list(column) for column in zip(*table)])
        return sorted((row, column) for column, row in turned)
    best = max(permutations(range(columns), rows),
               key=lambda places: sum(table[row][column] for row, column in enumerate(places)))
    return list(enumerate(best))


def matched(centroids, categories, old):
    """{place: old cluster} of the clusters that stay what they were."""
    if old is None:
        return {}
    ours = [dict(zip(categories, centroid)) for centroid in centroids]
    theirs = [dict(zip(old.categories, cluster.centroid)) for cluster in old.clusters]
    table = [[cosine_q32(one, other) for other in theirs] for one in ours]
    return {place: old.clusters[other] for place, other in best_pairs(table) if table[place][other] >= SAME_COSINE}


def named(found, population, old=None, next_number=1):
    """(clusters in the order of the model, the next number) of a k-means of the population."""
    sizes = [found.members.count(place) for place in range(len(found.centroids))]
    order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
    kept = matched([found.centroids[place] for place in order], population.categories, old)
    all_sums = share_sums(population.vectors, len(population.categories))
    taken, made = [cluster.name for cluster in kept.values()], []
    for at, place in enumerate(order):
        if at in kept:
            number, name = kept[at].number, kept[at].name
        else:
            own = [vector for vector, member in zip(population.vectors, found.members) if member == place]
            name = free_name(plain_name(share_sums(own, len(all_sums)), len(own), all_sums, len(population.keys),
                                        population.categories), taken)
            taken.append(name)
            number, next_number = next_number, next_number + 1
        made.append(clusters.Cluster(number, name, tuple(found.centroids[place]), sizes[place]))
    return tuple(made), next_number


def fit(population, k, seed, starts=10, steps_max=300, old=None, next_number=1):
    """A whole fit with k given; `old` and `next_number` of the model before."""
    size = len(population.categories)
    found = kmeans(population.vectors, size, k, seed, starts, steps_max)
    made, next_number = named(found, population, old, next_number)
    return Fitted(clusters.Clusters(population.categories, made, population.breadth_cut_milli), found,
                  stability_milli(population.keys, population.vectors, size, k, seed, steps_max),
                  shares_ppm(population), next_number)
