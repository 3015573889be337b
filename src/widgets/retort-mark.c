/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-mark.h"

#define SIZE 11

struct _RetortMark
{
  GtkWidget      parent_instance;

  RetortMarkKind kind;
};

G_DEFINE_FINAL_TYPE (RetortMark, retort_mark, GTK_TYPE_WIDGET)

/* Six arms, each with a pair of short branches. */
static void
add_snowflake (cairo_t *cr)
{
  for (int i = 0; i < 6; i++)
    {
      cairo_save (cr);
      cairo_rotate (cr, i * G_PI / 3.0);
      cairo_move_to (cr, 0.0, 0.0);
      cairo_line_to (cr, 0.0, -0.48);
      cairo_move_to (cr, -0.14, -0.42);
      cairo_line_to (cr, 0.0, -0.27);
      cairo_line_to (cr, 0.14, -0.42);
      cairo_restore (cr);
    }
}

void
retort_mark_draw (cairo_t        *cr,
                  RetortMarkKind  kind,
                  double          x,
                  double          y,
                  double          size)
{
  if (kind == RETORT_MARK_NONE)
    return;

  cairo_save (cr);
  cairo_translate (cr, x + size / 2, y + size / 2);
  cairo_scale (cr, size, size);
  cairo_new_path (cr);
  if (kind == RETORT_MARK_FROZEN)
    {
      add_snowflake (cr);
    }
  else if (kind == RETORT_MARK_RIGHT)
    {
      cairo_move_to (cr, -0.36, 0.04);
      cairo_line_to (cr, -0.1, 0.3);
      cairo_line_to (cr, 0.38, -0.3);
    }
  else
    {
      cairo_move_to (cr, -0.3, -0.3);
      cairo_line_to (cr, 0.3, 0.3);
      cairo_move_to (cr, -0.3, 0.3);
      cairo_line_to (cr, 0.3, -0.3);
    }
  cairo_set_dash (cr, NULL, 0, 0.0);
  cairo_set_line_width (cr, kind == RETORT_MARK_FROZEN ? 0.1 : 0.17);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
retort_mark_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
retort_mark_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  RetortMark *self = RETORT_MARK (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  double size = MIN (width, height);
  GdkRGBA colour;
  cairo_t *cr;

  if (self->kind == RETORT_MARK_NONE || size <= 0.0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  gdk_cairo_set_source_rgba (cr, &colour);
  retort_mark_draw (cr, self->kind, (width - size) / 2, (height - size) / 2, size);
  cairo_destroy (cr);
}

static void
retort_mark_class_init (RetortMarkClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = retort_mark_measure;
  widget_class->snapshot = retort_mark_snapshot;
  gtk_widget_class_set_css_name (widget_class, "retort-mark");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
retort_mark_init (RetortMark *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
retort_mark_new (RetortMarkKind kind)
{
  GtkWidget *widget = g_object_new (RETORT_TYPE_MARK, NULL);

  retort_mark_set_kind (RETORT_MARK (widget), kind);
  return widget;
}

void
retort_mark_set_kind (RetortMark     *self,
                      RetortMarkKind  kind)
{
  g_return_if_fail (RETORT_IS_MARK (self));

  if (self->kind == kind)
    return;
  self->kind = kind;
  gtk_widget_set_visible (GTK_WIDGET (self), kind != RETORT_MARK_NONE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

RetortMarkKind
retort_mark_get_kind (RetortMark *self)
{
  g_return_val_if_fail (RETORT_IS_MARK (self), RETORT_MARK_NONE);
  return self->kind;
}
