/* gen_files.h - the small files of a made-up retailer, beside its log. */
#ifndef TOOLS_GEN_GEN_FILES_H
#define TOOLS_GEN_GEN_FILES_H

#include "tools/gen/gen.h"
#include "tools/gen/gen_catalogue.h"
#include "tools/gen/gen_csv.h"

/* Each writes one whole file through `csv`. */
fl_status gen_write_products(struct gen_csv *csv, const struct gen_catalogue *catalogue);
fl_status gen_write_customers(struct gen_csv *csv, const struct gen_plan *plan, uint64_t customers_key);
fl_status gen_write_stores(struct gen_csv *csv, uint64_t stores_key);
fl_status gen_write_mapping(struct gen_csv *csv, bool text_ids);

#endif
