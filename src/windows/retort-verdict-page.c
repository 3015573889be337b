/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-verdict-page.h"

#include "retort-widgets.h"

#include <glib/gi18n.h>
#include <math.h>

struct _RetortVerdictPage
{
  GtkBox             parent_instance;

  /* Template widgets */
  GtkStack          *stack;
  GtkLabel          *word;
  GtkLabel          *part;
  GtkLabel          *run;
  GtkLabel          *baseline;
  GtkLabel          *difference;
  GtkLabel          *interval;
  RetortIntervalBar *bar;
  GtkLabel          *reading;
  GtkLabel          *seen;
  GtkLabel          *twin;
};

G_DEFINE_FINAL_TYPE (RetortVerdictPage, retort_verdict_page, GTK_TYPE_BOX)

static void
retort_verdict_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_VERDICT_PAGE);
  G_OBJECT_CLASS (retort_verdict_page_parent_class)->dispose (object);
}

static void
retort_verdict_page_class_init (RetortVerdictPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_verdict_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-verdict-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, word);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, part);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, run);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, baseline);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, difference);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, interval);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, bar);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, reading);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, seen);
  gtk_widget_class_bind_template_child (widget_class, RetortVerdictPage, twin);
}

static void
retort_verdict_page_init (RetortVerdictPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static const char *
get_word (RtVerdictKind kind)
{
  switch (kind)
    {
    case RT_VERDICT_BEATS:
      return _("BEATS its baseline");
    case RT_VERDICT_DOES_NOT_BEAT:
      return _("DOES NOT BEAT its baseline");
    case RT_VERDICT_INCONCLUSIVE:
    default:
      return _("INCONCLUSIVE");
    }
}

static void
take_label (GtkLabel *label,
            char     *text)
{
  gtk_label_set_label (label, text);
  g_free (text);
}

static void
show_figures (RetortVerdictPage *self,
              const RtVerdict   *verdict)
{
  take_label (self->run, g_strdup_printf (_("%.1f %%"), 100.0 * verdict->run_mean));
  take_label (self->baseline, g_strdup_printf (_("%.1f %%"), 100.0 * verdict->baseline_mean));
  take_label (self->difference, g_strdup_printf (_("%+.1f points"), 100.0 * verdict->mean));
  take_label (self->interval,
              isnan (verdict->low) ? g_strdup ("–")
              : g_strdup_printf (_("%+.1f to %+.1f"), 100.0 * verdict->low, 100.0 * verdict->high));
  retort_interval_bar_set (self->bar, 100.0 * verdict->mean, 100.0 * verdict->low,
                           100.0 * verdict->high);
}

void
retort_verdict_page_set_comparison (RetortVerdictPage  *self,
                                    const RtComparison *comparison)
{
  const RtVerdict *verdict;

  g_return_if_fail (RETORT_IS_VERDICT_PAGE (self));
  gtk_stack_set_visible_child_name (self->stack, comparison != NULL ? "verdict" : "empty");
  if (comparison == NULL)
    return;
  verdict = &comparison->verdict;
  gtk_label_set_label (self->word, get_word (verdict->kind));
  take_label (self->part, g_strdup_printf (
    comparison->by_test
    ? ngettext ("by test accuracy over %d seed", "by test accuracy over %d seeds", verdict->n)
    : ngettext ("by validation accuracy over %d seed", "by validation accuracy over %d seeds",
                verdict->n), verdict->n));
  show_figures (self, verdict);
  gtk_label_set_label (self->reading, _(rt_verdict_explain (verdict)));
  gtk_label_set_label (self->seen, comparison->seen != NULL ? comparison->seen : "");
  gtk_widget_set_visible (GTK_WIDGET (self->seen), comparison->seen != NULL);
  take_label (self->twin, g_strdup_printf (_("Baseline: %s"), comparison->difference != NULL
                                           ? comparison->difference : "–"));
}
