/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-backbone-about.h"

#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH        40   /* letters of a figure before it goes on in the next line */
#define MOST_CLASSES 12   /* that are named; the rest is counted */

struct _RetortBackboneAbout
{
  GtkPopover    parent_instance;

  /* Template widgets */
  GtkLabel     *title;
  GtkGrid      *rows;

  /* Owned */
  RtSession    *session;
  GCancellable *cancellable;   /* (nullable) of the reading under way */
};

G_DEFINE_FINAL_TYPE (RetortBackboneAbout, retort_backbone_about, GTK_TYPE_POPOVER)

static void
stop (RetortBackboneAbout *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
clear_rows (RetortBackboneAbout *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_grid_remove (self->rows, child);
}

/* @text: NULL for what nobody says. */
static void
add_row (RetortBackboneAbout *self,
         const char          *name,
         const char          *text)
{
  GtkWidget *left = gtk_label_new (name);
  GtkWidget *right = gtk_label_new (text != NULL && *text != '\0' ? text : _("not known"));
  int at = 0;

  while (gtk_grid_get_child_at (self->rows, 0, at) != NULL)
    at++;
  gtk_label_set_xalign (GTK_LABEL (left), 0.0f);
  gtk_label_set_yalign (GTK_LABEL (left), 0.0f);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (right), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (right), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (right), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (right), WIDTH);
  gtk_label_set_width_chars (GTK_LABEL (right), WIDTH);
  gtk_grid_attach (self->rows, left, 0, at, 1, 1);
  gtk_grid_attach (self->rows, right, 1, at, 1, 1);
}

static char *
format_network (const RtBackbone *backbone)
{
  g_autofree char *params = retort_format_count ((gint64) backbone->n_params);
  g_autofree char *size = retort_format_size ((double) backbone->bytes);

  return g_strdup_printf (_("%s, %s parameters, %s"), backbone->network, params, size);
}

/* "0.485 0.456 0.406": of each channel. (transfer full) */
static char *
format_channels (const float *values,
                 int          n)
{
  GString *text = g_string_new (NULL);

  for (int c = 0; c < n; c++)
    g_string_append_printf (text, "%s%.3g", c > 0 ? " " : "", values[c]);
  return g_string_free (text, FALSE);
}

static char *
format_input (const RtInputFormat *format)
{
  g_autofree char *mean = format_channels (format->mean, format->channels);
  g_autofree char *std = format_channels (format->std, format->channels);

  return g_strdup_printf (format->channels == 1
                          ? _("%d×%d, grey; mean %s, deviation %s")
                          : _("%d×%d, colour; mean %s, deviation %s"),
                          format->width, format->height, mean, std);
}

static char *
format_classes (const RtBackbone *backbone)
{
  GString *text = g_string_new (NULL);
  guint n = backbone->class_names->len;

  for (guint i = 0; i < MIN (n, MOST_CLASSES); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (backbone->class_names, i));
  if (n > MOST_CLASSES)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", n - MOST_CLASSES),
                            n - MOST_CLASSES);
  return g_string_free (text, FALSE);
}

static void
show_backbone (RetortBackboneAbout *self,
               const RtBackbone    *backbone)
{
  g_autofree char *network = format_network (backbone);
  g_autofree char *input = format_input (&backbone->format);
  g_autofree char *classes = format_classes (backbone);
  g_autofree char *accuracy = g_strdup_printf (_("%.1f %% on its own validation set"),
                                               100.0 * backbone->accuracy);
  g_autofree char *path = backbone->weights_path != NULL
                          ? g_filename_display_name (backbone->weights_path) : NULL;

  gtk_label_set_label (self->title, backbone->title);
  add_row (self, _("Network"), network);
  add_row (self, _("Input"), input);
  add_row (self, _("Trained on"), backbone->trained_on);
  add_row (self, _("Trained by"), backbone->trained_by);
  if (!isnan (backbone->accuracy))
    add_row (self, _("Accuracy"), accuracy);
  add_row (self, _("Licence"), backbone->licence);
  add_row (self, _("Classes"), classes);
  add_row (self, _("File"), path);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (RetortBackboneAbout) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone
    = rt_session_read_backbone_finish (RT_SESSION (source), result, &error);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (backbone != NULL)
    show_backbone (self, backbone);
  else
    gtk_label_set_label (self->title, error->message);
}

static void
show_cb (RetortBackboneAbout *self)
{
  stop (self);
  clear_rows (self);
  gtk_label_set_label (self->title, _("Reading its card…"));
  self->cancellable = g_cancellable_new ();
  rt_session_read_backbone_async (self->session, self->cancellable, read_cb, g_object_ref (self));
}

static void
retort_backbone_about_dispose (GObject *object)
{
  RetortBackboneAbout *self = RETORT_BACKBONE_ABOUT (object);

  stop (self);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), RETORT_TYPE_BACKBONE_ABOUT);
  G_OBJECT_CLASS (retort_backbone_about_parent_class)->dispose (object);
}

static void
retort_backbone_about_class_init (RetortBackboneAboutClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_backbone_about_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-backbone-about.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneAbout, title);
  gtk_widget_class_bind_template_child (widget_class, RetortBackboneAbout, rows);
  gtk_widget_class_bind_template_callback (widget_class, show_cb);
}

static void
retort_backbone_about_init (RetortBackboneAbout *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
retort_backbone_about_set_session (RetortBackboneAbout *self,
                                   RtSession           *session)
{
  g_return_if_fail (RETORT_IS_BACKBONE_ABOUT (self));
  g_set_object (&self->session, session);
}
