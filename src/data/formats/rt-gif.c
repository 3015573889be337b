/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the first frame of a GIF ends. Only that frame is shown, and gdk-pixbuf would decode all
 * that follow; and its loader is not at ease with frames of no size, so these are refused here.
 *
 * A GIF is a header, the size of the screen, perhaps a table of colours, and then blocks:
 * extensions (0x21) and frames (0x2c), each of which ends in a chain of sub-blocks that have their
 * length before them, 0 for the last. 0x3b ends the file.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"

#define HAS_TABLE 0x80
#define MOST_CODE_BITS 11

static void
skip_table (RtCursor *cursor,
            int       flags)
{
  if (flags & HAS_TABLE)
    rt_cursor_take (cursor, 3 << ((flags & 7) + 1));
}

static void
skip_sub_blocks (RtCursor *cursor)
{
  int n;

  do
    {
      n = rt_cursor_u8 (cursor);
      rt_cursor_take (cursor, n);
    }
  while (n > 0);
}

const char *
rt_gif_find_frame_end (const uint8_t *bytes,
                       size_t         n_bytes,
                       size_t        *end)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  int block, width, height, flags, code_bits;

  rt_cursor_take (&cursor, 10);
  flags = rt_cursor_u8 (&cursor);
  rt_cursor_take (&cursor, 2);
  skip_table (&cursor, flags);
  while ((block = rt_cursor_u8 (&cursor)) == 0x21)
    {
      rt_cursor_u8 (&cursor);
      skip_sub_blocks (&cursor);
    }
  if (cursor.failed)
    return "the GIF picture is cut off";
  if (block != 0x2c)
    return "the GIF picture has no frame";
  rt_cursor_take (&cursor, 4);
  width = rt_cursor_u16_le (&cursor);
  height = rt_cursor_u16_le (&cursor);
  skip_table (&cursor, rt_cursor_u8 (&cursor));
  code_bits = rt_cursor_u8 (&cursor);
  skip_sub_blocks (&cursor);
  if (cursor.failed)
    return "the GIF picture is cut off";
  if (width == 0 || height == 0 || width > RT_MAX_IMAGE_SIDE || height > RT_MAX_IMAGE_SIDE
      || code_bits < 1 || code_bits > MOST_CODE_BITS)
    return "the GIF picture is damaged in its first frame";
  *end = cursor.at;
  return NULL;
}
