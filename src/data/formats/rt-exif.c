/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a picture is to be turned, of the two formats of which nobody else says it: in PNG the chunk
 * eXIf holds EXIF data, in WebP the chunk EXIF. (gdk-pixbuf says it of JPEG and TIFF.)
 *
 * EXIF data is a small TIFF file: "II" or "MM" (the order of bytes), 42, where the directory is;
 * there, a count and tags of 12 bytes: tag, type, count, value. Tag 274 is the orientation, a
 * number of 16 bits. Whatever is damaged here turns nothing, as the pixels are all there.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"

#define TAG_ORIENTATION 274
#define TYPE_SHORT      3
#define UPRIGHT         1

static uint64_t
read_number (RtCursor *cursor,
             gboolean  big,
             int       n)
{
  return big ? rt_cursor_read_be (cursor, n) : rt_cursor_read_le (cursor, n);
}

static int
parse (const uint8_t *bytes,
       size_t         n_bytes)
{
  RtCursor cursor;
  gboolean big;

  /* Some writers of WebP keep the mark that JPEG needs. */
  if (RT_BEGINS_WITH (bytes, n_bytes, "Exif\0\0"))
    {
      bytes += 6;
      n_bytes -= 6;
    }
  big = RT_BEGINS_WITH (bytes, n_bytes, "MM\0\x2a");
  if (!big && !RT_BEGINS_WITH (bytes, n_bytes, "II\x2a\0"))
    return UPRIGHT;
  cursor = rt_cursor_new (bytes, n_bytes);
  rt_cursor_seek (&cursor, 4);
  rt_cursor_seek (&cursor, read_number (&cursor, big, 4));
  for (int left = (int) read_number (&cursor, big, 2); left > 0 && !cursor.failed; left--)
    {
      int tag = (int) read_number (&cursor, big, 2);
      int type = (int) read_number (&cursor, big, 2);
      int value;

      rt_cursor_take (&cursor, 4);
      value = (int) read_number (&cursor, big, 2);
      rt_cursor_take (&cursor, 2);
      if (!cursor.failed && tag == TAG_ORIENTATION && type == TYPE_SHORT)
        return value >= UPRIGHT && value <= 8 ? value : UPRIGHT;
    }
  return UPRIGHT;
}

/* The data of chunk @wanted of a PNG (@big: length, name, data, check) or a WebP (name, length,
 * data, filled up to an even length); NULL where there is none. */
static const uint8_t *
find_chunk (RtCursor    cursor,
            gboolean    big,
            const char *wanted,
            size_t     *n)
{
  while (rt_cursor_get_left (&cursor) > 0)
    {
      uint64_t length = big ? rt_cursor_read_be (&cursor, 4) : 0;
      const uint8_t *name = rt_cursor_take (&cursor, 4);
      const uint8_t *data;

      if (!big)
        length = rt_cursor_read_le (&cursor, 4);
      data = rt_cursor_take (&cursor, length);
      if (data != NULL && memcmp (name, wanted, 4) == 0)
        {
          *n = length;
          return data;
        }
      rt_cursor_take (&cursor, big ? 4 : length % 2);
    }
  return NULL;
}

int
rt_exif_find_orientation (const uint8_t   *bytes,
                          size_t           n_bytes,
                          RtPictureFormat  format)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  const uint8_t *data = NULL;
  size_t n = 0;

  if (format == RT_PICTURE_PNG)
    {
      rt_cursor_seek (&cursor, 8);
      data = find_chunk (cursor, TRUE, "eXIf", &n);
    }
  else if (format == RT_PICTURE_WEBP)
    {
      rt_cursor_seek (&cursor, 12);
      data = find_chunk (cursor, FALSE, "EXIF", &n);
    }
  return data != NULL ? parse (data, n) : UPRIGHT;
}

RtImage *
rt_exif_turn (RtImage *image,
              int      orientation)
{
  gboolean swap = orientation >= 5;
  gboolean from_right = orientation == 2 || orientation == 3 || orientation >= 7;
  gboolean from_below = orientation == 3 || orientation == 4 || orientation == 6
                        || orientation == 7;
  RtImage *turned;
  uint8_t *out;

  if (orientation <= UPRIGHT || orientation > 8)
    return image;
  turned = rt_image_new (swap ? image->height : image->width, swap ? image->width : image->height,
                         image->channels);
  out = turned->pixels;
  for (int y = 0; y < turned->height; y++)
    for (int x = 0; x < turned->width; x++, out += image->channels)
      {
        int from_x = swap ? y : x, from_y = swap ? x : y;

        from_x = from_right ? image->width - 1 - from_x : from_x;
        from_y = from_below ? image->height - 1 - from_y : from_y;
        memcpy (out, image->pixels + ((size_t) from_y * image->width + from_x) * image->channels,
                image->channels);
      }
  rt_image_free (image);
  return turned;
}
