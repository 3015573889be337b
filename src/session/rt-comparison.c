/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-comparison.h"

/* A run that was stopped had another budget than its twin: only finished ones are compared. */
static const RtRun *
find_run (GListModel *runs,
          const char *group,
          uint64_t    seed,
          gboolean    is_baseline)
{
  for (guint i = 0; i < g_list_model_get_n_items (runs); i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (runs, i);
      const RtRun *run = rt_run_item_get_run (item);

      if (run->state == RT_RUN_FINISHED && g_strcmp0 (run->group, group) == 0
          && run->seed == seed && !run->is_baseline == !is_baseline)
        return run;   /* the list holds it */
    }
  return NULL;
}

static char *
describe_difference (RtLibrary *library,
                     int        id)
{
  g_autoptr (RtRecipe) recipe = rt_store_get_recipe (rt_library_get_store (library), id, NULL);
  g_autoptr (RtRecipe) twin = NULL;
  char *difference = NULL;

  if (recipe != NULL)
    twin = rt_recipe_make_baseline (recipe, &difference, NULL);
  return difference;
}

RtComparison *
rt_comparison_new (RtLibrary  *library,
                   const char *group)
{
  GListModel *runs = rt_library_get_runs (library);
  guint n = g_list_model_get_n_items (runs);
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (RtResult));
  g_autoptr (GArray) twins = g_array_new (FALSE, FALSE, sizeof (RtResult));
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();
  g_autofree double *accuracies = NULL;
  RtComparison *self;
  int id = 0;

  for (guint i = 0; group != NULL && i < n; i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (runs, i);
      const RtRun *run = rt_run_item_get_run (item);
      const RtRun *twin = find_run (runs, group, run->seed, TRUE);

      if (twin == NULL || find_run (runs, group, run->seed, FALSE) != run)
        continue;
      g_array_append_val (results, run->result);
      g_array_append_val (twins, twin->result);
      g_ptr_array_add (seen, run->seen);
      g_ptr_array_add (seen, twin->seen);
      id = run->id;
    }
  if (results->len == 0)
    return NULL;
  self = g_new0 (RtComparison, 1);
  accuracies = g_new (double, 2 * results->len);
  self->by_test = rt_verdict_gather ((const RtResult *) (const void *) results->data,
                                     (int) results->len, accuracies);
  rt_verdict_gather ((const RtResult *) (const void *) twins->data, (int) twins->len,
                     accuracies + results->len);
  rt_verdict_compute (&self->verdict, accuracies, accuracies + results->len, (int) results->len);
  self->difference = describe_difference (library, id);
  self->seen = rt_verdict_describe_seen ((const char *const *) seen->pdata, (int) seen->len);
  return self;
}

void
rt_comparison_free (RtComparison *comparison)
{
  g_free (comparison->difference);
  g_free (comparison->seen);
  g_free (comparison);
}
