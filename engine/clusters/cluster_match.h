/* cluster_match.h - the one-to-one assignment with the largest sum. */
#ifndef ENGINE_CLUSTERS_CLUSTER_MATCH_H
#define ENGINE_CLUSTERS_CLUSTER_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "engine/clusters/basket_vectors.h"
#include "engine/kernels/cluster_kernels.h"

/* Gives each row another column, or where there are more rows than columns each column another row, so that
 * the sum of values[row * columns + column] is the largest. column_of[row] is FL_NO_CLUSTER for rows that get
 * none. Of several such assignments it is always the same one. Requires: at most FL_CLUSTERS_MAX rows or
 * columns; values of at most 2^40 in magnitude, so that sums are exact: cosines are given in units of 2^-32,
 * for example. */
void fl_cluster_match(const int64_t *values, size_t rows, size_t columns, uint32_t *column_of);

#endif
