/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli export: what a run left, as a file; the ending says what.
 */

#include "config.h"

#include "rt-cli.h"
#include "rt-curves.h"
#include "rt-line.h"

#include "rt-export.h"

#include <stdio.h>
#include <string.h>

static const char *const pictures[] = { ".png", ".svg", ".pdf" };

static gboolean
has_ending (const char *path,
            const char *ending)
{
  return g_str_has_suffix (path, ending) && strlen (path) > strlen (ending);
}

static gboolean
is_picture (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    if (has_ending (path, pictures[i]))
      return TRUE;
  return FALSE;
}

/* RT_EXPORT_N where the ending says nothing. */
static RtExportForm
find_form (const char *path,
           gboolean    steps)
{
  for (RtExportForm form = 0; form < RT_EXPORT_N; form++)
    if (has_ending (path, rt_export_get_ending (form)))
      return steps && form == RT_EXPORT_EPOCHS ? RT_EXPORT_STEPS : form;
  return RT_EXPORT_N;
}

static gboolean
export_curves (RtStore     *store,
               int          id,
               const char  *curve,
               const char  *path,
               GError     **error)
{
  g_autoptr (RtRun) run = rt_store_get_run (store, id, error);
  g_autoptr (GArray) epochs = run != NULL ? rt_store_get_epochs (store, id, error) : NULL;

  return epochs != NULL && rt_curves_export (run, epochs, curve, path, error);
}

static RtExit
say_done (int         id,
          const char *path)
{
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_int (line, "run", id);
      rt_line_add_string (line, "file", path);
      rt_line_print (line);
    }
  else
    printf ("%s\n", path);
  return RT_EXIT_DONE;
}

static RtExit
export (int         id,
        const char *path,
        const char *curve,
        gboolean    steps)
{
  g_autoptr (RtStore) store = rt_cli_open_store ();
  g_autofree char *note = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (store == NULL)
    return RT_EXIT_INPUT;
  if (is_picture (path))
    done = export_curves (store, id, curve, path, &error);
  else
    done = rt_export_run (store, id, find_form (path, steps), path, &note, &error);
  if (!done)
    return error->domain == G_FILE_ERROR
           ? rt_cli_fail (RT_EXIT_FAILED, "%s: it could not be written (%s)", path, error->message)
           : rt_cli_fail_with (error);
  if (note != NULL)
    rt_cli_note ("%s", note);
  return say_done (id, path);
}

static RtExit
run (int    argc,
     char **argv)
{
  g_autofree char *curve = NULL;
  gboolean steps = FALSE;
  int id;
  const GOptionEntry entries[] = {
    { "curve", 0, 0, G_OPTION_ARG_STRING, &curve, "What a picture shows: loss or accuracy",
      "NAME" },
    { "steps", 0, 0, G_OPTION_ARG_NONE, &steps, "A .csv of the steps, not of the epochs", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_export, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 3)
    return rt_cli_fail (RT_EXIT_INPUT, "export takes the number of a run and a file");
  if (curve != NULL && strcmp (curve, "loss") != 0 && strcmp (curve, "accuracy") != 0)
    return rt_cli_fail (RT_EXIT_INPUT, "--curve %s: it must be loss or accuracy", curve);
  if (!is_picture (argv[2]) && find_form (argv[2], steps) == RT_EXPORT_N)
    return rt_cli_fail (RT_EXIT_INPUT, "%s: the ending says what to export: .safetensors "
                        "(weights), .onnx (network), .json (recipe), .csv (metrics), .png, .svg, "
                        ".pdf (curves), / (a folder to use the network from)",
                        argv[2]);
  id = rt_cli_parse_run (argv[1]);
  if (id > 0 && !rt_cli_check_folder (argv[2]))
    return RT_EXIT_INPUT;
  return id > 0 ? export (id, argv[2], curve != NULL ? curve : "loss", steps) : RT_EXIT_INPUT;
}

const RtCommand rt_command_export = {
  .name = "export",
  .arguments = "N FILE",
  .summary = "Write a run's network, weights, recipe, metrics or curves, by the ending",
  .run = run,
};
