"""faiss' k-means of dense rows, all of them used. Threads are those of the environment."""

import faiss
from kmeans_rows import inertia, read_centres, read_rows
from peer_loop import serve

state = {}


def load(rows):
    state["sparse"] = read_rows(rows)
    state["dense"] = state["sparse"].toarray()


def kmeans(variant, first, iterations):
    rows = state["dense"]
    centres = read_centres(first, rows.shape[1])
    # As it comes it takes a sample of 256 rows a centre.
    state["fitted"] = faiss.Kmeans(rows.shape[1], len(centres), niter=iterations, min_points_per_centroid=1,
                                   max_points_per_centroid=len(rows), seed=7)
    state["fitted"].train(rows, init_centroids=centres)


def found():
    """Inertia of the centres, iterations that were made."""
    return inertia(state["sparse"], state["fitted"].centroids), len(state["fitted"].obj)


def inertia_of(centres):
    """The same figure for the centres of somebody else."""
    return inertia(state["sparse"], read_centres(centres, state["sparse"].shape[1]))


serve({"version": lambda: faiss.__version__, "load": load, "kmeans": kmeans, "found": found, "inertiaOf": inertia_of})
