/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-cost-card.h"

#include "retort-template.h"
#include "retort-text.h"
#include "retort-widgets.h"

#include <glib/gi18n.h>
#include <math.h>

struct _RetortCostCard
{
  RetortCard  parent_instance;

  /* Template widgets */
  GtkLabel   *trainable;
  GtkLabel   *of_total;
  GtkLabel   *seconds;
  GtkLabel   *whole;
  GtkLabel   *memory;
  GtkLabel   *disk;
  GtkLabel   *parts;
  GtkWidget  *guess;
  GtkWidget  *seen;
};

G_DEFINE_FINAL_TYPE (RetortCostCard, retort_cost_card, RETORT_TYPE_CARD)

/* NULL for what is not known. */
static char *
format_size (size_t bytes)
{
  return bytes > 0 ? retort_format_size ((double) bytes) : NULL;
}

static char *
format_seconds (double seconds)
{
  if (!isfinite (seconds))
    return NULL;
  if (seconds >= 100.0)
    return g_strdup_printf (_("%.0f min"), seconds / 60.0);
  if (seconds < 0.01)
    return g_strdup_printf (_("%.2g ms"), 1e3 * seconds);
  return g_strdup_printf (_("%.2g s"), seconds);
}

/* Of a large network in millions: the column would push the window's others aside. */
static char *
format_total (uint64_t n_params)
{
  g_autofree char *total = retort_format_count ((gint64) n_params);

  if (n_params >= 1000000)
    return g_strdup_printf (_("trained of %.1f M"), (double) n_params / 1e6);
  return g_strdup_printf (_("trained of %s"), total);
}

/* The word for what is missing is longer than figures are, and is set smaller. */
static void
show (GtkLabel   *label,
      const char *figure,
      const char *missing)
{
  gtk_label_set_label (label, figure != NULL ? figure : missing);
  if (figure != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (label), "retort-missing");
  else
    gtk_widget_add_css_class (GTK_WIDGET (label), "retort-missing");
}

/* (transfer full): how batches that memory cannot take whole go through, and whether it is more
 * than was allowed all the same; "" where there is nothing to say. */
static char *
format_parts (const RtCost *cost,
              gboolean      moves_statistics)
{
  gboolean over = cost->memory_bytes > cost->memory_limit;
  g_autofree char *limit = retort_format_size ((double) cost->memory_limit);
  g_autofree char *parts = NULL;

  if (cost->at_once == cost->batch_size)
    return over ? g_strdup_printf (_("This takes more than the %s of memory allowed."), limit)
                : g_strdup ("");
  parts = g_strdup_printf (over ? _("Batches of %d go through in parts of at most %d; that still "
                                    "takes more than the %s allowed.")
                                : _("Batches of %d go through in parts of at most %d, to stay "
                                    "within %s."), cost->batch_size, cost->at_once, limit);
  if (!moves_statistics)
    return g_steal_pointer (&parts);
  return g_strdup_printf ("%s %s", parts, _("Batch norm sees one part at a time."));
}

static char *
format_problem (GtkWidget  *widget,
                const char *problem)
{
  return g_strdup (problem != NULL ? problem : "");
}

static gboolean
has_problem (GtkWidget  *widget,
             const char *problem)
{
  return problem != NULL && *problem != '\0';
}

/* What is not there yet is being measured; where a problem is in it, it never will be, and during a
 * run not before it has ended. */
static void
cost_changed_cb (RetortCostCard *self)
{
  RtSession *session = retort_card_get_session (RETORT_CARD (self));
  const RtCost *cost = rt_session_get_cost (session);
  g_autofree char *problem = NULL;
  const char *missing;
  int state, batch_norm;
  g_autofree char *trainable = retort_format_count ((gint64) cost->n_trainable);
  g_autofree char *of_total = format_total (cost->n_params);
  g_autofree char *seconds = format_seconds (cost->seconds_per_epoch);
  g_autofree char *whole = format_seconds (cost->seconds_all);
  g_autofree char *memory = format_size (cost->memory_bytes);
  /* Before the task is open, without the header of the file. */
  g_autofree char *disk = format_size (cost->disk_bytes > 0 ? cost->disk_bytes
                                       : cost->n_params * sizeof (float));
  g_autofree char *parts = NULL;

  g_object_get (session, "problem", &problem, "state", &state, "batch-norm", &batch_norm, NULL);
  parts = format_parts (cost, batch_norm == RT_BATCH_NORM_UPDATE);
  missing = problem != NULL ? "–" : state != RT_SESSION_IDLE ? "…" : _("measuring…");
  gtk_label_set_label (self->trainable, trainable);
  gtk_label_set_label (self->of_total, of_total);
  show (self->seconds, seconds, missing);
  show (self->whole, whole, missing);
  show (self->memory, memory, missing);
  show (self->disk, disk, missing);
  gtk_label_set_label (self->parts, parts);
  gtk_widget_set_visible (GTK_WIDGET (self->parts), *parts != '\0');
  gtk_widget_set_visible (self->guess, rt_session_get_guess (session) != NULL);
  retort_widget_set_tooltip (self->guess, rt_session_get_guess (session));
  gtk_widget_set_visible (self->seen, rt_session_get_seen (session) != NULL);
  retort_widget_set_tooltip (self->seen, rt_session_get_seen (session));
}

static void
retort_cost_card_bind (RetortCard *card,
                       RtSession  *session)
{
  retort_card_watch (card, "cost-changed", G_CALLBACK (cost_changed_cb));
  retort_card_watch (card, "notify::problem", G_CALLBACK (cost_changed_cb));
  retort_card_watch (card, "notify::state", G_CALLBACK (cost_changed_cb));
  cost_changed_cb (RETORT_COST_CARD (card));
}

static void
retort_cost_card_dispose (GObject *object)
{
  retort_template_dispose (object, RETORT_TYPE_COST_CARD);
  G_OBJECT_CLASS (retort_cost_card_parent_class)->dispose (object);
}

static void
retort_cost_card_class_init (RetortCostCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_cost_card_dispose;
  RETORT_CARD_CLASS (klass)->bind = retort_cost_card_bind;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-cost-card.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, trainable);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, of_total);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, seconds);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, whole);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, memory);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, disk);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, parts);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, guess);
  gtk_widget_class_bind_template_child (widget_class, RetortCostCard, seen);
  gtk_widget_class_bind_template_callback (widget_class, format_problem);
  gtk_widget_class_bind_template_callback (widget_class, has_problem);
}

static void
retort_cost_card_init (RetortCostCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
