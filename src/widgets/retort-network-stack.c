/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The blocks, laid out bottom up, and the ice line. Of a large network the blocks of a stage share
 * a row (retort-network-rows.c) until its opener, in the margin, is pressed; the stage in which the
 * ice line is stays open.
 *
 * Freezing is a prefix: the lowest n blocks are frozen, so one number says it all, and every way of
 * changing it (click, space, drag, keys) ends in user_freezes(). The head, the last block, is never
 * frozen.
 *
 * The drag gesture lives here and not on the line, which moves while it is dragged: offsets from a
 * moving origin would go wrong.
 */
#include "config.h"

#include "retort-network-stack.h"

#include "retort-ice-line.h"
#include "retort-network-block.h"
#include "retort-network-rows.h"

#include <glib/gi18n.h>
#include <math.h>

#define ROW         28      /* natural height of a block; many blocks get less, down to MIN_ROW */
#define MIN_ROW     20
#define COMFORTABLE 7       /* so many rows have their full height */
#define GAP         2
#define MAX_INSET   0.13    /* of the width: what the head is narrower by on each side */
#define MIN_WIDTH   220
#define MARGIN      24      /* for openers, where there are stages */

struct _RetortNetworkStack
{
  GtkWidget          parent_instance;

  RetortNetworkRows *rows;      /* Owned */
  int                n_blocks;
  GPtrArray         *blocks;    /* Borrowed: children, a row each, lowest first */
  GPtrArray         *openers;   /* Borrowed: children, of the stages */
  GtkWidget         *ice_line;  /* Borrowed: a child */
  int                n_frozen;
  double            *rates;     /* Owned (nullable): of the blocks, 0 where one has none */
  double             drag_y;    /* where a drag began */
  gboolean           dragging;  /* the ice line */
};

enum
{
  PROP_0,
  PROP_N_FROZEN,
  PROP_DRAGGING,
  N_PROPS
};

enum
{
  FREEZE_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortNetworkStack, retort_network_stack, GTK_TYPE_WIDGET)

static int
max_frozen (RetortNetworkStack *self)
{
  return MAX (self->n_blocks - 1, 0);
}

/* Rows under the ice line. */
static int
count_frozen (RetortNetworkStack *self)
{
  return retort_network_rows_count (self->rows, self->n_frozen);
}

/* How many blocks lie under row @index. */
static int
count_under (RetortNetworkStack *self,
             int                 index)
{
  index = CLAMP (index, 0, (int) self->blocks->len - 1);
  return index < 0 ? 0 : retort_network_rows_get (self->rows, index)->first;
}

static void
user_freezes (RetortNetworkStack *self,
              int                 n_frozen)
{
  n_frozen = CLAMP (n_frozen, 0, max_frozen (self));
  if (n_frozen == self->n_frozen)
    return;
  retort_network_stack_set_n_frozen (self, n_frozen);
  g_signal_emit (self, signals[FREEZE_CHANGED], 0, n_frozen);
}

static void
clicked_cb (RetortNetworkStack *self,
            GtkWidget          *block)
{
  guint index;

  const RetortNetworkRow *row;

  g_return_if_fail (g_ptr_array_find (self->blocks, block, &index));
  row = retort_network_rows_get (self->rows, (int) index);
  user_freezes (self, row->first < self->n_frozen ? row->first : row->first + row->n);
}

/* Rows and stages */

static void
remove_children (GPtrArray *children)
{
  for (guint i = 0; i < children->len; i++)
    gtk_widget_unparent (g_ptr_array_index (children, i));
  g_ptr_array_set_size (children, 0);
}

static void
show_opener (RetortNetworkStack *self,
             int                 stage)
{
  GtkWidget *opener = g_ptr_array_index (self->openers, stage);
  const char *name = retort_network_rows_get_stage (self->rows, stage);
  gboolean open = retort_network_rows_get_open (self->rows, stage);
  gboolean split = retort_network_rows_find_split (self->rows, self->n_frozen) == stage;
  /* Translators: of a stage of a network, which opens to its blocks */
  g_autofree char *label = g_strdup_printf (open ? _("Shut %s") : _("Open %s"), name);

  gtk_button_set_icon_name (GTK_BUTTON (opener), open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_widget_set_sensitive (opener, !split);
  gtk_widget_set_tooltip_text (opener, split ? _("The ice line is in it") : label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (opener), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (opener), GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
}

static void
show_hint (RetortNetworkStack *self,
           int                 index)
{
  const RetortNetworkRow *row = retort_network_rows_get (self->rows, index);
  gboolean head = index == retort_network_rows_get_n (self->rows) - 1;
  double lowest = INFINITY, highest = 0.0;

  for (int i = row->first; self->rates != NULL && i < row->first + row->n; i++)
    {
      lowest = MIN (lowest, self->rates[i]);
      highest = MAX (highest, self->rates[i]);
    }
  retort_network_block_set_hint (g_ptr_array_index (self->blocks, index),
                                 head ? _("The head always trains; click to freeze all below it")
                                      : _("Click to freeze up to here, or to thaw from here"),
                                 lowest, highest);
}

static void
show_frozen (RetortNetworkStack *self)
{
  int n_frozen = count_frozen (self);

  for (guint i = 0; i < self->blocks->len; i++)
    retort_network_block_set_frozen (g_ptr_array_index (self->blocks, i), (int) i < n_frozen);
  for (guint i = 0; i < self->openers->len; i++)
    show_opener (self, (int) i);
  retort_ice_line_set (RETORT_ICE_LINE (self->ice_line), self->n_frozen, self->n_blocks);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
add_row (RetortNetworkStack *self,
         int                 index)
{
  const RetortBlockInfo *info = retort_network_rows_describe (self->rows, index);
  GtkWidget *block = retort_network_block_new (info->name, info->shape, info->n_params,
                                               info->caption);

  g_signal_connect_swapped (block, "clicked", G_CALLBACK (clicked_cb), self);
  /* The head first, so that whoever goes through the children reads from top to bottom. */
  gtk_widget_insert_after (block, GTK_WIDGET (self), NULL);
  g_ptr_array_add (self->blocks, block);
  show_hint (self, index);
}

/* The widgets of the rows anew; the focus stays on what it was on. */
static void
make_rows (RetortNetworkStack *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  int n = retort_network_rows_get_n (self->rows);
  gboolean focused;
  guint at = 0;

  focused = focus != NULL && g_ptr_array_find (self->blocks, focus, &at);
  remove_children (self->blocks);
  for (int i = 0; i < n; i++)
    add_row (self, i);
  for (int i = 0; i < n && n > COMFORTABLE; i++)
    gtk_widget_add_css_class (g_ptr_array_index (self->blocks, i), "narrow");
  show_frozen (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  if (focused && n > 0)
    gtk_widget_grab_focus (g_ptr_array_index (self->blocks, MIN ((int) at, n - 1)));
}

/* The ice line must lie between two rows: a stage that it goes through is opened. */
static gboolean
open_split (RetortNetworkStack *self)
{
  int stage = retort_network_rows_find_split (self->rows, self->n_frozen);

  return stage >= 0 && retort_network_rows_set_open (self->rows, stage, TRUE);
}

static void
open_stage (RetortNetworkStack *self,
            int                 stage,
            gboolean            open)
{
  if (stage < 0 || (!open && retort_network_rows_find_split (self->rows, self->n_frozen) == stage))
    return;
  if (retort_network_rows_set_open (self->rows, stage, open))
    make_rows (self);
}

static void
opener_cb (RetortNetworkStack *self,
           GtkWidget          *opener)
{
  guint stage;

  g_return_if_fail (g_ptr_array_find (self->openers, opener, &stage));
  open_stage (self, (int) stage, !retort_network_rows_get_open (self->rows, (int) stage));
}

static void
make_openers (RetortNetworkStack *self)
{
  remove_children (self->openers);
  for (int i = 0; i < retort_network_rows_get_n_stages (self->rows); i++)
    {
      GtkWidget *opener = gtk_button_new ();

      gtk_widget_add_css_class (opener, "flat");
      gtk_widget_add_css_class (opener, "retort-opener");
      g_signal_connect_swapped (opener, "clicked", G_CALLBACK (opener_cb), self);
      gtk_widget_set_parent (opener, GTK_WIDGET (self));
      g_ptr_array_add (self->openers, opener);
    }
}

/* Stages that were open and still are there stay so: figures of the same network come anew. */
static void
keep_open (RetortNetworkStack      *self,
           const RetortNetworkRows *before)
{
  int n = retort_network_rows_get_n_stages (before);

  if (n != retort_network_rows_get_n_stages (self->rows))
    return;
  for (int i = 0; i < n; i++)
    if (retort_network_rows_get_open (before, i)
        && g_str_equal (retort_network_rows_get_stage (before, i),
                        retort_network_rows_get_stage (self->rows, i)))
      retort_network_rows_set_open (self->rows, i, TRUE);
}

static void
move_cb (RetortNetworkStack *self,
         int                 by)
{
  user_freezes (self, count_under (self, count_frozen (self) + by));
}

static int
row_height (RetortNetworkStack *self)
{
  int n = (int) self->blocks->len;

  return n <= COMFORTABLE ? ROW : MAX (ROW * COMFORTABLE / n, MIN_ROW);
}

static void
retort_network_stack_measure (GtkWidget      *widget,
                              GtkOrientation  orientation,
                              int             for_size,
                              int            *minimum,
                              int            *natural,
                              int            *minimum_baseline,
                              int            *natural_baseline)
{
  RetortNetworkStack *self = RETORT_NETWORK_STACK (widget);
  int n = (int) self->blocks->len;
  int line, row = 0;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN_WIDTH;
      *natural = 380;
      return;
    }
  gtk_widget_measure (self->ice_line, GTK_ORIENTATION_VERTICAL, -1, &line, NULL, NULL, NULL);
  for (int i = 0; i < n; i++)
    {
      int least;

      gtk_widget_measure (g_ptr_array_index (self->blocks, i), GTK_ORIENTATION_VERTICAL, -1,
                          &least, NULL, NULL, NULL);
      row = MAX (row, least);
    }
  *minimum = n * MAX (row, MIN_ROW) + MAX (n - 1, 0) * GAP + line;
  *natural = MAX (*minimum, n * row_height (self) + MAX (n - 1, 0) * GAP + line);
}

/* Beside the topmost row of its stage, which begins at @x. */
static void
allocate_opener (RetortNetworkStack *self,
                 int                 index,
                 int                 x,
                 int                 y,
                 int                 height)
{
  int stage = retort_network_rows_get (self->rows, index)->stage;

  if (stage >= 0)
    gtk_widget_size_allocate (g_ptr_array_index (self->openers, stage),
                              &(GtkAllocation) { x - MARGIN, y, MARGIN - 2, height }, -1);
}

static void
retort_network_stack_size_allocate (GtkWidget *widget,
                                    int        width,
                                    int        height,
                                    int        baseline)
{
  RetortNetworkStack *self = RETORT_NETWORK_STACK (widget);
  int n = (int) self->blocks->len;
  int margin = self->openers->len > 0 ? MARGIN : 0;
  int n_frozen = count_frozen (self);
  int line, row, bottom;

  gtk_widget_measure (self->ice_line, GTK_ORIENTATION_VERTICAL, -1, &line, NULL, NULL, NULL);
  row = n > 0 ? CLAMP ((height - line - (n - 1) * GAP) / n, 1, ROW + 6) : 0;
  bottom = height - MAX (height - line - n * row - (n - 1) * GAP, 0) / 2;
  for (int i = 0; i < n; i++)
    {
      int inset = n > 1 ? (int) ((width - margin) * MAX_INSET * i / (n - 1)) : 0;

      if (i == n_frozen)
        {
          gtk_widget_size_allocate (self->ice_line,
                                    &(GtkAllocation) { margin, bottom - line, width - margin,
                                                       line }, -1);
          bottom -= line;
        }
      gtk_widget_size_allocate (g_ptr_array_index (self->blocks, i),
                                &(GtkAllocation) { margin + inset, bottom - row,
                                                   MAX (width - margin - 2 * inset, 1), row }, -1);
      allocate_opener (self, i, margin + inset, bottom - row, row);
      bottom -= row + (i + 1 == n_frozen ? 0 : GAP);
    }
}

static void
set_dragging (RetortNetworkStack *self,
              gboolean            dragging)
{
  if (dragging == self->dragging)
    return;
  self->dragging = dragging;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAGGING]);
}

/* Drags begin on the ice line only; elsewhere the press is the block's. */
static void
drag_begin_cb (RetortNetworkStack *self,
               double              x,
               double              y,
               GtkGesture         *gesture)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  self->drag_y = y;
  gtk_gesture_set_state (gesture,
                         picked == self->ice_line ? GTK_EVENT_SEQUENCE_CLAIMED
                                                  : GTK_EVENT_SEQUENCE_DENIED);
  if (picked == self->ice_line)
    gtk_widget_grab_focus (self->ice_line);
  set_dragging (self, picked == self->ice_line);
}

static void
drag_update_cb (RetortNetworkStack *self,
                double              dx,
                double              dy,
                GtkGesture         *gesture)
{
  user_freezes (self, retort_network_stack_count_below (self, self->drag_y + dy));
}

static void
drag_end_cb (RetortNetworkStack *self)
{
  set_dragging (self, FALSE);
}

/* Up and Down go from row to row, Home and End to the ends; Right opens a stage, Left shuts it. */
static gboolean
key_cb (RetortNetworkStack *self,
        guint               key,
        guint               code,
        GdkModifierType     state)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));
  guint at;

  if (focus == NULL || !g_ptr_array_find (self->blocks, focus, &at))
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      at = MIN (at + 1, self->blocks->len - 1);
      break;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      at = at > 0 ? at - 1 : 0;
      break;
    case GDK_KEY_Home:
      at = self->blocks->len - 1;
      break;
    case GDK_KEY_End:
      at = 0;
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      open_stage (self, retort_network_rows_get (self->rows, (int) at)->stage,
                  key == GDK_KEY_Right || key == GDK_KEY_KP_Right);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  gtk_widget_grab_focus (g_ptr_array_index (self->blocks, at));
  return GDK_EVENT_STOP;
}

static void
retort_network_stack_get_property (GObject    *object,
                                   guint       id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  if (id == PROP_N_FROZEN)
    g_value_set_int (value, RETORT_NETWORK_STACK (object)->n_frozen);
  else if (id == PROP_DRAGGING)
    g_value_set_boolean (value, RETORT_NETWORK_STACK (object)->dragging);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_network_stack_set_property (GObject      *object,
                                   guint         id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  if (id == PROP_N_FROZEN)
    retort_network_stack_set_n_frozen (RETORT_NETWORK_STACK (object), g_value_get_int (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
retort_network_stack_dispose (GObject *object)
{
  RetortNetworkStack *self = RETORT_NETWORK_STACK (object);

  remove_children (self->blocks);
  remove_children (self->openers);
  g_clear_pointer (&self->ice_line, gtk_widget_unparent);
  G_OBJECT_CLASS (retort_network_stack_parent_class)->dispose (object);
}

static void
retort_network_stack_finalize (GObject *object)
{
  RetortNetworkStack *self = RETORT_NETWORK_STACK (object);

  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->openers);
  g_free (self->rates);
  retort_network_rows_free (self->rows);
  G_OBJECT_CLASS (retort_network_stack_parent_class)->finalize (object);
}

static void
retort_network_stack_class_init (RetortNetworkStackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = retort_network_stack_get_property;
  object_class->set_property = retort_network_stack_set_property;
  object_class->dispose = retort_network_stack_dispose;
  object_class->finalize = retort_network_stack_finalize;
  widget_class->measure = retort_network_stack_measure;
  widget_class->size_allocate = retort_network_stack_size_allocate;

  properties[PROP_N_FROZEN] = g_param_spec_int ("n-frozen", NULL, NULL, 0, G_MAXINT, 0,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY
                                                | G_PARAM_STATIC_STRINGS);
  properties[PROP_DRAGGING] = g_param_spec_boolean ("dragging", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[FREEZE_CHANGED] = g_signal_new ("freeze-changed", RETORT_TYPE_NETWORK_STACK,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_css_name (widget_class, "retort-network-stack");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
retort_network_stack_init (RetortNetworkStack *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->rows = retort_network_rows_new (NULL, 0);
  self->blocks = g_ptr_array_new ();
  self->openers = g_ptr_array_new ();
  self->ice_line = retort_ice_line_new ();
  gtk_widget_set_parent (self->ice_line, GTK_WIDGET (self));
  gtk_widget_set_visible (self->ice_line, FALSE);
  g_signal_connect_swapped (self->ice_line, "move", G_CALLBACK (move_cb), self);

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

void
retort_network_stack_set_blocks (RetortNetworkStack    *self,
                                 const RetortBlockInfo *blocks,
                                 int                    n_blocks)
{
  RetortNetworkRows *before;

  g_return_if_fail (RETORT_IS_NETWORK_STACK (self));
  g_return_if_fail (n_blocks >= 0);

  before = self->rows;
  self->rows = retort_network_rows_new (blocks, n_blocks);
  self->n_blocks = n_blocks;
  g_clear_pointer (&self->rates, g_free);
  keep_open (self, before);
  retort_network_rows_free (before);
  gtk_widget_set_visible (self->ice_line, n_blocks > 1);
  make_openers (self);
  if (self->n_frozen > max_frozen (self))
    retort_network_stack_set_n_frozen (self, max_frozen (self));
  open_split (self);
  make_rows (self);
}

int
retort_network_stack_get_n_blocks (RetortNetworkStack *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_STACK (self), 0);
  return self->n_blocks;
}

GtkWidget *
retort_network_stack_get_block (RetortNetworkStack *self,
                                int                 index)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_STACK (self), NULL);
  g_return_val_if_fail (index >= 0 && index < self->n_blocks, NULL);
  return g_ptr_array_index (self->blocks, retort_network_rows_find (self->rows, index));
}

GtkWidget *
retort_network_stack_get_opener (RetortNetworkStack *self,
                                 int                 stage)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_STACK (self), NULL);
  g_return_val_if_fail (stage >= 0 && stage < (int) self->openers->len, NULL);
  return g_ptr_array_index (self->openers, stage);
}

void
retort_network_stack_set_n_frozen (RetortNetworkStack *self,
                                   int                 n_frozen)
{
  g_return_if_fail (RETORT_IS_NETWORK_STACK (self));

  n_frozen = CLAMP (n_frozen, 0, max_frozen (self));
  if (n_frozen == self->n_frozen)
    return;
  self->n_frozen = n_frozen;
  if (open_split (self))
    make_rows (self);
  else
    show_frozen (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_FROZEN]);
}

void
retort_network_stack_set_rates (RetortNetworkStack *self,
                                const double       *rates)
{
  g_return_if_fail (RETORT_IS_NETWORK_STACK (self));
  g_free (self->rates);
  self->rates = g_memdup2 (rates, (size_t) self->n_blocks * sizeof *rates);
  for (guint i = 0; i < self->blocks->len; i++)
    show_hint (self, (int) i);
}

int
retort_network_stack_get_n_frozen (RetortNetworkStack *self)
{
  g_return_val_if_fail (RETORT_IS_NETWORK_STACK (self), 0);
  return self->n_frozen;
}

int
retort_network_stack_count_below (RetortNetworkStack *self,
                                  double              y)
{
  int n = 0;

  g_return_val_if_fail (RETORT_IS_NETWORK_STACK (self), 0);

  while (n < (int) self->blocks->len - 1)
    {
      graphene_rect_t bounds;

      if (!gtk_widget_compute_bounds (g_ptr_array_index (self->blocks, n), GTK_WIDGET (self),
                                      &bounds)
          || bounds.origin.y + bounds.size.height / 2 < y)
        break;
      n++;
    }
  return count_under (self, n);
}
