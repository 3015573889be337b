/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run left, written to a file of the user's on a worker thread, with a store of its own. The
 * network of a run under way is that of its best epoch so far, which is replaced as a whole: it can
 * be exported at any time.
 */
#include "config.h"

#include "rt-session.h"
#include "rt-worker.h"

#include <glib/gi18n.h>

typedef struct
{
  char         *home;   /* Owned */
  char         *path;   /* Owned */
  int           run;
  RtExportForm  form;
  char         *note;   /* Owned (nullable) */
} Export;

static void
export_free (Export *export)
{
  g_free (export->home);
  g_free (export->path);
  g_free (export->note);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
export_thread (GTask        *task,
               gpointer      source,
               gpointer      data,
               GCancellable *cancellable)
{
  Export *export = data;
  GError *error = NULL;
  g_autoptr (RtStore) store = rt_store_open (export->home, &error);

  if (store != NULL
      && rt_export_run (store, export->run, export->form, export->path, &export->note, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* The ending that says what a file is; a folder has none. (transfer full) */
static char *
add_ending (const char   *path,
            RtExportForm  form)
{
  const char *ending = rt_export_get_ending (form);

  if (form == RT_EXPORT_FOLDER || g_str_has_suffix (path, ending))
    return g_strdup (path);
  return g_strconcat (path, ending, NULL);
}

void
rt_session_export_run_async (RtSession           *self,
                             int                  run,
                             RtExportForm         form,
                             const char          *path,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autofree char *whole = add_ending (path, form);
  Export *export;

  g_return_if_fail (RT_IS_SESSION (self));
  g_task_set_source_tag (task, rt_session_export_run_async);
  /* Who chose the name was asked about that name only. */
  if (!g_str_equal (whole, path) && g_file_test (whole, G_FILE_TEST_EXISTS))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS,
                               _("%s is there already: choose that name to replace it"), whole);
      return;
    }
  export = g_new0 (Export, 1);
  export->home = g_strdup (rt_library_get_home (rt_session_get_library (self)));
  export->path = g_steal_pointer (&whole);
  export->run = run;
  export->form = form;
  rt_worker_run (task, export, (GDestroyNotify) export_free, export_thread);
}

char *
rt_session_export_run_finish (RtSession     *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_autoptr (Export) export = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (export->note != NULL)
    return g_strdup_printf (_("Saved as %s; %s"), export->path, export->note);
  return g_strdup_printf (_("Saved as %s"), export->path);
}
