/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a server on loopback that takes its time: the network that ships, as something to fetch. */
#include "config.h"

#include "session-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char        *home;       /* Owned */
  GSubprocess *server;     /* Owned */
  RtLibrary   *library;    /* Owned */
  RtFetchItem *item;       /* Owned */
  int          n_changes;
  int          n_choices;
  int          n_fetched;
  gpointer     told;       /* Borrowed (nullable): by the library, to have been fetched */
} Fixture;

static int
start_server (Fixture *fixture)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "fetch", "server.py", NULL);
  g_autofree char *folder = g_build_filename (g_getenv ("RETORT_DATADIR"), "backbones", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) said = NULL;
  g_autofree char *line = NULL;

  fixture->server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                      | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3", "-B",
                                      script, folder, NULL);
  g_assert_no_error (error);
  said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (fixture->server));
  line = g_data_input_stream_read_line (said, NULL, NULL, &error);
  g_assert_no_error (error);
  return atoi (line);
}

static void
write_catalogue (Fixture    *fixture,
                 const char *manner)
{
  g_autofree char *path = g_build_filename (fixture->home, "catalogue.json", NULL);
  g_autofree char *file = g_build_filename (g_getenv ("RETORT_DATADIR"), "backbones",
                                            "resnet8-letters.safetensors", NULL);
  g_autofree char *bytes = NULL, *sum = NULL, *text = NULL;
  size_t n;

  g_assert_true (g_file_get_contents (file, &bytes, &n, NULL));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, n);
  text = g_strdup_printf ("{ \"retort_catalogue\": 1, \"entries\": [ { \"name\": \"small\", "
                          "\"kind\": \"weights\", \"title\": \"Small\", "
                          "\"opens\": \"file:resnet8-letters.safetensors\", \"licence\": \"CC0\", "
                          "\"publisher\": \"A test\", \"network\": \"resnet8\", "
                          "\"origin\": \"made\", \"files\": [ { "
                          "\"address\": \"http://127.0.0.1:%d/%s/resnet8-letters.safetensors\", "
                          "\"name\": \"resnet8-letters.safetensors\", \"bytes\": %zu, "
                          "\"sha256\": \"%s\" } ] } ] }",
                          start_server (fixture), manner, n, sum);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_setenv ("RETORT_CATALOGUE", path, TRUE);
}

static void
count_cb (GObject *object,
          gpointer data)
{
  ++*(int *) data;
}

static void
told_cb (Fixture     *fixture,
         RtFetchItem *item)
{
  fixture->told = item;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  manner)
{
  g_autoptr (GError) error = NULL;
  GListModel *items;

  fixture->home = session_test_make_home ();
  write_catalogue (fixture, manner);
  fixture->library = rt_library_new (NULL, &error);
  g_assert_no_error (error);
  items = rt_library_get_catalogue (fixture->library, &error);
  g_assert_no_error (error);
  g_assert_true (items == rt_library_get_catalogue (fixture->library, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (items), ==, 1);
  fixture->item = g_list_model_get_item (items, 0);
  g_signal_connect (fixture->item, "changed", G_CALLBACK (count_cb), &fixture->n_changes);
  g_signal_connect (fixture->item, "fetched", G_CALLBACK (count_cb), &fixture->n_fetched);
  g_signal_connect (fixture->library, "choices-changed", G_CALLBACK (count_cb),
                    &fixture->n_choices);
  g_signal_connect_swapped (fixture->library, "fetched", G_CALLBACK (told_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  manner)
{
  g_assert_finalize_object (fixture->library);
  session_test_wait_alone (fixture->item);
  g_assert_finalize_object (fixture->item);
  g_output_stream_close (g_subprocess_get_stdin_pipe (fixture->server), NULL, NULL);
  g_assert_true (g_subprocess_wait (fixture->server, NULL, NULL));
  g_clear_object (&fixture->server);
  g_unsetenv ("RETORT_CATALOGUE");
  session_test_remove_home (fixture->home);
}

static gboolean
has_begun (void *data)
{
  return rt_fetch_item_get_fraction (data) > 0.1;
}

static gboolean
has_ended (void *data)
{
  return rt_fetch_item_get_state (data) != RT_FETCH_ITEM_COMING;
}

static gboolean
is_among (GPtrArray *choices)
{
  for (guint i = 0; i < choices->len; i++)
    if (g_str_equal (((const RtChoice *) choices->pdata[i])->spec, "catalogue:small"))
      return TRUE;
  return FALSE;
}

/* To start from; to learn from it would have to name its classes. */
static gboolean
is_choice (Fixture *fixture)
{
  g_assert_false (is_among (rt_library_get_teachers (fixture->library)));
  return is_among (rt_library_get_backbones (fixture->library));
}

/* Cancelled, it says what it kept; fetched, it is among the choices, and can be used. */
static void
test_fetch (Fixture       *fixture,
            gconstpointer  manner)
{
  RtFetchItem *item = fixture->item;
  RtSession *session;
  g_autofree char *backbone = NULL;

  g_assert_cmpint (rt_fetch_item_get_state (item), ==, RT_FETCH_ITEM_ABSENT);
  rt_fetch_item_start (item);
  g_assert_cmpint (rt_fetch_item_get_state (item), ==, RT_FETCH_ITEM_COMING);
  session_test_wait (has_begun, item);
  rt_fetch_item_cancel (item);
  session_test_wait (has_ended, item);
  g_assert_cmpint (rt_fetch_item_get_state (item), ==, RT_FETCH_ITEM_ABSENT);
  g_assert_false (rt_fetch_item_is_wrong (item));
  g_assert_nonnull (strstr (rt_fetch_item_get_status (item), "from before"));
  g_assert_false (is_choice (fixture));

  rt_fetch_item_start (item);
  session_test_wait (has_ended, item);
  g_assert_cmpint (rt_fetch_item_get_state (item), ==, RT_FETCH_ITEM_HERE);
  g_assert_cmpint (fixture->n_fetched, ==, 1);
  g_assert_cmpint (fixture->n_choices, ==, 1);
  g_assert_true (fixture->told == item);
  g_assert_cmpint (fixture->n_changes, >, 4);
  g_assert_true (is_choice (fixture));

  session = rt_session_new (fixture->library);
  rt_session_use_fetched (session, item);
  g_object_get (session, "backbone", &backbone, NULL);
  g_assert_cmpstr (backbone, ==, "catalogue:small");
  rt_session_shutdown (session);
  session_test_wait_alone (session);
  g_assert_finalize_object (session);
}

static gboolean
has_problem (void *data)
{
  return ((RtSession *) data)->problem != NULL;
}

static gboolean
is_tried (void *data)
{
  return has_problem (data) || isfinite (rt_session_get_cost (data)->seconds_per_epoch);
}

/* A recipe that waits for what was not fetched can be trained once it is here. */
static void
test_waited_for (Fixture       *fixture,
                 gconstpointer  manner)
{
  RtSession *session = rt_session_new (fixture->library);
  g_autofree char *problem = NULL;

  g_object_set (session, "backbone", "catalogue:small", NULL);
  session_test_wait (has_problem, session);
  rt_fetch_item_start (fixture->item);
  session_test_wait (has_ended, fixture->item);
  g_assert_cmpint (rt_fetch_item_get_state (fixture->item), ==, RT_FETCH_ITEM_HERE);
  session_test_wait (is_tried, session);
  g_object_get (session, "problem", &problem, NULL);
  g_assert_cmpstr (problem, ==, NULL);
  rt_session_shutdown (session);
  session_test_wait_alone (session);
  g_assert_finalize_object (session);
}

/* What is wrong is said in its place, and it can be tried again. */
static void
test_wrong (Fixture       *fixture,
            gconstpointer  manner)
{
  RtFetchItem *item = fixture->item;

  rt_fetch_item_start (item);
  session_test_wait (has_ended, item);
  g_assert_cmpint (rt_fetch_item_get_state (item), ==, RT_FETCH_ITEM_ABSENT);
  g_assert_true (rt_fetch_item_is_wrong (item));
  g_assert_nonnull (strstr (rt_fetch_item_get_status (item), "404"));
  rt_fetch_item_start (item);
  g_assert_false (rt_fetch_item_is_wrong (item));
  session_test_wait (has_ended, item);
  g_assert_true (rt_fetch_item_is_wrong (item));
}

/* The library goes while something is being fetched. */
static void
test_left (Fixture       *fixture,
           gconstpointer  manner)
{
  rt_fetch_item_start (fixture->item);
  session_test_wait (has_begun, fixture->item);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/fetch-item/waited-for", Fixture, "drip", set_up, test_waited_for, tear_down);
  g_test_add ("/fetch-item/fetch", Fixture, "drip", set_up, test_fetch, tear_down);
  g_test_add ("/fetch-item/wrong", Fixture, "missing", set_up, test_wrong, tear_down);
  g_test_add ("/fetch-item/left", Fixture, "drip", set_up, test_left, tear_down);
  return g_test_run ();
}
