/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fetch: each file of an entry comes into its part, is checked, and is then put to its name; an
 * archive is unpacked; SHA256SUMS is written last. Whatever breaks in between leaves what has come,
 * and the next fetch goes on from there.
 *
 *   rt_fetch_entry() -> fetch_file() for each -> find_whole()      a file that is here already
 *                                             -> fill_part()       attempts, until all has come
 *                                             -> check_part()      size and sums, then its name
 *                    -> unpack(), rt_catalogue_entry_set_fetched()
 *
 * A cut or stalled connection is tried again as long as each attempt brings something, and a few
 * times more. Bytes that are not those of the catalogue are thrown away; where some of them were
 * left by an earlier fetch, it begins once more from nothing, as the file may have changed
 * meanwhile.
 */
#include "config.h"

#include "rt-fetch.h"

#include "rt-archive.h"
#include "rt-quark.h"
#include "rt-transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define STALL_SECONDS 30
#define MAX_IDLE_ATTEMPTS 3
#define PAUSE_MS 300
#define REPORT_US (G_USEC_PER_SEC / 10)

RT_DEFINE_QUARK (rt-fetch-error-quark, rt_fetch_error)

typedef struct
{
  const RtCatalogueEntry *entry;
  RtFetchFunc             func;         /* (nullable) */
  void                   *data;
  GCancellable           *cancellable;  /* (nullable) */
  SoupSession            *session;      /* Owned */
  RtPart                 *part;         /* (nullable) Borrowed: of the file that comes in */
  RtFetchProgress         progress;
  guint64                 before;       /* bytes of the files before this one */
  gint64                  reported;     /* when, by the monotonic clock */
} Fetch;

static void
report (Fetch        *self,
        RtFetchStage  stage,
        gboolean      now)
{
  gint64 time = g_get_monotonic_time ();

  if (!now && stage == self->progress.stage && time - self->reported < REPORT_US)
    return;
  self->progress.stage = stage;
  self->reported = time;
  if (self->func != NULL)
    self->func (&self->progress, self->data);
}

static void
transfer_cb (gboolean  receiving,
             void     *data)
{
  Fetch *self = data;

  self->progress.done = self->before + rt_part_get_bytes (self->part);
  report (self, receiving ? RT_FETCH_RECEIVING : RT_FETCH_CONNECTING, FALSE);
}

/* Attempts */

/* What has come is said too, where something has. */
static gboolean
fail_connection (Fetch                  *self,
                 const RtCatalogueFile  *file,
                 const GError           *cause,
                 GError                **error)
{
  g_autofree char *kept = g_format_size (rt_part_get_bytes (self->part));
  g_autoptr (GUri) uri = g_uri_parse (file->address, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : file->address;
  const char *next = rt_part_get_bytes (self->part) > 0
                     ? " have come and are kept; fetch again to go on from there"
                     : " have come; fetch again later";

  if (rt_transfer_is_offline (cause))
    g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_OFFLINE,
                 "%s cannot be reached (%s); is this computer connected to the network? %s%s", host,
                 cause->message, kept, next);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_CUT,
                 "%s: nothing comes from %s any more; %s%s", file->name, host, kept, next);
  else
    g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_CUT,
                 "%s: the connection to %s broke off (%s); %s%s", file->name, host, cause->message,
                 kept, next);
  return FALSE;
}

/* Returns whether it should be tried again. */
static gboolean
pause_before_next (Fetch *self)
{
  GPollFD fd;

  if (self->cancellable != NULL && g_cancellable_make_pollfd (self->cancellable, &fd))
    {
      g_poll (&fd, 1, PAUSE_MS);
      g_cancellable_release_fd (self->cancellable);
    }
  else
    g_usleep (PAUSE_MS * 1000);
  return !g_cancellable_is_cancelled (self->cancellable);
}

static gboolean
fill_part (Fetch                  *self,
           const RtCatalogueFile  *file,
           GError                **error)
{
  RtTransfer transfer = { self->session, file, self->part, self->cancellable, transfer_cb, self };
  guint64 least, most, had = 0;
  int idle = 0;

  rt_catalogue_file_get_limits (file, &least, &most);
  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      guint64 have = rt_part_get_bytes (self->part);

      if (file->exact && have == most)
        return TRUE;
      if (rt_transfer_run (&transfer, &cause))
        {
          if (rt_part_get_bytes (self->part) >= least)
            return TRUE;
          cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "it ended too early");
        }
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (!rt_transfer_is_passing (cause) && !rt_transfer_is_offline (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      idle = rt_part_get_bytes (self->part) > had ? 0 : idle + 1;
      had = MAX (had, rt_part_get_bytes (self->part));
      if (idle >= MAX_IDLE_ATTEMPTS || rt_transfer_is_offline (cause))
        return fail_connection (self, file, cause, error);
      if (!pause_before_next (self))
        return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
    }
}

/* Files */

static gboolean
fail_sums (const RtCatalogueFile  *file,
           const char             *sha256,
           GError                **error)
{
  g_autofree char *sums = rt_catalogue_file_describe_sums (file);

  g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DAMAGED,
               "%s: what %s sent is not the file of the catalogue: %s must be %s, and the SHA-256 "
               "of what came is %s; nothing of it was kept", file->name, file->address, sums,
               file->sha256 != NULL ? file->sha256 : file->md5, sha256);
  return FALSE;
}

/* A file that an earlier fetch finished: @sha256 gets its sum; NULL where there is none, or
 * another. FALSE only with an error. */
static gboolean
find_whole (Fetch                  *self,
            const RtCatalogueFile  *file,
            const char             *path,
            char                  **sha256,
            GError                **error)
{
  g_autoptr (GFile) whole = g_file_new_for_path (path);
  g_autofree char *part_name = rt_part_get_name (path);
  g_autoptr (RtPart) part = NULL;
  g_autofree char *sum = NULL, *md5 = NULL;
  guint64 least, most;

  if (!g_file_query_exists (whole, NULL))
    return TRUE;
  /* As a part it is read, checked, and put back or taken away. */
  report (self, RT_FETCH_CHECKING, TRUE);
  rt_catalogue_file_get_limits (file, &least, &most);
  if (g_rename (path, part_name) != 0)
    {
      g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DISK, "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  part = rt_part_open (path, most, self->cancellable, error);
  if (part == NULL)
    return FALSE;
  rt_part_get_sums (part, &sum, &md5);
  if (rt_part_get_bytes (part) < least || !rt_catalogue_file_check_sums (file, sum, md5))
    {
      rt_part_discard (part);
      return TRUE;
    }
  *sha256 = g_steal_pointer (&sum);
  return rt_part_finish (part, error);
}

/* Into its place, where it is the file of the catalogue. */
static gboolean
check_part (Fetch                  *self,
            const RtCatalogueFile  *file,
            char                  **sha256,
            GError                **error)
{
  g_autofree char *sum = NULL, *md5 = NULL;

  report (self, RT_FETCH_CHECKING, TRUE);
  rt_part_get_sums (self->part, &sum, &md5);
  if (!rt_catalogue_file_check_sums (file, sum, md5))
    {
      rt_part_discard (self->part);
      return fail_sums (file, sum, error);
    }
  *sha256 = g_steal_pointer (&sum);
  return rt_part_finish (self->part, error);
}

static gboolean
check_room (const char             *folder,
            const RtCatalogueFile  *file,
            guint64                 have,
            GError                **error)
{
  g_autoptr (GFile) place = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (place,
                                                             G_FILE_ATTRIBUTE_FILESYSTEM_FREE,
                                                             NULL, NULL);
  guint64 needed = file->bytes - MIN (have, file->bytes) + file->unpacked_bytes;
  guint64 room;
  g_autofree char *needed_text = g_format_size (needed);
  g_autofree char *room_text = NULL;

  if (info == NULL || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return TRUE;
  room = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  if (room >= needed)
    return TRUE;
  room_text = g_format_size (room);
  g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DISK,
               "%s: %s are needed there, and %s are free; make room, then fetch again", folder,
               needed_text, room_text);
  return FALSE;
}

/* One round: into the part, and checked. */
static gboolean
fetch_part (Fetch                  *self,
            const RtCatalogueFile  *file,
            const char             *path,
            char                  **sha256,
            GError                **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (RtPart) part = NULL;
  guint64 least, most;
  gboolean good;

  rt_catalogue_file_get_limits (file, &least, &most);
  part = rt_part_open (path, most, self->cancellable, error);
  if (part == NULL)
    return FALSE;
  self->part = part;
  self->progress.taken_up = rt_part_get_bytes (part);
  good = check_room (folder, file, self->progress.taken_up, error)
         && fill_part (self, file, error) && check_part (self, file, sha256, error);
  /* There is nothing to go on from. */
  if (!good && rt_part_get_bytes (part) == 0)
    rt_part_discard (part);
  self->part = NULL;
  return good;
}

static gboolean
fetch_file (Fetch                  *self,
            const RtCatalogueFile  *file,
            char                  **sha256,
            GError                **error)
{
  g_autofree char *path = rt_catalogue_entry_get_path (self->entry, file->name);
  g_autoptr (GError) cause = NULL;

  self->progress.file = file->name;
  self->progress.done = self->before;
  self->progress.taken_up = 0;
  if (!find_whole (self, file, path, sha256, error))
    return FALSE;
  if (*sha256 == NULL && !fetch_part (self, file, path, sha256, &cause))
    {
      if (!g_error_matches (cause, RT_FETCH_ERROR, RT_FETCH_ERROR_DAMAGED)
          || self->progress.taken_up == 0)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      /* It may be what had been left, of a file that has changed since. */
      if (!fetch_part (self, file, path, sha256, error))
        return FALSE;
    }
  self->before += file->bytes;
  self->progress.done = self->before;
  return TRUE;
}

static void
unpack_cb (guint64  bytes,
           void    *data)
{
  Fetch *self = data;

  self->progress.done = bytes;
  report (self, RT_FETCH_UNPACKING, FALSE);
}

/* Beside its place, and then in one step to it; the archive is not needed any more. */
static gboolean
unpack (Fetch                  *self,
        const RtCatalogueFile  *file,
        GError                **error)
{
  g_autofree char *path = rt_catalogue_entry_get_path (self->entry, file->name);
  g_autofree char *fresh = rt_catalogue_entry_get_path (self->entry, "unpacked.part");
  g_autofree char *place = rt_catalogue_entry_get_path (self->entry, "unpacked");
  RtArchiveLimits limits = { file->unpacked_bytes, file->unpacked_files };

  self->progress.done = 0;
  self->progress.total = 0;
  report (self, RT_FETCH_UNPACKING, TRUE);
  if (!rt_archive_remove (fresh, error) || !rt_archive_remove (place, error)
      || !rt_archive_unpack (path, fresh, &limits, unpack_cb, self, self->cancellable, error))
    return FALSE;
  if (g_rename (fresh, place) != 0)
    {
      g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DISK, "%s: %s", place, g_strerror (errno));
      return FALSE;
    }
  g_unlink (path);
  return TRUE;
}

static gboolean
fetch_all (Fetch   *self,
           GError **error)
{
  g_auto (GStrv) sums = g_new0 (char *, self->entry->files->len + 1);
  gboolean exact;

  self->progress.total = rt_catalogue_entry_get_bytes (self->entry, &exact);
  for (guint i = 0; i < self->entry->files->len; i++)
    if (!fetch_file (self, self->entry->files->pdata[i], &sums[i], error))
      return FALSE;
  for (guint i = 0; i < self->entry->files->len; i++)
    {
      const RtCatalogueFile *file = self->entry->files->pdata[i];

      if (file->unpacked_bytes > 0 && !unpack (self, file, error))
        return FALSE;
    }
  return rt_catalogue_entry_set_fetched (self->entry, (const char *const *) sums, error);
}

/* The entry's folder, for this program alone; -1 with an error. */
static int
lock_folder (const RtCatalogueEntry  *entry,
             GError                 **error)
{
  g_autofree char *folder = rt_catalogue_entry_get_folder (entry);
  int fd = g_mkdir_with_parents (folder, 0700) == 0
           ? g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;

  if (fd < 0)
    g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_DISK, "%s: cannot be created: %s", folder,
                 g_strerror (errno));
  else if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, RT_FETCH_ERROR, RT_FETCH_ERROR_BUSY,
                   "%s is being fetched already, by another window or program", entry->name);
      close (fd);
      fd = -1;
    }
  return fd;
}

gboolean
rt_fetch_entry (const RtCatalogueEntry  *entry,
                const RtFetchOptions    *options,
                RtFetchFunc              func,
                void                    *data,
                GCancellable            *cancellable,
                GError                 **error)
{
  Fetch self = { .entry = entry, .func = func, .data = data, .cancellable = cancellable };
  guint stall = options != NULL && options->stall_seconds > 0 ? options->stall_seconds
                : STALL_SECONDS;
  g_autoptr (GMainContext) context = NULL;
  gboolean good;
  int lock;

  g_return_val_if_fail (entry != NULL, FALSE);

  if (rt_catalogue_entry_is_fetched (entry))
    return TRUE;
  lock = lock_folder (entry, error);
  if (lock < 0)
    return FALSE;
  /* A session belongs to one thread and its context. */
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  self.session = soup_session_new_with_options ("timeout", stall, "idle-timeout", stall, NULL);
  soup_session_remove_feature_by_type (self.session, SOUP_TYPE_CONTENT_DECODER);
  good = fetch_all (&self, error);
  soup_session_abort (self.session);
  g_object_unref (self.session);
  g_main_context_pop_thread_default (context);
  close (lock);
  return good;
}

guint64
rt_fetch_get_kept_bytes (const RtCatalogueEntry *entry)
{
  guint64 bytes = 0;

  for (guint i = 0; i < entry->files->len; i++)
    {
      const RtCatalogueFile *file = entry->files->pdata[i];
      g_autofree char *path = rt_catalogue_entry_get_path (entry, file->name);
      g_autofree char *part = rt_part_get_name (path);
      GStatBuf info;

      if (g_stat (path, &info) == 0 || g_stat (part, &info) == 0)
        bytes += (guint64) info.st_size;
    }
  return bytes;
}
