"""scikit-learn's k-means of sparse rows, in single or double precision. Threads are those of the environment."""

import warnings

import sklearn
from kmeans_peer import serve_kmeans
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)


def fit(rows, centres, iterations):
    model = KMeans(len(centres), init=centres, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(rows)
    return model.cluster_centers_, int(model.n_iter_)


serve_kmeans(sklearn.__version__, {"float32": lambda rows: rows, "float64": lambda rows: rows.astype("float64")}, fit)
