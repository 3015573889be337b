/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * flock() rather than fcntl(): it belongs to the open file, so that two threads of one process
 * exclude each other too, and closing some other descriptor of the same file does not give it away.
 *
 * Who only looks takes the lock for a moment, shared; so the taker tries for a little while before
 * it believes that the run is taken. The file says whose it is, for messages alone. It is left
 * behind: to remove it would let two processes hold locks on two files of one name.
 */

#include "config.h"

#include "rt-run-lock.h"
#include "rt-store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define N_TRIES            20
#define TRY_MICROSECONDS   10000

struct _RtRunLock
{
  int fd;
};

static long
read_owner (int fd)
{
  char text[32] = "";

  return pread (fd, text, sizeof text - 1, 0) > 0 ? strtol (text, NULL, 10) : 0;
}

RtRunLock *
rt_run_lock_take (const char  *folder,
                  int          run,
                  GError     **error)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  g_autofree char *owner = g_strdup_printf ("%ld\n", (long) getpid ());
  RtRunLock *self;
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

  if (fd < 0)
    {
      g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO,
                   "%s: it could not be made (%s): the folder of the run must be there and "
                   "writable",
                   path, g_strerror (errno));
      return NULL;
    }
  for (int i = 0; flock (fd, LOCK_EX | LOCK_NB) != 0; i++)
    {
      if (i == N_TRIES || errno != EWOULDBLOCK)
        {
          g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_BUSY,
                       "run %d is being trained by process %ld: wait until it ends, or stop it "
                       "first", run, read_owner (fd));
          close (fd);
          return NULL;
        }
      g_usleep (TRY_MICROSECONDS);
    }

  /* On a full disk the lock holds all the same. */
  if (ftruncate (fd, 0) != 0 || pwrite (fd, owner, strlen (owner), 0) < 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  self = g_new0 (RtRunLock, 1);
  self->fd = fd;
  return self;
}

void
rt_run_lock_release (RtRunLock *self)
{
  if (self == NULL)
    return;
  close (self->fd);
  g_free (self);
}

gboolean
rt_run_lock_is_free (const char  *folder,
                     RtRunLock  **guard)
{
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  *guard = NULL;
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR;
  if (flock (fd, LOCK_SH | LOCK_NB) != 0)
    {
      close (fd);
      return FALSE;
    }
  *guard = g_new0 (RtRunLock, 1);
  (*guard)->fd = fd;
  return TRUE;
}
