/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-line.h"

#include "rt-json.h"

#include <math.h>
#include <stdio.h>

#define MAX_DEPTH 8

struct _RtLine
{
  GString *text;              /* Owned */
  int      depth;
  char     closing[MAX_DEPTH];
  gboolean empty;             /* nothing yet in the innermost bracket */
};

RtLine *
rt_line_new (const char *event)
{
  RtLine *self = g_new0 (RtLine, 1);

  self->text = g_string_new ("{");
  self->closing[0] = '}';
  self->empty = TRUE;
  rt_line_add_string (self, "event", event);
  return self;
}

void
rt_line_free (RtLine *self)
{
  if (self == NULL)
    return;
  g_string_free (self->text, TRUE);
  g_free (self);
}

static void
begin_value (RtLine     *self,
             const char *key)
{
  if (!self->empty)
    g_string_append_c (self->text, ',');
  self->empty = FALSE;
  if (key != NULL)
    {
      rt_json_append_string (self->text, key);
      g_string_append_c (self->text, ':');
    }
}

void
rt_line_add_string (RtLine     *self,
                    const char *key,
                    const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  begin_value (self, key);
  if (valid != NULL)
    rt_json_append_string (self->text, valid);
  else
    g_string_append (self->text, "null");
}

void
rt_line_add_int (RtLine     *self,
                 const char *key,
                 gint64      value)
{
  begin_value (self, key);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}

void
rt_line_add_uint (RtLine     *self,
                  const char *key,
                  guint64     value)
{
  begin_value (self, key);
  g_string_append_printf (self->text, "%" G_GUINT64_FORMAT, value);
}

void
rt_line_add_double (RtLine     *self,
                    const char *key,
                    double      value)
{
  begin_value (self, key);
  if (isfinite (value))
    rt_json_append_number (self->text, value, FALSE);
  else
    g_string_append (self->text, "null");
}

void
rt_line_add_bool (RtLine     *self,
                  const char *key,
                  gboolean    value)
{
  begin_value (self, key);
  g_string_append (self->text, value ? "true" : "false");
}

void
rt_line_begin (RtLine     *self,
               const char *key,
               char        bracket)
{
  g_return_if_fail (self->depth + 1 < MAX_DEPTH);

  begin_value (self, key);
  g_string_append_c (self->text, bracket);
  self->closing[++self->depth] = bracket == '[' ? ']' : '}';
  self->empty = TRUE;
}

void
rt_line_end (RtLine *self)
{
  g_return_if_fail (self->depth > 0);

  g_string_append_c (self->text, self->closing[self->depth--]);
  self->empty = FALSE;
}

/* null where it is not known. */
static void
add_known (RtLine     *self,
           const char *key,
           guint64     value,
           gboolean    is_known)
{
  if (is_known)
    rt_line_add_uint (self, key, value);
  else
    rt_line_add_string (self, key, NULL);
}

void
rt_line_add_cost (RtLine       *self,
                  const RtCost *cost)
{
  /* The history keeps the cost of a run without them. */
  gboolean whole = cost->batch_size > 0;

  rt_line_add_uint (self, "trainable_parameters", cost->n_trainable);
  rt_line_add_uint (self, "parameters", cost->n_params);
  rt_line_add_double (self, "seconds_per_epoch", cost->seconds_per_epoch);
  rt_line_add_double (self, "seconds_per_epoch_uncached", cost->seconds_uncached);
  rt_line_add_double (self, "seconds_once", cost->seconds_once);
  rt_line_add_double (self, "seconds_all", cost->seconds_all);
  rt_line_add_uint (self, "memory_bytes", cost->memory_bytes);
  add_known (self, "batch_size", cost->batch_size, whole);
  add_known (self, "samples_at_once", cost->at_once, whole);
  rt_line_add_uint (self, "disk_bytes", cost->disk_bytes);
  rt_line_add_uint (self, "train_samples", cost->n_train);
  rt_line_add_uint (self, "validation_samples", cost->n_validation);
  add_known (self, "test_samples", cost->n_test, whole);
  rt_line_add_uint (self, "steps_per_epoch", cost->steps_per_epoch);
  rt_line_add_int (self, "epochs", cost->n_epochs);
  rt_line_add_int (self, "cached_blocks", cost->first_cached_block);
}

void
rt_line_add_epoch (RtLine               *self,
                   const RtEpochMetrics *epoch)
{
  rt_line_add_int (self, "epoch", epoch->epoch);
  rt_line_add_uint (self, "step", epoch->step);
  rt_line_add_double (self, "train_loss", epoch->train_loss);
  rt_line_add_double (self, "train_label_part", epoch->train_label_part);
  rt_line_add_double (self, "train_soft_part", epoch->train_soft_part);
  rt_line_add_double (self, "train_accuracy", epoch->train_accuracy);
  rt_line_add_double (self, "validation_loss", epoch->validation_loss);
  rt_line_add_double (self, "validation_accuracy", epoch->validation_accuracy);
  rt_line_add_double (self, "learning_rate", epoch->learning_rate);
  rt_line_add_bool (self, "best", epoch->best);
  rt_line_add_double (self, "seconds", epoch->seconds);
}

void
rt_line_add_result (RtLine         *self,
                    const RtResult *result)
{
  rt_line_add_int (self, "best_epoch", result->best_epoch);
  rt_line_add_double (self, "validation_accuracy", result->validation_accuracy);
  rt_line_add_double (self, "validation_loss", result->validation_loss);
  rt_line_add_double (self, "test_accuracy", result->test_accuracy);
  rt_line_add_double (self, "test_loss", result->test_loss);
  rt_line_add_double (self, "teacher_accuracy", result->teacher_accuracy);
  rt_line_add_double (self, "left_out_accuracy", result->left_out_accuracy);
  rt_line_add_double (self, "left_out_corrected", result->left_out_corrected);
  rt_line_add_double (self, "bias_correction", result->bias_correction);
  rt_line_add_double (self, "seconds", result->seconds);
}

void
rt_line_print (RtLine *self)
{
  while (self->depth > 0)
    rt_line_end (self);
  g_string_append (self->text, "}\n");
  fwrite (self->text->str, 1, self->text->len, stdout);
  fflush (stdout);
}
