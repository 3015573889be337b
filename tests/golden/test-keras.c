/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two published Keras files in our networks, and Keras's MobileNetV2 with drawn weights, against a
 * forward pass by NumPy (keras.json). The files are no part of the project: where they are not
 * there, their tests are skipped.
 *
 * Which networks they are must be found out, by the order of their layers.
 */
#include "config.h"

#include "format-files.h"
#include "golden-file.h"

#include "rt-arena.h"
#include "rt-network-identify.h"
#include "rt-plan.h"
#include "rt-rng.h"

#define TOLERANCE 1e-4

static RtTensorList *
open_matched (const char      *path,
              const RtNetwork *network)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_weights_read (path, NULL, &error);
  RtTensorList *found;
  RtIdentity identity;

  g_assert_no_error (error);
  found = rt_network_identify (list, NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, rt_network_get_options (network)->name);
  return found;
}

static RtNetwork *
make_network (JsonObject *golden,
              const char *name,
              int         classes)
{
  size_t n;
  g_autofree double *input = golden_get_numbers (golden, "input", &n);
  RtNetworkOptions options = { .name = name, .classes = classes };
  g_autoptr (GError) error = NULL;
  RtNetwork *network;

  g_assert_cmpuint (n, ==, 4);
  options.height = (int) input[1];
  options.width = (int) input[2];
  options.channels = (int) input[3];
  network = rt_network_new (&options, &error);
  g_assert_no_error (error);
  return network;
}

/* What the network with @weights gives is @key of @golden. */
static void
check_output (RtNetwork          *network,
              const RtTensorList *weights,
              JsonObject         *golden,
              const char         *key)
{
  const RtNetworkOptions *made = rt_network_get_options (network);
  size_t n;
  g_autofree double *expected = golden_get_numbers (golden, key, &n);
  int batch = (int) n / made->classes;
  RtPlanOptions options = { .batch = batch, .last_block = -1 };
  size_t n_input = (size_t) batch * made->height * made->width * made->channels;
  float bound = (float) json_object_get_double_member (golden, "bound");
  float *input = rt_floats_new (n_input);
  const float *inputs[] = { input };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = NULL;
  RtTeam *team = rt_team_new (2);
  double difference;
  RtRng rng;

  rt_network_load (network, weights, FALSE, NULL, &error);
  g_assert_no_error (error);
  plan = rt_plan_new (network, &options, team, &error);
  g_assert_no_error (error);
  rt_rng_init (&rng, 1, golden_hash_name ("input.0"));
  for (size_t i = 0; i < n_input; i++)
    input[i] = rt_rng_range (&rng, -bound, bound);
  rt_plan_forward (plan, inputs, batch, FALSE, 0, 0);
  difference = golden_get_difference (rt_plan_get_output (plan, 0), expected, n);
  g_test_message ("%s: off by %.2g", made->name, difference);
  g_assert_cmpfloat (difference, <=, TOLERANCE);
  g_clear_pointer (&plan, rt_plan_free);
  rt_team_free (team);
  rt_floats_free (input);
}

static void
test_mobilenet (void)
{
  g_autofree char *path = format_shared ("weights/vww_96.h5");
  g_autoptr (JsonParser) parser = golden_open ("keras.json");
  JsonObject *golden = json_object_get_object_member (golden_get_root (parser), "vww_96");
  g_autoptr (RtNetwork) network = make_network (golden, "mobilenet_v1-0.25-relu", 2);
  g_autoptr (RtTensorList) weights = NULL;

  if (path == NULL)
    return;
  weights = open_matched (path, network);
  check_output (network, weights, golden, "logits");
}

/* Without a classifier in the file, a head that lets each feature through: what is averaged behind
 * it are the features. Of 63 x 63 pixels all three pools see whole windows only, so that Keras's
 * 'valid' and ours are the same. */
static void
test_squeezenet (void)
{
  g_autofree char *path = format_shared ("weights/squeezenet_weights_tf_dim_ordering_tf_kernels_"
                                         "notop.h5");
  g_autoptr (JsonParser) parser = golden_open ("keras.json");
  JsonObject *golden = json_object_get_object_member (golden_get_root (parser), "squeezenet");
  g_autoptr (RtNetwork) network = make_network (golden, "squeezenet1_1", 512);
  g_autoptr (RtTensorList) weights = NULL;
  RtTensor *head;

  if (path == NULL)
    return;
  weights = open_matched (path, network);
  head = rt_tensor_list_add (weights, "classifier.1.weight", &RT_SHAPE_4 (512, 512, 1, 1));
  for (int c = 0; c < 512; c++)
    head->data[c * 512 + c] = 1.0f;
  rt_tensor_list_add (weights, "classifier.1.bias", &RT_SHAPE_1 (512));
  check_output (network, weights, golden, "features");
}

/* Of sides that are even and odd, of which "same" pads one on both ends. */
static void
test_mobilenet_v2 (void)
{
  static const char *const keys[] = { "mobilenet_v2-same", "mobilenet_v2-same, odd" };
  g_autoptr (JsonParser) parser = golden_open ("keras.json");

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      JsonObject *golden = json_object_get_object_member (golden_get_root (parser), keys[i]);
      g_autoptr (RtNetwork) network = make_network (golden, "mobilenet_v2-same", 10);
      g_autoptr (RtTensorList) weights = rt_network_save (network);

      for (size_t k = 0; k < rt_tensor_list_get_n (weights); k++)
        golden_fill_parameter (rt_tensor_list_get (weights, k),
                               (float) json_object_get_double_member (golden, "gain"));
      check_output (network, weights, golden, "logits");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/keras/mobilenet", test_mobilenet);
  g_test_add_func ("/golden/keras/squeezenet", test_squeezenet);
  g_test_add_func ("/golden/keras/mobilenet-v2", test_mobilenet_v2);
  return g_test_run ();
}
