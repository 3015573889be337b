/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures of any format: PNG goes to rt-png.c, the others to gdk-pixbuf, by their first bytes and
 * never by the name.
 *
 * gdk-pixbuf is told which of its loaders to use, so that it never guesses and none of its rarer
 * ones (SVG, icons, animated cursors) can be reached through a file from outside. The header is
 * probed by us first (rt-probe.c), which is where sizes are checked; what the loader then says the
 * size is, is checked again.
 *
 * A large JPEG is decoded at a half, a quarter or an eighth, which costs a fraction of the time:
 * the size asked for is exactly what libjpeg makes at that scale, so that nothing is interpolated
 * on top.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#define JPEG_MOST 8

static const char *const loader_names[] = {
  [RT_PICTURE_JPEG] = "jpeg",
  [RT_PICTURE_WEBP] = "webp",
  [RT_PICTURE_GIF] = "gif",
  [RT_PICTURE_BMP] = "bmp",
  [RT_PICTURE_TIFF] = "tiff",
};

/* What size-prepared needs to know, and what it found. */
typedef struct
{
  int      min_side;
  gboolean reduce;
  gboolean too_large;
} RtPictureWish;

static void
size_prepared_cb (GdkPixbufLoader *loader,
                  int              width,
                  int              height,
                  RtPictureWish   *wish)
{
  int step = rt_picture_get_reduction (width, height, wish->min_side, JPEG_MOST);

  if (!wish->reduce)
    step = 1;
  if (width > RT_MAX_IMAGE_SIDE || height > RT_MAX_IMAGE_SIDE
      || (size_t) width * height / step / step > RT_MAX_IMAGE_PIXELS)
    {
      wish->too_large = TRUE;
      /* gdk-pixbuf's own way to say: no further than this. */
      gdk_pixbuf_loader_set_size (loader, 0, 0);
    }
  else if (step > 1)
    gdk_pixbuf_loader_set_size (loader, (width + step - 1) / step, (height + step - 1) / step);
}

static RtImage *
image_from_pixbuf (GdkPixbuf *pixbuf,
                   int        channels)
{
  int width = gdk_pixbuf_get_width (pixbuf);
  int height = gdk_pixbuf_get_height (pixbuf);
  int src_channels = gdk_pixbuf_get_n_channels (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  const uint8_t *pixels = gdk_pixbuf_read_pixels (pixbuf);
  RtImage *image = rt_image_new (width, height, channels);
  uint8_t *out = image->pixels;

  for (int y = 0; y < height; y++)
    {
      const uint8_t *src = pixels + (size_t) y * stride;

      for (int x = 0; x < width; x++, src += src_channels)
        {
          uint32_t a = src_channels == 4 ? src[3] : 255;

          for (int c = 0; c < channels; c++)
            *out++ = (src[c] * a + 255 * (255 - a) + 127) / 255;
        }
    }
  return image;
}

/* The bytes, of a GIF those of its first frame only. A loader must be closed whatever happened. */
static gboolean
feed (GdkPixbufLoader  *loader,
      const uint8_t    *bytes,
      size_t            n_bytes,
      gboolean          is_gif,
      GError          **error)
{
  gboolean written;

  written = gdk_pixbuf_loader_write (loader, bytes, n_bytes, error)
            && (!is_gif || gdk_pixbuf_loader_write (loader, (const uint8_t *) ";", 1, error));
  return gdk_pixbuf_loader_close (loader, written ? error : NULL) && written;
}

/* (transfer full) */
static GdkPixbuf *
decode (const uint8_t        *bytes,
        size_t                n_bytes,
        const RtPictureInfo  *info,
        int                   min_side,
        const char           *name,
        GError              **error)
{
  RtPictureWish wish = { min_side, info->format == RT_PICTURE_JPEG, FALSE };
  const char *type = loader_names[info->format];
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (type, NULL);
  g_autoptr (GError) cause = NULL;
  GdkPixbuf *pixbuf;
  gboolean written;

  if (loader == NULL)
    {
      rt_file_set_unsupported (error, name, "is a %s picture, and gdk-pixbuf has no loader for it "
                               "here (install it, or convert the "
                               "picture to PNG)", type);
      return NULL;
    }
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), &wish);
  written = feed (loader, bytes, n_bytes, info->format == RT_PICTURE_GIF, &cause);
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (wish.too_large)
    {
      rt_file_set_unsupported (error, name, "is %d x %d pixels, too large to be opened: make it "
                               "smaller", info->width, info->height);
      return NULL;
    }
  if (!written || pixbuf == NULL)
    {
      rt_file_set_invalid (error, name, "the %s picture is damaged: %s", type,
                           cause != NULL ? cause->message : "it has no pixels");
      return NULL;
    }
  /* Turns as EXIF says, which of a WebP we read ourselves; a new reference where there is nothing
   * to turn. */
  return info->format == RT_PICTURE_WEBP ? g_object_ref (pixbuf)
                                         : gdk_pixbuf_apply_embedded_orientation (pixbuf);
}

RtImage *
rt_picture_read_bytes (const uint8_t  *bytes,
                       size_t          n_bytes,
                       int             min_side,
                       const char     *name,
                       GError        **error)
{
  RtPictureInfo info;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  const char *problem = NULL;
  RtImage *image = NULL;

  if (!rt_picture_probe_bytes (bytes, n_bytes, name, &info, error))
    return NULL;
  if (info.format == RT_PICTURE_GIF)
    problem = rt_gif_find_frame_end (bytes, n_bytes, &n_bytes);
  if (problem != NULL)
    {
      rt_file_set_invalid (error, name, "%s", problem);
      return NULL;
    }
  if (info.format == RT_PICTURE_PNG)
    image = rt_png_read_reduced (bytes, n_bytes, min_side, name, error);
  else if ((pixbuf = decode (bytes, n_bytes, &info, min_side, name, error)) != NULL)
    image = image_from_pixbuf (pixbuf, info.channels);
  return image != NULL
         ? rt_exif_turn (image, rt_exif_find_orientation (bytes, n_bytes, info.format)) : NULL;
}

RtImage *
rt_picture_read (const char  *path,
                 int          min_side,
                 GError     **error)
{
  g_autoptr (GBytes) bytes = rt_file_read (path, RT_MAX_FILE_BYTES, NULL, error);
  RtImage *image = NULL;

  if (bytes != NULL)
    image = rt_picture_read_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   min_side, path, error);
  if (image == NULL)
    rt_file_add_advice (error, "copy it again, or save it anew as PNG or JPEG");
  return image;
}
