/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-store.h"

#include "rt-predictor.h"

G_BEGIN_DECLS

typedef enum
{
  RT_DEPLOYED_RUN,
  RT_DEPLOYED_TEACHER,
  RT_DEPLOYED_BACKBONE,
} RtDeployedRole;

/* One network of a deployment card. */
typedef struct
{
  RtDeployedRole  role;
  char           *spec;       /* "run:12" */
  char           *title;      /* "wide14 on animals" */
  char           *network;    /* (nullable) where it could not be found */
  RtDeployment    figures;    /* latency NaN where it was not timed */
  double          accuracy;   /* on the run's validation set, a backbone's on its own; NaN where not
                                 known */
  double          test_accuracy;  /* of a run, on its task's test part; NaN where there is none */
  char           *problem;    /* (nullable) why there are no figures */
  /* (nullable) of the run: why its accuracy, or its teacher's, says more than is true */
  char           *seen;
} RtDeployed;

void        rt_deployed_free           (RtDeployed *deployed);

/* "run", "teacher", "backbone" */
const char *rt_deployed_role_to_string (RtDeployedRole role);

/* What the network of a run's best epoch asks of a device, and what the teacher asks that it learnt
 * from, else the backbone that it began with. @timed: whether each answers some pictures, on one
 * thread, for its latency. Error where the run has no weights; what is wrong with the other is its
 * problem. (transfer full): of RtDeployed, the run first */
GPtrArray  *rt_deployed_list           (RtStore   *store,
                                        int        run,
                                        gboolean   timed,
                                        GError   **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtDeployed, rt_deployed_free)

G_END_DECLS
