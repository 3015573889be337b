/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-application.h"

#include "rt-worker.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int    argc,
      char **argv)
{
  gint64 start = g_get_monotonic_time ();
  const char *folder = g_getenv ("RETORT_LOCALEDIR");
  g_autoptr (RetortApplication) application = NULL;
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : RETORT_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  application = retort_application_new (start);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  rt_worker_wait ();   /* what the window cancelled when it closed */
  return status;
}
