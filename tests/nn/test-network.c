/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-network.h"

#include "rt-ops.h"

#include <math.h>
#include <string.h>

static RtNetwork *
make (const char *name,
      int         classes)
{
  RtNetworkOptions options = { .name = name, .classes = classes };
  g_autoptr (GError) error = NULL;
  RtNetwork *network = rt_network_new (&options, &error);

  g_assert_no_error (error);
  return network;
}

static size_t
count_trainable (const RtNetwork *network)
{
  size_t n = 0;

  for (int i = 0; i < rt_network_get_n_blocks (network); i++)
    n += rt_network_get_block (network, i)->n_params;
  return n;
}

/* Published counts: He et al. 2015, table 6, to the digits of the public checkpoints. */
static void
test_counts (void)
{
  g_autoptr (RtNetwork) resnet20 = make ("resnet20", 10);
  g_autoptr (RtNetwork) resnet56 = make ("resnet56", 10);
  g_autoptr (RtNetwork) lenet5 = make ("lenet5", 10);

  g_assert_cmpuint (count_trainable (resnet20), ==, 269722);
  g_assert_cmpuint (count_trainable (resnet56), ==, 853018);
  g_assert_cmpuint (count_trainable (lenet5), ==, 61706);
}

static void
test_blocks (void)
{
  g_autoptr (RtNetwork) network = make ("resnet20", 10);
  const RtBlockInfo *stage3 = rt_network_get_block (network, 3);
  RtShape shape = RT_SHAPE_3 (8, 8, 64);
  const RtNode *node;
  int boundary;

  g_assert_cmpint (rt_network_get_n_blocks (network), ==, 5);
  g_assert_cmpint (rt_network_find_blocks (network, "stem"), ==, 1);
  g_assert_cmpint (rt_network_find_blocks (network, "head"), ==, 1 << 4);
  g_assert_cmpint (rt_network_find_blocks (network, "neck"), ==, 0);
  g_assert_true (rt_shape_equal (&stage3->shape, &shape));
  g_assert_cmpuint (stage3->multiply_adds, >, 1000000);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (rt_graph_find_boundary (rt_network_get_graph (network), i), >=, 0);

  /* The head's pooling lies below a cut under the head: 64 values are kept, not 8x8x64. */
  boundary = rt_graph_find_boundary (rt_network_get_graph (network), 3);
  node = rt_graph_get_node (rt_network_get_graph (network), boundary);
  g_assert_cmpuint (rt_shape_count (&node->shape), ==, 64);
}

static void
test_round_trip (void)
{
  int n_networks;
  const RtNetworkInfo *list = rt_network_list (&n_networks);

  for (int i = 0; i < n_networks; i++)
    {
      g_autoptr (RtNetwork) a = make (list[i].name, 10);
      g_autoptr (RtNetwork) b = make (list[i].name, 10);
      g_autoptr (RtTensorList) tensors = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *hash_a = NULL;
      g_autofree char *hash_b = NULL;
      g_autofree char *hash_before = NULL;
      gboolean replaced = TRUE;

      rt_network_init (a, 1, 0);
      hash_a = rt_network_hash (a, G_MAXUINT32);
      hash_before = rt_network_hash (b, G_MAXUINT32);
      g_assert_cmpstr (hash_a, !=, hash_before);
      tensors = rt_network_save (a);
      g_assert_true (rt_network_load (b, tensors, FALSE, &replaced, &error));
      g_assert_no_error (error);
      g_assert_false (replaced);
      hash_b = rt_network_hash (b, G_MAXUINT32);
      g_assert_cmpstr (hash_a, ==, hash_b);
    }
}

static void
test_new_head (void)
{
  g_autoptr (RtNetwork) letters = make ("resnet8", 26);
  g_autoptr (RtNetwork) digits = make ("resnet8", 10);
  g_autoptr (RtTensorList) tensors = rt_network_save (letters);
  g_autofree char *head = rt_network_hash (digits, 1u << 4);
  g_autofree char *head_after = NULL;
  g_autofree char *body = NULL;
  g_autofree char *body_letters = rt_network_hash (letters, 0xf);
  g_autoptr (GError) error = NULL;
  gboolean replaced = FALSE;

  g_assert_false (rt_network_load (digits, tensors, FALSE, NULL, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "linear.weight is 26x64, not 10x64"));
  g_clear_error (&error);

  g_assert_true (rt_network_load (digits, tensors, TRUE, &replaced, &error));
  g_assert_no_error (error);
  g_assert_true (replaced);
  head_after = rt_network_hash (digits, 1u << 4);
  body = rt_network_hash (digits, 0xf);
  g_assert_cmpstr (head, ==, head_after);
  g_assert_cmpstr (body, ==, body_letters);
}

static void
test_mismatch (void)
{
  g_autoptr (RtNetwork) resnet20 = make ("resnet20", 10);
  g_autoptr (RtNetwork) resnet8 = make ("resnet8", 10);
  g_autoptr (RtTensorList) tensors = rt_network_save (resnet8);
  g_autofree char *before = rt_network_hash (resnet20, G_MAXUINT32);
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_network_load (resnet20, tensors, TRUE, NULL, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
  g_assert_nonnull (strstr (error->message, "layer1.1.conv1.weight"));
  g_assert_nonnull (strstr (error->message, " more"));
  after = rt_network_hash (resnet20, G_MAXUINT32);
  g_assert_cmpstr (before, ==, after);
}

/* One value that cannot be computed with makes all figures no numbers: its tensor is named. */
static void
test_bad_values (void)
{
  static const struct { const char *name; float value; const char *text; } cases[] = {
    { "conv1.weight", NAN, "conv1.weight has a value that is no number" },
    { "linear.bias", -INFINITY, "linear.bias has an infinite value" },
    { "layer1.0.bn1.running_var", -2e-3f, "layer1.0.bn1.running_var has a variance below 0" },
  };
  g_autoptr (RtNetwork) network = make ("resnet8", 10);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = rt_network_save (network);
      g_autoptr (GError) error = NULL;
      RtTensor *tensor = rt_tensor_list_find (tensors, cases[i].name);

      tensor->data[3] = cases[i].value;
      g_assert_false (rt_network_load (network, tensors, FALSE, NULL, &error));
      g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH);
      g_assert_nonnull (strstr (error->message, cases[i].text));
    }
}

static void
test_unknown (void)
{
  RtNetworkOptions options = { .name = "resnet9", .classes = 10 };
  RtNetworkOptions tiny = { .name = "lenet5", .classes = 10, .height = 4, .width = 4,
                            .channels = 1 };
  RtNetworkOptions one = { .name = "lenet5", .classes = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_network_new (&options, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_UNKNOWN);
  g_assert_nonnull (strstr (error->message, "resnet20"));
  g_clear_error (&error);
  g_assert_null (rt_network_new (&tiny, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_null (rt_network_new (&one, &error));
  g_assert_error (error, RT_NN_ERROR, RT_NN_ERROR_SHAPE);
}

/* The smallest and largest inputs that an entry of the list promises can be built. */
static void
test_sizes (void)
{
  int n_networks;
  const RtNetworkInfo *list = rt_network_list (&n_networks);

  for (int i = 0; i < n_networks; i++)
    for (int side = list[i].min_side; side <= 64; side += 7)
      {
        RtNetworkOptions options = { .name = list[i].name, .classes = 3, .height = side,
                                     .width = side, .channels = 3 };
        g_autoptr (GError) error = NULL;
        g_autoptr (RtNetwork) network = rt_network_new (&options, &error);

        g_assert_no_error (error);
        g_assert_nonnull (network);
      }
}

/* The framework that a variant is of decides how its convolutions with a stride pad, and the
 * epsilon and momentum of its norms: Keras's MobileNetV2 keeps 0.999 of the old statistics. */
static void
test_frameworks (void)
{
  static const struct { const char *name; int pad; float eps, momentum; } cases[] = {
    { "mobilenet_v1-0.25", RT_PAD_SAME, 1e-3f, 0.01f },
    { "mobilenet_v1-0.25-symmetric", 1, 1e-5f, 0.1f },
    { "mobilenet_v2", 1, 1e-5f, 0.1f }, { "mobilenet_v2-same", RT_PAD_SAME, 1e-3f, 0.001f },
    { "mobilenet_v2-cifar", 1, 1e-5f, 0.1f },
  };

  for (size_t k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      RtNetworkOptions options = { .name = cases[k].name, .classes = 3 };
      g_autoptr (RtNetwork) network = rt_network_new_layout (&options, NULL);
      const RtGraph *graph = rt_network_get_graph (network);
      int n_strided = 0;

      for (int i = 0; i < rt_graph_get_n_nodes (graph); i++)
        {
          const RtNode *node = rt_graph_get_node (graph, i);
          const RtConvParams *conv = node->params;
          const RtBatchNormParams *norm = node->params;

          if (node->op == &rt_op_batch_norm)
            {
              g_assert_cmpfloat (norm->eps, ==, cases[k].eps);
              g_assert_cmpfloat (norm->momentum, ==, cases[k].momentum);
            }
          if ((node->op == &rt_op_conv2d || node->op == &rt_op_depthwise)
              && conv->stride == 2)
            {
              g_assert_cmpint (conv->pad, ==, cases[k].pad);
              n_strided++;
            }
        }
      g_assert_cmpint (n_strided, >=, 3);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network/counts", test_counts);
  g_test_add_func ("/network/blocks", test_blocks);
  g_test_add_func ("/network/round-trip", test_round_trip);
  g_test_add_func ("/network/new-head", test_new_head);
  g_test_add_func ("/network/mismatch", test_mismatch);
  g_test_add_func ("/network/bad-values", test_bad_values);
  g_test_add_func ("/network/unknown", test_unknown);
  g_test_add_func ("/network/sizes", test_sizes);
  g_test_add_func ("/network/frameworks", test_frameworks);
  return g_test_run ();
}
