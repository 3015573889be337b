/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Take up again, where the pictures of the run have changed since. */
#include "config.h"

#include "session-test.h"

#include "format-files.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  RtRunItem *finished;   /* Borrowed: (nullable) the run whose end was told */
  GString   *failures;
  int        n_steps;
} Heard;

static void
step_cb (RtSession *session,
         Heard     *heard)
{
  if (++heard->n_steps == 6)
    rt_session_interrupt (session);
}

static void
finished_cb (RtSession *session,
             RtRunItem *item,
             Heard     *heard)
{
  heard->finished = item;
}

static void
failed_cb (RtSession  *session,
           const char *message,
           Heard      *heard)
{
  g_string_append (heard->failures, message);
}

static gboolean
is_over (void *data)
{
  return ((Heard *) data)->finished != NULL;
}

static RtRecipe *
make_recipe (SessionTest *f)
{
  RtRecipe *recipe = session_test_recipe ("mlp", 10000);

  g_clear_pointer (&recipe->task.style, g_free);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strconcat ("folder:", f->home, "/photos", NULL);
  recipe->task.samples_per_class = 0;
  recipe->task.validation = 0.3;
  return recipe;
}

static void
put_more (SessionTest *f,
          gboolean     there)
{
  for (int i = 0; i < 9; i++)
    {
      g_autofree char *name = g_strdup_printf ("photos/dark/more-%d.png", i);
      g_autofree char *path = g_build_filename (f->home, name, NULL);

      if (there)
        format_put_picture (f->home, name, 60 + i);
      else
        g_assert_cmpint (g_remove (path), ==, 0);
    }
}

/* Trains, or takes @item up, until it is interrupted after some steps or ends otherwise. */
static RtRunItem *
go (SessionTest *f,
    Heard       *heard,
    RtRunItem   *item)   /* (nullable) */
{
  heard->n_steps = 0;
  heard->finished = NULL;
  g_string_truncate (heard->failures, 0);
  if (item == NULL)
    rt_session_train (f->session);
  else
    rt_session_take_up (f->session, item);
  session_test_wait (is_over, heard);
  return heard->finished;
}

/* It is said why not, and the run stays what it was: with the pictures as they were it goes on. */
static void
test_changed (SessionTest   *f,
              gconstpointer  data)
{
  Heard heard = { NULL, g_string_new (NULL), 0 };
  g_autoptr (RtRecipe) recipe = make_recipe (f);
  RtRunItem *item;
  guint n_steps;

  session_test_put_photos (f->home, 20);
  g_signal_connect (f->session, "step", G_CALLBACK (step_cb), &heard);
  g_signal_connect (f->session, "finished", G_CALLBACK (finished_cb), &heard);
  g_signal_connect (f->session, "failed", G_CALLBACK (failed_cb), &heard);
  rt_session_set_recipe (f->session, recipe);
  item = go (f, &heard, NULL);
  g_assert_cmpstr (heard.failures->str, ==, "");
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_INTERRUPTED);
  n_steps = rt_run_item_get_steps (item)->len;

  put_more (f, TRUE);
  g_assert_true (go (f, &heard, item) == item);
  g_assert_nonnull (strstr (heard.failures->str, "28 training, 12 validation samples then"));
  g_assert_nonnull (strstr (heard.failures->str, "best epoch"));
  g_assert_cmpint (heard.n_steps, ==, 0);
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_INTERRUPTED);
  g_assert_cmpuint (rt_run_item_get_steps (item)->len, ==, n_steps);

  put_more (f, FALSE);
  g_assert_true (go (f, &heard, item) == item);
  g_assert_cmpstr (heard.failures->str, ==, "");
  g_assert_cmpint (rt_run_item_get_state (item), ==, RT_RUN_INTERRUPTED);
  g_assert_cmpuint (rt_run_item_get_steps (item)->len, >, n_steps);
  g_signal_handlers_disconnect_by_data (f->session, &heard);
  g_string_free (heard.failures, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/take-up/changed", NULL, test_changed);
  return g_test_run ();
}
