/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Zip archives, as far as PyTorch's files need them: the end record (and its 64-bit form), the
 * central directory, entries that are stored or deflated. Offsets and lengths are those of the
 * central directory; the local header is only read for how long it is. Values that were damaged on
 * their way show by their checksum; it is 0 where PyTorch was told not to compute any.
 */
#include "config.h"

#include "rt-zip.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <zlib.h>

#define END_SIZE 22
#define MAX_COMMENT 65535
#define END_64_LOCATOR_SIZE 20
#define DEFLATE_RATIO 1032

#define MAGIC_LOCAL 0x04034b50
#define MAGIC_CENTRAL 0x02014b50
#define MAGIC_END 0x06054b50
#define MAGIC_END_64 0x06064b50
#define MAGIC_END_64_LOCATOR 0x07064b50

#define FLAG_ENCRYPTED 1
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
#define EXTRA_64 1

#define BYTES_AT_ONCE ((uint64_t) 4 << 20)   /* between two looks at whether it is cancelled */

typedef struct
{
  char     *name;     /* Owned */
  int       flags;
  int       method;
  uint64_t  packed;   /* bytes */
  uint64_t  size;     /* bytes, unpacked */
  uint64_t  at;       /* of the local header */
  uint32_t  sum;      /* CRC-32 of the contents, or 0 */
} RtZipEntry;

struct _RtZip
{
  const uint8_t *bytes;
  size_t         n_bytes;
  char          *name;      /* Owned: of the file */
  GCancellable  *cancellable;   /* Owned (nullable) */
  GPtrArray     *entries;   /* Owned */
  uint64_t       n_left;    /* bytes that may yet be unpacked */
  GHashTable    *by_name;   /* Borrowed */
};

static void
free_entry (RtZipEntry *entry)
{
  g_free (entry->name);
  g_free (entry);
}

typedef struct
{
  uint64_t at;
  uint64_t size;        /* bytes */
  uint64_t n_entries;
} RtZipDirectory;

/* Where the directory is and how many entries it has, from the end record. */
static gboolean
find_directory (const uint8_t  *bytes,
                size_t          n_bytes,
                RtZipDirectory *directory)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  gboolean found = FALSE;
  uint64_t n_here;
  size_t end = 0;

  for (size_t back = END_SIZE; back <= n_bytes && back <= END_SIZE + MAX_COMMENT && !found; back++)
    {
      end = n_bytes - back;
      found = memcmp (bytes + end, "PK\5\6", 4) == 0;
    }
  if (!found)
    return FALSE;
  rt_cursor_seek (&cursor, end + 8);
  n_here = rt_cursor_u16_le (&cursor);
  directory->n_entries = rt_cursor_u16_le (&cursor);
  directory->size = rt_cursor_u32_le (&cursor);
  directory->at = rt_cursor_u32_le (&cursor);
  if (cursor.failed || n_here != directory->n_entries)
    return FALSE;
  if (end < END_64_LOCATOR_SIZE)
    return TRUE;

  /* A locator just before it means that the 64-bit end record holds the true numbers. */
  rt_cursor_seek (&cursor, end - END_64_LOCATOR_SIZE);
  if (rt_cursor_u32_le (&cursor) != MAGIC_END_64_LOCATOR)
    return TRUE;
  rt_cursor_u32_le (&cursor);
  rt_cursor_seek (&cursor, rt_cursor_u64_le (&cursor));
  if (rt_cursor_u32_le (&cursor) != MAGIC_END_64)
    return FALSE;
  rt_cursor_take (&cursor, 28);
  directory->n_entries = rt_cursor_u64_le (&cursor);
  directory->size = rt_cursor_u64_le (&cursor);
  directory->at = rt_cursor_u64_le (&cursor);
  return !cursor.failed;
}

/* Numbers that did not fit into 32 bits stand in an extra field, in this order, only those that did
 * not. */
static void
read_extra (RtCursor   *cursor,
            size_t      n,
            RtZipEntry *entry)
{
  const uint8_t *bytes = rt_cursor_take (cursor, n);
  RtCursor extra = rt_cursor_new (bytes, bytes != NULL ? n : 0);

  while (rt_cursor_get_left (&extra) >= 4)
    {
      int id = rt_cursor_u16_le (&extra);
      size_t n_field = rt_cursor_u16_le (&extra);
      const uint8_t *field = rt_cursor_take (&extra, n_field);
      RtCursor numbers = rt_cursor_new (field, field != NULL ? n_field : 0);

      if (id != EXTRA_64)
        continue;
      if (entry->size == G_MAXUINT32)
        entry->size = rt_cursor_u64_le (&numbers);
      if (entry->packed == G_MAXUINT32)
        entry->packed = rt_cursor_u64_le (&numbers);
      if (entry->at == G_MAXUINT32)
        entry->at = rt_cursor_u64_le (&numbers);
    }
}

static gboolean
read_entry (RtZip    *zip,
            RtCursor *cursor)
{
  g_autofree RtZipEntry *entry = g_new0 (RtZipEntry, 1);
  size_t n_name, n_extra, n_comment;
  const uint8_t *name;

  if (rt_cursor_u32_le (cursor) != MAGIC_CENTRAL)
    return FALSE;
  rt_cursor_take (cursor, 4);
  entry->flags = rt_cursor_u16_le (cursor);
  entry->method = rt_cursor_u16_le (cursor);
  rt_cursor_take (cursor, 4);
  entry->sum = rt_cursor_u32_le (cursor);
  entry->packed = rt_cursor_u32_le (cursor);
  entry->size = rt_cursor_u32_le (cursor);
  n_name = rt_cursor_u16_le (cursor);
  n_extra = rt_cursor_u16_le (cursor);
  n_comment = rt_cursor_u16_le (cursor);
  rt_cursor_take (cursor, 8);
  entry->at = rt_cursor_u32_le (cursor);
  name = rt_cursor_take (cursor, n_name);
  read_extra (cursor, n_extra, entry);
  rt_cursor_take (cursor, n_comment);
  if (cursor->failed)
    return FALSE;
  entry->name = g_strndup ((const char *) name, n_name);
  g_hash_table_insert (zip->by_name, entry->name, entry);
  g_ptr_array_add (zip->entries, g_steal_pointer (&entry));
  return TRUE;
}

RtZip *
rt_zip_new (const uint8_t  *bytes,
            size_t          n_bytes,
            const char     *name,
            GCancellable   *cancellable,
            GError        **error)
{
  g_autoptr (RtZip) zip = g_new0 (RtZip, 1);
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  RtZipDirectory directory;

  zip->bytes = bytes;
  zip->n_bytes = n_bytes;
  zip->name = g_strdup (name);
  g_set_object (&zip->cancellable, cancellable);
  zip->n_left = rt_file_get_most_unpacked (n_bytes);
  zip->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) free_entry);
  zip->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (!find_directory (bytes, n_bytes, &directory))
    {
      rt_file_set_invalid (error, name, "the archive is cut off: its directory, which is at its "
                           "end, is missing");
      return NULL;
    }
  rt_cursor_seek (&cursor, directory.at);
  for (uint64_t i = 0; i < directory.n_entries; i++)
    if (!read_entry (zip, &cursor))
      {
        rt_file_set_invalid (error, name, "the archive's directory is damaged at its entry "
                             "%" G_GUINT64_FORMAT, i + 1);
        return NULL;
      }
  if (cursor.at - directory.at != directory.size)
    {
      rt_file_set_invalid (error, name, "the archive's directory is not as long as its end says");
      return NULL;
    }
  return g_steal_pointer (&zip);
}

void
rt_zip_free (RtZip *zip)
{
  if (zip == NULL)
    return;
  g_clear_pointer (&zip->by_name, g_hash_table_unref);
  g_clear_pointer (&zip->entries, g_ptr_array_unref);
  g_clear_object (&zip->cancellable);
  g_free (zip->name);
  g_free (zip);
}

const char *
rt_zip_find_ending (const RtZip *zip,
                    const char  *ending)
{
  for (guint i = 0; i < zip->entries->len; i++)
    {
      const RtZipEntry *entry = zip->entries->pdata[i];

      if (g_str_has_suffix (entry->name, ending))
        return entry->name;
    }
  return NULL;
}

size_t
rt_zip_get_n_bytes (const RtZip *zip)
{
  return zip->n_bytes;
}

gboolean
rt_zip_has (const RtZip *zip,
            const char  *entry)
{
  return g_hash_table_contains (zip->by_name, entry);
}

/* Raw deflate of known length. What is unpacked counts for the whole archive, as many entries may
 * be of one small stream. (transfer full) */
static GBytes *
inflate_entry (RtZip             *zip,
               const RtZipEntry  *entry,
               const uint8_t     *packed,
               GError           **error)
{
  z_stream stream = { 0 };
  g_autofree uint8_t *out = NULL;
  gboolean cancelled = FALSE;
  int status = Z_MEM_ERROR;

  if (entry->size / DEFLATE_RATIO > entry->packed || entry->size > G_MAXUINT32
      || entry->packed > G_MAXUINT32 || entry->size > zip->n_left)
    {
      rt_file_set_invalid (error, zip->name, "entry %s claims to unpack to more than it may",
                           entry->name);
      return NULL;
    }
  zip->n_left -= entry->size;
  out = g_try_malloc (entry->size + 1);
  if (out != NULL && inflateInit2 (&stream, -MAX_WBITS) == Z_OK)
    {
      stream.next_in = (Bytef *) packed;
      stream.avail_in = entry->packed;
      stream.next_out = out;
      do
        {
          cancelled = g_cancellable_set_error_if_cancelled (zip->cancellable, error);
          stream.avail_out = MIN (BYTES_AT_ONCE, entry->size - stream.total_out);
          status = cancelled ? Z_OK : inflate (&stream, Z_SYNC_FLUSH);
        }
      while (!cancelled && status == Z_OK && stream.total_out < entry->size);
      inflateEnd (&stream);
    }
  if (cancelled)
    return NULL;
  if (status != Z_STREAM_END || stream.total_out != entry->size || stream.avail_in != 0)
    {
      rt_file_set_invalid (error, zip->name, "entry %s is damaged", entry->name);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), entry->size);
}

/* Where the packed contents are, by the local header; NULL where they are not within the file. */
static const uint8_t *
find_packed (const RtZip      *zip,
             const RtZipEntry *entry)
{
  RtCursor cursor = rt_cursor_new (zip->bytes, zip->n_bytes);
  size_t n_name, n_extra;

  rt_cursor_seek (&cursor, entry->at);
  if (rt_cursor_u32_le (&cursor) != MAGIC_LOCAL)
    return NULL;
  rt_cursor_take (&cursor, 22);
  n_name = rt_cursor_u16_le (&cursor);
  n_extra = rt_cursor_u16_le (&cursor);
  rt_cursor_take (&cursor, n_name + n_extra);
  return rt_cursor_take (&cursor, entry->packed);
}

static gboolean
check_sum (const RtZip       *zip,
           const RtZipEntry  *entry,
           GBytes            *contents,
           GError           **error)
{
  size_t n;
  const uint8_t *bytes = g_bytes_get_data (contents, &n);
  unsigned long sum = 0;

  for (size_t at = 0; entry->sum != 0 && at < n; at += BYTES_AT_ONCE)
    {
      if (g_cancellable_set_error_if_cancelled (zip->cancellable, error))
        return FALSE;
      sum = crc32_z (sum, bytes + at, MIN (BYTES_AT_ONCE, n - at));
    }
  return sum == entry->sum
         || rt_file_set_invalid (error, zip->name, "entry %s is damaged: its values have not the "
                                 "sum that they were written with", entry->name);
}

/* What was found sound is unpacked, and its sum looked at. (transfer full) */
static GBytes *
read_contents (RtZip             *zip,
               const RtZipEntry  *entry,
               const uint8_t     *packed,
               GError           **error)
{
  g_autoptr (GBytes) contents = entry->method == METHOD_STORED
                                ? g_bytes_new_static (packed, entry->packed)
                                : inflate_entry (zip, entry, packed, error);

  if (contents == NULL || !check_sum (zip, entry, contents, error))
    return NULL;
  return g_steal_pointer (&contents);
}

GBytes *
rt_zip_read (RtZip       *zip,
             const char  *entry_name,
             GError     **error)
{
  const RtZipEntry *entry = g_hash_table_lookup (zip->by_name, entry_name);
  const uint8_t *packed = entry != NULL ? find_packed (zip, entry) : NULL;

  if (entry == NULL)
    rt_file_set_invalid (error, zip->name, "the archive has no entry %s", entry_name);
  else if (packed == NULL)
    rt_file_set_invalid (error, zip->name, "entry %s does not lie within the file (is it cut "
                         "off?)", entry_name);
  else if ((entry->flags & FLAG_ENCRYPTED) != 0 || (entry->method != METHOD_STORED
                                                    && entry->method != METHOD_DEFLATED))
    rt_file_set_unsupported (error, zip->name, "entry %s is encrypted, or packed in a way that "
                             "is not opened", entry_name);
  else if (entry->method == METHOD_STORED && entry->size != entry->packed)
    rt_file_set_invalid (error, zip->name, "entry %s is not as long as the archive's directory "
                         "says", entry_name);
  else
    return read_contents (zip, entry, packed, error);
  return NULL;
}
