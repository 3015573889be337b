/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-try-page.h"

#include "retort-bars.h"
#include "retort-samples.h"

#include "rt-trial.h"

#include <glib/gi18n.h>

struct _RetortTryPage
{
  GtkBox        parent_instance;

  /* Template widgets */
  GtkStack     *stack;
  GtkPicture   *picture;
  GtkLabel     *told;
  RetortBars   *bars;

  /* Owned */
  RtLibrary    *library;      /* (nullable) */
  RtRunItem    *run;          /* (nullable) one that has weights */
  GCancellable *cancellable;  /* (nullable) of the question under way */
};

G_DEFINE_FINAL_TYPE (RetortTryPage, retort_try_page, GTK_TYPE_BOX)

static void
stop (RetortTryPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
show_trial (RetortTryPage *self,
            const RtTrial *trial)
{
  g_autoptr (GdkTexture) texture = trial != NULL ? retort_texture_new_from_image (trial->image)
                                                 : NULL;

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_widget_set_visible (GTK_WIDGET (self->picture), trial != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->bars), trial != NULL);
  if (trial == NULL)
    return;
  gtk_picture_set_alternative_text (self->picture, trial->names[0]);
  retort_bars_set (self->bars, trial->n, (const char *const *) trial->names, trial->shares, -1);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (RetortTryPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTrial) trial = rt_trial_ask_finish (result, &error);
  g_autofree char *text = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  show_trial (self, trial);
  if (trial != NULL)
    text = g_strdup_printf (_("taken for %s in %.2g ms, on one thread"), trial->names[0],
                            1e3 * trial->seconds);
  gtk_label_set_label (self->told, trial != NULL ? text : error->message);
}

static void
retort_try_page_dispose (GObject *object)
{
  RetortTryPage *self = RETORT_TRY_PAGE (object);

  stop (self);
  g_clear_object (&self->library);
  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (object), RETORT_TYPE_TRY_PAGE);
  G_OBJECT_CLASS (retort_try_page_parent_class)->dispose (object);
}

static void
retort_try_page_class_init (RetortTryPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = retort_try_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-try-page.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortTryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, RetortTryPage, picture);
  gtk_widget_class_bind_template_child (widget_class, RetortTryPage, told);
  gtk_widget_class_bind_template_child (widget_class, RetortTryPage, bars);
}

static void
retort_try_page_init (RetortTryPage *self)
{
  g_type_ensure (RETORT_TYPE_BARS);
  gtk_widget_init_template (GTK_WIDGET (self));
  retort_bars_set_who (self->bars, RETORT_BARS_STUDENT);
}

void
retort_try_page_set_run (RetortTryPage *self,
                         RtLibrary     *library,
                         RtRunItem     *item)
{
  g_return_if_fail (RETORT_IS_TRY_PAGE (self));
  stop (self);
  g_set_object (&self->library, library);
  g_set_object (&self->run, item);
  show_trial (self, NULL);
  gtk_label_set_label (self->told, "");
  gtk_stack_set_visible_child_name (self->stack, item != NULL ? "ready" : "empty");
}

gboolean
retort_try_page_ask (RetortTryPage *self,
                     const char    *path)
{
  g_return_val_if_fail (RETORT_IS_TRY_PAGE (self), FALSE);
  if (self->run == NULL)
    return FALSE;
  stop (self);
  self->cancellable = g_cancellable_new ();
  rt_trial_ask_async (self->library, rt_run_item_get_id (self->run), path, self->cancellable,
                      asked_cb, g_object_ref (self));
  return TRUE;
}
