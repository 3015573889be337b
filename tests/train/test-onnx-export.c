/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every network there is: written as ONNX, read again, taken for what it was, and giving the same
 * logits. With RETORT_ONNX_FOLDER the files, the weights as safetensors, inputs and logits are left
 * there for the comparison with other programs (tests/golden/compare-onnx.py, compare-pytorch.py),
 * at the sides that the networks are made for.
 *
 * Weights are rt_network_init()'s for seed 1; scales and variances of norms from 0.5 to 1.5, shifts
 * and means normal times 0.1, inputs normal, each from a stream of its own for seed 1.
 */
#include "config.h"

#include "rt-onnx-export.h"

#include "rt-arena.h"
#include "rt-formats.h"
#include "rt-network-identify.h"
#include "rt-plan.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define BATCH 3
#define CLASSES 7
#define SMALL_SIDE 64       /* of networks for photographs, to be quick */
#define TOLERANCE 1e-5f     /* of the largest logit */

typedef struct
{
  const char *name;
  gboolean    must_be_said;   /* another network has the same tensors */
} Case;

static const Case variants[] = {
  { "mobilenet_v1-0.25-relu" }, { "mobilenet_v1-0.5" }, { "mobilenet_v2-cifar", TRUE },
  { "efficientnet_lite0-symmetric" }, { "resnet18-cifar" }, { "resnet34-cifar" },
  { "resnet50-cifar" }, { "mobilenet_v1-0.25-symmetric" }, { "mobilenet_v2-same" },
};

static void
fill_norms (RtNetwork *network)
{
  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);
      float *values = rt_network_get_values (network) + param->offset;
      gboolean spread = g_str_has_suffix (param->name, ".weight")
                        || g_str_has_suffix (param->name, ".running_var");
      RtRng rng;

      if (param->spec.kind != RT_PARAM_NORM && param->spec.kind != RT_PARAM_STATISTIC)
        continue;
      rt_rng_init (&rng, 1, g_str_hash (param->name));
      for (size_t k = 0; k < param->count; k++)
        values[k] = spread ? rt_rng_range (&rng, 0.5f, 1.5f) : 0.1f * rt_rng_normal (&rng);
    }
}

static RtNetwork *
make_network (const char *name)
{
  RtNetworkOptions options = { .name = name, .classes = CLASSES };
  const RtNetworkInfo *info = rt_network_find (name);
  gboolean small = strstr (name, "-cifar") == NULL && g_getenv ("RETORT_ONNX_FOLDER") == NULL;
  g_autoptr (GError) error = NULL;
  RtNetwork *network;

  if (info->width > SMALL_SIDE && small)
    options.width = options.height = SMALL_SIDE;
  network = rt_network_new (&options, &error);
  g_assert_no_error (error);
  rt_network_init (network, 1, 0);
  fill_norms (network);
  return network;
}

static RtBackbone *
make_backbone (const RtNetwork *network)
{
  const RtNetworkOptions *options = rt_network_get_options (network);
  RtBackbone *backbone = rt_backbone_new ();

  backbone->title = g_strdup ("A test");
  backbone->network = g_strdup (options->name);
  backbone->format = (RtInputFormat) { .width = options->width, .height = options->height,
                                       .channels = options->channels,
                                       .mean = { 0.485f, 0.456f, 0.406f },
                                       .std = { 0.229f, 0.224f, 0.225f },
                                       .fit = RT_PICTURE_FIT_PAD, .crop = 0.5f };
  for (int i = 0; i < CLASSES; i++)
    g_ptr_array_add (backbone->class_names, g_strdup_printf ("class, %d", i));
  return backbone;
}

static float *
make_inputs (const RtNetwork *network,
             size_t          *n)
{
  const RtNetworkOptions *o = rt_network_get_options (network);
  float *inputs;
  RtRng rng;

  *n = (size_t) BATCH * o->height * o->width * o->channels;
  inputs = rt_floats_new (*n);
  rt_rng_init (&rng, 1, g_str_hash ("inputs"));
  for (size_t i = 0; i < *n; i++)
    inputs[i] = rt_rng_normal (&rng);
  return inputs;
}

static void
run (RtNetwork   *network,
     const float *inputs,
     float       *logits)
{
  g_autoptr (RtTeam) team = rt_team_new (2);
  RtPlanOptions options = { .batch = BATCH, .last_block = -1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtPlan) plan = rt_plan_new (network, &options, team, &error);

  g_assert_no_error (error);
  rt_plan_forward (plan, &inputs, BATCH, FALSE, 0, 0);
  memcpy (logits, rt_plan_get_output (plan, 0), sizeof (float) * BATCH * CLASSES);
}

/* The largest difference over the largest value of @a. */
static float
compare (const float *a,
         const float *b)
{
  float largest = 0, difference = 0;

  for (int i = 0; i < BATCH * CLASSES; i++)
    {
      g_assert_true (isfinite (a[i]) && isfinite (b[i]));
      largest = fmaxf (largest, fabsf (a[i]));
      difference = fmaxf (difference, fabsf (a[i] - b[i]));
    }
  g_assert_cmpfloat (largest, >, 0);
  return difference / largest;
}

/* (N,H,W,C) and (N,classes), as they lie in memory. */
static void
leave (const char      *name,
       const RtNetwork *network,
       const GBytes    *file,
       const float     *inputs,
       size_t           n_inputs,
       const float     *logits)
{
  const char *folder = g_getenv ("RETORT_ONNX_FOLDER");
  const struct { const char *ending; const void *bytes; size_t n; } parts[] = {
    { ".onnx", g_bytes_get_data ((GBytes *) file, NULL), g_bytes_get_size ((GBytes *) file) },
    { ".inputs", inputs, n_inputs * sizeof (float) },
    { ".logits", logits, sizeof (float) * BATCH * CLASSES },
  };

  for (size_t i = 0; folder != NULL && i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (folder, "/", name, parts[i].ending, NULL);
      g_autoptr (GError) error = NULL;

      g_file_set_contents (path, parts[i].bytes, (gssize) parts[i].n, &error);
      g_assert_no_error (error);
    }
  if (folder != NULL)
    {
      g_autofree char *path = g_strconcat (folder, "/", name, ".safetensors", NULL);
      g_autoptr (RtTensorList) weights = rt_network_save (network);
      g_autoptr (GError) error = NULL;

      rt_safetensors_write (weights, path, &error);
      g_assert_no_error (error);
    }
}

static RtTensorList *
read_back (GBytes *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtOnnxModel) model = NULL;
  RtTensorList *tensors;

  model = rt_onnx_model_parse (g_bytes_get_data (file, NULL), g_bytes_get_size (file), "written",
                               NULL, &error);
  g_assert_no_error (error);
  tensors = rt_onnx_model_to_tensors (model, "written", NULL, &error);
  g_assert_no_error (error);
  return tensors;
}

static void
test_network (const void *data)
{
  const Case *test = data;
  g_autoptr (RtNetwork) network = make_network (test->name);
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtOnnxModel) model = rt_onnx_export (network, backbone, &error);
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (RtTensorList) named = NULL;
  g_autoptr (RtNetwork) again = NULL;
  g_autoptr (GBytes) file = NULL;
  RtIdentity identity;
  size_t n_inputs;
  float *inputs = make_inputs (network, &n_inputs);
  float before[BATCH * CLASSES], after[BATCH * CLASSES];

  g_assert_no_error (error);
  run (network, inputs, before);
  file = rt_onnx_model_print (model);
  leave (test->name, network, file, inputs, n_inputs, before);

  tensors = read_back (file);
  named = rt_network_identify (tensors, test->must_be_said ? test->name : NULL, &identity, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity.network, ==, test->name);
  g_assert_cmpint (identity.classes, ==, CLASSES);
  g_assert_cmpstr (rt_tensor_list_get_meta (tensors, "network"), ==, test->name);
  again = make_network (test->name);
  rt_network_init (again, 2, 0);
  g_assert_true (rt_network_load (again, named, FALSE, NULL, &error));
  g_assert_no_error (error);
  run (again, inputs, after);
  g_test_message ("%s: %g of the largest logit%s", test->name, (double) compare (before, after),
                  memcmp (before, after, sizeof before) == 0 ? ", the same bits" : "");
  g_assert_cmpfloat (compare (before, after), <=, TOLERANCE);
  rt_floats_free (inputs);
}

/* The sizes of its layers cannot be told by a name. */
static void
test_mlp (void)
{
  g_autoptr (RtNetwork) network = make_network ("mlp");
  g_autoptr (RtNetwork) again = make_network ("mlp");
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtOnnxModel) model = rt_onnx_export (network, backbone, &error);
  g_autoptr (GBytes) file = NULL;
  g_autoptr (RtTensorList) tensors = NULL;
  float before[BATCH * CLASSES], after[BATCH * CLASSES];
  size_t n_inputs;
  float *inputs = make_inputs (network, &n_inputs);

  g_assert_no_error (error);
  run (network, inputs, before);
  file = rt_onnx_model_print (model);
  leave ("mlp", network, file, inputs, n_inputs, before);
  tensors = read_back (file);
  rt_network_init (again, 2, 0);
  g_assert_true (rt_network_load (again, tensors, FALSE, NULL, &error));
  g_assert_no_error (error);
  run (again, inputs, after);
  g_assert_cmpmem (before, sizeof before, after, sizeof after);
  rt_floats_free (inputs);
}

static void
test_metadata (void)
{
  g_autoptr (RtNetwork) network = make_network ("resnet8");
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtOnnxModel) model = rt_onnx_export (network, backbone, &error);
  g_autoptr (GBytes) file = rt_onnx_model_print (model);
  g_autoptr (RtTensorList) tensors = read_back (file);
  static const struct { const char *key, *value; } expected[] = {
    { "format", "onnx" }, { "producer", "retort" }, { "folded", "true" },
    { "activation", "relu" }, { "padding", "symmetric" }, { "stem_stride", "1" },
    { "input_height", "32" }, { "input_width", "32" }, { "input_channels", "3" },
    { "mean", "0.485,0.456,0.406" }, { "channel_order", "RGB" }, { "fit", "pad" },
    { "crop", "0.5" },
    { "labels", "class, 0\nclass, 1\nclass, 2\nclass, 3\nclass, 4\nclass, 5\nclass, 6" },
  };

  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (rt_tensor_list_get_meta (tensors, expected[i].key), ==, expected[i].value);
}

static void
assert_file (const char *folder,
             const char *name,
             const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *contents = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  if (text != NULL)
    g_assert_nonnull (strstr (contents, text));
}

/* Made as a whole, and made anew where it is. */
static void
test_folder (void)
{
  g_autoptr (RtNetwork) network = make_network ("resnet8");
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autoptr (GError) error = NULL;
  g_autofree char *parent = g_dir_make_tmp ("retort-test-XXXXXX", &error);
  g_autofree char *folder = g_strconcat (parent, "/mine/", NULL);
  g_autoptr (GDir) dir = NULL;
  static const char *const names[] = { "model.onnx", "labels.txt", "preprocessing.json",
                                       "preprocessing.py", "predict.py" };

  for (int i = 0; i < 2; i++)
    {
      g_assert_true (rt_onnx_export_folder (network, backbone, folder, &error));
      g_assert_no_error (error);
    }
  assert_file (folder, "model.onnx", NULL);
  assert_file (folder, "labels.txt", "class, 6\n");
  assert_file (folder, "preprocessing.json", "\"width\": 32,");
  assert_file (folder, "preprocessing.json", "\"fit\": \"pad\",");
  assert_file (folder, "predict.py", "onnxruntime");
  assert_file (folder, "preprocessing.py", "def read");
  dir = g_dir_open (parent, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "mine");
  g_assert_null (g_dir_read_name (dir));
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_cmpint (g_rmdir (parent), ==, 0);
}

/* In a person's own folder nothing of theirs is replaced, and nothing is put beside it. */
static void
test_foreign_folder (void)
{
  static const char *const names[] = { "model.onnx", "labels.txt", "preprocessing.json",
                                       "preprocessing.py", "predict.py" };
  g_autoptr (RtNetwork) network = make_network ("resnet8");
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autofree char *folder = g_dir_make_tmp ("retort-test-XXXXXX", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
      g_assert_false (rt_onnx_export_folder (network, backbone, folder, &error));
      g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, "mine");
      g_assert_cmpint (g_unlink (path), ==, 0);
      /* It is empty again. */
      g_assert_cmpint (g_rmdir (folder), ==, 0);
      g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Where it cannot be made, nothing is left and the error names it. */
static void
test_no_folder (void)
{
  g_autoptr (RtNetwork) network = make_network ("resnet8");
  g_autoptr (RtBackbone) backbone = make_backbone (network);
  g_autoptr (GError) error = NULL;

  g_assert_false (rt_onnx_export_folder (network, backbone, "/nowhere/at/all/", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all"));
}

int
main (int    argc,
      char **argv)
{
  static Case listed[64];
  const RtNetworkInfo *list;
  int n;

  g_test_init (&argc, &argv, NULL);
  list = rt_network_list (&n);
  g_assert_cmpint (n, <=, (int) G_N_ELEMENTS (listed));
  for (int i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/onnx-export/", list[i].name, NULL);

      listed[i].name = list[i].name;
      if (g_str_equal (list[i].name, "mlp"))
        g_test_add_func (path, test_mlp);
      else
        g_test_add_data_func (path, &listed[i], test_network);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *path = g_strconcat ("/onnx-export/", variants[i].name, NULL);

      g_test_add_data_func (path, &variants[i], test_network);
    }
  g_test_add_func ("/onnx-export/metadata", test_metadata);
  g_test_add_func ("/onnx-export/folder", test_folder);
  g_test_add_func ("/onnx-export/foreign-folder", test_foreign_folder);
  g_test_add_func ("/onnx-export/no-folder", test_no_folder);
  return g_test_run ();
}
