/* explain_evidence.h - where a customer's tag was first seen, with the words around it. */
#ifndef ENGINE_EXPLAIN_EVIDENCE_H
#define ENGINE_EXPLAIN_EVIDENCE_H

#include "engine/tags/tag_range.h"

/* The messages of one customer. The plan is borrowed until close. */
struct fl_explain_evidence;
fl_status fl_explain_evidence_open(const struct fl_tag_source_plan *plan, int64_t customer,
                                   struct fl_explain_evidence **evidence, struct fl_error *error);
void fl_explain_evidence_close(struct fl_explain_evidence *evidence); /* NULL is fine */

/* Finds the message of the evidence: the first in which its rule has a hit at its place. */
fl_status fl_explain_evidence_tell(struct fl_explain_evidence *evidence, const struct fl_tag_evidence *first,
                                   struct fl_arena *arena, struct fl_explain_first *told,
                                   struct fl_error *error);

#endif
