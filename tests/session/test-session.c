/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe being made: properties, undo, frozen blocks, methods, estimates. Training is in
 * test-session-train.c. */
#include "config.h"

#include "session-test.h"

#include <math.h>
#include <string.h>

typedef struct
{
  char      *home;
  RtLibrary *library;
  RtSession *session;
  int        n_notified;
} Fixture;

/* Run 1 is a trained lenet5: something to fine-tune. */
static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autoptr (RtRecipe) backbone = session_test_recipe ("lenet5", 1);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 3);
  g_autoptr (GError) error = NULL;

  f->library = session_test_open (&f->home);
  session_test_train (rt_library_get_store (f->library), backbone);
  g_assert_true (rt_library_refresh (f->library, &error));
  f->session = rt_session_new (f->library);
  rt_session_set_recipe (f->session, recipe);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  session_test_close (f->session, f->library, f->home);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  ++*(int *) data;
}

static int
get_int (Fixture    *f,
         const char *name)
{
  int value;

  g_object_get (f->session, name, &value, NULL);
  return value;
}

static char *
get_string (Fixture    *f,
            const char *name)
{
  char *value;

  g_object_get (f->session, name, &value, NULL);
  return value;
}

static void
assert_string (Fixture    *f,
               const char *name,
               const char *expected)
{
  g_autofree char *value = get_string (f, name);

  g_assert_cmpstr (value, ==, expected);
}

/* The recipe to start with can be trained as it is, and leaves the rates of its blocks to what is
 * done with it: those for what was pretrained, where the head comes first. */
static void
test_first (Fixture       *f,
            gconstpointer  data)
{
  RtSession *session = rt_session_new (f->library);
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (session);
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;

  rt_recipe_validate (recipe, &error);
  g_assert_no_error (error);
  g_object_get (session, "problem", &problem, NULL);
  g_assert_null (problem);
  g_assert_cmpfloat (recipe->train.layer_decay, ==, RT_LAYER_DECAY_AUTO);
  g_assert_true (rt_session_get_library (session) == f->library);
  g_assert_null (rt_session_get_last_step (session));
  rt_session_shutdown (session);
  session_test_wait_alone (session);
  g_assert_finalize_object (session);
}

typedef struct
{
  const char *name;
  GType       type;
  const char *text;
  double      number;
} Property;

static const Property properties[] = {
  { "title", G_TYPE_STRING, "Another", 0.0 },
  { "dataset", G_TYPE_STRING, "builtin:animals", 0.0 },
  { "style", G_TYPE_STRING, "photo", 0.0 },
  { "augment", G_TYPE_STRING, "strong", 0.0 },
  { "backbone", G_TYPE_STRING, "random:resnet8", 0.0 },
  { "teacher", G_TYPE_STRING, "run:1", 0.0 },
  { "shift", G_TYPE_DOUBLE, NULL, 0.25 },
  { "temperature", G_TYPE_DOUBLE, NULL, 7.5 },
  { "alpha", G_TYPE_DOUBLE, NULL, 0.125 },
  { "learning-rate", G_TYPE_DOUBLE, NULL, 0.0625 },
  { "layer-decay", G_TYPE_DOUBLE, NULL, 0.5 },
  { "samples-per-class", G_TYPE_INT, NULL, 9 },
  { "epochs", G_TYPE_INT, NULL, 17 },
  { "batch-size", G_TYPE_INT, NULL, 8 },
  { "memory", G_TYPE_INT, NULL, 300 },
  { "seed", G_TYPE_INT, NULL, 42 },
  { "head-first", G_TYPE_INT, NULL, 2 },
  { "patience", G_TYPE_INT, NULL, 4 },
  { "input-size", G_TYPE_INT, NULL, 40 },
  { "batch-norm", G_TYPE_INT, NULL, RT_BATCH_NORM_KEEP },
  { "method", G_TYPE_INT, NULL, RT_METHOD_DISTIL },
};

static void
make_value (const Property *p,
            GValue         *value)
{
  g_value_init (value, p->type);
  if (p->type == G_TYPE_STRING)
    g_value_set_string (value, p->text);
  else if (p->type == G_TYPE_DOUBLE)
    g_value_set_double (value, p->number);
  else
    g_value_set_int (value, (int) p->number);
}

/* Set, notified, read back; set to the same, not notified. */
static void
test_properties (Fixture       *f,
                 gconstpointer  data)
{
  for (size_t i = 0; i < G_N_ELEMENTS (properties); i++)
    {
      const Property *p = &properties[i];
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (f->session), p->name);
      g_autofree char *signal = g_strconcat ("notify::", p->name, NULL);
      g_auto (GValue) wanted = G_VALUE_INIT;
      g_auto (GValue) now = G_VALUE_INIT;
      int n = 0;

      make_value (p, &wanted);
      g_value_init (&now, p->type);
      g_object_get_property (G_OBJECT (f->session), p->name, &now);
      if (g_param_values_cmp (pspec, &now, &wanted) == 0)
        g_error ("%s is what it is to be set to", p->name);
      g_signal_connect (f->session, signal, G_CALLBACK (count_cb), &n);
      g_object_set_property (G_OBJECT (f->session), p->name, &wanted);
      if (n < 1)
        g_error ("%s was not notified", p->name);
      g_object_get_property (G_OBJECT (f->session), p->name, &now);
      if (g_param_values_cmp (pspec, &now, &wanted) != 0)
        g_error ("%s is not what it was set to", p->name);
      n = 0;
      g_object_set_property (G_OBJECT (f->session), p->name, &wanted);
      g_assert_cmpint (n, ==, 0);
      g_signal_handlers_disconnect_by_func (f->session, count_cb, &n);
    }
}

static void
assert_title (Fixture    *f,
              const char *title)
{
  g_autofree char *now = get_string (f, "title");

  g_assert_cmpstr (now, ==, title);
}

/* A name follows the dataset until a person types one. */
static void
test_title (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (f->session);
  g_autofree char *first = get_string (f, "title");

  g_assert_cmpstr (first, !=, "Glyphs: letters");
  g_object_set (f->session, "dataset", "builtin:glyphs/letters", NULL);
  assert_title (f, "Glyphs: letters");
  rt_session_undo (f->session);
  assert_title (f, first);
  g_object_set (f->session, "title", "Mine", "dataset", "builtin:glyphs/letters", NULL);
  assert_title (f, "Mine");
  rt_session_set_recipe (f->session, recipe);
  g_object_set (f->session, "dataset", "builtin:glyphs/letters", NULL);
  assert_title (f, "Glyphs: letters");
}

static void
test_undo (Fixture       *f,
           gconstpointer  data)
{
  int n_can_undo = 0;

  g_signal_connect (f->session, "notify::can-undo", G_CALLBACK (count_cb), &n_can_undo);
  g_object_set (f->session, "epochs", 5, NULL);
  g_object_set (f->session, "epochs", 6, NULL);   /* soon after: one change with the former */
  g_object_set (f->session, "alpha", 0.25, NULL);
  g_assert_cmpint (n_can_undo, >, 0);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 6);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 3);
  g_assert_true (get_int (f, "can-redo"));
  rt_session_redo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 6);
  rt_session_redo (f->session);
  g_assert_false (get_int (f, "can-redo"));

  /* A new change ends what could be done again. */
  rt_session_undo (f->session);
  g_object_set (f->session, "epochs", 9, NULL);
  g_assert_false (get_int (f, "can-redo"));
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 6);
  while (get_int (f, "can-undo"))
    rt_session_undo (f->session);
  rt_session_undo (f->session);   /* nothing */
}

/* Two turns of a number are one change. */
static void
test_undo_numbers (Fixture       *f,
                   gconstpointer  data)
{
  static const char *const numbers[] = { "batch-size", "memory", "head-first", "patience" };

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      int before = get_int (f, numbers[i]);

      g_object_set (f->session, numbers[i], before + 1, NULL);
      g_object_set (f->session, numbers[i], before + 2, NULL);
      rt_session_undo (f->session);
      g_assert_cmpint (get_int (f, numbers[i]), ==, before);
    }
}

/* Recipes that are opened one soon after the other are changes of their own. */
static void
test_undo_recipes (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (RtRecipe) a = session_test_recipe ("mlp", 21);
  g_autoptr (RtRecipe) b = session_test_recipe ("lenet5", 22);

  rt_session_set_recipe (f->session, a);
  rt_session_set_recipe (f->session, b);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 21);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "epochs"), ==, 3);
}

/* Each click on a block is undone alone, however soon the next came; a drag of the ice line as a
 * whole. */
static void
test_undo_frozen (Fixture       *f,
                  gconstpointer  data)
{
  g_object_set (f->session, "backbone", "run:1", NULL);
  g_object_set (f->session, "n-frozen", 0, NULL);
  g_object_set (f->session, "n-frozen", 1, NULL);
  g_object_set (f->session, "n-frozen", 2, NULL);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 1);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 0);

  for (int i = 0; i < 2; i++)
    {
      rt_session_set_dragging (f->session, TRUE);
      for (int n = 1; n <= 3; n++)
        g_object_set (f->session, "n-frozen", n - i, NULL);
      rt_session_set_dragging (f->session, FALSE);
    }
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 3);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 0);
}

static void
test_frozen (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = NULL;
  int n;
  const RtSessionBlock *blocks;
  uint64_t trainable;

  g_object_set (f->session, "backbone", "run:1", NULL);
  blocks = rt_session_get_blocks (f->session, &n);
  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 2);
  g_object_set (f->session, "n-frozen", 0, NULL);
  trainable = rt_session_get_cost (f->session)->n_trainable;
  g_assert_cmpuint (trainable, ==, rt_session_get_cost (f->session)->n_params);
  g_object_set (f->session, "n-frozen", 32, NULL);   /* the head is never frozen */
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 3);
  g_assert_cmpuint (rt_session_get_cost (f->session)->n_trainable, ==, blocks[3].n_params);
  recipe = rt_session_dup_recipe (f->session);
  g_assert_cmpstr (recipe->backbone.frozen[0], ==, blocks[0].name);
  g_assert_cmpstr (recipe->backbone.frozen[2], ==, blocks[2].name);
  g_assert_null (recipe->backbone.frozen[3]);
  assert_string (f, "problem", NULL);
}

/* From scratch has no weights; fine-tuning gives those back that there were. */
static void
test_methods (Fixture       *f,
              gconstpointer  data)
{
  g_object_set (f->session, "backbone", "run:1", NULL);
  g_assert_cmpint (get_int (f, "method"), ==, RT_METHOD_FINE_TUNE);
  assert_string (f, "problem", NULL);

  g_object_set (f->session, "method", RT_METHOD_SCRATCH, NULL);
  assert_string (f, "backbone", "random:lenet5");
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 0);
  assert_string (f, "problem", NULL);

  g_object_set (f->session, "method", RT_METHOD_FINE_TUNE, NULL);
  assert_string (f, "backbone", "run:1");
  g_assert_cmpint (get_int (f, "n-frozen"), ==, 2);
  assert_string (f, "problem", NULL);

  /* A teacher is chosen with the method: one that was trained on this task. */
  g_object_set (f->session, "method", RT_METHOD_DISTIL, NULL);
  assert_string (f, "teacher", "run:1");
  assert_string (f, "problem", NULL);

  g_object_set (f->session, "backbone", "random:resnet8", "method", RT_METHOD_SCRATCH, NULL);
  assert_string (f, "problem", NULL);
  rt_session_undo (f->session);
  rt_session_undo (f->session);
  g_assert_cmpint (get_int (f, "method"), ==, RT_METHOD_DISTIL);
}

/* A task that nobody has been trained on has no teacher, and the recipe says so. */
static void
test_no_teacher (Fixture       *f,
                 gconstpointer  data)
{
  g_autofree char *problem = NULL;

  g_object_set (f->session, "dataset", "builtin:glyphs/letters", "method", RT_METHOD_DISTIL, NULL);
  assert_string (f, "teacher", NULL);
  g_object_get (f->session, "problem", &problem, NULL);
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (problem, "distil.teacher is missing"));
}

/* head_first and statistics that are kept belong to pretrained weights: taking them away must not
 * leave a recipe that cannot be trained. */
static void
test_methods_head_first (Fixture       *f,
                         gconstpointer  data)
{
  g_object_set (f->session, "backbone", "run:1", "head-first", 1, "batch-norm", RT_BATCH_NORM_KEEP,
                NULL);
  assert_string (f, "problem", NULL);
  g_object_set (f->session, "method", RT_METHOD_SCRATCH, NULL);
  assert_string (f, "problem", NULL);
}

static void
test_problem (Fixture       *f,
              gconstpointer  data)
{
  g_autofree char *problem = NULL;
  int n = 0;

  g_signal_connect (f->session, "notify::problem", G_CALLBACK (count_cb), &n);
  g_object_set (f->session, "style", "no such style", NULL);
  problem = get_string (f, "problem");
  g_assert_nonnull (problem);
  g_assert_nonnull (g_strrstr (problem, "no such style"));
  g_assert_cmpint (n, ==, 1);
  g_object_set (f->session, "style", "print", NULL);
  assert_string (f, "problem", NULL);
}

/* Estimates */

typedef struct
{
  RtSession *session;
  size_t     forbidden;   /* training samples that must never be shown */
  size_t     wanted;
} Watch;

static void
watch_cb (RtSession *session,
          gpointer   data)
{
  const Watch *watch = data;

  g_assert_cmpuint (rt_session_get_cost (session)->n_train, !=, watch->forbidden);
}

static gboolean
is_counted (void *data)
{
  return rt_session_get_cost (((Watch *) data)->session)->n_train == ((Watch *) data)->wanted;
}

static gboolean
is_measured (void *data)
{
  const RtCost *cost = rt_session_get_cost (((Watch *) data)->session);

  return cost->n_train == ((Watch *) data)->wanted && isfinite (cost->seconds_per_epoch);
}

static gboolean
is_estimating (void *data)
{
  return ((Watch *) data)->session->estimate != NULL;
}

static void
test_estimate (Fixture       *f,
               gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };

  session_test_wait (is_measured, &watch);
  g_assert_cmpuint (rt_session_get_cost (f->session)->steps_per_epoch, ==, 4);
  g_assert_cmpuint (rt_session_get_cost (f->session)->memory_bytes, >, 0);

  /* One that is under way when the recipe changes is dropped. */
  g_object_set (f->session, "samples-per-class", 5, NULL);
  session_test_wait (is_estimating, &watch);
  watch.forbidden = 50;
  watch.wanted = 30;
  g_signal_connect (f->session, "cost-changed", G_CALLBACK (watch_cb), &watch);
  g_object_set (f->session, "samples-per-class", 3, NULL);
  session_test_wait (is_measured, &watch);
  g_signal_handlers_disconnect_by_func (f->session, watch_cb, &watch);
}

static void
see_cb (RtSession *session,
        gpointer   seen)
{
  const RtCost *cost = rt_session_get_cost (session);

  if (cost->n_train > 0)
    g_string_append_c (seen, isfinite (cost->seconds_per_epoch) ? 't' : 'n');
}

/* The numbers of a task are there before the times, which a large network takes long to tell, and
 * stay until these come. */
static void
test_estimate_counts (Fixture       *f,
                      gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (f->session, "cost-changed", G_CALLBACK (see_cb), seen);
  session_test_wait (is_counted, &watch);
  /* As where measuring takes longer. */
  g_source_set_ready_time (g_main_context_find_source_by_id (NULL, f->session->stale_timer), 0);
  while (f->session->stale_timer != 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (rt_session_get_cost (f->session)->n_train, ==, watch.wanted);
  session_test_wait (is_measured, &watch);
  g_assert_true (g_str_has_prefix (seen->str, "n"));
  g_assert_true (g_str_has_suffix (seen->str, "t"));
  g_signal_handlers_disconnect_by_func (f->session, see_cb, seen);
}

static gboolean
is_in_parts (void *data)
{
  const RtCost *cost = rt_session_get_cost (((Watch *) data)->session);

  return cost->at_once > 0 && cost->at_once < cost->batch_size;
}

/* How much memory allows at once is part of what a recipe costs. */
static void
test_estimate_memory (Fixture       *f,
                      gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };

  session_test_wait (is_measured, &watch);
  g_assert_false (is_in_parts (&watch));
  g_object_set (f->session, "memory", 1, NULL);
  session_test_wait (is_in_parts, &watch);
  g_assert_cmpuint (rt_session_get_cost (f->session)->memory_limit, ==, 1000 * 1000);
}

/* A second one begins when the first has let go of its memory. */
static void
test_estimate_alone (Fixture       *f,
                     gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };

  session_test_wait (is_measured, &watch);
  f->session->estimating = TRUE;   /* as where a worker is still at one that was cancelled */
  rt_session_schedule_estimate (f->session);
  rt_session_update_cost (f->session);
  session_test_iterate (0.6);
  g_assert_null (f->session->estimate);
  g_assert_true (f->session->estimate_waits);
  g_assert_false (is_measured (&watch));
  f->session->estimating = FALSE;
  rt_session_schedule_estimate (f->session);
  g_assert_false (f->session->estimate_waits);

  /* One that is given up comes home while the next is due: whichever is seen first. */
  session_test_wait (is_estimating, &watch);
  rt_session_schedule_estimate (f->session);
  g_usleep (300 * 1000);
  session_test_wait (is_measured, &watch);

  /* The waiting one is begun by the end of that before it. */
  rt_session_schedule_estimate (f->session);
  session_test_wait (is_estimating, &watch);
  rt_session_cancel_estimate (f->session);
  f->session->estimate_waits = TRUE;
  rt_session_update_cost (f->session);
  session_test_wait (is_measured, &watch);
}

/* What opening finds wrong is a problem in words; it goes when the cause goes. */
static gboolean
has_problem (void *data)
{
  return ((Watch *) data)->session->problem != NULL;
}

/* What cannot be trained takes no seconds and no memory: not those of the recipe before. */
static void
assert_not_measured (Fixture *f)
{
  g_assert_true (isnan (rt_session_get_cost (f->session)->seconds_per_epoch));
  g_assert_cmpuint (rt_session_get_cost (f->session)->memory_bytes, ==, 0);
}

static void
test_estimate_stale (Fixture       *f,
                     gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };

  session_test_wait (is_measured, &watch);
  g_object_set (f->session, "style", "no such style", NULL);
  assert_not_measured (f);
  g_object_set (f->session, "style", "print", NULL);
  session_test_wait (is_measured, &watch);
  g_object_set (f->session, "dataset", "folder:/nowhere at all", NULL);
  session_test_wait (has_problem, &watch);
  assert_not_measured (f);
}

static void
test_estimate_problem (Fixture       *f,
                       gconstpointer  data)
{
  Watch watch = { f->session, 0, 60 };

  g_object_set (f->session, "dataset", "folder:/nowhere at all", NULL);
  session_test_wait (has_problem, &watch);
  g_assert_nonnull (g_strrstr (f->session->problem, "/nowhere at all"));
  g_object_set (f->session, "dataset", "builtin:glyphs/digits", NULL);
  assert_string (f, "problem", NULL);
  session_test_wait (is_measured, &watch);
}

/* A small folder of one's own can be trained at once: the drawn set's count for validation is not
 * asked of it. */
static void
test_opened_small (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 3);

  recipe->task.validation = 30.0;
  rt_session_set_recipe (f->session, recipe);
  g_object_set (f->session, "dataset", "builtin:animals", NULL);
  g_assert_cmpfloat (f->session->recipe->task.validation, ==, 30.0);
  g_object_set (f->session, "dataset", "folder:/somewhere", NULL);
  g_assert_cmpfloat (f->session->recipe->task.validation, ==, 0.2);
}

#define ADD(name) g_test_add ("/session/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (first);
  ADD (properties);
  ADD (title);
  ADD (undo);
  ADD (undo_numbers);
  ADD (undo_recipes);
  ADD (undo_frozen);
  ADD (frozen);
  ADD (methods);
  ADD (no_teacher);
  ADD (methods_head_first);
  ADD (problem);
  ADD (estimate);
  ADD (estimate_counts);
  ADD (estimate_alone);
  ADD (estimate_problem);
  ADD (estimate_memory);
  ADD (estimate_stale);
  ADD (opened_small);
  return g_test_run ();
}
