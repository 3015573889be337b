/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-confusion-grid.h"

#include "retort-confusion-draw.h"
#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define MIN_SIZE     160
#define NATURAL_SIZE 320

struct _RetortConfusionGrid
{
  GtkWidget       parent_instance;

  RetortConfusion matrix;   /* Owned: its arrays */
  GskRenderNode  *node;     /* Owned (nullable): the drawing, kept until something changes */
  RetortColours   colours;  /* what it was drawn with */
};

enum
{
  CELL_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortConfusionGrid, retort_confusion_grid, GTK_TYPE_WIDGET)

static void
describe_self (RetortConfusionGrid *self)
{
  const RetortConfusion *matrix = &self->matrix;
  g_autofree char *summary = retort_confusion_grid_get_summary (self);
  g_autofree char *cell = NULL, *text = NULL;

  if (matrix->truth >= 0)
    cell = retort_confusion_grid_describe (self, matrix->truth, matrix->predicted);
  text = g_strjoin (". ", cell != NULL ? cell : summary, cell != NULL ? summary : NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
changed (RetortConfusionGrid *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
draw (RetortConfusionGrid   *self,
      const graphene_rect_t *bounds)
{
  PangoContext *pango = gtk_widget_get_pango_context (GTK_WIDGET (self));
  cairo_t *cr;

  self->node = gsk_cairo_node_new (bounds);
  cr = gsk_cairo_node_get_draw_context (self->node);
  retort_confusion_draw (&self->matrix, cr, pango, &self->colours);
  cairo_destroy (cr);
}

static void
retort_confusion_grid_snapshot (GtkWidget   *widget,
                                GtkSnapshot *snapshot)
{
  RetortConfusionGrid *self = RETORT_CONFUSION_GRID (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget),
                                               gtk_widget_get_height (widget));
  RetortColours colours;

  retort_colours_load (widget, &colours);
  if (memcmp (&colours, &self->colours, sizeof colours) != 0)
    {
      self->colours = colours;
      g_clear_pointer (&self->node, gsk_render_node_unref);
    }
  if (self->node == NULL)
    draw (self, &bounds);
  gtk_snapshot_append_node (snapshot, self->node);
}

static void
retort_confusion_grid_measure (GtkWidget      *widget,
                               GtkOrientation  orientation,
                               int             for_size,
                               int            *minimum,
                               int            *natural,
                               int            *minimum_baseline,
                               int            *natural_baseline)
{
  *minimum = MIN_SIZE;
  *natural = NATURAL_SIZE;
}

static void
retort_confusion_grid_size_allocate (GtkWidget *widget,
                                     int        width,
                                     int        height,
                                     int        baseline)
{
  RetortConfusionGrid *self = RETORT_CONFUSION_GRID (widget);

  retort_confusion_layout (&self->matrix, gtk_widget_get_pango_context (widget), width, height);
  changed (self);
}

static void
retort_confusion_grid_css_changed (GtkWidget         *widget,
                                   GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (retort_confusion_grid_parent_class)->css_changed (widget, change);
  gtk_widget_queue_allocate (widget);
}

static gboolean
find_cell (RetortConfusionGrid *self,
           double               x,
           double               y,
           int                 *truth,
           int                 *predicted)
{
  const RetortConfusion *matrix = &self->matrix;

  if (matrix->n == 0)
    return FALSE;
  *truth = (int) floor ((y - matrix->top) / matrix->cell);
  *predicted = (int) floor ((x - matrix->left) / matrix->cell);
  return *truth >= 0 && *truth < matrix->n && *predicted >= 0 && *predicted < matrix->n;
}

static gboolean
retort_confusion_grid_query_tooltip (GtkWidget  *widget,
                                     int         x,
                                     int         y,
                                     gboolean    by_keyboard,
                                     GtkTooltip *tooltip)
{
  RetortConfusionGrid *self = RETORT_CONFUSION_GRID (widget);
  int truth = self->matrix.truth, predicted = self->matrix.predicted;
  g_autofree char *text = NULL;
  graphene_rect_t cell;
  GdkRectangle area;

  if (by_keyboard ? truth < 0 : !find_cell (self, x, y, &truth, &predicted))
    return FALSE;
  text = retort_confusion_grid_describe (self, truth, predicted);
  retort_confusion_grid_get_cell (self, truth, predicted, &cell);
  gtk_tooltip_set_text (tooltip, text);
  area = (GdkRectangle) { (int) cell.origin.x, (int) cell.origin.y,
                          (int) cell.size.width, (int) cell.size.height };
  gtk_tooltip_set_tip_area (tooltip, &area);
  return TRUE;
}

static void
activate_cell (RetortConfusionGrid *self)
{
  if (self->matrix.truth >= 0)
    g_signal_emit (self, signals[CELL_ACTIVATED], 0, self->matrix.truth, self->matrix.predicted);
}

static void
pressed_cb (RetortConfusionGrid *self,
            int                  n_press,
            double               x,
            double               y)
{
  int truth, predicted;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press != 1 || !find_cell (self, x, y, &truth, &predicted))
    return;
  retort_confusion_grid_select (self, truth, predicted);
  activate_cell (self);
}

static gboolean
step (RetortConfusionGrid *self,
      int                  down,
      int                  right)
{
  RetortConfusion *matrix = &self->matrix;

  if (matrix->n == 0)
    return GDK_EVENT_PROPAGATE;
  if (matrix->truth < 0)
    retort_confusion_grid_select (self, 0, 0);
  else
    retort_confusion_grid_select (self, CLAMP (matrix->truth + down, 0, matrix->n - 1),
                                  CLAMP (matrix->predicted + right, 0, matrix->n - 1));
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (RetortConfusionGrid *self,
        guint                key,
        guint                code,
        GdkModifierType      state)
{
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      return step (self, 0, -1);
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      return step (self, 0, 1);
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      return step (self, -1, 0);
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      return step (self, 1, 0);
    case GDK_KEY_Home:
      return step (self, 0, -RETORT_CONFUSION_MAX_CLASSES);
    case GDK_KEY_End:
      return step (self, 0, RETORT_CONFUSION_MAX_CLASSES);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      activate_cell (self);
      return self->matrix.truth >= 0;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
free_matrix (RetortConfusion *matrix)
{
  g_clear_pointer (&matrix->names, g_strfreev);
  g_clear_pointer (&matrix->counts, g_free);
  g_clear_pointer (&matrix->row_sums, g_free);
  matrix->n = 0;
}

static void
retort_confusion_grid_finalize (GObject *object)
{
  RetortConfusionGrid *self = RETORT_CONFUSION_GRID (object);

  free_matrix (&self->matrix);
  g_clear_pointer (&self->node, gsk_render_node_unref);
  G_OBJECT_CLASS (retort_confusion_grid_parent_class)->finalize (object);
}

static void
retort_confusion_grid_class_init (RetortConfusionGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = retort_confusion_grid_finalize;
  widget_class->measure = retort_confusion_grid_measure;
  widget_class->size_allocate = retort_confusion_grid_size_allocate;
  widget_class->snapshot = retort_confusion_grid_snapshot;
  widget_class->css_changed = retort_confusion_grid_css_changed;
  widget_class->query_tooltip = retort_confusion_grid_query_tooltip;
  signals[CELL_ACTIVATED] = g_signal_new ("cell-activated", RETORT_TYPE_CONFUSION_GRID,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
  gtk_widget_class_set_css_name (widget_class, "retort-confusion-grid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
retort_confusion_grid_init (RetortConfusionGrid *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->matrix.truth = self->matrix.predicted = -1;
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Confusion matrix"), -1);
}

GtkWidget *
retort_confusion_grid_new (void)
{
  return g_object_new (RETORT_TYPE_CONFUSION_GRID, NULL);
}

void
retort_confusion_grid_set (RetortConfusionGrid *self,
                           int                  n,
                           const char *const   *names,
                           const int           *counts)
{
  RetortConfusion *matrix;

  g_return_if_fail (RETORT_IS_CONFUSION_GRID (self));
  g_return_if_fail (n >= 0 && n <= RETORT_CONFUSION_MAX_CLASSES);

  matrix = &self->matrix;
  if (n != matrix->n)
    matrix->truth = matrix->predicted = -1;
  free_matrix (matrix);
  matrix->n = n;
  matrix->names = g_new0 (char *, n + 1);
  matrix->counts = g_memdup2 (counts, sizeof (int) * n * n);
  matrix->row_sums = g_new0 (int, n);
  for (int i = 0; i < n; i++)
    {
      matrix->names[i] = g_strdup (names[i]);
      for (int k = 0; k < n; k++)
        matrix->row_sums[i] += counts[i * n + k];
    }
  retort_confusion_layout (matrix, gtk_widget_get_pango_context (GTK_WIDGET (self)),
                           gtk_widget_get_width (GTK_WIDGET (self)),
                           gtk_widget_get_height (GTK_WIDGET (self)));
  describe_self (self);
  changed (self);
}

void
retort_confusion_grid_select (RetortConfusionGrid *self,
                              int                  truth,
                              int                  predicted)
{
  g_return_if_fail (RETORT_IS_CONFUSION_GRID (self));
  g_return_if_fail (truth >= 0 && truth < self->matrix.n);
  g_return_if_fail (predicted >= 0 && predicted < self->matrix.n);

  self->matrix.truth = truth;
  self->matrix.predicted = predicted;
  describe_self (self);
  changed (self);
}

gboolean
retort_confusion_grid_get_selected (RetortConfusionGrid *self,
                                    int                 *truth,
                                    int                 *predicted)
{
  g_return_val_if_fail (RETORT_IS_CONFUSION_GRID (self), FALSE);

  if (self->matrix.truth < 0)
    return FALSE;
  *truth = self->matrix.truth;
  *predicted = self->matrix.predicted;
  return TRUE;
}

void
retort_confusion_grid_get_cell (RetortConfusionGrid *self,
                                int                  truth,
                                int                  predicted,
                                graphene_rect_t     *cell)
{
  const RetortConfusion *matrix;

  g_return_if_fail (RETORT_IS_CONFUSION_GRID (self));

  matrix = &self->matrix;
  graphene_rect_init (cell, (float) (matrix->left + predicted * matrix->cell),
                      (float) (matrix->top + truth * matrix->cell),
                      (float) matrix->cell, (float) matrix->cell);
}

char *
retort_confusion_grid_describe (RetortConfusionGrid *self,
                                int                  truth,
                                int                  predicted)
{
  const RetortConfusion *matrix;
  g_autofree char *share = NULL;
  int count, sum;

  g_return_val_if_fail (RETORT_IS_CONFUSION_GRID (self), NULL);
  matrix = &self->matrix;
  g_return_val_if_fail (truth >= 0 && truth < matrix->n, NULL);
  g_return_val_if_fail (predicted >= 0 && predicted < matrix->n, NULL);

  count = matrix->counts[truth * matrix->n + predicted];
  sum = matrix->row_sums[truth];
  share = retort_format_share (sum > 0 ? (double) count / sum : 0.0);
  if (truth == predicted)
    /* Translators: "fox recognised: 38 of 50 (76 %)" */
    return g_strdup_printf (_("%s recognised: %d of %d (%s)"), matrix->names[truth],
                            count, sum, share);
  /* Translators: "fox taken for dog: 12 of 50 (24 %)" */
  return g_strdup_printf (_("%s taken for %s: %d of %d (%s)"), matrix->names[truth],
                          matrix->names[predicted], count, sum, share);
}

char *
retort_confusion_grid_get_summary (RetortConfusionGrid *self)
{
  const RetortConfusion *matrix;
  g_autofree char *share = NULL, *worst_text = NULL;
  int right = 0, sum = 0, worst = -1;

  g_return_val_if_fail (RETORT_IS_CONFUSION_GRID (self), NULL);

  matrix = &self->matrix;
  for (int i = 0; i < matrix->n * matrix->n; i++)
    {
      sum += matrix->counts[i];
      if (i / matrix->n == i % matrix->n)
        right += matrix->counts[i];
      else if (matrix->counts[i] > 0 && (worst < 0 || matrix->counts[i] > matrix->counts[worst]))
        worst = i;
    }
  if (sum == 0)
    return g_strdup (_("No predictions yet"));
  share = retort_format_share ((double) right / sum);
  if (worst < 0)
    /* Translators: "50 of 50 right (100 %)" */
    return g_strdup_printf (_("%d of %d right (%s)"), right, sum, share);
  worst_text = retort_confusion_grid_describe (self, worst / matrix->n, worst % matrix->n);
  /* Translators: the last is "fox taken for dog: 12 of 50 (24 %)" */
  return g_strdup_printf (_("%d of %d right (%s), most often wrong: %s"), right, sum, share,
                          worst_text);
}
