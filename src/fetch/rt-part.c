/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-part.h"

#include "rt-fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1024 * 1024)
#define MAX_VERSION 512

struct _RtPart
{
  char      *path;       /* Owned: of the whole file */
  char      *name;       /* Owned: PATH.part */
  char      *from;       /* Owned: PATH.part.from */
  char      *version;    /* Owned: (nullable) */
  int        fd;
  guint64    bytes;
  GChecksum *sha256;     /* Owned */
  GChecksum *md5;        /* Owned */
};

char *
rt_part_get_name (const char *path)
{
  return g_strconcat (path, ".part", NULL);
}

static gboolean
fail (const char  *path,
      GError     **error)
{
  int code = errno;

  g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DISK, "%s: cannot be written: %s%s", path,
               g_strerror (code), code == ENOSPC || code == EDQUOT || code == EFBIG
               ? "; make room there, and fetch again: it goes on where it stopped" : "");
  return FALSE;
}

static void
update_sums (RtPart     *self,
             const void *bytes,
             size_t      n_bytes)
{
  g_checksum_update (self->sha256, bytes, (gssize) n_bytes);
  g_checksum_update (self->md5, bytes, (gssize) n_bytes);
  self->bytes += n_bytes;
}

static gboolean
read_sums (RtPart        *self,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autofree char *block = g_malloc (BLOCK_BYTES);
  ssize_t n;

  while ((n = read (self->fd, block, BLOCK_BYTES)) != 0)
    {
      if (n < 0)
        return fail (self->name, error);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      update_sums (self, block, (size_t) n);
    }
  return TRUE;
}

/* One line of what a server said; nothing that could not stand in a header. */
static gboolean
is_version (const char *text)
{
  if (*text == '\0' || strlen (text) > MAX_VERSION)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (*at < 0x20 || *at > 0x7e)
      return FALSE;
  return TRUE;
}

RtPart *
rt_part_open (const char    *path,
              guint64        most,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (RtPart) self = g_new0 (RtPart, 1);
  struct stat info;

  self->path = g_strdup (path);
  self->name = rt_part_get_name (path);
  self->from = g_strconcat (self->name, ".from", NULL);
  self->sha256 = g_checksum_new (G_CHECKSUM_SHA256);
  self->md5 = g_checksum_new (G_CHECKSUM_MD5);
  self->fd = g_open (self->name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      fail (self->name, error);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || (guint64) info.st_size > most)
    {
      if (!rt_part_restart (self, NULL, error))
        return NULL;
      return g_steal_pointer (&self);
    }
  if (!read_sums (self, cancellable, error))
    return NULL;
  if (g_file_get_contents (self->from, &self->version, NULL, NULL) && !is_version (self->version))
    g_clear_pointer (&self->version, g_free);
  return g_steal_pointer (&self);
}

void
rt_part_free (RtPart *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self->name);
  g_free (self->from);
  g_free (self->version);
  g_checksum_free (self->sha256);
  g_checksum_free (self->md5);
  g_free (self);
}

guint64
rt_part_get_bytes (const RtPart *self)
{
  return self->bytes;
}

const char *
rt_part_get_version (const RtPart *self)
{
  return self->version;
}

gboolean
rt_part_restart (RtPart      *self,
                 const char  *version,
                 GError     **error)
{
  if (ftruncate (self->fd, 0) != 0 || lseek (self->fd, 0, SEEK_SET) != 0)
    return fail (self->name, error);
  g_checksum_reset (self->sha256);
  g_checksum_reset (self->md5);
  self->bytes = 0;
  g_free (self->version);
  self->version = version != NULL && is_version (version) ? g_strdup (version) : NULL;
  g_unlink (self->from);
  /* Without it the fetch still works: what is taken up is checked by its sum. */
  if (self->version != NULL)
    g_file_set_contents (self->from, self->version, -1, NULL);
  return TRUE;
}

gboolean
rt_part_append (RtPart      *self,
                const void  *bytes,
                size_t       n_bytes,
                GError     **error)
{
  const char *at = bytes;

  while (n_bytes > 0)
    {
      ssize_t n = write (self->fd, at, n_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (self->name, error);
      update_sums (self, at, (size_t) n);
      at += n;
      n_bytes -= (size_t) n;
    }
  return TRUE;
}

void
rt_part_get_sums (const RtPart  *self,
                  char         **sha256,
                  char         **md5)
{
  g_autoptr (GChecksum) sha256_so_far = g_checksum_copy (self->sha256);
  g_autoptr (GChecksum) md5_so_far = g_checksum_copy (self->md5);

  *sha256 = g_strdup (g_checksum_get_string (sha256_so_far));
  *md5 = g_strdup (g_checksum_get_string (md5_so_far));
}

gboolean
rt_part_finish (RtPart  *self,
                GError **error)
{
  if (fsync (self->fd) != 0)
    return fail (self->name, error);
  if (g_rename (self->name, self->path) != 0)
    return fail (self->path, error);
  g_unlink (self->from);
  return TRUE;
}

void
rt_part_discard (RtPart *self)
{
  g_unlink (self->name);
  g_unlink (self->from);
}
