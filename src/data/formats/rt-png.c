/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG, through libpng: every colour type and depth, interlaced or not. Palettes and low depths are
 * expanded, 16 bits become 8, transparency goes over white; what is grey in the file stays one
 * channel.
 *
 * The size is read from the header by hand, before libpng sees the file, and held against the
 * file's length: deflate makes at most DEFLATE_RATIO bytes of one, so a short file that claims a
 * large picture is refused before anything is allocated.
 *
 * Rows are reduced as they come (a mean over squares of `step` pixels), so that a picture of 10,000
 * x 10,000 needs memory for one row and one row of sums. Only an interlaced picture is held whole.
 *
 * libpng reports errors by longjmp. So everything that a jump must not lose lives in RtPngReader,
 * and the function that calls setjmp() has no variables of its own.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <png.h>

#define PNG_MAGIC "\x89PNG\r\n\x1a\n"
#define DEFLATE_RATIO 1032
#define MAX_STEP 64
#define MESSAGE_SIZE 128

typedef struct
{
  png_structp  png;
  png_infop    info;
  RtCursor     input;
  char         message[MESSAGE_SIZE];

  int          width;
  int          height;
  int          step;          /* source pixels a side of one output pixel */
  int          src_channels;  /* of libpng's rows: 1 to 4 */
  gboolean     interlaced;
  int          n_passes;
  uint8_t     *src;           /* one row, or all of them where it is interlaced */
  uint32_t    *sums;          /* (W,C) of the output row that is being summed */
  RtImage     *image;
} RtPngReader;

static void G_GNUC_NORETURN
error_cb (png_structp     png,
          png_const_charp message)
{
  g_strlcpy (png_get_error_ptr (png), message, MESSAGE_SIZE);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp     png,
            png_const_charp message)
{
}

static void
read_cb (png_structp png,
         png_bytep   out,
         size_t      n)
{
  RtPngReader *reader = png_get_io_ptr (png);
  const uint8_t *bytes = rt_cursor_take (&reader->input, n);

  if (bytes == NULL)
    png_error (png, "the file is cut off");
  memcpy (out, bytes, n);
}

/* The signature and the IHDR chunk: 8 bytes, length, "IHDR", width, height, depth, colour type,
 * ..., interlace. */
static gboolean
check_header (const uint8_t  *bytes,
              size_t          n_bytes,
              int             min_side,
              const char     *name,
              GError        **error)
{
  static const uint8_t channels[] = { 1, 0, 3, 1, 2, 0, 4 };
  uint32_t width, height;
  uint64_t bits, n_pixels;
  int step;

  if (!RT_BEGINS_WITH (bytes, n_bytes, PNG_MAGIC))
    return rt_file_set_invalid (error, name, "is not a PNG picture");
  if (n_bytes < 33 || memcmp (bytes + 12, "IHDR", 4) != 0 || bytes[25] > 6)
    return rt_file_set_invalid (error, name, "the PNG picture is cut off or damaged in its header");
  width = (uint32_t) bytes[16] << 24 | bytes[17] << 16 | bytes[18] << 8 | bytes[19];
  height = (uint32_t) bytes[20] << 24 | bytes[21] << 16 | bytes[22] << 8 | bytes[23];
  if (width == 0 || height == 0)
    return rt_file_set_invalid (error, name, "the PNG picture has no pixels");
  if (width > RT_MAX_IMAGE_SIDE || height > RT_MAX_IMAGE_SIDE)
    return rt_file_set_unsupported (error, name, "is %u x %u pixels; pictures up to %d a side are "
                                    "opened",
                                    width, height, RT_MAX_IMAGE_SIDE);
  n_pixels = (uint64_t) width * height;
  bits = n_pixels * channels[bytes[25]] * bytes[24];
  if (bits / 8 / DEFLATE_RATIO > n_bytes)
    return rt_file_set_invalid (error, name, "claims %u x %u pixels, which %zu bytes cannot hold "
                                "(the file is cut off or damaged)",
                                width, height, n_bytes);
  step = rt_picture_get_reduction (width, height, min_side, MAX_STEP);
  if (n_pixels > RT_MAX_IMAGE_PIXELS && (step == 1 || bytes[28] != 0))
    return rt_file_set_unsupported (error, name, "is %u x %u pixels, too large to be opened at "
                                    "full size: make it smaller",
                                    width, height);
  return TRUE;
}

/* One row of the source, transparency over white, added to the sums. */
static void
add_row (RtPngReader   *reader,
         const uint8_t *row)
{
  int channels = reader->image->channels;
  gboolean alpha = reader->src_channels != channels;

  for (int x = 0; x < reader->width; x++)
    {
      uint32_t *sum = reader->sums + (size_t) (x / reader->step) * channels;
      uint32_t a = alpha ? row[channels] : 255;

      for (int c = 0; c < channels; c++)
        sum[c] += (row[c] * a + 255 * (255 - a) + 127) / 255;
      row += reader->src_channels;
    }
}

/* The sums of @n_rows rows become output row @y. */
static void
finish_row (RtPngReader *reader,
            int          y,
            int          n_rows)
{
  RtImage *image = reader->image;
  uint8_t *out = image->pixels + (size_t) y * image->width * image->channels;

  for (int x = 0; x < image->width; x++)
    {
      int n_columns = MIN (reader->step, reader->width - x * reader->step);
      uint32_t n = n_columns * n_rows;

      for (int c = 0; c < image->channels; c++)
        {
          uint32_t *sum = reader->sums + (size_t) x * image->channels + c;

          *out++ = (*sum + n / 2) / n;
          *sum = 0;
        }
    }
}

static void
start (RtPngReader *reader)
{
  int color_type;

  png_read_info (reader->png, reader->info);
  color_type = png_get_color_type (reader->png, reader->info);
  png_set_expand (reader->png);
  png_set_scale_16 (reader->png);
  reader->width = png_get_image_width (reader->png, reader->info);
  reader->height = png_get_image_height (reader->png, reader->info);
  reader->interlaced = png_get_interlace_type (reader->png, reader->info) != PNG_INTERLACE_NONE;
  reader->n_passes = png_set_interlace_handling (reader->png);
  png_read_update_info (reader->png, reader->info);
  reader->src_channels = png_get_channels (reader->png, reader->info);
  if (png_get_rowbytes (reader->png, reader->info) != (size_t) reader->width * reader->src_channels)
    png_error (reader->png, "an unknown form of pixels");

  reader->image = rt_image_new ((reader->width + reader->step - 1) / reader->step,
                                (reader->height + reader->step - 1) / reader->step,
                                color_type & PNG_COLOR_MASK_COLOR ? 3 : 1);
  reader->sums = g_new0 (uint32_t, (size_t) reader->image->width * reader->image->channels);
  reader->src = g_malloc0_n ((size_t) reader->width * reader->src_channels,
                             reader->interlaced ? reader->height : 1);
}

/* May jump out of any line that calls libpng. */
static void
decode (RtPngReader *reader)
{
  size_t stride;

  start (reader);
  stride = (size_t) reader->width * reader->src_channels;
  for (int pass = 0; reader->interlaced && pass < reader->n_passes; pass++)
    for (int y = 0; y < reader->height; y++)
      png_read_row (reader->png, reader->src + y * stride, NULL);

  for (int y = 0; y < reader->height; y++)
    {
      if (reader->interlaced)
        add_row (reader, reader->src + y * stride);
      else
        {
          png_read_row (reader->png, reader->src, NULL);
          add_row (reader, reader->src);
        }
      if ((y + 1) % reader->step == 0 || y + 1 == reader->height)
        finish_row (reader, y / reader->step, y % reader->step + 1);
    }
  png_read_end (reader->png, NULL);
}

static gboolean
try_decode (RtPngReader *reader)
{
  if (setjmp (png_jmpbuf (reader->png)))
    return FALSE;
  decode (reader);
  return TRUE;
}

RtImage *
rt_png_read_reduced (const uint8_t  *bytes,
                     size_t          n_bytes,
                     int             min_side,
                     const char     *name,
                     GError        **error)
{
  RtPngReader reader = { .input = rt_cursor_new (bytes, n_bytes) };
  uint32_t width, height;
  gboolean done;

  if (!check_header (bytes, n_bytes, min_side, name, error))
    return NULL;
  width = bytes[18] << 8 | bytes[19];
  height = bytes[22] << 8 | bytes[23];
  reader.step = rt_picture_get_reduction (width, height, min_side, MAX_STEP);
  reader.png = png_create_read_struct (PNG_LIBPNG_VER_STRING, reader.message, error_cb, warning_cb);
  reader.info = png_create_info_struct (reader.png);
  png_set_read_fn (reader.png, &reader, read_cb);
  png_set_user_limits (reader.png, RT_MAX_IMAGE_SIDE, RT_MAX_IMAGE_SIDE);
  done = try_decode (&reader);
  png_destroy_read_struct (&reader.png, &reader.info, NULL);
  g_free (reader.src);
  g_free (reader.sums);
  if (!done)
    {
      g_clear_pointer (&reader.image, rt_image_free);
      rt_file_set_invalid (error, name, "the PNG picture is damaged: %s", reader.message);
    }
  return reader.image;
}

RtImage *
rt_png_read_bytes (const uint8_t  *bytes,
                   size_t          n_bytes,
                   const char     *name,
                   GError        **error)
{
  return rt_png_read_reduced (bytes, n_bytes, 0, name, error);
}

static void
write_cb (png_structp png,
          png_bytep   bytes,
          size_t      n)
{
  g_byte_array_append (png_get_io_ptr (png), bytes, n);
}

static void
flush_cb (png_structp png)
{
}

/* May fail only where the image is none, as the output is memory. */
static gboolean
encode (png_structp    png,
        png_infop      info,
        const RtImage *image)
{
  if (setjmp (png_jmpbuf (png)))
    return FALSE;
  png_set_IHDR (png, info, image->width, image->height, 8,
                image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info (png, info);
  for (int y = 0; y < image->height; y++)
    png_write_row (png, image->pixels + (size_t) y * image->width * image->channels);
  png_write_end (png, info);
  return TRUE;
}

gboolean
rt_png_write (const RtImage  *image,
              const char     *path,
              GError        **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  char message[MESSAGE_SIZE] = "";
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, message, error_cb, warning_cb);
  png_infop info = png_create_info_struct (png);
  gboolean done;

  png_set_write_fn (png, out, write_cb, flush_cb);
  done = encode (png, info, image);
  png_destroy_write_struct (&png, &info);
  if (!done)
    return rt_file_set_invalid (error, path, "could not be written as PNG: %s", message);
  return rt_file_write (path, out->data, out->len, error);
}
