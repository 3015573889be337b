/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include "rt-chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gboolean json_lines;

void
rt_cli_set_json (gboolean json)
{
  json_lines = json;
}

gboolean
rt_cli_get_json (void)
{
  return json_lines;
}

gboolean
rt_cli_parse (const RtCommand    *command,
              const GOptionEntry *entries,
              const char         *description,
              int                *argc,
              char             ***argv)
{
  const GOptionEntry json[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json_lines, "Print one JSON object a line", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
  g_autofree char *program = g_strconcat ("retort-cli ", command->name, NULL);
  g_autoptr (GError) error = NULL;

  /* An error in the options themselves must know already how it is to be said. */
  for (int i = 1; i < *argc; i++)
    if (strcmp ((*argv)[i], "--json") == 0)
      json_lines = TRUE;

  g_set_prgname (program);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, description);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, json, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    {
      /* What stood behind "--" is an argument like the others. */
      for (int i = 1; i < *argc; i++)
        if (strcmp ((*argv)[i], "--") == 0)
          {
            memmove (*argv + i, *argv + i + 1, (size_t) (*argc - i) * sizeof **argv);
            *argc -= 1;
            break;
          }
      return TRUE;
    }
  rt_cli_fail (RT_EXIT_INPUT, "%s; see retort-cli %s --help", error->message, command->name);
  return FALSE;
}

static void
say_error (RtExit      status,
           const char *message)
{
  fflush (stdout);
  fprintf (stderr, "retort-cli: %s\n", message);
  if (json_lines)
    {
      g_autoptr (RtLine) line = rt_line_new ("error");

      rt_line_add_string (line, "message", message);
      rt_line_add_int (line, "status", status);
      rt_line_print (line);
    }
}

RtExit
rt_cli_fail (RtExit      status,
             const char *format,
             ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say_error (status, message);
  return status;
}

static RtExit
get_status (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return RT_EXIT_INTERRUPTED;
  if (error->domain == RT_RECIPE_ERROR)
    return error->code == RT_RECIPE_ERROR_FAILED ? RT_EXIT_FAILED : RT_EXIT_INPUT;
  if (error->domain == RT_STORE_ERROR)
    return error->code == RT_STORE_ERROR_IO || error->code == RT_STORE_ERROR_BUSY
           ? RT_EXIT_FAILED : RT_EXIT_INPUT;
  if (error->domain == RT_DATA_ERROR)
    return error->code == RT_DATA_ERROR_WRITE ? RT_EXIT_FAILED : RT_EXIT_INPUT;
  if (error->domain == RT_CATALOGUE_ERROR ||
      error->domain == RT_NN_ERROR ||
      error->domain == G_OPTION_ERROR ||
      g_error_matches (error, RT_CHART_ERROR, RT_CHART_ERROR_FORMAT))
    return RT_EXIT_INPUT;
  return RT_EXIT_FAILED;
}

RtExit
rt_cli_fail_with (const GError *error)
{
  RtExit status = error != NULL ? get_status (error) : RT_EXIT_FAILED;

  say_error (status, error != NULL ? error->message : "it failed without a reason");
  return status;
}

void
rt_cli_note (const char *format,
             ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fflush (stdout);
  fprintf (stderr, "retort-cli: note: %s\n", message);
}

void
rt_cli_note_each (const GPtrArray *notes)
{
  for (guint i = 0; i < notes->len; i++)
    rt_cli_note ("%s", (const char *) notes->pdata[i]);
}

char *
rt_cli_show (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *shown = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '\n')
        g_string_append (shown, "\\n");
      else if (g_unichar_iscntrl (c))
        g_string_append_printf (shown, "\\x%02x", (guint) c);
      else
        g_string_append_unichar (shown, c);
    }
  return g_string_free (shown, FALSE);
}

int
rt_cli_parse_run (const char *text)
{
  guint64 id;

  /* "run:12" is how recipes say it. */
  if (g_str_has_prefix (text, "run:"))
    text += strlen ("run:");
  if (g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT, &id, NULL))
    return (int) id;
  rt_cli_fail (RT_EXIT_INPUT, "“%s” is no number of a run; retort-cli runs lists them", text);
  return 0;
}

gboolean
rt_cli_check_folder (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  rt_cli_fail (RT_EXIT_INPUT, "%s: there is no such folder; make it, or choose another path",
               folder);
  return FALSE;
}

gboolean
rt_cli_parse_channels (const char *option,
                       const char *text,
                       float       low,
                       int         n,
                       float      *values)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  int n_parts = (int) g_strv_length (parts);
  gboolean good = n_parts == 1 || n_parts == n;

  for (int i = 0; good && i < n; i++)
    {
      const char *part = parts[n_parts == 1 ? 0 : i];
      char *end;
      float value = (float) g_ascii_strtod (part, &end);

      good = end != part && *g_strchug (end) == '\0' && value >= low && value <= 255.0f;
      values[i] = value;
    }
  if (!good)
    rt_cli_fail (RT_EXIT_INPUT, "--%s: “%s” must be one number%s%s, for values 0..1", option, text,
                 n > 1 ? ", or three with commas" : "", low > 0 ? ", above 0" : "");
  return good;
}

RtStore *
rt_cli_open_store (void)
{
  g_autoptr (GError) error = NULL;
  RtStore *store = rt_store_open (NULL, &error);

  if (store == NULL)
    rt_cli_fail_with (error);
  return store;
}

static void
close_store (void *store)
{
  rt_store_close (store);
}

/* The resolver of this thread's store. */
static gboolean
open_resolver (RtResolver  *resolver,
               GError     **error)
{
  static GPrivate opened = G_PRIVATE_INIT (close_store);
  RtStore *store = g_private_get (&opened);

  if (store == NULL)
    {
      store = rt_store_open (NULL, error);
      if (store == NULL)
        return FALSE;
      g_private_set (&opened, store);
    }
  rt_store_get_resolver (store, resolver);
  return TRUE;
}

static RtBackbone *
resolve_run (int      run,
             int      epoch,
             void    *data,
             GError **error)
{
  RtResolver resolver;

  return open_resolver (&resolver, error)
         ? resolver.resolve_run (run, epoch, resolver.data, error) : NULL;
}

static void
count_seen (int             run,
            const RtRecipe *recipe,
            const RtTask   *task,
            RtSeen         *seen,
            void           *data)
{
  RtResolver resolver;

  if (open_resolver (&resolver, NULL))
    resolver.count_seen (run, recipe, task, seen, resolver.data);
}

const RtResolver *
rt_cli_get_resolver (void)
{
  static const RtResolver resolver = { resolve_run, NULL, count_seen };

  return &resolver;
}

static void
print_catalogue_line (const RtCatalogueEntry *entry)
{
  g_autoptr (RtLine) line = rt_line_new ("result");
  g_autofree char *spec = rt_catalogue_entry_get_spec (entry);

  rt_line_add_string (line, entry->kind == RT_CATALOGUE_DATASET ? "dataset" : "backbone", spec);
  rt_line_add_string (line, "title", entry->title);
  rt_line_add_string (line, "licence", entry->licence);
  rt_line_print (line);
}

void
rt_cli_list_fetched (RtCatalogueKind kind)
{
  g_autoptr (GPtrArray) entries = rt_catalogue_read (NULL);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const RtCatalogueEntry *entry = entries->pdata[i];
      g_autofree char *spec = rt_catalogue_entry_get_spec (entry);

      if (entry->kind != kind || !rt_catalogue_entry_is_fetched (entry))
        continue;
      if (json_lines)
        print_catalogue_line (entry);
      else
        printf ("%-28s %s\n", spec, entry->title);
    }
}

char *
rt_cli_format_seconds (double seconds)
{
  if (!isfinite (seconds))
    return g_strdup ("?");
  if (seconds < 1.0)
    return g_strdup_printf ("%.2g s", seconds);
  if (seconds < 10.0)
    return g_strdup_printf ("%.1f s", seconds);
  if (seconds < 60.0)
    return g_strdup_printf ("%.0f s", seconds);
  if (seconds < 3600.0)
    return g_strdup_printf ("%d min %d s", (int) (seconds / 60), (int) fmod (seconds, 60));
  return g_strdup_printf ("%d h %d min", (int) (seconds / 3600),
                          (int) (fmod (seconds, 3600) / 60));
}

char *
rt_cli_format_bytes (double bytes)
{
  if (bytes < 1e3)
    return g_strdup_printf ("%.0f bytes", bytes);
  if (bytes < 1e6)
    return g_strdup_printf ("%.0f kB", bytes / 1e3);
  if (bytes < 1e9)
    return g_strdup_printf ("%.1f MB", bytes / 1e6);
  return g_strdup_printf ("%.2f GB", bytes / 1e9);
}

char *
rt_cli_format_count (guint64 n)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, n);
  GString *out = g_string_new (NULL);
  size_t length = strlen (digits);

  for (size_t i = 0; i < length; i++)
    {
      if (i > 0 && (length - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}
