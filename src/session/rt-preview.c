/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-preview.h"

#include "rt-loss.h"
#include "rt-predictor.h"
#include "rt-worker.h"

#include <math.h>

/* What the thread is given, copies only, and what it found. */
typedef struct
{
  RtBackbone *backbone;   /* Owned */
  RtImage    *image;      /* Owned */
  RtPreview  *preview;    /* Owned (nullable) */
} Look;

static void
look_free (Look *look)
{
  rt_backbone_free (look->backbone);
  rt_image_free (look->image);
  rt_preview_free (look->preview);
  g_free (look);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Look, look_free)

void
rt_preview_free (RtPreview *preview)
{
  if (preview == NULL)
    return;
  rt_trial_free (preview->trial);
  g_free (preview);
}

/* What is shown: red and blue change places for a network that takes blue first. */
static void
turn_colours (RtImage *image)
{
  size_t n = (size_t) image->width * image->height;

  for (size_t i = 0; image->channels == 3 && i < n; i++)
    {
      uint8_t red = image->pixels[3 * i];

      image->pixels[3 * i] = image->pixels[3 * i + 2];
      image->pixels[3 * i + 2] = red;
    }
}

static void
measure_values (const RtInputFormat *format,
                RtPreview           *preview)
{
  const RtImage *image = preview->trial->image;
  size_t n = (size_t) image->width * image->height * image->channels;

  preview->low = INFINITY;
  preview->high = -INFINITY;
  for (size_t i = 0; i < n; i++)
    {
      int c = (int) (i % image->channels);
      float value = (image->pixels[i] / 255.0f - format->mean[c]) / format->std[c];

      preview->low = MIN (preview->low, value);
      preview->high = MAX (preview->high, value);
    }
}

static void
preview_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Look *look = data;
  g_autoptr (RtPreview) preview = g_new0 (RtPreview, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPredictor) predictor = rt_predictor_new (look->backbone, &error);

  /* Without a head it has no classes, and what it sees is all there is to show. */
  if (predictor == NULL && !g_error_matches (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_HEADLESS))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  preview->trial = g_new0 (RtTrial, 1);
  preview->trial->image = rt_input_format_fit (&look->backbone->format, look->image);
  measure_values (&look->backbone->format, preview);
  if (predictor != NULL)
    rt_trial_take_answer (preview->trial, predictor);
  if (look->backbone->turned)
    turn_colours (preview->trial->image);
  look->preview = g_steal_pointer (&preview);
  g_task_return_boolean (task, TRUE);
}

void
rt_preview_async (const RtBackbone    *backbone,
                  const RtImage       *image,
                  GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  void                *data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Look *look = g_new0 (Look, 1);

  g_task_set_source_tag (task, rt_preview_async);
  look->backbone = rt_backbone_copy (backbone);
  look->image = rt_image_resize (image, image->width, image->height, image->channels);
  rt_worker_run (task, look, (GDestroyNotify) look_free, preview_thread);
}

RtPreview *
rt_preview_finish (GAsyncResult  *result,
                   GError       **error)
{
  g_autoptr (Look) look = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&look->preview);
}
