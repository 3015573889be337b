/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-file.h"

#include "rt-image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a slow disk too they come within a tenth of a second, after which a cancel is heard. */
#define BYTES_AT_ONCE ((size_t) 1 << 20)

static void G_GNUC_PRINTF (4, 0)
set_error (GError      **error,
           RtDataError   code,
           const char   *name,
           const char   *format,
           va_list       args)
{
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = g_strdup_vprintf (format, args);
  /* It may quote names from a damaged file. */
  g_autofree char *message = g_utf8_make_valid (text, -1);

  g_set_error (error, RT_DATA_ERROR, code, "%s: %s", shown, message);
}

gboolean
rt_file_set_invalid (GError     **error,
                     const char  *name,
                     const char  *format,
                     ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, RT_DATA_ERROR_INVALID, name, format, args);
  va_end (args);
  return FALSE;
}

gboolean
rt_file_set_unsupported (GError     **error,
                         const char  *name,
                         const char  *format,
                         ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, RT_DATA_ERROR_UNSUPPORTED, name, format, args);
  va_end (args);
  return FALSE;
}

gboolean
rt_file_add_advice (GError     **error,
                    const char  *advice)
{
  if (error != NULL && *error != NULL && advice != NULL &&
      (g_error_matches (*error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID) ||
       g_error_matches (*error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND)))
    {
      g_autofree char *message = (*error)->message;

      (*error)->message = g_strdup_printf ("%s (%s)", message,
                                           (*error)->code == RT_DATA_ERROR_INVALID
                                           ? advice : "look at the path");
    }
  return FALSE;
}

/* What the system said about @path, as an error of this folder. */
static void
set_system_error (GError     **error,
                  const char  *path,
                  int          code)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, RT_DATA_ERROR,
               code == ENOENT || code == ENOTDIR ? RT_DATA_ERROR_NOT_FOUND : RT_DATA_ERROR_INVALID,
               "%s: %s", shown,
               code == ENOENT || code == ENOTDIR ? "there is no such file" : g_strerror (code));
}

/* Fewer bytes than @n only at the end of the file; -1 with an error. */
static ssize_t
read_all (int            fd,
          const char    *path,
          uint8_t       *bytes,
          size_t         n,
          GCancellable  *cancellable,
          GError       **error)
{
  size_t done = 0;

  while (done < n)
    {
      ssize_t now;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return -1;
      now = read (fd, bytes + done, MIN (n - done, BYTES_AT_ONCE));
      if (now < 0 && errno == EINTR)
        continue;
      if (now < 0)
        {
          set_system_error (error, path, errno);
          return -1;
        }
      if (now == 0)
        break;
      done += now;
    }
  return done;
}

static GBytes *
read_open_file (int            fd,
                const char    *path,
                size_t         max_bytes,
                GCancellable  *cancellable,
                GError       **error)
{
  struct stat info;
  g_autofree uint8_t *bytes = NULL;
  ssize_t n;

  if (fstat (fd, &info) != 0)
    {
      set_system_error (error, path, errno);
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      /* To copy it again, as is said of what is damaged, would not help. */
      rt_file_set_unsupported (error, path, S_ISDIR (info.st_mode)
                               ? "is a folder, not a file; choose a file in it"
                               : "is not an ordinary file; choose one that is");
      return NULL;
    }
  if ((uint64_t) info.st_size > max_bytes)
    {
      g_autofree char *size = g_format_size (info.st_size);
      g_autofree char *most = g_format_size (max_bytes);

      rt_file_set_unsupported (error, path, "is %s, more than the %s that are opened", size, most);
      return NULL;
    }
  bytes = g_try_malloc (MAX (info.st_size, 1));
  if (bytes == NULL)
    {
      rt_file_set_invalid (error, path, "does not fit into memory");
      return NULL;
    }
  n = read_all (fd, path, bytes, info.st_size, cancellable, error);
  if (n < 0)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}

GBytes *
rt_file_read (const char    *path,
              size_t         max_bytes,
              GCancellable  *cancellable,
              GError       **error)
{
  /* Not to wait for a writer, should it be a pipe. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  GBytes *bytes;

  if (fd < 0)
    {
      set_system_error (error, path, errno);
      return NULL;
    }
  bytes = read_open_file (fd, path, max_bytes, cancellable, error);
  close (fd);
  return bytes;
}

gboolean
rt_file_write (const char     *path,
               const uint8_t  *bytes,
               size_t          n_bytes,
               GError        **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *shown = NULL;

  if (g_file_set_contents_full (path, (const char *) bytes, n_bytes,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                0666, &cause))
    return TRUE;
  shown = g_filename_display_name (path);
  g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_WRITE, "%s: could not be written: %s", shown,
               cause->message);
  return FALSE;
}
