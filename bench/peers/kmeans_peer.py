"""A peer of k-means: reads rows and centres of the benchmark, asks a library for a fit, says its inertia."""

import numpy
from peer_loop import serve
from scipy import sparse


def read_rows(path):
    """The file of bench/cluster_rows.py as a sparse matrix in single precision."""
    with open(path, "rb") as file:
        count, categories, entries = map(int, numpy.fromfile(file, "<u8", 3))
        starts = numpy.fromfile(file, "<u8", count + 1).astype(numpy.int32)
        weights = numpy.fromfile(file, "<f4", entries)
        columns = numpy.fromfile(file, "<u2", entries).astype(numpy.int32)
    return sparse.csr_matrix((weights, columns, starts), shape=(count, categories))


def read_centres(path, rows):
    return numpy.fromfile(path, "<f4").reshape(-1, rows.shape[1])


def inertia(rows, centres, part=20_000):
    """The sum of squared distances of rows to their nearest centre, in double precision."""
    centres = centres.astype(numpy.float64)
    halves = (centres * centres).sum(axis=1) / 2
    total = 0.0
    for first in range(0, rows.shape[0], part):
        some = rows[first:first + part].astype(numpy.float64)
        best = (some @ centres.T - halves).max(axis=1)
        total += float(some.multiply(some).sum() - 2 * best.sum())
    return total


def serve_kmeans(version, forms, fit):
    """`forms` makes of sparse rows what each variant is given; `fit` of such rows, centres and a number of iterations the
    centres that it found and the iterations that it made."""
    rows, formed, fitted = {}, {}, {}

    def load(path):
        rows["sparse"] = read_rows(path)
        formed.update({variant: form(rows["sparse"]) for variant, form in forms.items()})

    def kmeans(variant, first, iterations):
        given = formed[variant]
        fitted["centres"], fitted["iterations"] = fit(given, read_centres(first, given).astype(given.dtype), iterations)

    def found():
        return inertia(rows["sparse"], fitted["centres"]), fitted["iterations"]

    def inertia_of(centres):
        return inertia(rows["sparse"], read_centres(centres, rows["sparse"]))

    serve({"version": lambda: version, "load": load, "kmeans": kmeans, "found": found, "inertiaOf": inertia_of})
