/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-image-item.h"

#include <glib/gi18n.h>

#define LEAST_SIDE 96

struct _RetortImageItem
{
  GObject         parent_instance;

  /* Owned */
  GdkTexture     *texture;   /* (nullable) */
  char           *caption;
  char           *detail;
  RetortMarkKind  mark;
};

G_DEFINE_FINAL_TYPE (RetortImageItem, retort_image_item, G_TYPE_OBJECT)

static void
retort_image_item_finalize (GObject *object)
{
  RetortImageItem *self = RETORT_IMAGE_ITEM (object);

  g_clear_object (&self->texture);
  g_free (self->caption);
  g_free (self->detail);
  G_OBJECT_CLASS (retort_image_item_parent_class)->finalize (object);
}

static void
retort_image_item_class_init (RetortImageItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = retort_image_item_finalize;
}

static void
retort_image_item_init (RetortImageItem *self)
{
}

RetortImageItem *
retort_image_item_new (GdkTexture     *texture,
                       const char     *caption,
                       const char     *detail,
                       RetortMarkKind  mark)
{
  RetortImageItem *self;

  g_return_val_if_fail (texture == NULL || GDK_IS_TEXTURE (texture), NULL);

  self = g_object_new (RETORT_TYPE_IMAGE_ITEM, NULL);
  g_set_object (&self->texture, texture);
  self->caption = g_strdup (caption != NULL ? caption : "");
  self->detail = g_strdup (detail != NULL ? detail : "");
  self->mark = mark;
  return self;
}

GdkTexture *
retort_image_item_get_texture (RetortImageItem *self)
{
  return self->texture;
}

const char *
retort_image_item_get_caption (RetortImageItem *self)
{
  return self->caption;
}

const char *
retort_image_item_get_detail (RetortImageItem *self)
{
  return self->detail;
}

RetortMarkKind
retort_image_item_get_mark (RetortImageItem *self)
{
  return self->mark;
}

char *
retort_image_item_describe (RetortImageItem *self)
{
  GString *text = g_string_new (self->caption);
  const char *parts[] = { "", self->detail };

  if (self->mark == RETORT_MARK_RIGHT)
    parts[0] = _("right");
  else if (self->mark == RETORT_MARK_WRONG)
    parts[0] = _("wrong");
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (*parts[i] != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", parts[i]);
  return g_string_free (text, FALSE);
}

GdkTexture *
retort_texture_new_from_pixels (const guint8 *pixels,
                                int           width,
                                int           height,
                                int           n_channels)
{
  g_autoptr (GBytes) bytes = NULL;
  int factor, out_width, out_height;
  guint8 *out;

  g_return_val_if_fail (pixels != NULL && width > 0 && height > 0, NULL);
  g_return_val_if_fail (n_channels == 1 || n_channels == 3 || n_channels == 4, NULL);

  factor = MAX ((LEAST_SIDE + MAX (width, height) - 1) / MAX (width, height), 1);
  out_width = width * factor;
  out_height = height * factor;
  out = g_malloc ((size_t) out_width * out_height * 4);
  for (int y = 0; y < out_height; y++)
    for (int x = 0; x < out_width; x++)
      {
        const guint8 *from = pixels + ((size_t) (y / factor) * width + x / factor) * n_channels;
        guint8 *to = out + ((size_t) y * out_width + x) * 4;

        to[0] = from[0];
        to[1] = from[n_channels == 1 ? 0 : 1];
        to[2] = from[n_channels == 1 ? 0 : 2];
        to[3] = n_channels == 4 ? from[3] : 255;
      }
  bytes = g_bytes_new_take (out, (size_t) out_width * out_height * 4);
  return gdk_memory_texture_new (out_width, out_height, GDK_MEMORY_R8G8B8A8, bytes,
                                 (size_t) out_width * 4);
}
