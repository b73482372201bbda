"""Rows and centres of the benchmark as arrays, and the inertia of centres: what both peers of k-means share."""

import numpy
from scipy import sparse


def read_rows(path):
    """The file of bench/cluster_rows.py as a sparse matrix in single precision."""
    with open(path, "rb") as file:
        count, categories, entries = map(int, numpy.fromfile(file, "<u8", 3))
        starts = numpy.fromfile(file, "<u8", count + 1).astype(numpy.int32)
        weights = numpy.fromfile(file, "<f4", entries)
        columns = numpy.fromfile(file, "<u2", entries).astype(numpy.int32)
    return sparse.csr_matrix((weights, columns, starts), shape=(count, categories))


def read_centres(path, categories):
    return numpy.fromfile(path, "<f4").reshape(-1, categories)


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
