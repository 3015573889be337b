/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives, through libarchive. It can be told to look after itself, but its checks are of what
 * lies on the disk; here nothing that could need one is written in the first place: the folder is
 * new, and only ordinary files and folders whose names stay inside it are made, each once. What is
 * unpacked is counted as it comes out, whatever the archive says of its sizes.
 *
 * rt_archive_unpack() -> unpack_all() -> check_header(), unpack_file() for each of its members;
 * sync_folder().
 */
#include "config.h"

#include "rt-archive.h"

#include "rt-catalogue.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (256 * 1024)
#define MAX_DEPTH 32

typedef struct
{
  struct archive        *archive;      /* Owned */
  const char            *path;
  const char            *folder;
  const RtArchiveLimits *limits;
  guint64                bytes;        /* unpacked so far */
  guint                  files;
  RtArchiveFunc          func;         /* (nullable) */
  void                  *data;
  GCancellable          *cancellable;  /* (nullable) */
  GError               **error;
} Unpack;

static gboolean G_GNUC_PRINTF (2, 3)
refuse (Unpack     *self,
        const char *format,
        ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (self->error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID,
               "%s: %s; nothing of it was kept", self->path, message);
  return FALSE;
}

static gboolean
fail_write (Unpack     *self,
            const char *path)
{
  int code = errno;

  g_set_error (self->error, G_FILE_ERROR, (int) g_file_error_from_errno (code),
               "%s: cannot be written: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
fail_read (Unpack *self)
{
  const char *why = archive_error_string (self->archive);

  return refuse (self, "cannot be unpacked: %s", why != NULL ? why : "it is damaged");
}

/* Whether @name stays inside the folder it is put in. */
static gboolean
is_inside (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  if (*name == '\0' || *name == '/' || !g_utf8_validate (name, -1, NULL)
      || g_strv_length (parts) > MAX_DEPTH)
    return FALSE;
  for (int i = 0; parts[i] != NULL; i++)
    if (g_str_equal (parts[i], "..") || strchr (parts[i], '\\') != NULL)
      return FALSE;
  return TRUE;
}

/* (nullable): the name, where it is one that is unpacked. */
static const char *
check_header (Unpack               *self,
              struct archive_entry *entry)
{
  const char *name = archive_entry_pathname_utf8 (entry);
  g_autofree char *shown = NULL;

  if (name == NULL)
    name = archive_entry_pathname (entry);
  if (name == NULL || !is_inside (name))
    {
      shown = g_strescape (name != NULL ? name : "", NULL);
      refuse (self, "“%s” is no name inside a folder", shown);
      return NULL;
    }
  if (archive_entry_hardlink (entry) != NULL || archive_entry_symlink (entry) != NULL
      || (archive_entry_filetype (entry) != AE_IFREG && archive_entry_filetype (entry) != AE_IFDIR))
    {
      refuse (self, "“%s” is neither a file nor a folder", name);
      return NULL;
    }
  if (++self->files > self->limits->files)
    {
      refuse (self, "it holds more than %u files", self->limits->files);
      return NULL;
    }
  return name;
}

static gboolean
write_all (int         fd,
           const char *bytes,
           size_t      n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t n = write (fd, bytes, n_bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      n_bytes -= (size_t) n;
    }
  return TRUE;
}

static gboolean
copy_data (Unpack     *self,
           int         fd,
           const char *path)
{
  g_autofree char *block = g_malloc (BLOCK_BYTES);

  for (;;)
    {
      la_ssize_t n;

      if (g_cancellable_set_error_if_cancelled (self->cancellable, self->error))
        return FALSE;
      n = archive_read_data (self->archive, block, BLOCK_BYTES);
      if (n < 0)
        return fail_read (self);
      if (n == 0)
        return TRUE;
      self->bytes += (guint64) n;
      if (self->bytes > self->limits->bytes)
        return refuse (self, "it unpacks to more than %" G_GUINT64_FORMAT " bytes",
                       self->limits->bytes);
      if (!write_all (fd, block, (size_t) n))
        return fail_write (self, path);
      if (self->func != NULL)
        self->func (self->bytes, self->data);
    }
}

static gboolean
unpack_file (Unpack     *self,
             const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;
  gboolean good;

  if (g_mkdir_with_parents (folder, 0755) != 0)
    return fail_write (self, folder);
  fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0)
    return fail_write (self, path);
  good = copy_data (self, fd, path);
  if (close (fd) != 0 && good)
    good = fail_write (self, path);
  return good;
}

static gboolean
unpack_all (Unpack *self)
{
  struct archive_entry *entry;
  int status;

  while ((status = archive_read_next_header (self->archive, &entry)) == ARCHIVE_OK
         || status == ARCHIVE_WARN)
    {
      const char *name = check_header (self, entry);
      g_autofree char *path = name != NULL ? g_build_filename (self->folder, name, NULL) : NULL;

      if (name == NULL || g_cancellable_set_error_if_cancelled (self->cancellable, self->error))
        return FALSE;
      if (archive_entry_filetype (entry) == AE_IFDIR)
        {
          if (g_mkdir_with_parents (path, 0755) != 0)
            return fail_write (self, path);
        }
      else if (!unpack_file (self, path))
        return FALSE;
    }
  if (status != ARCHIVE_EOF)
    return fail_read (self);
  return self->files > 0 || refuse (self, "it is empty");
}

/* All of it on the disk in one go, as who asked for it may take the archive away now. */
static gboolean
sync_folder (Unpack *self)
{
  int fd = g_open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean good = (fd >= 0 && syncfs (fd) == 0) || fail_write (self, self->folder);

  if (fd >= 0)
    close (fd);
  return good;
}

gboolean
rt_archive_unpack (const char             *path,
                   const char             *folder,
                   const RtArchiveLimits  *limits,
                   RtArchiveFunc           func,
                   void                   *data,
                   GCancellable           *cancellable,
                   GError                **error)
{
  Unpack self = { archive_read_new (), path, folder, limits, 0, 0, func, data, cancellable, error };
  gboolean good;

  archive_read_support_filter_gzip (self.archive);
  archive_read_support_format_tar (self.archive);
  archive_read_support_format_zip (self.archive);
  if (archive_read_open_filename (self.archive, path, BLOCK_BYTES) != ARCHIVE_OK)
    good = fail_read (&self);
  else if (g_mkdir (folder, 0755) != 0)
    good = fail_write (&self, folder);
  else
    {
      good = unpack_all (&self) && sync_folder (&self);
      if (!good)
        rt_archive_remove (folder, NULL);
    }
  archive_read_free (self.archive);
  return good;
}

static gboolean
remove_file (GFile         *file,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr (GFileEnumerator) children = NULL;
  GFile *child;

  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable)
      == G_FILE_TYPE_DIRECTORY)
    {
      children = g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable,
                                            error);
      if (children == NULL)
        return FALSE;
      for (;;)
        {
          if (!g_file_enumerator_iterate (children, NULL, &child, cancellable, error))
            return FALSE;
          if (child == NULL)
            break;
          if (!remove_file (child, cancellable, error))
            return FALSE;
        }
    }
  return g_file_delete (file, cancellable, error);
}

gboolean
rt_archive_remove (const char  *folder,
                   GError     **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  if (!g_file_query_exists (file, NULL))
    return TRUE;
  return remove_file (file, NULL, error);
}
