/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Long lists of rows: how many are there, when, and after which. */
#include "config.h"

#include "retort-row-lists.h"

#include "window-test.h"

typedef struct
{
  GtkWindow           *window;
  AdwPreferencesGroup *group;
  RetortRowLists      *lists;
  guint                n_made;
  guint                wanted;   /* rows that are waited for */
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  GtkWidget *page = adw_preferences_page_new ();

  f->window = GTK_WINDOW (g_object_ref_sink (gtk_window_new ()));
  f->group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), f->group);
  gtk_window_set_child (f->window, page);
  f->lists = retort_row_lists_new (GTK_WIDGET (f->window));
  gtk_window_present (f->window);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  retort_row_lists_free (f->lists);
  gtk_window_destroy (f->window);
  g_assert_finalize_object (f->window);
}

static GtkWidget *
make_row (gpointer data,
          guint    at)
{
  Fixture *f = data;
  g_autofree char *title = g_strdup_printf ("row <%u>", at);

  g_assert_cmpuint (at, ==, f->n_made);
  f->n_made++;
  return retort_row_new (title);
}

static gboolean
is_made (void *data)
{
  const Fixture *f = data;

  return f->n_made == f->wanted;
}

/* No more than so many, whatever time passes. */
static void
wait_for (Fixture *f,
          guint    n)
{
  f->wanted = n;
  session_test_wait (is_made, f);
  session_test_iterate (0.2);
  g_assert_cmpuint (f->n_made, ==, n);
}

static gboolean
is_row (GtkWidget  *widget,
        const char *text)
{
  return GTK_IS_LIST_BOX_ROW (widget) && window_test_has_text (widget, text);
}

static GtkWidget *
find_row (Fixture    *f,
          const char *text)
{
  return window_test_find (GTK_WIDGET (f->group), is_row, text);
}

static void
test_more (Fixture       *f,
           gconstpointer  data)
{
  retort_row_lists_add_made (f->lists, f->group, 90, make_row, f);
  g_assert_cmpuint (f->n_made, ==, 0);
  wait_for (f, 40);
  g_assert_nonnull (find_row (f, "row <39>"));
  g_assert_true (gtk_widget_activate (find_row (f, "Show 40 more")));
  wait_for (f, 80);
  g_assert_null (find_row (f, "Show 40 more"));
  g_assert_nonnull (find_row (f, "80 of 90 are shown"));
  g_assert_true (gtk_widget_activate (find_row (f, "Show 10 more")));
  wait_for (f, 90);
  g_assert_null (find_row (f, "are shown"));
}

/* A list that fits is whole, and nothing asks for more. */
static void
test_whole (Fixture       *f,
            gconstpointer  data)
{
  retort_row_lists_add_made (f->lists, f->group, 40, make_row, f);
  wait_for (f, 40);
  g_assert_null (find_row (f, "more"));
}

/* What was to come does not come any more. */
static void
test_clear (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  retort_row_lists_add (f->lists, f->group, retort_row_new ("head"));
  retort_row_lists_add_made (f->lists, f->group, 90, make_row, f);
  f->wanted = 5;
  session_test_wait (is_made, f);
  retort_row_lists_clear (f->lists);
  wait_for (f, 5);
  g_assert_null (find_row (f, ""));
  g_ptr_array_add (texts, (char *) "a & b");
  retort_row_lists_add_texts (f->lists, f->group, texts);
  session_test_iterate (0.3);
  g_assert_nonnull (find_row (f, "a & b"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add ("/row-lists/more", Fixture, NULL, set_up, test_more, tear_down);
  g_test_add ("/row-lists/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/row-lists/clear", Fixture, NULL, set_up, test_clear, tear_down);
  return g_test_run ();
}
