/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-pictures.h"

#include "retort-samples.h"

#define AT_ONCE 12   /* pictures: seen soon, and soon given up */

struct _RetortPictures
{
  GObject          parent_instance;

  RetortImageGrid *grid;          /* Borrowed: not touched after a stop */
  RtInspection    *inspection;    /* Owned (nullable) */
  GArray          *rows;          /* Owned: of int */
  guint            at;            /* the first that is under way */
  GCancellable    *cancellable;   /* Owned (nullable): of the load under way */
};

G_DEFINE_FINAL_TYPE (RetortPictures, retort_pictures, G_TYPE_OBJECT)

static void load_some (RetortPictures *self);

/* One that cannot be read keeps its place: the others' stay theirs. */
static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (RetortPictures) self = data;
  g_autoptr (GPtrArray) images = rt_inspection_read_images_finish (RT_INSPECTION (source), result,
                                                                   NULL);

  if (images == NULL || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  for (guint i = 0; i < images->len; i++, self->at++)
    {
      const RtImage *image = g_ptr_array_index (images, i);
      g_autoptr (GdkTexture) texture = image != NULL ? retort_texture_new_from_image (image) : NULL;

      if (texture != NULL)
        retort_image_grid_set_texture (self->grid, self->at, texture);
    }
  load_some (self);
}

static void
load_some (RetortPictures *self)
{
  guint n = MIN (self->rows->len - self->at, AT_ONCE);

  if (n == 0)
    retort_pictures_stop (self);
  else
    rt_inspection_read_images_async (self->inspection, &g_array_index (self->rows, int, self->at),
                                     (int) n, RT_SESSION_THUMBNAIL, self->cancellable, loaded_cb,
                                     g_object_ref (self));
}

static void
retort_pictures_finalize (GObject *object)
{
  RetortPictures *self = RETORT_PICTURES (object);

  retort_pictures_stop (self);
  g_array_unref (self->rows);
  G_OBJECT_CLASS (retort_pictures_parent_class)->finalize (object);
}

static void
retort_pictures_class_init (RetortPicturesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = retort_pictures_finalize;
}

static void
retort_pictures_init (RetortPictures *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (int));
}

RetortPictures *
retort_pictures_new (RetortImageGrid *grid)
{
  RetortPictures *self = g_object_new (RETORT_TYPE_PICTURES, NULL);

  self->grid = grid;
  return self;
}

void
retort_pictures_load (RetortPictures *self,
                      RtInspection   *inspection,
                      const int      *rows,
                      int             n)
{
  g_return_if_fail (RETORT_IS_PICTURES (self));
  retort_pictures_stop (self);
  g_set_object (&self->inspection, inspection);
  g_array_set_size (self->rows, 0);
  g_array_append_vals (self->rows, rows, (guint) n);
  self->at = 0;
  self->cancellable = g_cancellable_new ();
  load_some (self);
}

void
retort_pictures_stop (RetortPictures *self)
{
  g_return_if_fail (RETORT_IS_PICTURES (self));
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->inspection);
}
