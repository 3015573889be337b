/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-samples.h"

#define DELAY    120   /* ms: a slider that moves asks once */
#define GAP_PART 14    /* of a view's width: what is left free beside it */

struct _RetortSamples
{
  GObject       parent_instance;

  RtSession    *session;       /* Owned */
  GCancellable *cancellable;   /* Owned (nullable): of the load under way */
  guint         timer;
  int           n;
  RtSessionLook look;
};

enum
{
  LOADED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RetortSamples, retort_samples, G_TYPE_OBJECT)

GdkTexture *
retort_texture_new_from_image (const RtImage *image)
{
  return retort_texture_new_from_pixels (image->pixels, image->width, image->height,
                                         image->channels);
}

/* Into @pixels (height, stride, 4), from @left on. */
static void
put_view (guint8        *pixels,
          int            stride,
          int            left,
          const RtImage *view)
{
  const guint8 *from = view->pixels;
  int green = view->channels == 3 ? 1 : 0;

  for (int y = 0; y < view->height; y++)
    {
      guint8 *to = pixels + ((size_t) y * stride + left) * 4;

      for (int x = 0; x < view->width; x++, to += 4, from += view->channels)
        {
          to[0] = from[0];
          to[1] = from[green];
          to[2] = from[2 * green];
          to[3] = 255;
        }
    }
}

GdkTexture *
retort_texture_new_from_sample (const RtSessionSample *sample)
{
  const RtImage *first = sample->views[0];
  int gap = MAX (first->width / GAP_PART, 1), n = sample->n_views;
  int width = n * first->width + (n - 1) * gap;
  g_autofree guint8 *pixels = NULL;

  if (n == 1)
    return retort_texture_new_from_image (first);
  pixels = g_new0 (guint8, (size_t) width * first->height * 4);   /* gaps let the card through */
  for (int i = 0; i < n; i++)
    put_view (pixels, width, i * (first->width + gap), sample->views[i]);
  return retort_texture_new_from_pixels (pixels, width, first->height, 4);
}

static void
stop (RetortSamples *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

/* A result that was cancelled belongs to a task that is no longer chosen. */
static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (RetortSamples) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) samples = NULL;

  samples = rt_session_load_samples_finish (RT_SESSION (source), result, &error);
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  if (samples != NULL)
    g_signal_emit (self, signals[LOADED], 0, samples);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, error->message);
}

static gboolean
timer_cb (gpointer data)
{
  RetortSamples *self = data;

  self->timer = 0;
  self->cancellable = g_cancellable_new ();
  rt_session_load_samples_async (self->session, self->n, self->look, self->cancellable, loaded_cb,
                                 g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
changed_cb (RetortSamples *self)
{
  stop (self);
  self->timer = g_timeout_add (DELAY, timer_cb, self);
}

static void
retort_samples_dispose (GObject *object)
{
  RetortSamples *self = RETORT_SAMPLES (object);

  stop (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (retort_samples_parent_class)->dispose (object);
}

static void
retort_samples_class_init (RetortSamplesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = retort_samples_dispose;
  signals[LOADED] = g_signal_new ("loaded", RETORT_TYPE_SAMPLES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  signals[FAILED] = g_signal_new ("failed", RETORT_TYPE_SAMPLES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
retort_samples_init (RetortSamples *self)
{
}

RetortSamples *
retort_samples_new (RtSession     *session,
                    int            n,
                    RtSessionLook  look)
{
  /* Another backbone or method may have another input; so may a recipe of which all is new. */
  static const char *const names[] = { "notify::dataset", "notify::style", "notify::shift",
                                       "notify::samples-per-class", "notify::seed", "notify::test",
                                       "notify::fit", "notify::augment", "notify::backbone",
                                       "notify::method" };
  RetortSamples *self = g_object_new (RETORT_TYPE_SAMPLES, NULL);

  self->session = g_object_ref (session);
  self->n = n;
  self->look = look;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect_object (session, names[i], G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return self;
}

void
retort_samples_set_look (RetortSamples *self,
                         RtSessionLook  look)
{
  g_return_if_fail (RETORT_IS_SAMPLES (self));
  if (self->look == look)
    return;
  self->look = look;
  changed_cb (self);
}
