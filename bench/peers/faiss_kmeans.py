"""faiss' k-means of dense rows, all of them used. Threads are those of the environment."""

import faiss
from kmeans_peer import serve_kmeans


def fit(rows, centres, iterations):
    # As it comes it takes a sample of 256 rows a centre.
    model = faiss.Kmeans(rows.shape[1], len(centres), niter=iterations, min_points_per_centroid=1,
                         max_points_per_centroid=len(rows), seed=7)
    model.train(rows, init_centroids=centres)
    return model.centroids, len(model.obj)


serve_kmeans(faiss.__version__, {"dense": lambda rows: rows.toarray()}, fit)
