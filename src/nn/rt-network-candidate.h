/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-network-identify.h"
#include "rt-network-spelling.h"

G_BEGIN_DECLS

typedef struct _RtSource RtSource;

/* A network that a file is held against: which of the file's tensors its parameters would have
 * their values from. For rt_network_identify(). */
typedef struct
{
  const RtNetwork *network;    /* Borrowed: layout only */
  RtSource        *sources;    /* Owned: of each parameter */
  RtIdentity       identity;
  int              n_left;     /* tensors of the file without a partner */
  int              n_missing;  /* parameters below the head without one */
  gboolean         deep_head;  /* by order: what is left is a head of several layers */
  char            *unlike;     /* Owned (nullable): what of the file computes otherwise, in words */
} RtCandidate;

/* With nothing paired yet. @network must outlive it. */
RtCandidate  *rt_candidate_new           (const RtNetwork     *network) G_GNUC_WARN_UNUSED_RESULT;
void          rt_candidate_free          (RtCandidate         *self);

/* Pairs by name, through @spell. */
void          rt_candidate_pair_by_name  (RtCandidate         *self,
                                          const RtTensorList  *tensors,
                                          RtSpelling           spell);

/* Walks the layers of both in the order of the computation, as long as they fit. */
void          rt_candidate_pair_by_order (RtCandidate         *self,
                                          const RtTensorList  *tensors);

/* Sets what is unlike, where the file says what steps its layers take: the tensors are the same
 * then, and what the network would make of them is not. */
void          rt_candidate_compare_steps (RtCandidate         *self,
                                          const RtTensorList  *tensors);

int           rt_candidate_count_found   (const RtCandidate   *self);

/* Of its norms; 0 where it has none. */
float         rt_candidate_get_eps       (const RtCandidate   *self);

/* The tensors by the network's names, with what was mended; one of the norms' has the epsilon that
 * the file says made up for. (transfer full) */
RtTensorList *rt_candidate_collect       (const RtCandidate   *self,
                                          const RtTensorList  *tensors) G_GNUC_WARN_UNUSED_RESULT;

/* The names of the file's tensors that are of no use to it. (transfer full): of char * */
GPtrArray    *rt_candidate_list_left     (const RtCandidate   *self,
                                          const RtTensorList  *tensors) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtCandidate, rt_candidate_free)

G_END_DECLS
