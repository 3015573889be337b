/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-progress.h"

#include "rt-bar.h"
#include "rt-cli.h"
#include "rt-line.h"

#include "rt-clock.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

struct _RtProgress
{
  RtProgressRun run;          /* Borrowed strings */
  gboolean      json;
  gboolean      terminal;
  RtBar         bar;
  GHashTable   *said;         /* Owned: of char *, the texts of PROGRESS: each is said once */

  RtCost        cost;
  gboolean      stepped;      /* since something was computed once */
  uint64_t      first_step;   /* since then */
  double        begun;        /* when that step ended */
};

RtProgress *
rt_progress_new (const RtProgressRun *run)
{
  RtProgress *self = g_new0 (RtProgress, 1);

  self->run = *run;
  self->json = rt_cli_get_json ();
  self->terminal = !self->json && isatty (STDOUT_FILENO);
  self->said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
rt_progress_free (RtProgress *self)
{
  if (self == NULL)
    return;
  rt_progress_clear (self);
  g_hash_table_unref (self->said);
  g_free (self);
}

void
rt_progress_clear (RtProgress *self)
{
  rt_bar_clear (&self->bar);
}

/* The bar */

/* Seconds to the end of the last epoch, by the steps since then; NaN before there are any. */
static double
get_seconds_left (const RtProgress *self,
                  uint64_t          step)
{
  uint64_t all = (uint64_t) self->cost.n_epochs * self->cost.steps_per_epoch;

  if (step <= self->first_step || all <= step)
    return NAN;
  return (rt_clock_now () - self->begun) / (double) (step - self->first_step) *
         (double) (all - step - 1);
}

static void
show_step (RtProgress          *self,
           const RtStepMetrics *step)
{
  uint64_t per_epoch = MAX (self->cost.steps_per_epoch, 1);
  g_autofree char *left = NULL;
  g_autofree char *text = NULL;

  if (!self->stepped)
    {
      self->stepped = TRUE;
      self->first_step = step->step;
      self->begun = rt_clock_now ();
    }
  if (!self->terminal || !rt_bar_is_due (&self->bar))
    return;
  left = rt_cli_format_seconds (get_seconds_left (self, step->step));
  text = g_strdup_printf ("epoch %d of %d  loss %.4f  accuracy %.1f %%  %s left",
                          (int) (step->step / per_epoch) + 1, self->cost.n_epochs, step->loss,
                          100.0 * step->accuracy, left);
  rt_bar_draw (&self->bar,
               (double) (step->step + 1) / (double) (per_epoch * self->cost.n_epochs), text);
}

static void
show_progress (RtProgress    *self,
               const RtEvent *event)
{
  const char *text = event->text != NULL ? event->text : "";

  self->stepped = FALSE;   /* what is computed once is not in the pace of steps */
  if (self->terminal)
    {
      if (rt_bar_is_due (&self->bar))
        rt_bar_draw (&self->bar, event->fraction, text);
    }
  else if (!self->json && g_hash_table_add (self->said, g_strdup (text)))
    {
      printf ("%s\n", text);
      fflush (stdout);
    }
}

/* The lines */

static void
print_start (RtProgress    *self,
             const RtEvent *event)
{
  const RtProgressRun *run = &self->run;
  const RtCost *cost = &event->cost;
  g_autofree char *trainable = rt_cli_format_count (cost->n_trainable);
  g_autofree char *all = rt_cli_format_count (cost->n_params);
  g_autofree char *name = rt_cli_show (run->name);

  printf ("Run %d: %s (%s%s, %s, seed %" G_GUINT64_FORMAT ")%s\n", event->run, name,
          run->method, run->is_baseline ? ", baseline" : "", run->network, run->seed,
          run->epoch > 0 ? ", taken up" : "");
  printf ("  %" G_GSIZE_FORMAT " samples to train on, %" G_GSIZE_FORMAT " to validate; "
          "%s of %s parameters trainable; %d epochs of %" G_GSIZE_FORMAT " steps%s\n",
          cost->n_train, cost->n_validation, trainable, all, cost->n_epochs, cost->steps_per_epoch,
          cost->first_cached_block > 0 ? "; frozen blocks computed once" : "");
}

static void
print_start_line (RtProgress    *self,
                  const RtEvent *event)
{
  g_autoptr (RtLine) line = rt_line_new ("start");

  rt_line_add_int (line, "run", event->run);
  rt_line_add_string (line, "name", self->run.name);
  rt_line_add_string (line, "method", self->run.method);
  rt_line_add_string (line, "network", self->run.network);
  rt_line_add_uint (line, "seed", self->run.seed);
  rt_line_add_bool (line, "baseline", self->run.is_baseline);
  rt_line_add_string (line, "group", self->run.group);
  rt_line_add_int (line, "epochs_done", self->run.epoch);
  rt_line_add_cost (line, &event->cost);
  rt_line_print (line);
}

static void
print_epoch (RtProgress           *self,
             const RtEpochMetrics *epoch)
{
  g_autofree char *seconds = rt_cli_format_seconds (epoch->seconds);
  g_autofree char *parts = NULL;

  if (!isnan (epoch->train_soft_part))
    parts = g_strdup_printf (" (labels %.4f, teacher %.4f)", epoch->train_label_part,
                             epoch->train_soft_part);
  printf ("epoch %*d  loss %.4f%s  accuracy %5.1f %%  "
          "validation loss %.4f  accuracy %5.1f %%  %s%s\n",
          self->cost.n_epochs > 99 ? 3 : 2, epoch->epoch, epoch->train_loss,
          parts != NULL ? parts : "", 100.0 * epoch->train_accuracy, epoch->validation_loss,
          100.0 * epoch->validation_accuracy, seconds, epoch->best ? "  best" : "");
}

static void
print_result (const RtEvent *event)
{
  const RtResult *result = &event->result;
  g_autofree char *seconds = rt_cli_format_seconds (result->seconds);

  if (result->best_epoch == 0)
    {
      printf ("Run %d: ended before its first epoch did; it has no weights\n", event->run);
      return;
    }
  printf ("Run %d: best epoch %d, validation accuracy %.2f %%, loss %.4f", event->run,
          result->best_epoch, 100.0 * result->validation_accuracy, result->validation_loss);
  if (!isnan (result->test_accuracy))
    printf ("; test accuracy %.2f %%, loss %.4f", 100.0 * result->test_accuracy, result->test_loss);
  if (!isnan (result->teacher_accuracy))
    printf ("; teacher %.2f %%", 100.0 * result->teacher_accuracy);
  printf ("; %s\n", seconds);
  if (!isnan (result->left_out_accuracy))
    printf ("  classes left out: accuracy %.2f %%, with their bias raised by %.3g: %.2f %%\n",
            100.0 * result->left_out_accuracy, result->bias_correction,
            100.0 * result->left_out_corrected);
}

static void
print_line (const RtEvent *event)
{
  g_autoptr (RtLine) line = rt_line_new (event->kind == RT_EVENT_EPOCH ? "epoch" : "result");

  rt_line_add_int (line, "run", event->run);
  if (event->kind == RT_EVENT_EPOCH)
    rt_line_add_epoch (line, &event->epoch);
  else
    rt_line_add_result (line, &event->result);
  rt_line_print (line);
}

void
rt_progress_event (const RtEvent *event,
                   void          *data)
{
  RtProgress *self = data;

  switch (event->kind)
    {
    case RT_EVENT_PLAN:
      self->cost = event->cost;
      return;
    case RT_EVENT_STEP:
      show_step (self, &event->step);
      return;
    case RT_EVENT_PROGRESS:
      show_progress (self, event);
      return;
    case RT_EVENT_VALIDATING:
      if (self->terminal && rt_bar_is_due (&self->bar))
        rt_bar_draw (&self->bar, event->fraction, "validating");
      return;
    case RT_EVENT_NOTE:
      rt_progress_clear (self);
      if (self->json)
        rt_cli_note ("%s", event->text);
      else
        printf ("%s\n", event->text);
      break;
    case RT_EVENT_START:
      self->cost = event->cost;
      rt_progress_clear (self);
      if (self->json)
        print_start_line (self, event);
      else
        print_start (self, event);
      break;
    case RT_EVENT_EPOCH:
    case RT_EVENT_RESULT:
      rt_progress_clear (self);
      if (self->json)
        print_line (event);
      else if (event->kind == RT_EVENT_EPOCH)
        print_epoch (self, &event->epoch);
      else
        print_result (event);
      break;
    default:
      break;
    }
  fflush (stdout);
}
