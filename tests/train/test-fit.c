/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a budget becomes, where it is so large or so small that no machine's speed matters. */
#include "config.h"

#include "rt-clock.h"
#include "rt-fit.h"
#include "rt-trainer-profile.h"
#include "train-run.h"

#include <math.h>
#include <string.h>

static RtRecipe *
make_recipe (const char *frozen)
{
  RtRecipe *recipe = train_run_recipe (RT_METHOD_FINE_TUNE, "resnet8", "run:8");

  g_strfreev (recipe->backbone.frozen);
  recipe->backbone.frozen = g_strsplit (frozen, ",", -1);
  if (*frozen == '\0')
    g_clear_pointer (&recipe->backbone.frozen[0], g_free);
  recipe->train.head_first = 1;
  return recipe;
}

/* What was told while it was measured. */
typedef struct
{
  GCancellable *cancellable;   /* (nullable) cancelled at the third */
  GString      *texts;
  double        fraction;
  int           n;
} Told;

static void
told_cb (const RtEvent *event,
         void          *data)
{
  Told *told = data;

  g_assert_cmpint (event->kind, ==, RT_EVENT_PROGRESS);
  g_assert_cmpfloat (event->fraction, >=, told->fraction);
  g_assert_cmpfloat (event->fraction, <, 1.0);
  told->fraction = event->fraction;
  g_string_append_printf (told->texts, "%s; ", event->text);
  if (++told->n == 3)
    g_cancellable_cancel (told->cancellable);
}

/* With time for it all of the network is trained, whatever the recipe freezes, for as many epochs
 * as a recipe can have. */
static void
test_plenty (gconstpointer frozen)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) recipe = make_recipe (frozen);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) texts = g_string_new (NULL);
  Told told = { .texts = texts };
  RtTrainerHooks hooks = { .event = told_cb, .data = &told };
  RtFit fit;

  recipe->train.patience = 3;
  g_assert_true (rt_recipe_fit (recipe, &resolver, 1e6, NULL, &hooks, &fit, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fit.n_frozen, ==, 0);
  g_assert_cmpint ((int) g_strv_length (recipe->backbone.frozen), ==, 0);
  g_assert_cmpint (recipe->train.epochs, ==, 10000);
  g_assert_cmpint (recipe->train.head_first, ==, 0);
  g_assert_cmpint (recipe->train.patience, ==, 0);
  g_assert_true (fit.spreads_rates);
  g_assert_cmpfloat_with_epsilon (pow (recipe->train.layer_decay, 4), 0.01, 1e-9);   /* 5 blocks */
  g_assert_cmpfloat (recipe->train.warm_up, ==, 15.0);   /* 60 steps of 4 an epoch */
  g_assert_cmpint (recipe->train.schedule, ==, RT_SCHEDULE_FLAT_COSINE);
  g_assert_cmpint (recipe->backbone.input_size, ==, 0);
  g_assert_cmpfloat (fit.seconds, >, 0.0);
  g_assert_cmpstr (texts->str, ==, "Opening the task; Warming up; Timing a training step; "
                                   "Timing validation; Timing the reading of pictures; ");
  g_assert_true (rt_recipe_validate (recipe, &error));
  g_assert_no_error (error);
}

/* What is measured of one batch is where its time goes. */
static void
test_profile (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) recipe = make_recipe ("");
  g_autoptr (RtTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  RtTrainerProfile p;

  recipe->train.head_first = 0;
  trainer = rt_trainer_new (recipe, &resolver, NULL, &error);
  g_assert_no_error (error);
  before = rt_network_hash (rt_trainer_get_network (trainer), G_MAXUINT32);
  g_assert_true (rt_trainer_profile (trainer, NULL, NULL, &p, &error));
  after = rt_network_hash (rt_trainer_get_network (trainer), G_MAXUINT32);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpint (p.n_blocks, ==, 5);
  for (int i = 0; i < p.n_blocks; i++)
    {
      g_assert_cmpfloat (p.forward[i], >, 0.0);
      g_assert_cmpfloat (p.backward[i], >, 0.0);
      g_assert_cmpfloat (p.inference[i], >, 0.0);
    }
  /* The head is one small layer; a stage has convolutions. */
  g_assert_cmpfloat (p.forward[1], >, p.forward[4]);
  g_assert_cmpfloat (p.step, >=, 0.0);
  g_assert_cmpfloat (p.load, >, 0.0);
}

/* What is under way is given up, and nothing more is measured. */
static void
test_cancelled (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) recipe = make_recipe ("stem");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GString) texts = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  Told told = { .cancellable = cancellable, .texts = texts };
  RtTrainerHooks hooks = { .event = told_cb, .data = &told };

  g_assert_false (rt_recipe_fit (recipe, &resolver, 1e6, cancellable, &hooks, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (told.n, ==, 3);
  g_assert_cmpstr (recipe->backbone.frozen[0], ==, "stem");
}

static void
test_nothing (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) recipe = make_recipe ("");
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_recipe_fit (recipe, &resolver, 1e-9, NULL, NULL, NULL, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "does not fit"));
  g_assert_nonnull (strstr (error->message, "fewer samples"));
}

/* What cannot even be opened is told as it always is. */
static void
test_wrong (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) recipe = make_recipe ("neck");
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_recipe_fit (recipe, &resolver, 60.0, NULL, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "backbone.frozen holds \"neck\""));
}

/* Rates that the recipe gives each block stand, and so does a warm-up that leaves time to train.
 * One rate for all was for the blocks that the recipe trains; what begins with noise has one. */
static void
test_said (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) said = make_recipe ("stem");
  g_autoptr (RtRecipe) one = make_recipe ("stem");
  g_autoptr (RtRecipe) random = make_recipe ("");
  g_autoptr (GError) error = NULL;
  RtFit fit;

  said->train.layer_decay = 0.5;
  said->train.warm_up = 2.0;
  g_assert_true (rt_recipe_fit (said, &resolver, 1e6, NULL, NULL, &fit, &error));
  g_assert_no_error (error);
  g_assert_false (fit.spreads_rates);
  g_assert_cmpfloat (said->train.layer_decay, ==, 0.5);
  g_assert_cmpfloat (said->train.warm_up, ==, 2.0);
  one->train.layer_decay = 1.0;
  g_assert_true (rt_recipe_fit (one, &resolver, 1e6, NULL, NULL, &fit, &error));
  g_assert_no_error (error);
  g_assert_true (fit.spreads_rates);
  g_assert_cmpfloat_with_epsilon (pow (one->train.layer_decay, 4), 0.01, 1e-9);
  g_free (random->backbone.weights);
  random->backbone.weights = g_strdup ("random");
  random->method = RT_METHOD_SCRATCH;
  random->train.head_first = 0;
  g_assert_true (rt_recipe_fit (random, &resolver, 1e6, NULL, NULL, &fit, &error));
  g_assert_no_error (error);
  g_assert_false (fit.spreads_rates);
  g_assert_cmpfloat (random->train.layer_decay, ==, RT_LAYER_DECAY_AUTO);
}

/* Less time than the least takes at the recipe's own input size, whatever this machine's speed:
 * the size becomes a smaller one, and with time enough it stays. */
static void
test_smaller (void)
{
  RtResolver resolver = train_run_get_resolver ();
  g_autoptr (RtRecipe) plenty = train_run_recipe (RT_METHOD_SCRATCH, "resnet8", "random");
  g_autoptr (RtRecipe) tight = NULL;
  g_autoptr (GError) error = NULL;
  double begun = rt_clock_now (), took;
  RtFit fit;

  plenty->backbone.input_size = 160;
  tight = rt_recipe_copy (plenty);
  g_assert_true (rt_recipe_fit (plenty, &resolver, 1e6, NULL, NULL, &fit, &error));
  g_assert_no_error (error);
  took = rt_clock_now () - begun;
  g_assert_cmpint (fit.input_size, ==, 160);
  g_assert_cmpint (plenty->backbone.input_size, ==, 160);

  /* 300 steps of 4 an epoch. */
  g_assert_true (rt_recipe_fit (tight, &resolver, took + 0.7 * 75 * fit.seconds / fit.epochs, NULL,
                                NULL, &fit, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fit.input_size, <, 160);
  g_assert_cmpint (fit.input_size, >=, 64);
  g_assert_cmpint (fit.input_size % 32, ==, 0);
  g_assert_cmpint (tight->backbone.input_size, ==, fit.input_size);
  g_assert_cmpint (fit.epochs, >=, 75);
  g_assert_true (rt_recipe_validate (tight, &error));
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  train_run_set_up ();
  g_test_add_data_func ("/fit/plenty", "", test_plenty);
  g_test_add_data_func ("/fit/plenty-frozen", "stem,stage1", test_plenty);
  g_test_add_func ("/fit/profile", test_profile);
  g_test_add_func ("/fit/cancelled", test_cancelled);
  g_test_add_func ("/fit/nothing", test_nothing);
  g_test_add_func ("/fit/said", test_said);
  g_test_add_func ("/fit/smaller", test_smaller);
  g_test_add_func ("/fit/wrong", test_wrong);
  status = g_test_run ();
  train_run_tear_down ();
  return status;
}
