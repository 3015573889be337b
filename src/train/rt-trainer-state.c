/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state of a run as tensors and metadata: the network's values (statistics included) now and at
 * the best epoch, the optimiser's state, and the numbers of where the run is. Doubles go out in
 * hexadecimal, which is exact. What is cached is not kept: it is computed again, to the same bits.
 */
#include "config.h"

#include "rt-trainer-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Everything of the struct that is a number of where the run is; the one list that saving and
 * loading share. */
typedef struct
{
  const char *key;
  enum { INT, UINT64, SIZE, DOUBLE } kind;
  size_t      offset;
} Field;

#define FIELD(name, kind) { "state." #name, kind, G_STRUCT_OFFSET (RtTrainer, name) }

static const Field fields[] = {
  FIELD (phase, INT),
  FIELD (epoch, INT),
  FIELD (step_in_epoch, SIZE),
  FIELD (step, UINT64),
  FIELD (sums.loss, DOUBLE),
  FIELD (sums.label_part, DOUBLE),
  FIELD (sums.soft_part, DOUBLE),
  FIELD (sums.n_correct, DOUBLE),
  FIELD (sums.n_samples, DOUBLE),
  FIELD (seconds, DOUBLE),
  FIELD (epoch_seconds, DOUBLE),
  FIELD (best_epoch, INT),
  FIELD (best_accuracy, DOUBLE),
  FIELD (best_loss, DOUBLE),
  FIELD (bad_epochs, INT),
  FIELD (lowest_loss, DOUBLE),
};

/* Of a run with a teacher, and NaN until it was asked: a run taken up and stopped before its next
 * epoch is over still tells it. */
static const Field teacher_accuracy = FIELD (teacher_accuracy, DOUBLE);

static void
save_field (const RtTrainer *self,
            const Field     *field,
            RtTensorList    *list)
{
  const void *at = (const char *) self + field->offset;
  g_autofree char *text = NULL;

  switch (field->kind)
    {
    case INT:
      text = g_strdup_printf ("%d", *(const int *) at);
      break;
    case UINT64:
      text = g_strdup_printf ("%" G_GUINT64_FORMAT, *(const uint64_t *) at);
      break;
    case SIZE:
      text = g_strdup_printf ("%" G_GSIZE_FORMAT, *(const size_t *) at);
      break;
    case DOUBLE:
    default:
      text = g_strdup_printf ("%a", *(const double *) at);
      break;
    }
  rt_tensor_list_set_meta (list, field->key, text);
}

static gboolean
load_field (RtTrainer          *self,
            const Field        *field,
            const RtTensorList *list)
{
  void *at = (char *) self + field->offset;
  const char *text = rt_tensor_list_get_meta (list, field->key);
  char *end = NULL;

  if (text == NULL)
    return FALSE;
  errno = 0;
  switch (field->kind)
    {
    case INT:
      *(int *) at = (int) g_ascii_strtoll (text, &end, 10);
      break;
    case UINT64:
      *(uint64_t *) at = g_ascii_strtoull (text, &end, 10);
      break;
    case SIZE:
      *(size_t *) at = g_ascii_strtoull (text, &end, 10);
      break;
    case DOUBLE:
    default:
      *(double *) at = g_ascii_strtod (text, &end);
      break;
    }
  return end != text && *end == '\0';
}

static void
save_values (RtTensorList *list,
             const char   *name,
             const float  *values,
             size_t        n)
{
  RtTensor *tensor = rt_tensor_list_add (list, name, &RT_SHAPE_1 ((int) n));

  memcpy (tensor->data, values, n * sizeof (float));
}

RtTensorList *
rt_trainer_save_state (const RtTrainer *self)
{
  RtTensorList *list = rt_tensor_list_new ();
  size_t n = rt_network_get_n_values (self->network);

  save_values (list, "values", rt_network_get_values (self->network), n);
  if (self->best_epoch > 0)
    save_values (list, "best", self->best_values, n);
  rt_optimizer_save (self->optimizer, list);
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    save_field (self, &fields[i], list);
  if (self->teacher != NULL)
    save_field (self, &teacher_accuracy, list);
  return list;
}

static gboolean
load_values (const RtTensorList  *list,
             const char          *name,
             float               *values,
             size_t               n,
             GError             **error)
{
  const RtTensor *tensor = rt_tensor_list_find (list, name);

  if (tensor == NULL || rt_shape_count (&tensor->shape) != n)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
                   "the checkpoint's “%s” is not that of this recipe's network", name);
      return FALSE;
    }
  memcpy (values, tensor->data, n * sizeof (float));
  return TRUE;
}

gboolean
rt_trainer_load_state (RtTrainer           *self,
                       const RtTensorList  *state,
                       GError             **error)
{
  size_t n = rt_network_get_n_values (self->network);
  int phase;

  /* The phase's plans and optimiser come first: its number is read as a field afterwards. */
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    if (rt_tensor_list_get_meta (state, fields[i].key) == NULL)
      {
        g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
                     "the checkpoint has no “%s”: it is not one of a run", fields[i].key);
        return FALSE;
      }
  phase = (int) g_ascii_strtoll (rt_tensor_list_get_meta (state, "state.phase"), NULL, 10);
  if (phase < 0 || phase >= self->n_phases)
    {
      g_set_error_literal (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
                           "the checkpoint is of another recipe");
      return FALSE;
    }
  if (!load_values (state, "values", rt_network_get_values (self->network), n, error)
      || !rt_trainer_enter_phase (self, phase, error)
      || !rt_optimizer_load (self->optimizer, state, error))
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!load_field (self, &fields[i], state))
      {
        g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_FAILED,
                     "the checkpoint's “%s” is not a number", fields[i].key);
        return FALSE;
      }
  if (self->teacher != NULL)
    load_field (self, &teacher_accuracy, state);
  rt_plan_invalidate (self->plan);
  rt_plan_invalidate (self->evaluation);
  if (self->prefix != NULL)
    rt_plan_invalidate (self->prefix);
  return self->best_epoch == 0 || load_values (state, "best", self->best_values, n, error);
}

void
rt_trainer_keep (RtTrainer *self,
                 RtKept    *kept)
{
  *kept = (RtKept) {
    .values = g_memdup2 (rt_network_get_values (self->network),
                         rt_network_get_n_values (self->network) * sizeof (float)),
    .optimizer = rt_tensor_list_new (),
    .sums = self->sums, .epoch = self->epoch, .step_in_epoch = self->step_in_epoch,
  };
  rt_optimizer_save (self->optimizer, kept->optimizer);
}

gboolean
rt_trainer_put_back (RtTrainer  *self,
                     RtKept     *kept,
                     GError    **error)
{
  gboolean ok = rt_optimizer_load (self->optimizer, kept->optimizer, error);

  memcpy (rt_network_get_values (self->network), kept->values,
          rt_network_get_n_values (self->network) * sizeof (float));
  rt_plan_invalidate (self->plan);
  rt_plan_invalidate (self->evaluation);
  self->sums = kept->sums;
  self->epoch = kept->epoch;
  self->step_in_epoch = kept->step_in_epoch;
  g_free (kept->values);
  rt_tensor_list_free (kept->optimizer);
  return ok;
}
