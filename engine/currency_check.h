/* currency_check.h - makes sure that each amount of a data folder can be converted to the model's currency.
 */
#ifndef ENGINE_CURRENCY_CHECK_H
#define ENGINE_CURRENCY_CHECK_H

#include "engine/model/model.h"
#include "formats/folder/data_folder.h"

/* Looks at the rows with an amount whose day is at most the as-of day. FL_BAD_MODEL names the currencies
 * without a rate on or before such a row's day, as the lines to add for the first of these days; or the place
 * of a currency that is none. A row without a currency is in the model's. */
fl_status fl_check_currencies(const struct fl_model *model, const struct fl_data_folder *folder,
                              enum fl_io_mode io_mode, int32_t as_of_day, struct fl_error *error);

#endif
