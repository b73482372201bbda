/* previous_clusters.h - in which cluster an earlier run has its customers, by rising key from any one on. */
#ifndef ENGINE_CLUSTERS_PREVIOUS_CLUSTERS_H
#define ENGINE_CLUSTERS_PREVIOUS_CLUSTERS_H

#include "engine/clusters/cluster_move.h"
#include "formats/table/table_reader.h"

/* Belongs to one thread; several may read one file. */
struct fl_previous_clusters;

/* `path`: of the run's customers table. */
fl_status fl_previous_clusters_open(const struct fl_io *io, const char *path, enum fl_io_mode io_mode,
                                    struct fl_previous_clusters **clusters, struct fl_error *error);
void fl_previous_clusters_close(struct fl_previous_clusters *clusters); /* NULL is fine */
/* At most what it holds, in bytes. */
uint64_t fl_previous_clusters_memory(const struct fl_previous_clusters *clusters);
/* The next customer that is looked up may be any from this one on. */
void fl_previous_clusters_seek(struct fl_previous_clusters *clusters, int64_t customer);
/* Of the next customer of all; *more false: there was none left. Begins after a seek. */
fl_status fl_previous_clusters_next(struct fl_previous_clusters *clusters, struct fl_cluster_state *state,
                                    bool *more, struct fl_error *error);
/* The customer is above the one asked for before. All of the state is 0 where the run has no cluster for it.
 * FL_CORRUPT: a number that no cluster has. */
fl_status fl_previous_clusters_find(struct fl_previous_clusters *clusters, int64_t customer,
                                    struct fl_cluster_state *state, struct fl_error *error);

#endif
