/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-fetch.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_BYTES 200000

typedef struct
{
  char        *home;     /* Owned */
  GSubprocess *server;   /* Owned */
  int          port;
} Fixture;

/* What the callback saw. */
typedef struct
{
  guint64       done;
  guint64       taken_up;
  int           n;
  guint         stages;          /* bits */
  guint64       cancel_at;
  GCancellable *cancellable;     /* (nullable) Borrowed */
} Seen;

static void
start_server (Fixture *fixture)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "fetch", "server.py", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) said = NULL;
  g_autofree char *line = NULL;

  fixture->server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                      | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3", "-B",
                                      script, fixture->home, NULL);
  g_assert_no_error (error);
  said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->server));
  line = g_data_input_stream_read_line (said, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->port = atoi (line);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *path = NULL;
  g_autofree char *bytes = g_malloc (N_BYTES);

  fixture->home = g_dir_make_tmp ("retort-XXXXXX", NULL);
  path = g_build_filename (fixture->home, "a.bin", NULL);
  for (int i = 0; i < N_BYTES; i++)
    bytes[i] = (char) (i * 7 + i / 256);
  g_assert_true (g_file_set_contents (path, bytes, N_BYTES, NULL));
  g_setenv ("RETORT_HOME", fixture->home, TRUE);
  start_server (fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *clean = g_strdup_printf ("rm -rf '%s'", fixture->home);

  g_output_stream_close (g_subprocess_get_stdin_pipe (fixture->server), NULL, NULL);
  g_assert_true (g_subprocess_wait (fixture->server, NULL, NULL));
  g_clear_object (&fixture->server);
  g_assert_cmpint (system (clean), ==, 0);
  g_free (fixture->home);
}

/* (transfer full) */
static RtCatalogueEntry *
make_entry (const Fixture *fixture,
            const char    *manner)
{
  g_autofree char *path = g_build_filename (fixture->home, "a.bin", NULL);
  g_autofree char *bytes = NULL, *sum = NULL, *text = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  size_t n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, n);
  text = g_strdup_printf ("{ \"retort_catalogue\": 1, \"entries\": [ { \"name\": \"%s\", "
                          "\"kind\": \"weights\", \"title\": \"A\", \"opens\": \"file:a.bin\", "
                          "\"licence\": \"CC0\", \"publisher\": \"A test\", \"origin\": \"made\", "
                          "\"files\": [ { \"address\": \"http://127.0.0.1:%d/%s/a.bin\", "
                          "\"name\": \"a.bin\", \"bytes\": %zu, \"sha256\": \"%s\" } ] } ] }",
                          manner, fixture->port, manner, n, sum);
  entries = rt_catalogue_parse (text, -1, "test", &error);
  g_assert_no_error (error);
  return rt_catalogue_entry_ref (entries->pdata[0]);
}

static void
progress_cb (const RtFetchProgress *progress,
             void                  *data)
{
  Seen *seen = data;

  g_assert_cmpuint (progress->done, <=, progress->total);
  g_assert_cmpstr (progress->file, ==, "a.bin");
  seen->done = progress->done;
  seen->taken_up = progress->taken_up;
  seen->stages |= 1u << progress->stage;
  seen->n++;
  if (seen->cancellable != NULL && progress->done >= seen->cancel_at)
    g_cancellable_cancel (seen->cancellable);
}

static void
test_good (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (RtCatalogueEntry) entry = make_entry (fixture, "good");
  g_autoptr (GError) error = NULL;
  Seen seen = { 0 };

  g_assert_false (rt_catalogue_entry_is_fetched (entry));
  g_assert_true (rt_fetch_entry (entry, NULL, progress_cb, &seen, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (rt_catalogue_entry_is_fetched (entry));
  g_assert_cmpuint (seen.done, ==, N_BYTES);
  g_assert_cmpuint (seen.stages, ==, 1u << RT_FETCH_CONNECTING | 1u << RT_FETCH_RECEIVING
                    | 1u << RT_FETCH_CHECKING);
  seen.n = 0;
  g_assert_true (rt_fetch_entry (entry, NULL, progress_cb, &seen, NULL, &error));
  g_assert_cmpint (seen.n, ==, 0);
}

/* Cancelled in the middle, it keeps what has come; the next goes on with that. */
static void
test_cancel (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (RtCatalogueEntry) entry = make_entry (fixture, "drip");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Seen seen = { .cancellable = cancellable, .cancel_at = N_BYTES / 3 };
  guint64 kept;

  g_assert_false (rt_fetch_entry (entry, NULL, progress_cb, &seen, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  kept = rt_fetch_get_kept_bytes (entry);
  g_assert_cmpuint (kept, >=, N_BYTES / 3);
  g_assert_cmpuint (kept, <, N_BYTES);
  seen = (Seen) { 0 };
  g_assert_true (rt_fetch_entry (entry, NULL, progress_cb, &seen, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (seen.taken_up, ==, kept);
  g_assert_true (rt_catalogue_entry_is_fetched (entry));
}

static void
test_cancelled_before (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (RtCatalogueEntry) entry = make_entry (fixture, "good");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (rt_fetch_entry (entry, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (rt_fetch_get_kept_bytes (entry), ==, 0);
}

/* Each manner of a bad server has its kind of error. */
static void
test_codes (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct
  {
    const char *manner;
    int         code;
  } cases[] = {
    { "missing", RT_FETCH_ERROR_REFUSED }, { "loop", RT_FETCH_ERROR_REFUSED },
    { "away", RT_FETCH_ERROR_REFUSED },    { "longer", RT_FETCH_ERROR_DAMAGED },
    { "shorter", RT_FETCH_ERROR_DAMAGED }, { "endless", RT_FETCH_ERROR_DAMAGED },
    { "other", RT_FETCH_ERROR_DAMAGED },   { "truncated", RT_FETCH_ERROR_CUT },
    { "stall", RT_FETCH_ERROR_CUT },
  };
  const RtFetchOptions options = { .stall_seconds = 1 };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtCatalogueEntry) entry = make_entry (fixture, cases[i].manner);
      g_autoptr (GError) error = NULL;

      g_assert_false (rt_fetch_entry (entry, &options, NULL, NULL, NULL, &error));
      if (!g_error_matches (error, RT_FETCH_ERROR, cases[i].code))
        g_error ("%s: %s", cases[i].manner, error->message);
      g_assert_false (rt_catalogue_entry_is_fetched (entry));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/fetch/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/fetch/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/fetch/cancelled-before", Fixture, NULL, set_up, test_cancelled_before, tear_down);
  g_test_add ("/fetch/codes", Fixture, NULL, set_up, test_codes, tear_down);
  return g_test_run ();
}
