"""scikit-learn's k-means of sparse rows. Threads are those of the environment."""

import warnings

import sklearn
from kmeans_rows import inertia, read_centres, read_rows
from peer_loop import serve
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)
state = {}


def load(rows):
    state["float32"] = read_rows(rows)
    state["float64"] = state["float32"].astype("float64")


def kmeans(variant, first, iterations):
    rows = state[variant]
    centres = read_centres(first, rows.shape[1]).astype(variant)
    state["fitted"] = KMeans(len(centres), init=centres, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(rows)


def found():
    """Inertia of the centres, iterations that were made."""
    return inertia(state["float32"], state["fitted"].cluster_centers_), int(state["fitted"].n_iter_)


def inertia_of(centres):
    """The same figure for the centres of somebody else."""
    return inertia(state["float32"], read_centres(centres, state["float32"].shape[1]))


serve({"version": lambda: sklearn.__version__, "load": load, "kmeans": kmeans, "found": found, "inertiaOf": inertia_of})
