/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gzipped files, through zlib. A file is known as one by its first two bytes, so that a name
 * without ".gz" is no hindrance and an unpacked file whose name says ".gz" is opened as well.
 * Several members one after the other are one file (RFC 1952); what follows them must be zeros.
 *
 * Nothing the file claims about its unpacked size is believed: the output grows as it comes, up to
 * the limit that the caller gave, and to what a file of its size may hold.
 */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <zlib.h>

#define GZIP_MAGIC "\x1f\x8b"
#define CHUNK ((size_t) 1 << 18)

/* Room for at least one more byte, or FALSE at the limit. */
static gboolean
grow (uint8_t **bytes,
      size_t   *room,
      size_t    used,
      size_t    max_bytes)
{
  size_t wanted;
  uint8_t *larger;

  if (used < *room)
    return TRUE;
  wanted = MIN (MAX (*room * 2, CHUNK), max_bytes);
  if (wanted <= used)
    return FALSE;
  larger = g_try_realloc (*bytes, wanted);
  if (larger == NULL)
    return FALSE;
  *bytes = larger;
  *room = wanted;
  return TRUE;
}

static gboolean
is_zeros (const uint8_t *bytes,
          size_t         n)
{
  for (size_t i = 0; i < n; i++)
    if (bytes[i] != 0)
      return FALSE;
  return TRUE;
}

/* One call of inflate() into what room there is. Z_STREAM_END, Z_OK, or what went wrong. */
static int
inflate_some (z_stream *stream,
              uint8_t  *out,
              size_t    n_out)
{
  uInt now = MIN (n_out, (size_t) 1 << 30);
  int status;

  stream->next_out = out;
  stream->avail_out = now;
  status = inflate (stream, Z_NO_FLUSH);
  if (status == Z_BUF_ERROR && stream->avail_in > 0)
    status = Z_DATA_ERROR;
  return status;
}

/* More input where all of it is used up; handed over in pieces, as zlib counts in 32 bits. */
static void
feed (z_stream      *stream,
      const uint8_t *bytes,
      size_t         n_bytes,
      size_t        *given)
{
  if (stream->avail_in > 0)
    return;
  stream->next_in = (Bytef *) bytes + *given;
  stream->avail_in = MIN (n_bytes - *given, (size_t) 1 << 30);
  *given += stream->avail_in;
}

static gboolean
check_status (int              status,
              const z_stream  *stream,
              const char      *name,
              GError         **error)
{
  if (status == Z_OK || status == Z_STREAM_END)
    return TRUE;
  if (status == Z_BUF_ERROR)
    return rt_file_set_invalid (error, name, "the gzipped file is cut off");
  return rt_file_set_invalid (error, name, "the gzipped file is damaged: %s",
                              stream->msg != NULL ? stream->msg : "its lengths do not agree");
}

/* All members. */
static GBytes *
unpack (z_stream       *stream,
        const uint8_t  *bytes,
        size_t          n_bytes,
        size_t          max_bytes,
        const char     *name,
        GError        **error)
{
  g_autofree uint8_t *out = NULL;
  size_t room = 0, used = 0, given = 0;

  for (;;)
    {
      int status;
      size_t at;

      feed (stream, bytes, n_bytes, &given);
      if (!grow (&out, &room, used, max_bytes))
        {
          g_autofree char *most = g_format_size (max_bytes);

          rt_file_set_invalid (error, name, "unpacks to more than the %s that are opened", most);
          return NULL;
        }
      status = inflate_some (stream, out + used, room - used);
      used = stream->next_out - out;
      if (!check_status (status, stream, name, error))
        return NULL;
      if (status != Z_STREAM_END)
        continue;
      at = given - stream->avail_in;
      if (is_zeros (bytes + at, n_bytes - at))
        return g_bytes_new_take (g_steal_pointer (&out), used);
      if (!RT_BEGINS_WITH (bytes + at, n_bytes - at, GZIP_MAGIC))
        {
          rt_file_set_invalid (error, name, "%zu bytes that are not gzip follow the gzipped ones",
                               n_bytes - at);
          return NULL;
        }
      inflateReset (stream);
    }
}

GBytes *
rt_gzip_unpack (const uint8_t  *bytes,
                size_t          n_bytes,
                size_t          max_bytes,
                const char     *name,
                GError        **error)
{
  z_stream stream = { 0 };
  GBytes *unpacked;

  /* 16: a gzip header is expected, and its checksum verified. */
  if (inflateInit2 (&stream, 16 + MAX_WBITS) != Z_OK)
    {
      rt_file_set_invalid (error, name, "no memory to unpack it");
      return NULL;
    }
  unpacked = unpack (&stream, bytes, n_bytes, max_bytes, name, error);
  inflateEnd (&stream);
  return unpacked;
}

GBytes *
rt_gzip_read_file (const char  *path,
                   size_t       max_bytes,
                   GError     **error)
{
  g_autoptr (GBytes) packed = rt_file_read (path, max_bytes, NULL, error);
  const uint8_t *bytes;
  size_t n;

  if (packed == NULL)
    return NULL;
  bytes = g_bytes_get_data (packed, &n);
  if (!RT_BEGINS_WITH (bytes, n, GZIP_MAGIC))
    return g_steal_pointer (&packed);
  return rt_gzip_unpack (bytes, n, MIN (max_bytes, rt_file_get_most_unpacked (n)), path, error);
}
