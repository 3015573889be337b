/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a picture is, from its header alone: so that a folder of many thousand is listed quickly,
 * and a damaged one is found while listing and not in the middle of training.
 *
 * A probe reads the first bytes and the last, and for JPEG hops from segment to segment until the
 * frame header. Being cut off, by far the most frequent damage, shows in a missing end mark (PNG,
 * JPEG) or a length that does not agree (BMP, WebP, GIF). Damage in the middle is found when the
 * picture is decoded.
 *
 * A JPEG may be followed by anything: cameras append films and zeros. Where its end mark is not
 * among the last bytes, it is looked for from the frame header on, which reads the file, but only
 * of the few that are so.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 1024
#define TAIL 2048
#define CHUNK 16384
#define MAX_SEGMENTS 4096
#define BMP_LONGEST_HEADER 124
#define BMP_MOST_COLORS 256
#define BMP_PLAIN 0
#define BMP_MASKS 3
#define TIFF_FLOAT 3

/* Bytes in memory, or a file that is read a little at a time. */
typedef struct
{
  const uint8_t *bytes;   /* (nullable) */
  int            fd;
  uint64_t       size;
} RtSource;

/* Fills @out with what there is from @at; returns how much. */
static size_t
read_at (const RtSource *source,
         uint64_t        at,
         uint8_t        *out,
         size_t          n)
{
  size_t done = 0;

  if (at >= source->size)
    return 0;
  n = MIN (n, source->size - at);
  if (source->bytes != NULL)
    {
      memcpy (out, source->bytes + at, n);
      return n;
    }
  while (done < n)
    {
      ssize_t now = pread (source->fd, out + done, n - done, at + done);

      if (now < 0 && errno == EINTR)
        continue;
      if (now <= 0)
        break;
      done += now;
    }
  return done;
}

/* Whether @mark stands within the last @n bytes. */
static gboolean
ends_with (const RtSource *source,
           const uint8_t  *mark,
           size_t          n_mark,
           size_t          n)
{
  uint8_t tail[TAIL];
  size_t got;

  g_assert (n <= TAIL);
  n = MIN (n, source->size);
  got = read_at (source, source->size - n, tail, n);
  return memmem (tail, got, mark, n_mark) != NULL;
}

/* Sizes of 32 bits; what is past an int is past any limit. */
static int
clamp_side (uint64_t side)
{
  return side > G_MAXINT ? G_MAXINT : (int) side;
}

/* Whether the two bytes @mark stand anywhere from @at on. */
static gboolean
has_mark_after (const RtSource *source,
                uint64_t        at,
                const uint8_t  *mark)
{
  uint8_t chunk[CHUNK];
  size_t n;

  /* The last byte of a chunk is the first of the next, as the mark may lie across. */
  for (; (n = read_at (source, at, chunk, CHUNK)) >= 2; at += n - 1)
    if (memmem (chunk, n, mark, 2) != NULL)
      return TRUE;
  return FALSE;
}

/* Whether a PNG may have EXIF data, which stands before its pixels or after them; one of very many
 * chunks may. */
static gboolean
may_have_png_exif (const RtSource *source)
{
  uint8_t chunk[8];   /* length, name */
  uint64_t at = 8;

  for (int i = 0; i < MAX_SEGMENTS; i++)
    {
      RtCursor cursor = rt_cursor_new (chunk, sizeof chunk);

      if (read_at (source, at, chunk, sizeof chunk) < sizeof chunk)
        return FALSE;
      if (memcmp (chunk + 4, "eXIf", 4) == 0)
        return TRUE;
      at += (uint64_t) rt_cursor_u32_be (&cursor) + 12;
    }
  return TRUE;
}

/* The probes give NULL, or what is wrong. */

static const char *
probe_png (const RtSource *source,
           const uint8_t  *head,
           size_t          n,
           RtPictureInfo  *info)
{
  RtCursor cursor = rt_cursor_new (head, n);
  int color_type;

  rt_cursor_seek (&cursor, 16);
  info->width = clamp_side (rt_cursor_u32_be (&cursor));
  info->height = clamp_side (rt_cursor_u32_be (&cursor));
  rt_cursor_u8 (&cursor);
  color_type = rt_cursor_u8 (&cursor);
  info->channels = color_type == 0 || color_type == 4 ? 1 : 3;
  info->may_turn = may_have_png_exif (source);
  if (cursor.failed || memcmp (head + 12, "IHDR", 4) != 0)
    return "the PNG picture is damaged in its header";
  if (!ends_with (source, (const uint8_t *) "IEND\xae\x42\x60\x82", 8, TAIL))
    return "the PNG picture is cut off";
  return NULL;
}

static gboolean
is_frame_header (int marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static const char *
probe_jpeg (const RtSource *source,
            RtPictureInfo  *info)
{
  static const uint8_t end_mark[] = { 0xff, 0xd9 };
  static const char damaged[] = "the JPEG picture is cut off or damaged in its header";
  uint64_t at = 2;

  for (int i = 0; i < MAX_SEGMENTS; i++)
    {
      uint8_t bytes[10];
      size_t n = read_at (source, at, bytes, sizeof bytes);

      if (n < 4 || bytes[0] != 0xff)
        return damaged;
      /* Markers may be preceded by any number of 0xff; TEM and RST have no length. */
      if (bytes[1] == 0xff)
        at += 1;
      else if (bytes[1] == 0x01 || (bytes[1] >= 0xd0 && bytes[1] <= 0xd7))
        at += 2;
      else if (bytes[1] == 0xd9 || bytes[1] == 0xda || bytes[1] == 0x00)
        return damaged;
      else if (is_frame_header (bytes[1]))
        {
          if (n < sizeof bytes)
            return damaged;
          info->height = bytes[5] << 8 | bytes[6];
          info->width = bytes[7] << 8 | bytes[8];
          info->channels = bytes[9] == 1 ? 1 : 3;
          break;
        }
      else
        {
          if (bytes[1] == 0xe1 && n == sizeof bytes && memcmp (bytes + 4, "Exif", 4) == 0)
            info->may_turn = TRUE;
          at += 2 + (bytes[2] << 8 | bytes[3]);
        }
    }
  if (!ends_with (source, end_mark, 2, TAIL) && !has_mark_after (source, at, end_mark))
    return "the JPEG picture is cut off";
  return NULL;
}

static const char *
probe_gif (const RtSource *source,
           const uint8_t  *head,
           size_t          n,
           RtPictureInfo  *info)
{
  RtCursor cursor = rt_cursor_new (head, n);

  rt_cursor_seek (&cursor, 6);
  info->width = rt_cursor_u16_le (&cursor);
  info->height = rt_cursor_u16_le (&cursor);
  return cursor.failed ? "the GIF picture is cut off" : NULL;
}

/* After "BM": size of the file, 4 unused, where the pixels are; then a header of its own length: 12
 * bytes (OS/2, 16-bit sides), or more. */
static const char *
probe_bmp (const RtSource *source,
           const uint8_t  *head,
           size_t          n,
           RtPictureInfo  *info)
{
  RtCursor cursor = rt_cursor_new (head, n);
  uint32_t offset, header_size, bits, packing = 0, n_colors = 0;
  uint64_t n_row;

  rt_cursor_seek (&cursor, 10);
  offset = rt_cursor_u32_le (&cursor);
  header_size = rt_cursor_u32_le (&cursor);
  if (header_size == 12)
    {
      info->width = rt_cursor_u16_le (&cursor);
      info->height = rt_cursor_u16_le (&cursor);
      rt_cursor_u16_le (&cursor);
      bits = rt_cursor_u16_le (&cursor);
    }
  else
    {
      info->width = (int32_t) rt_cursor_u32_le (&cursor);
      info->height = (int32_t) rt_cursor_u32_le (&cursor);
      /* Below zero: the rows go from top to bottom. */
      if (info->height < 0 && info->height != G_MININT)
        info->height = -info->height;
      rt_cursor_u16_le (&cursor);
      bits = rt_cursor_u16_le (&cursor);
      packing = rt_cursor_u32_le (&cursor);
      rt_cursor_seek (&cursor, 46);
      n_colors = rt_cursor_u32_le (&cursor);
    }
  if (cursor.failed || offset >= source->size)
    return "the BMP picture is cut off";
  /* Rows of whole 4 bytes, of which the last may lack its filling; gdk-pixbuf would take what there
   * is. */
  n_row = ((uint64_t) info->width * bits + 7) / 8;
  if ((packing == BMP_PLAIN || packing == BMP_MASKS) && info->width > 0 && info->height > 0 &&
      info->width <= RT_MAX_IMAGE_SIDE && info->height <= RT_MAX_IMAGE_SIDE &&
      offset + (n_row + 3) / 4 * 4 * (info->height - 1) + n_row > source->size)
    return "the BMP picture is cut off";
  /* gdk-pixbuf takes memory for as long a header and as many colours as are claimed. */
  if (header_size > BMP_LONGEST_HEADER || offset < 14 + header_size || n_colors > BMP_MOST_COLORS)
    return "the BMP picture is damaged in its header";
  return NULL;
}

/* RIFF, length of what follows, WEBP, and a chunk: VP8 (lossy), VP8L (lossless) or VP8X
 * (extended). */
static const char *
probe_webp (const RtSource *source,
            const uint8_t  *head,
            size_t          n,
            RtPictureInfo  *info)
{
  RtCursor cursor = rt_cursor_new (head, n);
  const uint8_t *chunk;
  uint32_t length, bits;

  rt_cursor_seek (&cursor, 4);
  length = rt_cursor_u32_le (&cursor);
  rt_cursor_seek (&cursor, 12);
  chunk = rt_cursor_take (&cursor, 18);
  if (chunk == NULL || (uint64_t) length + 8 > source->size + 1)
    return "the WebP picture is cut off";
  if (memcmp (chunk, "VP8X", 4) == 0)
    {
      info->width = (chunk[12] | chunk[13] << 8 | chunk[14] << 16) + 1;
      info->height = (chunk[15] | chunk[16] << 8 | chunk[17] << 16) + 1;
      info->may_turn = (chunk[8] & 0x08) != 0;
    }
  else if (memcmp (chunk, "VP8L", 4) == 0)
    {
      bits = chunk[9] | chunk[10] << 8 | chunk[11] << 16 | (uint32_t) chunk[12] << 24;
      info->width = (bits & 0x3fff) + 1;
      info->height = (bits >> 14 & 0x3fff) + 1;
    }
  else if (memcmp (chunk, "VP8 ", 4) == 0)
    {
      info->width = (chunk[14] | chunk[15] << 8) & 0x3fff;
      info->height = (chunk[16] | chunk[17] << 8) & 0x3fff;
    }
  else
    return "the WebP picture is damaged in its header";
  return NULL;
}

static uint32_t
read_number (const uint8_t *bytes,
             int            size,
             gboolean       big)
{
  RtCursor cursor = rt_cursor_new (bytes, (size_t) size);

  return (uint32_t) (big ? rt_cursor_read_be (&cursor, size) : rt_cursor_read_le (&cursor, size));
}

/* The first of a tag's 16-bit values: up to two are in the tag itself, more where it says. */
static uint32_t
read_first_short (const RtSource *source,
                  const uint8_t  *field,
                  uint32_t        count,
                  gboolean        big)
{
  uint8_t value[2];

  if (count <= 2)
    return read_number (field, 2, big);
  return read_at (source, read_number (field, 4, big), value, sizeof value) == sizeof value
         ? read_number (value, 2, big) : 0;
}

/* "II" or "MM" (the order of bytes), 42, where the directory is; there, tags of 12 bytes, the last
 * four of which are the value or where it is: 256 width, 257 height, 274 orientation, 339 of what
 * kind the samples are. */
static const char *
probe_tiff (const RtSource *source,
            const uint8_t  *head,
            size_t          n,
            RtPictureInfo  *info)
{
  gboolean big = head[0] == 'M';
  uint8_t tags[12 * 64];
  RtCursor cursor = rt_cursor_new (head, n);
  uint32_t sample_format = 1;
  uint64_t at;
  int n_tags;

  rt_cursor_seek (&cursor, 4);
  at = big ? rt_cursor_read_be (&cursor, 4) : rt_cursor_read_le (&cursor, 4);
  cursor = rt_cursor_new (tags, read_at (source, at, tags, sizeof tags));
  n_tags = big ? rt_cursor_u16_be (&cursor) : rt_cursor_u16_le (&cursor);
  for (int i = 0; i < n_tags && rt_cursor_get_left (&cursor) >= 12; i++)
    {
      int tag = big ? rt_cursor_u16_be (&cursor) : rt_cursor_u16_le (&cursor);
      int size = (big ? rt_cursor_u16_be (&cursor) : rt_cursor_u16_le (&cursor)) == 3 ? 2 : 4;
      uint32_t count = read_number (rt_cursor_take (&cursor, 4), 4, big);
      const uint8_t *field = rt_cursor_take (&cursor, 4);
      int value = clamp_side (read_number (field, size, big));

      if (tag == 256)
        info->width = value;
      else if (tag == 257)
        info->height = value;
      else if (tag == 274)
        info->may_turn = TRUE;
      else if (tag == 339)
        sample_format = read_first_short (source, field, count, big);
    }
  if (info->width == 0 || info->height == 0)
    return "the TIFF picture is cut off or damaged in its header";
  if (sample_format == TIFF_FLOAT)
    return "the TIFF picture is of floating-point values, which are not opened";
  return NULL;
}

static const char *
probe_any (const RtSource *source,
           const uint8_t  *head,
           size_t          n,
           RtPictureInfo  *info)
{
  if (RT_BEGINS_WITH (head, n, "\x89PNG\r\n\x1a\n"))
    {
      info->format = RT_PICTURE_PNG;
      return probe_png (source, head, n, info);
    }
  if (RT_BEGINS_WITH (head, n, "\xff\xd8\xff"))
    {
      info->format = RT_PICTURE_JPEG;
      return probe_jpeg (source, info);
    }
  if (RT_BEGINS_WITH (head, n, "GIF87a") || RT_BEGINS_WITH (head, n, "GIF89a"))
    {
      info->format = RT_PICTURE_GIF;
      return probe_gif (source, head, n, info);
    }
  if (RT_BEGINS_WITH (head, n, "RIFF") && n >= 12 && memcmp (head + 8, "WEBP", 4) == 0)
    {
      info->format = RT_PICTURE_WEBP;
      return probe_webp (source, head, n, info);
    }
  if (RT_BEGINS_WITH (head, n, "BM"))
    {
      info->format = RT_PICTURE_BMP;
      return probe_bmp (source, head, n, info);
    }
  if (RT_BEGINS_WITH (head, n, "II\x2a\0") || RT_BEGINS_WITH (head, n, "MM\0\x2a"))
    {
      info->format = RT_PICTURE_TIFF;
      return probe_tiff (source, head, n, info);
    }
  return "is not a picture (PNG, JPEG, WebP, GIF, BMP and TIFF are opened)";
}

static gboolean
probe_source (const RtSource  *source,
              const char      *name,
              RtPictureInfo   *info,
              GError         **error)
{
  uint8_t head[HEAD];
  size_t n = read_at (source, 0, head, sizeof head);
  const char *problem;

  *info = (RtPictureInfo) { .channels = 3 };
  if (n == 0)
    return rt_file_set_invalid (error, name, "the file is empty");
  problem = probe_any (source, head, n, info);
  if (problem != NULL)
    return rt_file_set_invalid (error, name, "%s", problem);
  if (info->width <= 0 || info->height <= 0)
    return rt_file_set_invalid (error, name, "the picture has no pixels");
  if (info->width > RT_MAX_IMAGE_SIDE || info->height > RT_MAX_IMAGE_SIDE)
    return rt_file_set_unsupported (error, name, "is %d x %d pixels; pictures up to %d a side are "
                                    "opened",
                                    info->width, info->height, RT_MAX_IMAGE_SIDE);
  return TRUE;
}

gboolean
rt_picture_probe_bytes (const uint8_t  *bytes,
                        size_t          n_bytes,
                        const char     *name,
                        RtPictureInfo  *info,
                        GError        **error)
{
  /* An empty file may have no bytes to point to. */
  RtSource source = { bytes != NULL ? bytes : (const uint8_t *) "", -1, n_bytes };

  return probe_source (&source, name, info, error);
}

gboolean
rt_picture_probe (const char     *path,
                  const char     *name,
                  RtPictureInfo  *info,
                  GError        **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  gboolean good;

  if (fd < 0)
    return rt_file_set_invalid (error, name, "%s", g_strerror (errno));
  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    good = rt_file_set_invalid (error, name, "is not an ordinary file");
  else
    good = probe_source (&(RtSource) { NULL, fd, status.st_size }, name, info, error);
  close (fd);
  return good;
}

int
rt_picture_get_reduction (int width,
                          int height,
                          int min_side,
                          int most)
{
  int step = 1;

  while (min_side > 0 && step < most && MIN (width, height) / (step * 2) >= min_side)
    step *= 2;
  return step;
}
