/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole networks against values made by PyTorch (README.md here): logits, the gradients of the
 * first step, ten losses with SGD and with AdamW, and what the parameters and statistics are
 * afterwards. With drawn weights, or with trained ones where their files are on this machine.
 */
#include "config.h"

#include "golden-file.h"

#include "format-files.h"
#include "rt-arena.h"
#include "rt-loss.h"
#include "rt-network-identify.h"
#include "rt-optimizer.h"

#include <math.h>
#include <string.h>

#define N_STEPS          10
#define LOGITS_TOLERANCE 1e-4
#define AFTER_LOGITS_TOLERANCE 1e-3
#define GAIN             3     /* of the drawn weights, where the file says no other */

/* Norms of gradients, and of what the parameters are after ten steps: by the file's `spread`,
 * which is what rounding alone does, times this; but no finer than float32 sums can be. */
#define SPREAD_FACTOR    10.0
#define GRADIENTS_FACTOR 4.0    /* of the first step: nothing has grown yet */
#define NORM_FLOOR       1e-5

/* The losses' tolerance is finer than what training moves them by, by this at least. */
#define MOVES_FACTOR     4.0

typedef struct
{
  const char *name;           /* of the file */
  double      sgd_losses;     /* relative, as the README derives them from the spread */
  double      adamw_losses;
} Golden;

static const Golden goldens[] = {
  { "mlp", 1e-4, 1e-4 },
  { "lenet5", 1e-4, 1e-4 },
  { "resnet20", 1e-4, 1e-4 },
  { "mobile", 3e-5, 1e-4 },
  { "resnet18", 7e-5, 4e-5 },
  { "resnet18-cifar", 1e-4, 5e-5 },
  { "resnet34", 1e-3, 2e-4 },
  { "resnet50", 5e-4, 2.5e-4 },
  { "mobilenet_v1", 2e-4, 2e-4 },
  { "mobilenet_v1-0.25-relu", 2e-4, 5e-4 },
  { "mobilenet_v2", 1.5e-4, 2.7e-4 },
  { "mobilenet_v2-cifar", 6e-5, 1.5e-4 },
  { "squeezenet1_1", 1e-5, 1e-5 },
  { "efficientnet_lite0", 2e-4, 5e-4 },
  { "efficientnet_lite0-symmetric", 1.5e-4, 4e-4 },
  { "trained-resnet20", 2e-4, 1e-4 },
  { "trained-resnet56", 3e-5, 3e-5 },
  { "trained-efficientnet_lite0", 2e-4, 7e-5 },
};

typedef struct
{
  const Golden *golden;
  JsonParser   *parser;
  JsonObject   *root;
  RtNetwork    *network;
  RtTeam       *team;
  int           batch;
  int           classes;
  size_t        n_input;
  float        *input;      /* (N,H,W,C) */
  int          *labels;
} Fixture;

/* A line "NAME DIM DIM" for each parameter of the golden file. (transfer full) */
static char *
list_expected (JsonObject *parameters)
{
  g_autoptr (GList) names = json_object_get_members (parameters);
  GString *lines = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonArray *dims = json_object_get_array_member (parameters, l->data);

      g_string_append (lines, l->data);
      for (guint i = 0; i < json_array_get_length (dims); i++)
        g_string_append_printf (lines, " %d", (int) json_array_get_int_element (dims, i));
      g_string_append_c (lines, '\n');
    }
  return g_string_free (lines, FALSE);
}

/* The same lines of ours, in the shapes of files. (transfer full) */
static char *
list_shapes (const RtTensorList *list)
{
  GString *lines = g_string_new (NULL);

  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      g_string_append (lines, tensor->name);
      for (int j = 0; j < tensor->shape.n_dims; j++)
        g_string_append_printf (lines, " %d", tensor->shape.dims[j]);
      g_string_append_c (lines, '\n');
    }
  return g_string_free (lines, FALSE);
}

/* All of them are in the file, or of the large networks their hash. */
static void
check_shapes (Fixture            *f,
              const RtTensorList *list)
{
  g_autofree char *lines = list_shapes (list);

  if (json_object_has_member (f->root, "parameters"))
    {
      JsonObject *parameters = json_object_get_object_member (f->root, "parameters");
      g_autofree char *expected = list_expected (parameters);

      g_assert_cmpstr (lines, ==, expected);
    }
  else
    g_assert_cmphex (golden_hash_name (lines), ==,
                     g_ascii_strtoull (json_object_get_string_member (f->root, "shapes"), NULL,
                                       16));
}

/* Trained weights, which are no part of the project. FALSE where they are not here, and the test
 * is skipped. */
static gboolean
load_trained (Fixture    *f,
              const char *file)
{
  g_autofree char *name = g_build_filename ("weights", file, NULL);
  g_autofree char *path = format_shared (name);
  g_autoptr (RtTensorList) ours = rt_network_save (f->network);
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (RtTensorList) renamed = NULL;
  g_autoptr (GError) error = NULL;
  RtIdentity identity;

  if (path == NULL)
    return FALSE;
  check_shapes (f, ours);
  tensors = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  renamed = rt_network_identify (tensors, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, rt_network_get_options (f->network)->name);
  rt_network_load (f->network, renamed, FALSE, NULL, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
load_drawn (Fixture *f)
{
  g_autoptr (RtTensorList) list = rt_network_save (f->network);
  g_autoptr (GError) error = NULL;
  double gain = json_object_get_double_member_with_default (f->root, "gain", GAIN);

  check_shapes (f, list);
  for (size_t i = 0; i < rt_tensor_list_get_n (list); i++)
    golden_fill_parameter (rt_tensor_list_get (list, i), (float) gain);
  rt_network_load (f->network, list, FALSE, NULL, &error);
  g_assert_no_error (error);
}

/* The network as the file has it at first, or @object's, one of its other inputs. */
static gboolean
make_network (Fixture    *f,
              JsonObject *object)
{
  size_t n;
  g_autofree double *input = golden_get_numbers (object, "input", &n);
  g_autoptr (GError) error = NULL;
  RtNetworkOptions options = { .name = json_object_get_string_member (f->root, "network") };
  const char *weights = json_object_get_string_member_with_default (f->root, "weights", NULL);

  g_assert_cmpuint (n, ==, 4);
  f->batch = (int) input[0];
  f->classes = options.classes = (int) json_object_get_int_member (f->root, "classes");
  options.height = (int) input[1];
  options.width = (int) input[2];
  options.channels = (int) input[3];
  f->network = rt_network_new (&options, &error);
  g_assert_no_error (error);
  f->n_input = (size_t) f->batch * options.height * options.width * options.channels;
  f->input = rt_floats_new (f->n_input);
  f->labels = g_new (int, f->batch);
  if (weights != NULL)
    return load_trained (f, weights);
  load_drawn (f);
  return TRUE;
}

static void
drop_network (Fixture *f)
{
  g_clear_pointer (&f->network, rt_network_free);
  g_clear_pointer (&f->input, rt_floats_free);
  g_clear_pointer (&f->labels, g_free);
}

/* FALSE where the test is skipped. */
static gboolean
fixture_init (Fixture       *f,
              const Golden  *golden)
{
  g_autofree char *file = g_strconcat (golden->name, ".json", NULL);

  f->golden = golden;
  f->parser = golden_open (file);
  f->root = golden_get_root (f->parser);
  f->team = rt_team_new (2);
  return make_network (f, f->root);
}

static void
fixture_clear (Fixture *f)
{
  drop_network (f);
  rt_team_free (f->team);
  g_object_unref (f->parser);
}

static void
take_batch (Fixture *f,
            int      step)
{
  g_autofree char *name = g_strdup_printf ("input.%d", step);
  RtRng rng;

  rt_rng_init (&rng, 1, golden_hash_name (name));
  for (size_t i = 0; i < f->n_input; i++)
    f->input[i] = rt_rng_range (&rng, -1.0f, 1.0f);
  for (int i = 0; i < f->batch; i++)
    f->labels[i] = (i * 7 + step) % 10;
}

/* How far the plan's output is from the file's, of whose classes there may be only every so
 * manieth. */
static double
compare_logits (Fixture    *f,
                JsonObject *object,
                RtPlan     *plan)
{
  int every = (int) json_object_get_int_member_with_default (f->root, "every", 1);
  const float *output = rt_plan_get_output (plan, 0);
  g_autoptr (GArray) logits = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree double *expected = NULL;
  size_t n;

  for (int i = 0; i < f->batch; i++)
    for (int c = 0; c < f->classes; c += every)
      g_array_append_val (logits, output[(size_t) i * f->classes + c]);
  expected = golden_get_numbers (object, "logits", &n);
  g_assert_cmpuint (n, ==, logits->len);
  return golden_get_difference ((const float *) (gpointer) logits->data, expected, n);
}

static void
check_logits (Fixture    *f,
              JsonObject *object,
              double      tolerance)
{
  const RtNetworkOptions *size = rt_network_get_options (f->network);
  RtPlanOptions options = { .batch = f->batch, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = rt_plan_new (f->network, &options, f->team, &error);
  const float *inputs[] = { f->input };
  double difference;

  g_assert_no_error (error);
  take_batch (f, 0);
  rt_plan_forward (plan, inputs, f->batch, FALSE, 0, 0);
  difference = compare_logits (f, object, plan);
  g_test_message ("%s, %dx%d: logits are off by %.2g", f->golden->name, size->height, size->width,
                  difference);
  g_assert_cmpfloat (difference, <=, tolerance);
}

/* Of inputs of other sizes. */
static void
check_others (Fixture *f)
{
  JsonArray *others = json_object_get_array_member (f->root, "others");

  for (guint i = 0; i < json_array_get_length (others); i++)
    {
      JsonObject *other = json_array_get_object_element (others, i);

      drop_network (f);
      if (!make_network (f, other))
        return;
      check_logits (f, other, LOGITS_TOLERANCE);
    }
}

/* [sum, root of the sum of squares] of one parameter: of two norms the larger's thousandth is
 * the least that a difference is measured by, as the spread was. A sum may be off by what the
 * norm may, at every value. */
static double
check_norm (JsonObject  *object,
            const char  *name,
            const float *values,
            size_t       n,
            double       largest,
            double       tolerance)
{
  size_t n_expected;
  g_autofree double *expected = golden_get_numbers (object, name, &n_expected);
  double sum = 0.0, squares = 0.0, base = MAX (expected[1], 1e-3 * largest), off;

  g_assert_cmpuint (n_expected, ==, 2);
  for (size_t i = 0; i < n; i++)
    {
      sum += values[i];
      squares += (double) values[i] * values[i];
    }
  off = fabs (sqrt (squares) - expected[1]) / base;
  if (!(off <= tolerance))
    g_error ("%s: norm %.9g, expected %.9g (off by %.2g; %.2g is allowed)", name, sqrt (squares),
             expected[1], off, tolerance);
  if (!(fabs (sum - expected[0]) <= tolerance * sqrt ((double) n) * base))
    g_error ("%s: sum %.9g, expected %.9g", name, sum, expected[0]);
  return off;
}

static void
check_norms (Fixture    *f,
             JsonObject *object,
             const char *spread,
             RtPlan     *plan)      /* its gradients, or NULL: the network's values */
{
  JsonObject *spreads = json_object_get_object_member (f->root, "spread");
  double factor = plan != NULL ? GRADIENTS_FACTOR : SPREAD_FACTOR;
  double tolerance = MAX (factor * json_object_get_double_member (spreads, spread), NORM_FLOOR);
  double largest = 0.0, off = 0.0;
  int n_checked = 0;

  for (int i = 0; i < rt_network_get_n_params (f->network); i++)
    {
      const char *name = rt_network_get_param (f->network, i)->name;

      if (json_object_has_member (object, name))
        largest = MAX (largest, json_array_get_double_element (
                                  json_object_get_array_member (object, name), 1));
    }
  for (int i = 0; i < rt_network_get_n_params (f->network); i++)
    {
      const RtParam *param = rt_network_get_param (f->network, i);
      const float *values = plan != NULL ? rt_plan_get_gradient (plan, i)
                            : rt_network_get_values (f->network) + param->offset;

      if (values == NULL)
        continue;
      off = MAX (off, check_norm (object, param->name, values, param->count, largest, tolerance));
      n_checked++;
    }
  g_assert_cmpint (n_checked, ==, (int) json_object_get_size (object));
  g_test_message ("%s: %s norms are off by %.2g, %.2g is allowed", f->golden->name, spread, off,
                  tolerance);
}

/* A tolerance that training itself stays within would see nothing of the optimizer. */
static void
check_moves (Fixture    *f,
             const char *key,
             double      tolerance)
{
  JsonObject *spreads = json_object_get_object_member (f->root, "spread");
  g_autofree char *moves = g_strconcat (key, ".moves", NULL);

  if (json_object_has_member (spreads, moves))
    g_assert_cmpfloat (MOVES_FACTOR * tolerance, <=,
                       json_object_get_double_member (spreads, moves));
}

static void
check_training (Fixture            *f,
                const char         *key,
                RtOptimizerOptions *options,
                double              tolerance)
{
  JsonObject *object = json_object_get_object_member (f->root, key);
  RtPlanOptions plan_options = { .batch = f->batch, .backward = TRUE, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = rt_plan_new (f->network, &plan_options, f->team, &error);
  g_autoptr (RtOptimizer) optimizer = NULL;
  g_autofree double *expected = NULL;
  g_autofree char *spread = g_strconcat (key, ".after", NULL);
  float rate = (float) json_object_get_double_member (object, "learning_rate");
  size_t n;

  g_assert_no_error (error);
  options->weight_decay = (float) json_object_get_double_member (object, "weight_decay");
  options->layer_decay = 1.0f;
  optimizer = rt_optimizer_new (f->network, 0, options);
  expected = golden_get_numbers (object, "losses", &n);
  g_assert_cmpuint (n, ==, N_STEPS);
  check_moves (f, key, tolerance);
  for (int step = 0; step < N_STEPS; step++)
    {
      g_autofree char *what = g_strdup_printf ("%s, %s, loss of step %d", f->golden->name, key,
                                               step);
      const float *inputs[] = { f->input };
      double loss;

      take_batch (f, step);
      rt_plan_forward (plan, inputs, f->batch, TRUE, 1, step);
      loss = rt_cross_entropy (rt_plan_get_output_gradient (plan, 0), rt_plan_get_output (plan, 0),
                               f->labels, 0.0f, NULL, 1.0f, f->batch, f->classes);
      rt_plan_backward (plan, FALSE);
      g_test_message ("%s: %.9g, off by %.2g", what, loss, fabs (loss / expected[step] - 1.0));
      golden_assert_close (loss, expected[step], tolerance, what);
      if (step == 0)
        check_norms (f, json_object_get_object_member (f->root, "gradients"), "gradients", plan);
      rt_optimizer_step (optimizer, plan, rate, f->team);
    }
  check_logits (f, object, AFTER_LOGITS_TOLERANCE);
  if (json_object_has_member (object, "after"))
    check_norms (f, json_object_get_object_member (object, "after"), spread, NULL);
}

static void
test_logits (gconstpointer data)
{
  Fixture f;

  if (fixture_init (&f, data))
    {
      check_logits (&f, f.root, LOGITS_TOLERANCE);
      if (json_object_has_member (f.root, "others"))
        check_others (&f);
    }
  fixture_clear (&f);
}

static void
test_sgd (gconstpointer data)
{
  RtOptimizerOptions options = { .kind = RT_OPTIMIZER_SGD, .momentum = 0.9f };
  Fixture f;

  if (fixture_init (&f, data))
    check_training (&f, "sgd", &options, f.golden->sgd_losses);
  fixture_clear (&f);
}

static void
test_adamw (gconstpointer data)
{
  RtOptimizerOptions options = { .kind = RT_OPTIMIZER_ADAMW, .beta1 = 0.9f, .beta2 = 0.999f,
                                 .eps = 1e-8f };
  Fixture f;

  if (fixture_init (&f, data))
    check_training (&f, "adamw", &options, f.golden->adamw_losses);
  fixture_clear (&f);
}

static uint64_t
get_hex (const char *text)
{
  return g_ascii_strtoull (text, NULL, 16);
}

/* The numbers that everything above is made of. */
static void
test_rng (void)
{
  g_autoptr (JsonParser) parser = golden_open ("rng.json");
  JsonArray *streams = json_object_get_array_member (golden_get_root (parser), "streams");

  g_assert_cmpuint (json_array_get_length (streams), >, 0);
  for (guint i = 0; i < json_array_get_length (streams); i++)
    {
      JsonObject *stream = json_array_get_object_element (streams, i);
      const char *name = json_object_get_string_member (stream, "name");
      JsonArray *next = json_object_get_array_member (stream, "next");
      size_t n_uniform;
      g_autofree double *uniform = golden_get_numbers (stream, "uniform", &n_uniform);
      RtRng rng;

      g_assert_cmphex (golden_hash_name (name), ==,
                       get_hex (json_object_get_string_member (stream, "hash")));
      rt_rng_init (&rng, 1, golden_hash_name (name));
      for (guint j = 0; j < json_array_get_length (next); j++)
        g_assert_cmphex (rt_rng_next (&rng), ==,
                         get_hex (json_array_get_string_element (next, j)));
      rt_rng_init (&rng, 1, golden_hash_name (name));
      for (size_t j = 0; j < n_uniform; j++)
        g_assert_cmpfloat_with_epsilon (rt_rng_uniform (&rng), uniform[j], 1e-11);
    }
}

static void
add (const char    *name,
     const Golden  *golden,
     GTestDataFunc  func)
{
  g_autofree char *path = g_strdup_printf ("/golden/%s/%s", golden->name, name);

  g_test_add_data_func (path, golden, func);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/rng", test_rng);
  for (size_t i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      add ("logits", &goldens[i], test_logits);
      add ("sgd", &goldens[i], test_sgd);
      add ("adamw", &goldens[i], test_adamw);
    }
  return g_test_run ();
}
