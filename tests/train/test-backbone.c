/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-resolver.h"

#include "rt-catalogue.h"
#include "rt-formats.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CARD_START "{ \"retort_backbone\": 1, \"title\": \"A title\", \"network\": \"resnet8\""
#define CARD_INPUT ", \"input\": { \"width\": 32, \"height\": 32, \"channels\": 3," \
                   " \"mean\": [0.5, 0.5, 0.5], \"std\": [0.25, 0.25, 0.25] }"

typedef struct
{
  char *folder;
} Fixture;

/* In the place of the system's own: counts, and fails as a full disk does for files so named. */
static int n_syncs;
static const char *failing = "nothing";

int
fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);

  n_syncs++;
  if (path == NULL || strstr (path, failing) == NULL)
    return (int) syscall (SYS_fsync, fd);
  errno = ENOSPC;
  return -1;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("retort-backbone-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static char *
write_file (Fixture    *fixture,
            const char *name,
            const char *text)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static RtBackbone *
make_backbone (void)
{
  RtBackbone *backbone = rt_backbone_new ();

  backbone->title = g_strdup ("resnet8 on “letters”");
  backbone->network = g_strdup ("resnet8");
  backbone->hidden[0] = 12;
  backbone->format = (RtInputFormat) { 32, 24, 3, { 0.1f, 0.2f, 1.0f / 3 },
                                       { 0.25f, 1e-6f, 0.123456789f }, RT_PICTURE_FIT_PAD, 0.7f };
  g_ptr_array_add (backbone->class_names, g_strdup ("A"));
  g_ptr_array_add (backbone->class_names, g_strdup ("B \"quoted\""));
  backbone->trained_on = g_strdup ("builtin:glyphs/letters");
  backbone->licence = g_strdup ("CC0");
  backbone->accuracy = 0.98765;
  backbone->n_params = 78666;
  backbone->bytes = 314664;
  return backbone;
}

static void
assert_equal (const RtBackbone *a,
              const RtBackbone *b)
{
  g_assert_cmpstr (a->title, ==, b->title);
  g_assert_cmpstr (a->network, ==, b->network);
  g_assert_cmpmem (a->hidden, sizeof a->hidden, b->hidden, sizeof b->hidden);
  g_assert_cmpmem (&a->format, sizeof a->format, &b->format, sizeof b->format);
  g_assert_cmpuint (a->class_names->len, ==, b->class_names->len);
  for (guint i = 0; i < a->class_names->len; i++)
    g_assert_cmpstr (g_ptr_array_index (a->class_names, i), ==,
                     g_ptr_array_index (b->class_names, i));
  g_assert_cmpstr (a->trained_on, ==, b->trained_on);
  g_assert_cmpstr (a->trained_by, ==, b->trained_by);
  g_assert_cmpstr (a->licence, ==, b->licence);
  g_assert_cmpfloat (a->accuracy, ==, b->accuracy);
  g_assert_cmpint (isnan (a->seconds), ==, isnan (b->seconds));
  g_assert_cmpuint (a->n_params, ==, b->n_params);
  g_assert_cmpuint (a->bytes, ==, b->bytes);
}

static void
test_card (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (RtBackbone) backbone = make_backbone ();
  g_autofree char *path = g_build_filename (fixture->folder, "small.json", NULL);
  g_autofree char *weights = g_build_filename (fixture->folder, "small.safetensors", NULL);
  g_autoptr (RtBackbone) read = NULL, copy = NULL;
  g_autoptr (GError) error = NULL;

  n_syncs = 0;
  g_assert_true (rt_backbone_write_card (backbone, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_syncs, >, 0);
  read = rt_backbone_read_card (path, &error);
  g_assert_no_error (error);
  assert_equal (read, backbone);
  g_assert_cmpstr (read->name, ==, "small");
  g_assert_cmpstr (read->weights_path, ==, weights);

  copy = rt_backbone_copy (read);
  g_clear_pointer (&read, rt_backbone_free);
  assert_equal (copy, backbone);
  g_assert_cmpstr (copy->weights_path, ==, weights);
}

static void
test_broken_cards (Fixture       *fixture,
                   gconstpointer  data)
{
  static const struct { const char *text, *part; } cases[] = {
    { "", "there is nothing in it" },
    { "[]", "not a model card" },
    { "{ \"retort\": 1 }", "not a model card" },
    { "{ \"retort_backbone\": 2 }", "not a model card" },
    { "{ \"retort_backbone\": 1 }", "\"title\" of this card is missing or wrong" },
    { CARD_START "}", "\"input\" of this card is missing" },
    { CARD_START ", \"input\": { \"width\": 0 } }", "\"width\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 2 } }",
      "\"channels\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0, 0] } "
                 "}", "\"mean\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [0] } }", "\"std\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": \"crush\" } }", "\"fit\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": 1 } }", "\"fit\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": \"crop\", \"crop\": 1.5 } }", "\"crop\"" },
    { CARD_START CARD_INPUT ", \"classes\": [1] }", "\"classes\"" },
    { CARD_START CARD_INPUT ", \"classes\": 3 }", "\"classes\"" },
    { CARD_START CARD_INPUT ", \"accuracy\": 98 }", "\"accuracy\"" },
    { CARD_START CARD_INPUT ", \"accuracy\": \"high\" }", "\"accuracy\"" },
    { CARD_START CARD_INPUT ", \"parameters\": 1e55 }", "\"parameters\"" },
    { CARD_START CARD_INPUT ", \"bytes\": -1 }", "\"bytes\"" },
    { CARD_START CARD_INPUT ", \"licence\": 5 }", "\"licence\"" },
    { CARD_START CARD_INPUT ", \"hidden\": [1.5] }", "\"hidden\"" },
    { CARD_START CARD_INPUT ", \"title\": \"again\" }", "stands twice" },
    { "{ \"retort_backbone\": 1, \"title\": \"t\", \"network\": \"vgg\"" CARD_INPUT "}",
      "no network is called \"vgg\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (fixture, "card.json", cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (rt_backbone_read_card (path, &error));
      g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, path));
      if (strstr (error->message, cases[i].part) == NULL)
        g_error ("“%s” is not in “%s”", cases[i].part, error->message);
    }
}

/* Whatever this build brings: every card can be read and has its weights beside it. */
static void
test_builtin (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = rt_backbone_list_builtin (&error);

  g_assert_no_error (error);
  g_assert_nonnull (list);
  for (guint i = 0; i < list->len; i++)
    {
      const RtBackbone *backbone = g_ptr_array_index (list, i);
      g_autoptr (RtBackbone) found = rt_resolver_find (NULL, backbone->spec, NULL, NULL, &error);
      g_autoptr (RtNetwork) network = NULL;

      g_assert_no_error (error);
      assert_equal (found, backbone);
      network = rt_backbone_load (found, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rt_network_get_n_classes (network), ==, found->class_names->len);
    }
}

static void
assert_not_found (const RtResolver *resolver,
                  const char       *spec,
                  const char       *network,
                  int               code,
                  const char       *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_resolver_find (resolver, spec, network, "/nowhere", &error));
  g_assert_error (error, RT_RECIPE_ERROR, code);
  g_assert_nonnull (strstr (error->message, spec));
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, error->message);
}

static RtBackbone *
resolve_cb (int      run,
            int      epoch,
            void    *data,
            GError **error)
{
  RtBackbone *backbone;

  if (run == 99)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING, "no such run");
      return NULL;
    }
  backbone = make_backbone ();
  backbone->name = g_strdup_printf ("%d at %d", run, epoch);
  return backbone;
}

static void
test_find (void)
{
  RtResolver resolver = { resolve_cb, NULL };
  g_autoptr (RtBackbone) best = rt_resolver_find (&resolver, "run:12", NULL, NULL, NULL);
  g_autoptr (RtBackbone) third = rt_resolver_find (&resolver, "run:12@3", NULL, NULL, NULL);

  g_assert_cmpstr (best->name, ==, "12 at 0");
  g_assert_cmpstr (third->name, ==, "12 at 3");
  assert_not_found (&resolver, "run:99", NULL, RT_RECIPE_ERROR_MISSING, "no such run");
  assert_not_found (NULL, "run:1", NULL, RT_RECIPE_ERROR_MISSING, "there are no runs here");
  assert_not_found (&resolver, "run:", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:0", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1@", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1@0", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1 ", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (NULL, "builtin:nothing", NULL, RT_RECIPE_ERROR_MISSING, "there are: ");
  assert_not_found (NULL, "random", NULL, RT_RECIPE_ERROR_INVALID, "allowed: builtin:NAME");
  assert_not_found (NULL, "file:", "resnet8", RT_RECIPE_ERROR_INVALID, "allowed: builtin:NAME");
  assert_not_found (NULL, "file:a.pth", "resnet8", RT_RECIPE_ERROR_MISSING, "/nowhere/a.pth");
  assert_not_found (NULL, "file:a.pth", NULL, RT_RECIPE_ERROR_MISSING, "/nowhere/a.pth");
  assert_not_found (NULL, "file:a.pth", "vgg", RT_RECIPE_ERROR_INVALID, "there are: mlp, ");
}

/* A network saved with its values, to be loaded again. */
static RtNetwork *
save_network (Fixture                *fixture,
              const char             *name,
              const RtNetworkOptions *options)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtNetwork) network = rt_network_new (options, &error);
  g_autoptr (RtTensorList) tensors = NULL;

  g_assert_no_error (error);
  rt_network_init (network, 42, 0);
  tensors = rt_network_save (network);
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&network);
}

static void
assert_same_values (const RtNetwork *a,
                    const RtNetwork *b)
{
  g_autofree char *hash_a = rt_network_hash (a, UINT32_MAX);
  g_autofree char *hash_b = rt_network_hash (b, UINT32_MAX);

  g_assert_cmpstr (hash_a, ==, hash_b);
}

/* Without a card the head's size is read off its tensor, and an mlp's off all of them. */
static void
test_load (Fixture       *fixture,
           gconstpointer  data)
{
  static const RtNetworkOptions cases[] = {
    { .name = "resnet8", .classes = 7 },
    { .name = "lenet5", .classes = 26 },
    { .name = "mobile", .classes = 3 },
    { .name = "mlp", .classes = 5, .hidden = { 31, 17, 9 } },
    { .name = "mlp", .classes = 10 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtNetwork) saved = save_network (fixture, "w.safetensors", &cases[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (RtBackbone) backbone = rt_resolver_find (NULL, "file:w.safetensors", cases[i].name,
                                                          fixture->folder,
                                                          &error);
      g_autoptr (RtNetwork) loaded = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (backbone->bytes, >, 1000);
      loaded = rt_backbone_load (backbone, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rt_network_get_n_classes (loaded), ==, cases[i].classes);
      assert_same_values (loaded, saved);
    }
}

/* What a file says of its inputs is taken as far as it makes sense: a pixel is divided by @std. */
static void
test_said_format (Fixture       *fixture,
                  gconstpointer  data)
{
  static const struct { const char *mean, *std; float wanted_mean, wanted_std; } cases[] = {
    { "0.1", "0.2", 0.1f, 0.2f }, { "0.1", "0", 0.1f, 0.25f }, { "nan", "inf", 0.5f, 0.25f },
    { "1e9", "-1", 0.5f, 0.25f }, { "", "0.2;", 0.5f, 0.25f }, { "x", "0.1,,", 0.5f, 0.25f },
    { "1,2,3,4", "1e-30", 0.5f, 0.25f },
  };
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autofree char *path = g_build_filename (fixture->folder, "said.safetensors", NULL);
  g_autoptr (RtNetwork) saved = save_network (fixture, "plain.safetensors", &options);

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

/* @foreign: layers are called "a0", "a1", so that their order tells. (transfer full) */
static RtTensorList *
save_as (const char *name,
         int         classes,
         int         channels,
         gboolean    foreign)
{
  RtNetworkOptions options = { .name = name, .classes = classes, .channels = channels };
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

      number += g_strcmp0 (layer, last) != 0;
      g_free (last);
      last = g_steal_pointer (&layer);
      renamed = g_strdup_printf ("a%d%s", number, dot);
      rt_tensor_list_add (list, foreign ? renamed : param->name, &param->spec.file_shape);
    }
  return list;
}

/* The table of what publishers trained with is for their own files: by their names, from their
 * framework, of colours. Of all others it is a guess, so that a person is asked. */
static void
test_guessed (Fixture       *fixture,
              gconstpointer  data)
{
  static const struct
  {
    const char *network;
    gboolean    keras, foreign, grey;
    const char *taken_for;
    gboolean    guessed;
    float       mean, crop;
    int         classes;   /* 0: 3 */
  } cases[] = {
    { "resnet18", FALSE, FALSE, FALSE, "resnet18", FALSE, 0.485f, 0.875f },
    { "resnet18", FALSE, TRUE, FALSE, "resnet18", TRUE, 0.485f, 0.875f },
    { "resnet18", FALSE, FALSE, TRUE, "resnet18", TRUE, 0.485f, 0.875f },
    { "resnet18-cifar", FALSE, FALSE, FALSE, "resnet18-cifar", TRUE, 0.485f, 1.0f },
    { "mobilenet_v2", FALSE, FALSE, FALSE, "mobilenet_v2", TRUE, 0.485f, 0.875f },
    { "mobilenet_v2", FALSE, FALSE, FALSE, "mobilenet_v2", FALSE, 0.485f, 0.875f, 1000 },
    { "mobilenet_v2", TRUE, TRUE, FALSE, "mobilenet_v2-same", TRUE, 0.5f, 0.875f },
    { "mobilenet_v1-0.25", TRUE, FALSE, FALSE, "mobilenet_v1-0.25", FALSE, 0.5f, 1.0f },
    { "mobilenet_v1-0.25", FALSE, TRUE, FALSE, "mobilenet_v1-0.25-symmetric", TRUE, 0.5f, 1.0f },
    { "squeezenet1_1", FALSE, FALSE, FALSE, "squeezenet1_1", FALSE, 0.485f, 0.875f },
    { "squeezenet1_1", TRUE, FALSE, FALSE, "squeezenet1_1", FALSE, 123.68f / 255.0f, 0.875f },
    { "squeezenet1_1", TRUE, TRUE, FALSE, "squeezenet1_1", TRUE, 0.485f, 0.875f },
    { "efficientnet_lite0", FALSE, FALSE, FALSE, "efficientnet_lite0", TRUE, 127.0f / 255.0f,
      0.875f },
    { "resnet8", FALSE, FALSE, FALSE, "resnet8", TRUE, 0.5f, 1.0f },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = save_as (cases[i].network,
                                                  cases[i].classes > 0 ? cases[i].classes : 3,
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
test_grey_keras (Fixture       *fixture,
                 gconstpointer  data)
{
  RtNetworkOptions options = { .name = "squeezenet1_1", .classes = 3, .channels = 1 };
  g_autofree char *path = g_build_filename (fixture->folder, "grey.safetensors", NULL);
  g_autoptr (RtNetwork) saved = save_network (fixture, "grey.safetensors", &options);
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
test_describe_guess (Fixture       *fixture,
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
        "--network efficientnet_lite0 --mean 0.498,0.498,0.498 --std" } },
    { "efficientnet_lite0", NULL, "0.1",
      { "efficientnet_lite0-symmetric; ", "--network efficientnet_lite0 settles it" }, "guessed" },
    { "efficientnet_lite0", "efficientnet_lite0", NULL, { NULL } },
    { "efficientnet_lite0", "efficientnet_lite0-symmetric", NULL, { NULL } },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtTensorList) tensors = save_as (cases[i].network, 3, 3, FALSE);
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
test_named_network (Fixture       *fixture,
                    gconstpointer  data)
{
  static const char *const names[] = { NULL, "lenet5" };
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autofree char *path = g_build_filename (fixture->folder, "said.safetensors", NULL);
  g_autoptr (RtNetwork) saved = save_network (fixture, "plain.safetensors", &options);
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

/* A card beside the weights says what the file does not. */
static void
test_load_card (Fixture       *fixture,
                gconstpointer  data)
{
  RtNetworkOptions options = { .name = "mlp", .classes = 2, .height = 12, .width = 12,
                               .channels = 1, .hidden = { 8 } };
  g_autoptr (RtNetwork) saved = save_network (fixture, "w.safetensors", &options);
  g_autofree char *card = g_build_filename (fixture->folder, "w.json", NULL);
  g_autoptr (RtBackbone) backbone = make_backbone ();
  g_autoptr (RtBackbone) found = NULL;
  g_autoptr (RtNetwork) loaded = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;

  g_free (backbone->network);
  backbone->network = g_strdup ("mlp");
  backbone->hidden[0] = 8;
  backbone->format = (RtInputFormat) { 12, 12, 1, { 0.4f }, { 0.2f } };
  g_assert_true (rt_backbone_write_card (backbone, card, &error));
  found = rt_resolver_find (NULL, "file:w.safetensors", NULL, fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->format.width, ==, 12);
  g_assert_cmpstr (g_ptr_array_index (found->class_names, 1), ==, "B \"quoted\"");
  loaded = rt_backbone_load (found, &error);
  g_assert_no_error (error);
  assert_same_values (loaded, saved);

  found->hidden[0] = 9;
  refused = rt_backbone_load (found, &error);
  g_assert_null (refused);
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "w.safetensors"));
}

static void
test_load_misfit (Fixture       *fixture,
                  gconstpointer  data)
{
  RtNetworkOptions options = { .name = "lenet5", .classes = 10 };
  g_autoptr (RtNetwork) saved = save_network (fixture, "w.safetensors", &options);
  static const char *const networks[] = { "resnet20", "mlp", "mobile" };

  g_assert_cmpint (rt_network_get_n_classes (saved), ==, 10);
  for (size_t i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RtBackbone) backbone = rt_resolver_find (NULL, "file:w.safetensors", networks[i],
                                                          fixture->folder, &error);

      /* An mlp is told by its sizes alone, and only when it is loaded. */
      g_assert_cmpint (backbone != NULL, ==, g_str_equal (networks[i], "mlp"));
      if (backbone != NULL)
        g_assert_null (rt_backbone_load (backbone, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "w.safetensors"));
      g_test_message ("%s", error->message);
    }
}

/* A name is free again after a try that did not come to its end. */
static void
test_keep (Fixture       *fixture,
           gconstpointer  data)
{
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autoptr (RtNetwork) saved = save_network (fixture, "w.safetensors", &options);
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "backbones", NULL);
  g_autofree char *weights = g_build_filename (folder, "mine.safetensors", NULL);
  g_autofree char *card = g_build_filename (folder, "mine.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_backbone_open_file (path, NULL, NULL, &error);
  g_autofree char *spec = NULL;

  g_assert_no_error (error);
  g_setenv ("RETORT_HOME", fixture->folder, TRUE);
  failing = "mine.json";
  g_assert_null (rt_backbone_keep (backbone, "mine", NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, card));
  g_assert_false (g_file_test (weights, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  failing = "nothing";

  /* As where the program was ended between the two. */
  g_assert_true (g_file_set_contents (weights, "cut", -1, NULL));
  spec = rt_backbone_keep (backbone, "mine", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (spec + strlen ("file:"), ==, weights);
  g_assert_null (rt_backbone_keep (backbone, "mine", NULL, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_cmpint (g_remove (weights), ==, 0);
  g_assert_cmpint (g_remove (card), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The weights that the catalogue names are of networks that there are. */
static void
test_catalogue (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = rt_catalogue_read (&error);

  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      const RtCatalogueEntry *entry = entries->pdata[i];

      if (entry->kind == RT_CATALOGUE_WEIGHTS && rt_network_find (entry->network) == NULL)
        g_error ("%s: no network is called %s", entry->name, entry->network);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/backbone/card", Fixture, NULL, set_up, test_card, tear_down);
  g_test_add ("/backbone/broken-cards", Fixture, NULL, set_up, test_broken_cards, tear_down);
  g_test_add_func ("/backbone/builtin", test_builtin);
  g_test_add_func ("/backbone/catalogue", test_catalogue);
  g_test_add ("/backbone/grey-keras", Fixture, NULL, set_up, test_grey_keras, tear_down);
  g_test_add ("/backbone/guessed", Fixture, NULL, set_up, test_guessed, tear_down);
  g_test_add ("/backbone/describe-guess", Fixture, NULL, set_up, test_describe_guess, tear_down);
  g_test_add_func ("/backbone/find", test_find);
  g_test_add ("/backbone/load", Fixture, NULL, set_up, test_load, tear_down);
  g_test_add ("/backbone/said-format", Fixture, NULL, set_up, test_said_format, tear_down);
  g_test_add ("/backbone/named-network", Fixture, NULL, set_up, test_named_network, tear_down);
  g_test_add ("/backbone/load-card", Fixture, NULL, set_up, test_load_card, tear_down);
  g_test_add ("/backbone/keep", Fixture, NULL, set_up, test_keep, tear_down);
  g_test_add ("/backbone/load-misfit", Fixture, NULL, set_up, test_load_misfit, tear_down);
  return g_test_run ();
}
