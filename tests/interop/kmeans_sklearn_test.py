"""Fits of clusters against scikit-learn, which is not ours, and against published best objectives.

From the same first centres, after the same iterations: centroids, inertia to 1e-5 of it, and assignments but for customers
that are as near to both centres within what single precision can tell. Our labels after one iteration more are those that
scikit-learn gives, as it asks once more which centre is nearest. The adjusted Rand index of random labels must be its too.
With many starts of our own the best objectives of iris, wine, S1 and R15 must be found, to all digits: their numbers are
read as integers, centred and scaled by powers of two, so that single precision holds them without loss. Needs
$FOURLOOP_DATA, or shared/data beside the checkout, for these; Debian's python3-sklearn for the others.
"""

import os
import random
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path

try:
    import numpy
    import scipy.sparse
    import sklearn
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score
except ImportError:
    # The python3 of the build may be another one than Debian's, which has the packages.
    DEBIANS = "/usr/bin/python3"
    if os.path.exists(DEBIANS) and "FOURLOOP_ASKED_DEBIAN" not in os.environ:
        os.environ["FOURLOOP_ASKED_DEBIAN"] = "here"
        os.execv(DEBIANS, [DEBIANS, "-B", *sys.argv])
    sklearn = None

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("FOURLOOP_DATA") or ROOT.parent / "shared/data").resolve() / "clustering"
TOOL = Path(os.environ["FOURLOOP_BIN"]).resolve().parent / "tests/kmeans_matrix"

# File, clusters, what each number is multiplied by to be an integer, the best objective as published.
BEST = [("real-world/iris.arff", 3, 10, "78.940841"),
        ("real-world/wine.arff", 3, 1000000, "2370689.686783"),
        ("artificial/s-set1.arff", 15, 1, "8917615616867"),
        ("artificial/R15.arff", 15, 1000, "108.619041")]


def ask(text):
    return subprocess.run([TOOL], input=text, capture_output=True, text=True, check=True, timeout=300).stdout.split("\n")


class Fit:
    """rows: for each customer a list of (category, weight)."""

    def __init__(self, rows, categories, k, iterations, first=None, starts=1, seed=1, threads=1):
        lines = [f"fit {len(rows)} {categories} {k} {starts} {iterations} {seed} {threads} {int(first is not None)}"]
        lines += [f"{len(row)} " + " ".join(f"{c} {w!r}" for c, w in row) for row in rows]
        if first is not None:
            lines += [" ".join(repr(float(number)) for number in centre) for centre in first]
        inertia, clusters, centroids = ask("\n".join(lines))[:3]
        inertia, iterations, converged = inertia.split()
        self.inertia, self.iterations, self.converged = float(inertia), int(iterations), converged == "1"
        self.clusters = [int(cluster) for cluster in clusters.split()]
        numbers = [float(number) for number in centroids.split()]
        self.centroids = [numbers[i * categories:(i + 1) * categories] for i in range(k)]


def retailer(customers, categories, kinds, seed):
    """Square roots of shares, in single precision, of customers who like some categories more than others."""
    draw = random.Random(seed)
    likes = [[draw.random() ** 6 for _ in range(categories)] for _ in range(kinds)]
    rows = []
    for _ in range(customers):
        bought = set(draw.choices(range(categories), draw.choice(likes), k=draw.randint(2, 40)))
        nets = {category: draw.random() + 0.01 for category in bought}
        rows.append([(c, float(numpy.float32((nets[c] / sum(nets.values())) ** 0.5))) for c in sorted(nets)])
    return rows


def matrix(rows, categories):
    starts = numpy.cumsum([0] + [len(row) for row in rows])
    return scipy.sparse.csr_matrix((numpy.array([w for row in rows for _, w in row]),
                                    numpy.array([c for row in rows for c, _ in row]), starts),
                                   shape=(len(rows), categories))


@unittest.skipIf(sklearn is None, "no scikit-learn: install Debian's python3-sklearn")
class SklearnTest(unittest.TestCase):
    def squares(self, x, centroids):
        """Squared distances in double, customer by centroid."""
        c = numpy.array(centroids)
        return x.power(2).sum(axis=1).A - 2 * (x @ c.T) + (c ** 2).sum(axis=1)

    def compare(self, customers, categories, k, iterations, seed):
        rows = retailer(customers, categories, k + 2, seed)
        x = matrix(rows, categories)
        # Means of some customers each: single ones share no category with many, who would all be ties.
        some = [random.Random(seed + i).sample(range(customers), 40) for i in range(k)]
        first = numpy.array([numpy.asarray(x[rows_of].mean(axis=0))[0] for rows_of in some], dtype=numpy.float32)
        theirs = KMeans(n_clusters=k, init=first, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(x)
        ours = Fit(rows, categories, k, iterations, first, threads=2)
        labels = ours.clusters if ours.converged else Fit(rows, categories, k, iterations + 1, first).clusters
        squares = self.squares(x, ours.centroids)
        everybody = numpy.arange(customers)
        inertia = squares[everybody, labels].sum()
        self.assertLess(abs(inertia - theirs.inertia_), 1e-5 * theirs.inertia_)
        apart = numpy.flatnonzero(numpy.array(labels) != theirs.labels_)
        ties = numpy.abs(squares[apart, numpy.array(labels)[apart]] - squares[apart, theirs.labels_[apart]])
        self.assertTrue((ties < 1e-6).all(), ties)
        if len(apart) == 0:
            self.assertLess(numpy.abs(numpy.array(ours.centroids) - theirs.cluster_centers_).max(), 1e-6)
        # What we say of our own clusters: distances to their exact means.
        clusters = numpy.array(ours.clusters)
        means = numpy.array([numpy.asarray(x[clusters == i].mean(axis=0))[0] for i in range(k)])
        exact = self.squares(x, means)[everybody, clusters].sum()
        self.assertLess(abs(ours.inertia - exact), 1e-9 * exact)
        return ours, theirs

    def test_same_centres_same_iterations(self):
        for k, iterations in ((2, 1), (4, 3), (7, 10), (16, 10), (17, 2), (33, 10), (64, 5)):
            with self.subTest(k=k, iterations=iterations):
                self.compare(3000, 120, k, iterations, k)

    def test_until_nobody_moves(self):
        for k in (3, 8, 12):
            with self.subTest(k=k):
                ours, theirs = self.compare(2000, 60, k, 300, 100 + k)
                self.assertTrue(ours.converged)
                self.assertLess(abs(ours.inertia - theirs.inertia_), 1e-5 * theirs.inertia_)

    def test_adjusted_rand(self):
        draw = random.Random(3)
        tasks, expected = [], []
        for _ in range(200):
            count, labels = draw.randint(1, 400), draw.randint(1, 128)
            a = [draw.randrange(labels) for _ in range(count)]
            b = [draw.randrange(draw.randint(1, 9)) if draw.random() < 0.5 else label for label in a]
            tasks.append(f"rand {count} " + " ".join(f"{i} {j}" for i, j in zip(a, b)))
            expected.append(adjusted_rand_score(a, b))
        for ours, theirs in zip(ask("\n".join(tasks)), expected):
            self.assertAlmostEqual(float(ours), theirs, delta=1e-12)


@unittest.skipUnless(DATA.is_dir(), f"no data sets at {DATA}: set FOURLOOP_DATA")
class BestObjectiveTest(unittest.TestCase):
    def read(self, path, times):
        """Integers around 0, without the class; what is taken off is whole, so that few bits are left."""
        lines = (DATA / path).read_text(encoding="utf-8").splitlines()
        lines = [line.strip() for line in lines if line.strip() and not line.startswith("%")]
        names = [line.split()[1] for line in lines if line.lower().startswith("@attribute")]
        data = [line.split(",") for line in lines if not line.startswith("@")]
        columns = [i for i, name in enumerate(names) if name.strip("'\"").lower() != "class"]
        rows = [[Decimal(row[i].strip()) * times for i in columns] for row in data]
        self.assertTrue(all(number == int(number) for row in rows for number in row))
        middle = [round(sum(column) / len(rows) / times) * times for column in zip(*rows)]
        return [[int(number) - m for number, m in zip(row, middle)] for row in rows]

    def test_best_objectives(self):
        for path, k, times, best in BEST:
            with self.subTest(path=path):
                rows = self.read(path, times)
                longest = max(sum(number * number for number in row) for row in rows)
                scale = 1 << (longest.bit_length() + 1) // 2  # so that no row is longer than 1
                fit = Fit([[(c, number / scale) for c, number in enumerate(row) if number] for row in rows],
                          len(rows[0]), k, 300, starts=200)
                places = len(best.partition(".")[2])
                self.assertEqual(f"{fit.inertia * scale * scale / times / times:.{places}f}", best)


if __name__ == "__main__":
    if sklearn is None and not DATA.is_dir():
        print(f"skipped: neither scikit-learn (Debian's python3-sklearn) nor data sets at {DATA}")
        sys.exit(77)
    unittest.main()
