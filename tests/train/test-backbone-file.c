/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file of weights is taken for: by its card, by what it says of itself, or by a guess. */
#include "config.h"

#include "backbone-test.h"

#include "rt-formats.h"

#include <glib/gstdio.h>
#include <string.h>

/* What a file says of its inputs is taken as far as it makes sense: a pixel is divided by @std. */
static void
test_said_format (BackboneTest  *fixture,
                  gconstpointer  data)
{
  static const struct { const char *mean, *std; float wanted_mean, wanted_std; } cases[] = {
    { "0.1", "0.2", 0.1f, 0.2f }, { "0.1", "0", 0.1f, 0.25f }, { "nan", "inf", 0.5f, 0.25f },
    { "1e9", "-1", 0.5f, 0.25f }, { "", "0.2;", 0.5f, 0.25f }, { "x", "0.1,,", 0.5f, 0.25f },
    { "1,2,3,4", "1e-30", 0.5f, 0.25f },
  };
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autofree char *path = g_build_filename (fixture->folder, "said.safetensors", NULL);
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "plain.safetensors", &options);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = rt_network_save (saved);
      g_autoptr (RtBackbone) backbone = NULL;
      g_autoptr (GError) error = NULL;

      rt_tensor_list_set_meta (tensors, "mean", cases[i].mean);
      rt_tensor_list_set_meta (tensors, "std", cases[i].std);
      g_assert_true (rt_safetensors_write (tensors, path, &error));
      backbone = rt_backbone_open_file (path, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (backbone->format.mean[0], ==, cases[i].wanted_mean);
      g_assert_cmpfloat (backbone->format.std[0], ==, cases[i].wanted_std);
    }
}

/* @classes: 0 for none; @foreign: layers are called "a0", "a1", so that their order tells.
 * (transfer full) */
static RtTensorList *
save_as (const char *name,
         int         classes,
         int         channels,
         gboolean    foreign)
{
  RtNetworkOptions options = { .name = name, .classes = MAX (classes, 2), .channels = channels };
  g_autoptr (RtNetwork) network = rt_network_new_layout (&options, NULL);
  RtTensorList *list = rt_tensor_list_new ();
  g_autofree char *last = NULL;
  int number = 0;

  for (int i = 0; i < rt_network_get_n_params (network); i++)
    {
      const RtParam *param = rt_network_get_param (network, i);
      const char *dot = strrchr (param->name, '.');
      g_autofree char *layer = g_strndup (param->name, (size_t) (dot - param->name));
      g_autofree char *renamed = NULL;

      if (classes == 0 && param->block == rt_network_get_n_blocks (network) - 1)
        continue;
      number += g_strcmp0 (layer, last) != 0;
      g_free (last);
      last = g_steal_pointer (&layer);
      renamed = g_strdup_printf ("a%d%s", number, dot);
      rt_tensor_list_add (list, foreign ? renamed : param->name, &param->spec.file_shape);
    }
  return list;
}

/* The table of what publishers trained with is for their own files: by their names, from their
 * framework, of colours, with their head. Of all others it is a guess, and a person is asked. */
static void
test_guessed (BackboneTest  *fixture,
              gconstpointer  data)
{
  static const struct
  {
    const char *network;
    gboolean    keras, foreign, grey;
    const char *taken_for;
    gboolean    guessed;
    float       mean, crop;
    int         classes;
  } cases[] = {
    { "resnet18", FALSE, FALSE, FALSE, "resnet18", FALSE, 0.485f, 0.875f, 1000 },
    { "resnet18", FALSE, FALSE, FALSE, "resnet18", TRUE, 0.485f, 0.875f, 3 },
    { "resnet18", FALSE, FALSE, FALSE, "resnet18", TRUE, 0.485f, 0.875f, 0 },
    { "resnet18", FALSE, TRUE, FALSE, "resnet18", TRUE, 0.485f, 0.875f, 1000 },
    { "resnet18", FALSE, FALSE, TRUE, "resnet18", TRUE, 0.485f, 0.875f, 1000 },
    { "resnet18-cifar", FALSE, FALSE, FALSE, "resnet18-cifar", TRUE, 0.485f, 1.0f, 1000 },
    { "resnet20", FALSE, FALSE, FALSE, "resnet20", FALSE, 0.485f, 1.0f, 10 },
    { "resnet20", FALSE, FALSE, FALSE, "resnet20", TRUE, 0.485f, 1.0f, 100 },
    { "mobilenet_v2", FALSE, FALSE, FALSE, "mobilenet_v2", TRUE, 0.485f, 0.875f, 3 },
    { "mobilenet_v2", FALSE, FALSE, FALSE, "mobilenet_v2", FALSE, 0.485f, 0.875f, 1000 },
    { "mobilenet_v2", TRUE, TRUE, FALSE, "mobilenet_v2-same", TRUE, 0.5f, 0.875f, 1000 },
    { "mobilenet_v1-0.25", TRUE, FALSE, FALSE, "mobilenet_v1-0.25", FALSE, 0.5f, 1.0f, 1000 },
    { "mobilenet_v1-0.25", TRUE, FALSE, FALSE, "mobilenet_v1-0.25", FALSE, 0.5f, 1.0f, 0 },
    { "mobilenet_v1-0.25", TRUE, FALSE, FALSE, "mobilenet_v1-0.25", TRUE, 0.5f, 1.0f, 3 },
    { "mobilenet_v1-0.25", FALSE, TRUE, FALSE, "mobilenet_v1-0.25-symmetric", TRUE, 0.5f, 1.0f,
      1000 },
    { "squeezenet1_1", FALSE, FALSE, FALSE, "squeezenet1_1", FALSE, 0.485f, 0.875f, 1000 },
    { "squeezenet1_1", FALSE, FALSE, FALSE, "squeezenet1_1", TRUE, 0.485f, 0.875f, 0 },
    { "squeezenet1_1", TRUE, FALSE, FALSE, "squeezenet1_1", FALSE, 123.68f / 255.0f, 0.875f, 0 },
    { "squeezenet1_1", TRUE, TRUE, FALSE, "squeezenet1_1", TRUE, 0.485f, 0.875f, 1000 },
    { "efficientnet_lite0", FALSE, FALSE, FALSE, "efficientnet_lite0", TRUE, 127.0f / 255.0f,
      0.875f, 1000 },
    { "resnet8", FALSE, FALSE, FALSE, "resnet8", TRUE, 0.5f, 1.0f, 3 },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = save_as (cases[i].network, cases[i].classes,
                                                  cases[i].grey ? 1 : 3, cases[i].foreign);
      g_autoptr (RtBackbone) backbone = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s, case %zu", cases[i].network, i);
      if (cases[i].keras)
        rt_tensor_list_set_meta (tensors, "format", "keras");
      g_assert_true (rt_safetensors_write (tensors, path, &error));
      backbone = rt_backbone_open_file (path, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (backbone->network, ==, cases[i].taken_for);
      g_assert_cmpint (backbone->format_guessed, ==, cases[i].guessed);
      g_assert_cmpfloat (backbone->format.mean[0], ==, cases[i].mean);
      g_assert_cmpfloat (backbone->format.crop, ==, cases[i].crop);
    }
}

static gboolean
is_grey (const RtTensor *tensor)
{
  int n = tensor->shape.dims[0];
  size_t each = rt_shape_count (&tensor->shape) / n;

  for (size_t i = 0; i < each * n; i++)
    if (tensor->data[i] != (float) (i / each))
      return FALSE;
  return TRUE;
}

/* Blue first, as Keras's SqueezeNet has it, is nothing that a network of grey pictures can have:
 * neither because the file is Keras's nor because a person says so. */
static void
test_grey_keras (BackboneTest  *fixture,
                 gconstpointer  data)
{
  RtNetworkOptions options = { .name = "squeezenet1_1", .classes = 3, .channels = 1 };
  g_autofree char *path = g_build_filename (fixture->folder, "grey.safetensors", NULL);
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "grey.safetensors", &options);
  g_autoptr (RtTensorList) tensors = rt_network_save (saved), read = NULL;
  RtTensor *first = rt_tensor_list_get (tensors, 0);
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtNetwork) loaded = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 64 * 9; i++)
    first->data[i] = (float) (i / 9);
  rt_tensor_list_set_meta (tensors, "format", "keras");
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  backbone = rt_backbone_open_file (path, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (backbone->format.channels, ==, 1);
  backbone->turned = TRUE;
  read = rt_backbone_read_tensors (backbone, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (is_grey (rt_tensor_list_get (read, 0)));
  loaded = rt_backbone_load (backbone, &error);
  g_assert_no_error (error);
}

/* What nobody says is told in one line, with the command that settles it. */
static void
test_describe_guess (BackboneTest  *fixture,
                     gconstpointer  data)
{
  static const struct { const char *network, *named, *mean, *told[3], *untold; } cases[] = {
    { "resnet18", NULL, NULL, { NULL } },
    { "resnet8", "resnet8", NULL,
      { "guessed, mean 0.5,0.5,0.5 and deviation 0.25,0.25,0.25; ",
        "backbones '", "--mean 0.5,0.5,0.5 --std 0.25,0.25,0.25 settles it" }, "--network" },
    { "resnet8", "resnet8", "0.1", { NULL } },
    { "efficientnet_lite0", NULL, NULL,
      { "taken for efficientnet_lite0, and could be efficientnet_lite0-symmetric; ", "guessed",
        "--network efficientnet_lite0 --mean 0.498039216,0.498039216,0.498039216 --std" } },
    { "efficientnet_lite0", NULL, "0.1",
      { "efficientnet_lite0-symmetric; ", "--network efficientnet_lite0 settles it" }, "guessed" },
    { "efficientnet_lite0", "efficientnet_lite0", NULL, { NULL } },
    { "efficientnet_lite0", "efficientnet_lite0-symmetric", NULL, { NULL } },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = save_as (cases[i].network, 1000, 3, FALSE);
      g_autoptr (RtBackbone) backbone = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *told = NULL;

      g_test_message ("%s, case %zu", cases[i].network, i);
      if (cases[i].mean != NULL)
        rt_tensor_list_set_meta (tensors, "mean", cases[i].mean);
      g_assert_true (rt_safetensors_write (tensors, path, &error));
      backbone = rt_backbone_open_file (path, cases[i].named, NULL, &error);
      g_assert_no_error (error);
      told = rt_backbone_describe_guess (backbone);
      if (cases[i].told[0] == NULL)
        g_assert_null (told);
      for (int k = 0; k < 3 && cases[i].told[k] != NULL; k++)
        g_assert_nonnull (strstr (told, cases[i].told[k]));
      g_assert_true (cases[i].untold == NULL || strstr (told, cases[i].untold) == NULL);
      g_assert_true (told == NULL || strchr (told, '\n') == NULL);
    }
}

/* Naming the network, as recipes do, takes nothing away from what the file says. */
static void
test_named_network (BackboneTest  *fixture,
                    gconstpointer  data)
{
  static const char *const names[] = { NULL, "lenet5" };
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autofree char *path = g_build_filename (fixture->folder, "said.safetensors", NULL);
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "plain.safetensors", &options);
  g_autoptr (RtTensorList) tensors = rt_network_save (saved);
  g_autoptr (GError) error = NULL;

  rt_tensor_list_set_meta (tensors, "mean", "0.1");
  rt_tensor_list_set_meta (tensors, "std", "0.2");
  rt_tensor_list_set_meta (tensors, "labels", "ant\nbee\nfly");
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RtBackbone) backbone = rt_resolver_find (NULL, "file:said.safetensors", names[i],
                                                          fixture->folder, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (backbone->format.mean[0], ==, 0.1f);
      g_assert_cmpfloat (backbone->format.std[0], ==, 0.2f);
      g_assert_cmpuint (backbone->class_names->len, ==, 3);
      g_assert_cmpstr (g_ptr_array_index (backbone->class_names, 2), ==, "fly");
    }
}

/* The card is asked by whoever opens the file too, where it can be of that file: of the same
 * network, with as many classes. */
static void
test_open_card (BackboneTest  *fixture,
                gconstpointer  data)
{
  static const struct { const char *network; int classes; gboolean taken; } cases[] = {
    { "resnet8", 2, TRUE }, { "resnet8", 3, FALSE }, { "lenet5", 2, FALSE },
  };
  static const char *const files[] = { "w.safetensors", "w.bin" };
  g_autofree char *card = g_build_filename (fixture->folder, "w.json", NULL);
  g_autoptr (RtBackbone) said = backbone_test_make ();
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_backbone_write_card (said, card, &error));
  for (size_t i = 0; i < G_N_ELEMENTS (cases) * G_N_ELEMENTS (files); i++)
    {
      const char *file = files[i % 2];
      g_autofree char *path = g_build_filename (fixture->folder, file, NULL);
      RtNetworkOptions options = { .name = cases[i / 2].network, .classes = cases[i / 2].classes };
      g_autoptr (RtNetwork) saved = backbone_test_save (fixture, file, &options);
      g_autoptr (RtBackbone) opened = rt_backbone_open_file (path, NULL, NULL, &error);
      g_autoptr (RtBackbone) other = NULL;

      g_assert_no_error (error);
      g_test_message ("%s of %d classes, %s", options.name, options.classes, file);
      g_assert_cmpint (opened->class_names->len, ==, cases[i / 2].taken ? 2 : 0);
      g_assert_cmpint (opened->format_guessed, ==, !cases[i / 2].taken);
      g_assert_cmpint (opened->identity.classes, ==, options.classes);
      g_assert_cmpstr (opened->weights_path, ==, path);
      g_assert_cmpstr (opened->name, ==, file);
      if (!cases[i / 2].taken)
        continue;
      g_assert_cmpstr (opened->title, ==, said->title);
      g_assert_cmpmem (&opened->format, sizeof opened->format, &said->format, sizeof said->format);
      other = rt_backbone_open_file (path, "lenet5", NULL, &error);
      g_assert_null (other);
      g_clear_error (&error);
    }
}

/* "w.json" is of "w.safetensors": of another file of that name only where that says nothing. */
static void
test_others_card (BackboneTest  *fixture,
                  gconstpointer  data)
{
  static const char *const files[] = { "w.safetensors", "w.onnx" };
  g_autofree char *card = g_build_filename (fixture->folder, "w.json", NULL);
  g_autoptr (RtBackbone) said = backbone_test_make ();
  g_autoptr (GError) error = NULL;

  g_assert_true (rt_backbone_write_card (said, card, &error));
  said->format.mean[0] = 0.75f;
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, files[i], NULL);
      g_autofree char *spec = g_strconcat ("file:", path, NULL);
      g_autoptr (RtTensorList) tensors = save_as ("resnet8", 2, 3, FALSE);
      g_autoptr (RtBackbone) opened = NULL, found = NULL;

      g_assert_true (rt_backbone_write_tensors (said, tensors, path, &error));
      opened = rt_backbone_open_file (path, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (opened->format.mean[0], ==, i == 0 ? 0.1f : 0.75f);
      found = rt_resolver_find (NULL, spec, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (found->format.mean[0], ==, opened->format.mean[0]);
    }
}

/* Weights say themselves what their card does, to the last bit, so that they can do without. */
static void
test_metadata (BackboneTest  *fixture,
               gconstpointer  data)
{
  static const char *const names[] = { "resnet8", "mobilenet_v2-cifar",
                                       "efficientnet_lite0-symmetric" };
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RtTensorList) tensors = save_as (names[i], 2, 3, FALSE);
      g_autoptr (RtBackbone) said = backbone_test_make ();
      g_autoptr (RtBackbone) opened = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *guess = NULL;

      g_free (said->network);
      said->network = g_strdup (names[i]);
      g_assert_true (rt_backbone_write_tensors (said, tensors, path, &error));
      g_assert_no_error (error);
      opened = rt_backbone_open_file (path, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (opened->network, ==, names[i]);
      g_assert_cmpmem (&opened->format, sizeof opened->format, &said->format, sizeof said->format);
      g_assert_cmpuint (opened->class_names->len, ==, 2);
      g_assert_cmpstr (g_ptr_array_index (opened->class_names, 1), ==, "B \"quoted\"");
      guess = rt_backbone_describe_guess (opened);
      g_assert_cmpstr (guess, ==, NULL);
    }
}

/* An mlp's file says nothing of its network; with its card it is kept like any other. */
static void
test_keep_mlp (BackboneTest  *fixture,
               gconstpointer  data)
{
  RtNetworkOptions options = { .name = "mlp", .classes = 2, .height = 12, .width = 12,
                               .channels = 1, .hidden = { 8 } };
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "w.safetensors", &options);
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autofree char *card = g_build_filename (fixture->folder, "w.json", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "backbones", NULL);
  g_autofree char *weights = g_build_filename (folder, "mine.safetensors", NULL);
  g_autofree char *kept_card = g_build_filename (folder, "mine.json", NULL);
  g_autoptr (RtBackbone) said = backbone_test_make (), opened = NULL, kept = NULL;
  g_autoptr (RtNetwork) loaded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *spec = NULL;

  g_free (said->network);
  said->network = g_strdup ("mlp");
  said->hidden[0] = 8;
  said->format = (RtInputFormat) { 12, 12, 1, { 0.4f }, { 0.2f }, RT_PICTURE_FIT_PAD, 1.0f };
  g_assert_true (rt_backbone_write_card (said, card, &error));
  g_setenv ("RETORT_HOME", fixture->folder, TRUE);
  opened = rt_backbone_open_file (path, NULL, NULL, &error);
  g_assert_no_error (error);
  spec = rt_backbone_keep (opened, "mine", NULL, &error);
  g_assert_no_error (error);
  kept = rt_resolver_find (NULL, spec, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (&kept->format, sizeof kept->format, &said->format, sizeof said->format);
  loaded = rt_backbone_load (kept, &error);
  g_assert_no_error (error);
  backbone_test_assert_same (loaded, saved);
}

/* What is kept of a file is less than the file, where something is left over. */
static void
test_keep_size (BackboneTest  *fixture,
                gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "backbones", NULL);
  g_autofree char *weights = g_build_filename (folder, "mine.safetensors", NULL);
  g_autofree char *card = g_build_filename (folder, "mine.json", NULL);
  g_autoptr (RtTensorList) tensors = save_as ("lenet5", 3, 1, FALSE);
  g_autoptr (RtBackbone) opened = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *spec = NULL;
  GStatBuf info;

  rt_tensor_list_add (tensors, "optimiser.momentum", &RT_SHAPE_1 (100000));
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  g_setenv ("RETORT_HOME", fixture->folder, TRUE);
  opened = rt_backbone_open_file (path, NULL, NULL, &error);
  g_assert_no_error (error);
  spec = rt_backbone_keep (opened, "mine", NULL, &error);
  g_assert_no_error (error);
  list = rt_backbone_list_kept ();
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpint (g_stat (weights, &info), ==, 0);
  g_assert_cmpuint (((RtBackbone *) list->pdata[0])->bytes, ==, info.st_size);
  g_assert_cmpuint (((RtBackbone *) list->pdata[0])->bytes + 300000, <, opened->bytes);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  backbone_test_add ("/backbone-file/grey-keras", test_grey_keras);
  backbone_test_add ("/backbone-file/guessed", test_guessed);
  backbone_test_add ("/backbone-file/describe-guess", test_describe_guess);
  backbone_test_add ("/backbone-file/said-format", test_said_format);
  backbone_test_add ("/backbone-file/named-network", test_named_network);
  backbone_test_add ("/backbone-file/open-card", test_open_card);
  backbone_test_add ("/backbone-file/others-card", test_others_card);
  backbone_test_add ("/backbone-file/metadata", test_metadata);
  backbone_test_add ("/backbone-file/keep-mlp", test_keep_mlp);
  backbone_test_add ("/backbone-file/keep-size", test_keep_size);
  return g_test_run ();
}
